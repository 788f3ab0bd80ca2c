"""Requests that wait for their turn: rows 53, 57, 66 and 67. One request at a time is allowed."""

import json
import threading

import pytest

from client import Client
from origin import answer
from proxy import Proxy, policy
from waiting import wait_until
from wire import post, request, rows

LIMIT = "    limits: [ { name: one, per: key, kind: concurrency, allow: 1 } ]"


@pytest.fixture(scope="module")
def proxy(origin, tmp_path_factory):
    proxy = Proxy(policy(origin.port, api=LIMIT), tmp_path_factory.mktemp("parked"))
    yield proxy
    proxy.stop()


def counted(wire, what):
    """A number of all lanes together, from /stats."""
    with Client(wire.proxy.admin_port) as client:
        client.send(request(line=b"GET /stats HTTP/1.1", host=b"localhost"))
        lanes = json.loads(client.read_answer().body)["apis"]["t"]["lanes"]
        return sum(lane[what] for lane in lanes.values())


def waiting(wire):
    """How many requests wait now."""
    return counted(wire, "waiting")


@pytest.fixture
def held(wire):
    """A request that takes the only place until the event is set."""
    release = threading.Event()

    def hold(connection, _):
        release.wait(10)
        connection.send(answer(b"held"))

    wire.origin.on("/held", hold)
    with wire.connect() as client:
        client.send(request(line=b"GET http://t.test/held HTTP/1.1"))
        assert wait_until(lambda: wire.origin.targets() == ["/held"])
        yield release
        release.set()
        assert client.read_answer().body == b"held"
    assert wait_until(lambda: waiting(wire) == 0)


def test_row_53_a_parked_request_keeps_those_behind_it_in_order(wire, held):
    with wire.connect() as client:
        client.send(*[request(line=b"GET http://t.test/%d HTTP/1.1" % at) for at in range(3)])
        assert wait_until(lambda: waiting(wire) == 1), "requests of one connection wait in turn"
        held.set()
        assert [client.read_answer().body for _ in range(3)] == [b"/0", b"/1", b"/2"]
    assert wire.origin.targets() == ["/held", "/0", "/1", "/2"]


def test_row_57_a_parked_request_is_told_to_continue_only_when_it_may_go(wire, held):
    body = b"x" * 100_000
    with wire.connect() as client:
        client.send(post(b"Expect: 100-continue", b"Content-Length: %d" % len(body)))
        assert wait_until(lambda: waiting(wire) == 1)
        assert not client.is_closed(0.1) and not client.received
        held.set()
        assert client.read_head().status == 100
        client.send(body)
        assert client.read_answer().body == b"/p"
    assert wire.origin.requests[1].body == body


def test_row_57_the_body_of_a_parked_request_stays_with_its_client(wire, held):
    with wire.connect(timeout=0.3) as client:
        resident = wire.proxy.resident()
        client.send(post(b"Content-Length: %d" % (64 << 20)))
        assert wait_until(lambda: waiting(wire) == 1)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 64 << 20:
                sent += client.socket.send(b"x" * 65536)
        assert sent < 32 << 20
        assert wire.proxy.resident() - resident < 2 << 20
        client.reset()
    assert wait_until(lambda: waiting(wire) == 0, 1)


@pytest.mark.parametrize("leave", rows(
    (66, "by a FIN", "half_close"), (67, "by a RST", "reset")))
@pytest.mark.parametrize("raw", rows(
    (67, "a GET", request()),
    (67, "a GET with another behind it", request() * 2),
    (67, "a POST with its body", post(b"Content-Length: 5", body=b"hello")),
))
def test_a_parked_client_that_leaves_frees_its_place_and_is_never_sent(wire, held, leave, raw):
    cancelled = counted(wire, "cancelled")
    with wire.connect() as client:
        client.send(raw)
        assert wait_until(lambda: waiting(wire) == 1)
        getattr(client, leave)()
        assert wait_until(lambda: waiting(wire) == 0, 0.5)
        assert counted(wire, "cancelled") == cancelled + 1
        held.set()
        wire.canary()
    assert "/p" not in wire.origin.targets()


def test_a_waiting_client_costs_no_processor(wire, held):
    clients = [wire.connect() for _ in range(50)]
    for client in clients:
        client.send(request())
    assert wait_until(lambda: waiting(wire) == 50)
    used = wire.proxy.cpu()
    assert not clients[0].is_closed(0.3)
    assert wire.proxy.cpu() - used < 0.1
    for client in clients:
        client.reset()
    assert wait_until(lambda: waiting(wire) == 0, 1)
