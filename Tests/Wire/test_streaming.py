"""Large bodies pass in constant memory, at the pace of who is slower."""

import hashlib
import os
import threading
import time

import pytest

from client import Broken
from waiting import wait_until
from wire import post, request

MEBIBYTE = 1 << 20
SIZE = (1024 if os.environ.get("PENSTOCK_BIG") else 64) * MEBIBYTE
BLOCK = os.urandom(MEBIBYTE)
GROWTH = 20 * MEBIBYTE


@pytest.fixture
def stream(wire):
    """A wire whose origin does not keep what it receives."""
    wire.origin.keeps_bytes = False
    yield wire
    wire.origin.keeps_bytes = True


class Memory:
    """The most resident memory of the process while a test runs."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.first = self.most = proxy.resident()
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.is_over.wait(0.02):
            self.most = max(self.most, self.proxy.resident())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join(5)

    @property
    def growth(self):
        return self.most - self.first


def read_away(take, count, pace=None):
    """Takes `count` bytes and gives their digest."""
    digest = hashlib.blake2b()
    while count:
        data = take(min(count, MEBIBYTE))
        if not data:
            raise Broken("the body ended early")
        digest.update(data)
        count -= len(data)
    return digest.hexdigest()


def expected_digest():
    digest = hashlib.blake2b()
    for _ in range(SIZE // MEBIBYTE):
        digest.update(BLOCK)
    return digest.hexdigest()


@pytest.mark.parametrize("framing", ["counted", "chunked"])
def test_a_large_upload_passes_in_constant_memory(stream, framing):
    seen = {}

    def collect(connection, incoming):
        digest = hashlib.blake2b()
        if framing == "counted":
            assert incoming.values("content-length") == [b"%d" % SIZE]
            seen["digest"] = read_away(connection.take, SIZE)
        else:
            while size := int(connection.take_line(), 16):
                digest.update(connection.take(size))
                assert connection.take(2) == b"\r\n"
            assert connection.take(2) == b"\r\n"
            seen["digest"] = digest.hexdigest()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")

    stream.origin.on("/p", collect)
    with stream.connect(timeout=60) as client, Memory(stream.proxy) as memory:
        if framing == "counted":
            client.send(post(b"Content-Length: %d" % SIZE))
            client.send(*[BLOCK] * (SIZE // MEBIBYTE))
        else:
            client.send(post(b"Transfer-Encoding: chunked"))
            for _ in range(SIZE // MEBIBYTE):
                client.send(b"100000\r\n", BLOCK, b"\r\n")
            client.send(b"0\r\n\r\n")
        assert client.read_answer().body == b"done"
        stream.canary(client)
    assert seen["digest"] == expected_digest()
    assert memory.growth < GROWTH, memory.growth


@pytest.mark.parametrize("framing", ["counted", "chunked", "until close"])
def test_a_large_download_passes_in_constant_memory(stream, framing):
    def supply(connection, _):
        head = {"counted": b"Content-Length: %d" % SIZE, "chunked": b"Transfer-Encoding: chunked",
                "until close": b"Connection: close"}[framing]
        connection.send(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        for _ in range(SIZE // MEBIBYTE):
            connection.send(b"100000\r\n" + BLOCK + b"\r\n" if framing == "chunked" else BLOCK)
        if framing == "chunked":
            connection.send(b"0\r\n\r\n")
        if framing == "until close":
            connection.close()

    stream.origin.on("/p", supply)
    with stream.connect(timeout=60) as client, Memory(stream.proxy) as memory:
        client.send(request())
        answer = client.read_head()
        assert answer.status == 200
        digest = hashlib.blake2b()
        if framing == "counted":
            assert answer.values("content-length") == [str(SIZE)]
            left = SIZE
            while left:
                data = client.take(min(left, MEBIBYTE))
                digest.update(data)
                left -= len(data)
                forget(client)
        else:
            assert answer.values("transfer-encoding") == ["chunked"]
            while size := int(client.take_line(), 16):
                digest.update(client.take(size))
                assert client.take(2) == b"\r\n"
                forget(client)
            assert client.take(2) == b"\r\n"
        assert digest.hexdigest() == expected_digest()
        stream.canary(client)
    assert memory.growth < GROWTH, memory.growth


def forget(client):
    """Drops what was taken, so that the test's own memory stays small too."""
    del client.received[:client.used]
    client.used = 0


