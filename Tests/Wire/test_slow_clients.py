"""Section H of the catalogue: clients that are slow or many. All slow ones run side by side."""

import errno
import select
import socket
import threading
import time

import pytest

from client import Broken, Client
from origin import Origin, answer
from proxy import policy
from waiting import wait_until
from wire import Wire, assert_problem, post, request


class Slow:
    """One slow client and, once it is over, how it ended and when."""

    def __init__(self, wire, first, drip=b"", answers=1):
        self.wire = wire
        self.answers = answers
        self.first = first
        self.drip = drip
        self.status = None
        self.seconds = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        with self.wire.connect(timeout=45) as client:
            began = time.monotonic()
            client.send(self.first)
            while not select.select([client.socket], [], [], 1)[0]:
                if time.monotonic() - began > 45:
                    return
                client.send(self.drip)
            try:
                for _ in range(self.answers):
                    self.status = client.read_answer().status
            except (Broken, ConnectionResetError):
                self.status = "closed"
            self.seconds = time.monotonic() - began

    def ended(self):
        self.thread.join(50)
        return self.status, self.seconds


@pytest.fixture(scope="module")
def crowd(module_wire):
    wire = module_wire
    wire.crowd_resident = wire.proxy.resident()
    slow = {
        "silent": [Slow(wire, b"") for _ in range(100)],
        "drip": [Slow(wire, b"GET http://t.test/p HTTP/1.1\r\nX: ", b"a") for _ in range(100)],
        "drip of empty lines": [Slow(wire, b"\r\n\r\nG")],
        "second head": [Slow(wire, request() + b"GET http", answers=2)],
        "no body": [Slow(wire, post(b"Content-Length: 999999999"))],
        "no chunk": [Slow(wire, post(b"Transfer-Encoding: chunked", body=b"5\r\nhe"))],
    }
    assert wait_until(lambda: wire.proxy.descriptors() >= wire.descriptors + 200)
    wire.crowd_grown = wire.proxy.resident() - wire.crowd_resident
    yield slow
    for each in sum(slow.values(), []):
        each.thread.join(50)


def test_rows_106_and_108_slow_clients_hold_up_nobody(wire, crowd):
    used, began = wire.proxy.cpu(), time.monotonic()
    for _ in range(50):
        wire.canary()
    assert time.monotonic() - began < 2
    assert wire.proxy.cpu() - used < 1
    assert wire.crowd_grown < 204 * 32 * 1024


def test_row_108_a_client_that_sends_nothing_is_closed_after_10_s(crowd):
    for each in crowd["silent"]:
        status, seconds = each.ended()
        assert status in ("closed", 408) and 9 < seconds < 13, (status, seconds)


@pytest.mark.parametrize("kind", ["drip", "drip of empty lines", "second head"])
def test_row_106_a_head_that_takes_10_s_in_all_is_answered_408(crowd, kind):
    for each in crowd[kind]:
        status, seconds = each.ended()
        assert status == 408 and 9 < seconds < 13, (status, seconds)


@pytest.mark.parametrize("kind", ["no body", "no chunk"])
def test_row_50_a_body_that_does_not_come_is_answered_408_after_30_s(wire, crowd, kind):
    (each,) = crowd[kind]
    status, seconds = each.ended()
    assert status == 408 and 29 < seconds < 35, (status, seconds)
    wire.canary()
    assert not [each for each in wire.origin.requests if each.is_complete and each.body]


def blackhole():
    """A listener whose backlog is full: a connect to it is never answered."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = []
    for _ in range(8):
        filler = socket.socket()
        filler.setblocking(False)
        assert filler.connect_ex(listener.getsockname()) in (0, errno.EINPROGRESS)
        fillers.append(filler)
    return listener, fillers


def test_row_90_an_origin_that_cannot_be_connected_to_is_answered_in_time(origin, start):
    listener, fillers = blackhole()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        closed_port = closed.getsockname()[1]
    hole = listener.getsockname()[1]
    more = f"""
  hole: {{ origin: 'http://127.0.0.1:{hole}', hosts: [hole.test] }}
  shut: {{ origin: 'http://127.0.0.1:{closed_port}', hosts: [shut.test] }}
"""
    proxy = start(policy(origin.port, more_apis=more))
    wire = Wire(proxy, origin)
    with wire.connect(timeout=10) as client, wire.connect() as other:
        began = time.monotonic()
        client.send(request(line=b"GET http://hole.test/p HTTP/1.1"))
        # Refused dials are repeated for as long as the caller waits.
        other.send(request(b"Prefer: wait=1", line=b"GET http://shut.test/p HTTP/1.1"))
        assert_problem(other.read_answer(), 502)
        wire.canary(other)
        assert_problem(client.read_answer(), 504)
        assert 4 < time.monotonic() - began < 7
        wire.canary(client)
    for each in [listener, *fillers]:
        each.close()


@pytest.fixture
def narrow(origin, start):
    """A process that may open 64 descriptors."""
    return Wire(start(policy(origin.port), descriptors=64), origin)


def test_row_109_more_clients_than_descriptors_are_all_served_in_turn(narrow):
    clients = []
    with narrow.proxy.asleep():
        for number in range(200):
            client = Client(narrow.proxy.port, timeout=20)
            target = f"/client-{number}"
            client.send(request(
                b"Connection: close", line=b"GET http://t.test%s HTTP/1.1" % target.encode()))
            clients.append((client, target))
    for client, target in clients:
        answer = client.read_answer()
        assert (answer.status, answer.body) == (200, target.encode()), answer
        client.socket.close()
    narrow.canary()


def test_row_110_idle_connections_to_some_origins_leave_descriptors_for_others(origin, start):
    others = [Origin(), Origin()]
    more = "\n".join(
        f"  {name}: {{ origin: 'http://127.0.0.1:{each.port}', hosts: [{name}.test] }}"
        for name, each in zip(("second", "third"), others))
    narrow = Wire(start(policy(origin.port, more_apis=more), descriptors=64), origin)
    clients = [narrow.connect() for _ in range(15)]
    for name, each in zip(("t", "second", "third"), [origin, *others]):
        all_here = threading.Barrier(len(clients))

        def reply(connection, incoming, all_here=all_here):
            connection.read_body(incoming)
            all_here.wait(10)
            connection.send(answer(b"ok"))

        each.on("/p", reply)
        for client in clients:
            client.send(request(line=f"GET http://{name}.test/p HTTP/1.1".encode()))
        statuses = [client.read_answer().status for client in clients]
        assert statuses == [200] * len(clients), f"{name}: {statuses}"
    for client in clients:
        client.socket.close()
    for each in others:
        each.stop()


def test_row_109_a_paused_listener_costs_nothing_and_resumes(narrow):
    with narrow.proxy.asleep():
        holders = [Client(narrow.proxy.port) for _ in range(200)]
    waiting = narrow.connect()
    waiting.send(request(line=b"GET http://t.test/waiting HTTP/1.1"))
    used = narrow.proxy.cpu()
    assert not select.select([waiting.socket], [], [], 0.3)[0], "more were accepted than fit"
    assert narrow.proxy.cpu() - used < 0.1, "the paused listener spins"
    assert narrow.proxy.descriptors() < 60, "no descriptor is left for an origin"
    for holder in holders:
        holder.socket.close()
    with waiting:
        assert waiting.read_answer().body == b"/waiting"
    narrow.canary()
