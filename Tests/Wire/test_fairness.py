"""One client that never waits holds up nobody else."""

import contextlib
import socket
import threading
import time

import pytest

from proxy import Proxy, policy
from wire import post, request

BOUNDS = "bounds: { requests-per-connection: 1000000000 }"
PIPELINED = request(b"Max-Forwards: 0", line=b"OPTIONS http://t.test/ HTTP/1.1") * 1000
CHUNKS = b"1\r\nx\r\n" * 50_000


@pytest.fixture(scope="module")
def proxy(origin, tmp_path_factory):
    proxy = Proxy(policy(origin.port, top=BOUNDS), tmp_path_factory.mktemp("fairness"))
    yield proxy
    proxy.stop()


def sink(connection, _):
    while connection.receive():
        pass


@contextlib.contextmanager
def flood(wire, opening, piece):
    """A client that sends, and reads what comes, as fast as it can."""
    client = wire.connect(timeout=20)
    client.send(opening)

    def send():
        with contextlib.suppress(OSError):
            while True:
                client.socket.sendall(piece)

    def read():
        with contextlib.suppress(OSError):
            while client.socket.recv(1 << 20):
                pass

    threads = [threading.Thread(target=each, daemon=True) for each in (send, read)]
    for thread in threads:
        thread.start()
    yield
    client.socket.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(5)


@pytest.mark.parametrize("opening, piece, bound", [
    pytest.param(b"", PIPELINED, 0.1, id="pipelined requests that are answered here"),
    pytest.param(
        post(b"Transfer-Encoding: chunked", path=b"/sink"), CHUNKS, 0.6,
        id="chunks of one byte"),
])
def test_others_are_served_meanwhile(wire, opening, piece, bound):
    wire.origin.keeps_bytes = False
    wire.origin.on("/sink", sink)
    spans = []
    with flood(wire, opening, piece):
        time.sleep(0.3)
        for _ in range(8):
            began = time.monotonic()
            assert wire.get("/other").status == 200
            spans.append(time.monotonic() - began)
    wire.origin.keeps_bytes = True
    assert max(spans) < bound, [round(span, 3) for span in spans]
