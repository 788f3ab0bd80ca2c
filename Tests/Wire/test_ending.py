"""Row 125: a thousand requests wait when the process is told to end."""

import os
import resource
import signal
import threading
import time

import pytest

from client import Client
from origin import answer
from proxy import policy
from waiting import wait_until
from wire import Wire, assert_problem, request

COUNT = 1_000
LIMIT = "    limits: [ { name: one, per: key, kind: concurrency, allow: 1 } ]"


@pytest.fixture
def descriptors():
    """Room for the clients of this test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_192), hard))
    yield min(hard, 8_192)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def parked(origin, start, descriptors):
    """The checks, the one request that is under way, its release, and a thousand that wait."""
    origin.scripts.clear()
    wire = Wire(start(policy(origin.port, api=LIMIT), descriptors=descriptors), origin)
    release = threading.Event()

    def hold(connection, _):
        release.wait(30)
        connection.send(answer(b"held"))

    origin.on("/held", hold)
    held = wire.connect(timeout=30)
    held.send(request(line=b"GET http://t.test/held HTTP/1.1"))
    assert wait_until(lambda: origin.targets() == ["/held"])
    clients = [wire.connect(timeout=30) for _ in range(COUNT)]
    for client in clients:
        client.send(request())
    assert wait_until(lambda: wire.proxy.descriptors() >= COUNT)
    time.sleep(0.5)
    yield wire, held, release, clients
    release.set()
    for client in [held, *clients]:
        client.socket.close()


def test_row_125_a_thousand_that_wait_are_told_to_come_back_and_the_end_is_clean(parked):
    wire, held, release, clients = parked
    began = time.monotonic()
    os.kill(wire.proxy.pid, signal.SIGTERM)
    with pytest.raises((ConnectionError, TimeoutError)):
        while time.monotonic() - began < 5:
            Client(wire.proxy.port, timeout=1).socket.close()
    for client in clients:
        got = client.read_answer()
        assert_problem(got, 503)
        assert int(got.values("retry-after")[0]) >= 1
        assert client.is_closed()
    refused = time.monotonic() - began
    assert refused < 12, f"they were told after {refused:.1f} s"
    release.set()
    assert held.read_answer().body == b"held"
    assert wire.proxy.process.wait(5) == 0
    assert wire.origin.targets() == ["/held"], "sent, though the process was ending"


def test_row_125_a_second_signal_ends_it_at_once_with_a_thousand_waiting(parked):
    wire, _, _, _ = parked
    os.kill(wire.proxy.pid, signal.SIGTERM)
    assert wait_until(lambda: b"draining" in wire.proxy.log)
    began = time.monotonic()
    os.kill(wire.proxy.pid, signal.SIGTERM)
    wire.proxy.process.wait(5)
    assert time.monotonic() - began < 1


def test_row_125_an_answer_under_way_is_whole_though_its_client_has_sent_more(origin, start):
    origin.scripts.clear()
    proxy = start(policy(origin.port))
    body = b"x" * (3 << 20)
    origin.on("/big", answer(body))
    with Client(proxy.port, receive_buffer=4096, timeout=20) as client:
        client.send(request(line=b"GET http://t.test/big HTTP/1.1"))
        head = client.read_head()
        os.kill(proxy.pid, signal.SIGTERM)
        assert wait_until(lambda: b"draining" in proxy.log)
        client.send(request())
        client.read_body(head, "GET")
        assert head.body == body
    assert wait_until(lambda: not proxy.is_alive(), 10) and proxy.process.returncode == 0


def test_row_51_a_refusal_is_not_cut_short_by_a_drain(origin, start):
    """The body of a refused request is read on for a while, so that no reset destroys the answer."""
    origin.scripts.clear()
    proxy = start(policy(origin.port, top="bounds: { body: 1KiB }"))
    release = threading.Event()

    def hold(connection, _):
        release.wait(20)
        connection.send(answer(b"held"))

    origin.on("/held", hold)
    with Client(proxy.port, timeout=20) as held, Client(proxy.port) as client:
        held.send(request(line=b"GET http://t.test/held HTTP/1.1"))
        assert wait_until(lambda: "/held" in origin.targets())
        client.send(request(
            b"Content-Length: 100000", line=b"POST http://t.test/p HTTP/1.1", body=b"x"))
        assert_problem(client.read_answer("POST"), 413)
        os.kill(proxy.pid, signal.SIGTERM)
        assert wait_until(lambda: b"draining" in proxy.log)
        began = time.monotonic()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while time.monotonic() - began < 10:
                client.socket.sendall(b"y" * 100)
                time.sleep(0.05)
        assert time.monotonic() - began > 1
        release.set()
        assert held.read_answer().body == b"held"
