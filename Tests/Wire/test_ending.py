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