def endless(written):
    """A script that writes as much as is taken, and counts it."""
    def script(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1 << 30))
        try:
            while written["bytes"] < 1 << 30:
                written["bytes"] += connection.socket.send(BLOCK[:65536])
        except OSError:
            pass
        written["over"] = True
    return script


def comes_to_rest(read, seconds=5.0):
    """The value once it has not changed for a while."""
    deadline = time.monotonic() + seconds
    last, since = read(), time.monotonic()
    while time.monotonic() < deadline:
        time.sleep(0.01)
        if (value := read()) != last:
            last, since = value, time.monotonic()
        elif time.monotonic() - since > 0.3:
            return last
    raise AssertionError(f"still changing: {last}")


def test_row_68_a_client_that_stops_reading_pauses_the_origin_and_costs_nothing(stream):
    written = {"bytes": 0}
    stream.origin.on("/p", endless(written))
    with stream.connect(receive_buffer=65536) as client, Memory(stream.proxy) as memory:
        client.send(request())
        client.read_head()
        held = comes_to_rest(lambda: written["bytes"])
        assert held < 32 * MEBIBYTE, "the origin was not paused"
        used = stream.proxy.cpu()
        for _ in range(20):
            stream.canary()
        time.sleep(0.2)
        assert stream.proxy.cpu() - used < 0.15, "the paused exchange spins"
        assert written["bytes"] == held
        client.take(8 * MEBIBYTE)
        assert wait_until(lambda: written["bytes"] > held), "the origin was not resumed"
    assert memory.growth < 2 * MEBIBYTE
    assert wait_until(lambda: "over" in written), "the origin is still read after the client left"
    stream.canary()


def test_row_68_an_origin_that_stops_reading_pauses_the_client(stream):
    may_read, left = threading.Event(), threading.Event()

    def slow(connection, incoming):
        may_read.wait(20)
        connection.read_body(incoming)
        if not incoming.is_complete:
            left.set()

    stream.origin.on("/p", slow)
    with stream.connect() as client, Memory(stream.proxy) as memory:
        client.send(post(b"Content-Length: %d" % (1 << 30)))
        client.socket.setblocking(False)
        sent = 0
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < 0.3:
            try:
                sent += client.socket.send(BLOCK)
                idle_since = time.monotonic()
            except BlockingIOError:
                time.sleep(0.01)
        assert MEBIBYTE / 8 < sent < 32 * MEBIBYTE, sent
        used = stream.proxy.cpu()
        stream.canary()
        assert stream.proxy.cpu() - used < 0.1
    assert memory.growth < 4 * MEBIBYTE
    may_read.set()
    assert left.wait(5), "half an upload looked complete"
    stream.canary()


@pytest.mark.parametrize("leave", ["close", "reset"])
@pytest.mark.parametrize("is_reading", [True, False])
def test_row_67_a_client_that_leaves_mid_download_ends_the_origins_connection(
        stream, leave, is_reading):
    written = {"bytes": 0}
    stream.origin.on("/p", endless(written))
    with stream.connect(receive_buffer=65536) as client:
        client.send(request())
        client.read_head()
        if is_reading:
            client.take(MEBIBYTE)
        else:
            comes_to_rest(lambda: written["bytes"])
        client.reset() if leave == "reset" else client.socket.close()
    assert wait_until(lambda: "over" in written, 2), "the origin is still read"
    assert written["bytes"] < 1 << 30
    stream.canary()
