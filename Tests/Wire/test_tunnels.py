"""Tunnels: bytes both ways, their ends, their bounds, and how they count: rows 72, 73, 75, 76."""

import hashlib
import os
import signal
import socket
import struct
import threading
import time

import pytest

from client import Client
from far_end import FarEnd, connect_line, lanes, stats, take, tunnels
from proxy import Proxy, policy
from waiting import wait_until
from wire import assert_problem, request, rows


def apis(far_port):
    return f"""\
  through: {{ origin: 'http://127.0.0.1:{far_port}', hosts: [through.test], connect: tunnel }}
  one:
    origin: http://127.0.0.1:{far_port}
    hosts: [one.test]
    connect: tunnel
    limits: [ {{ name: one, per: api, kind: concurrency, allow: 1 }} ]
"""


@pytest.fixture(scope="module")
def far():
    far = FarEnd()
    yield far
    far.close()


@pytest.fixture(scope="module")
def proxy(origin, far, tmp_path_factory):
    proxy = Proxy(
        policy(origin.port, more_apis=apis(far.port)), tmp_path_factory.mktemp("tunnels"))
    yield proxy
    proxy.stop()


@pytest.fixture
def wire(wire):
    yield wire
    assert wait_until(lambda: tunnels(wire.proxy) == 0), "a tunnel is left over"


def open_tunnel(proxy, far, host="through.test", early=b""):
    """A client and the far end's socket, once the tunnel stands; the client's head is read."""
    client = Client(proxy.port, timeout=10)
    client.send(connect_line(host) + early)
    answer = client.read_head()
    assert answer.status == 200, answer
    return client, far.accept(), answer


def test_row_73_the_answer_has_no_framing_and_the_bytes_pass_untouched(wire, far):
    client, end, answer = open_tunnel(wire.proxy, far)
    with client, end:
        for name in ("content-length", "transfer-encoding", "connection"):
            assert answer.values(name) == []
        there, back = os.urandom(5000), os.urandom(7000)
        client.send(there)
        assert take(end, len(there)) == there
        end.sendall(back)
        assert client.take(len(back)) == back
        assert tunnels(wire.proxy) == 1
    wire.canary()


@pytest.mark.parametrize("early", rows(
    (72, "a byte", b"\x16"), (72, "a hello", b"\x16\x03\x01" + os.urandom(512)),
    (72, "16 KB", os.urandom(16_384)), (72, "a megabyte", os.urandom(1 << 20)),
    (72, "what looks like a request", request()),
))
def test_early_bytes_are_held_until_the_tunnel_stands_and_lost_never(wire, far, early):
    client = Client(wire.proxy.port)
    writer = threading.Thread(target=client.send, args=[connect_line("through.test") + early])
    writer.start()
    with client, far.accept() as end:
        assert take(end, len(early)) == early
        writer.join(5)
        assert client.read_head().status == 200
    assert wire.origin.requests == []
    wire.canary()


def test_row_72_the_bytes_of_a_parked_tunnel_go_nowhere_before_its_turn(wire, far):
    first, first_end, _ = open_tunnel(wire.proxy, far, "one.test")
    with first, first_end, wire.connect() as second:
        second.send(connect_line("one.test") + b"early")
        assert wait_until(lambda: lanes(wire.proxy, "one")["waiting"] == 1)
        assert not second.is_closed(0.1) and not second.received and far.is_alone()
        first.socket.close()
        assert first_end.recv(1) == b""
        first_end.close()
        with far.accept() as end:
            assert take(end, 5) == b"early"
            assert second.read_head().status == 200


def test_a_tunnel_is_one_request_of_its_api_and_a_failed_dial_is_none(origin, start):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    limited = (
        f"  two: {{ origin: 'http://127.0.0.1:{port}', hosts: [two.test], connect: tunnel, "
        "limits: [{ name: two, per: api, kind: sliding-window, allow: 2/hour }] }")
    proxy = start(policy(origin.port, more_apis=limited))
    for _ in range(3):
        with Client(proxy.port) as client:
            client.send(request(
                b"Prefer: wait=1", line=b"CONNECT two.test:443 HTTP/1.1", host=b"two.test"))
            assert_problem(client.read_answer(), 502, 503)
    with socket.create_server(("127.0.0.1", port)) as listener:
        for _ in range(2):
            with Client(proxy.port) as client:
                client.send(connect_line("two.test"))
                assert client.read_head().status == 200
                listener.accept()[0].close()
        with Client(proxy.port) as client:
            client.send(request(
                b"Prefer: wait=1", line=b"CONNECT two.test:443 HTTP/1.1", host=b"two.test"))
            answer = client.read_answer()
            assert_problem(answer, 503)
            assert answer.values("retry-after") and client.is_closed()


@pytest.mark.parametrize("first", rows((75, "the client", "client"), (75, "the origin", "origin")))
def test_one_side_may_end_and_the_other_go_on(wire, far, first):
    client, end, _ = open_tunnel(wire.proxy, far)
    with client, end:
        near, other = (client.socket, end) if first == "client" else (end, client.socket)
        last, rest = os.urandom(300_000), os.urandom(3_000_000)
        writer = threading.Thread(target=lambda: (
            near.sendall(last), near.shutdown(socket.SHUT_WR)))
        writer.start()
        assert take(other, len(last) + 1) == last
        writer.join(5)
        time.sleep(0.05)
        writer = threading.Thread(target=lambda: (other.sendall(rest), other.close()))
        writer.start()
        assert take(near, len(rest) + 1) == rest
        writer.join(5)
    assert wait_until(lambda: tunnels(wire.proxy) == 0, 2)
    wire.canary()


@pytest.mark.parametrize("first", rows((75, "the client", "client"), (75, "the origin", "origin")))
def test_a_reset_reaches_the_other_side_as_a_reset(wire, far, first):
    client, end, _ = open_tunnel(wire.proxy, far)
    with client, end:
        near, other = (client.socket, end) if first == "client" else (end, client.socket)
        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        near.close()
        with pytest.raises(ConnectionResetError):
            other.recv(1)


def test_row_75_bytes_of_both_directions_pass_at_once_in_any_size(wire, far):
    client, end, _ = open_tunnel(wire.proxy, far)
    data = os.urandom(20 << 20)
    digest = hashlib.sha256(data).digest()
    got = {}

    def pump(sock, out):
        sent = threading.Thread(target=lambda: (
            sock.sendall(data), sock.shutdown(socket.SHUT_WR)))
        sent.start()
        got[out] = hashlib.sha256(take(sock, len(data) + 1)).digest()
        sent.join(10)

    with client, end:
        both = [threading.Thread(target=pump, args=[client.socket, "client"]),
                threading.Thread(target=pump, args=[end, "end"])]
        for each in both:
            each.start()
        wire.canary()
        for each in both:
            each.join(30)
    assert got == {"client": digest, "end": digest}


@pytest.mark.parametrize("reader", rows((68, "the client", "client"), (68, "the origin", "origin")))
def test_a_side_that_does_not_read_stops_the_other_and_costs_nothing(wire, far, reader):
    client, end, _ = open_tunnel(wire.proxy, far)
    with client, end:
        writer = end if reader == "client" else client.socket
        resident = wire.proxy.resident()
        writer.settimeout(0.3)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 64 << 20:
                sent += writer.send(b"x" * 65536)
        assert sent < 32 << 20
        assert wire.proxy.resident() - resident < 2 << 20
        used = wire.proxy.cpu()
        time.sleep(0.3)
        assert wire.proxy.cpu() - used < 0.1
        silent = client.socket if reader == "client" else end
        silent.settimeout(5)
        assert len(take(silent, sent)) == sent


def test_row_76_an_idle_tunnel_ends_and_one_that_is_used_does_not(origin, far, start):
    proxy = start(policy(origin.port, top="bounds: { tunnel-idle: 1s }", more_apis=apis(far.port)))
    idle, idle_end, _ = open_tunnel(proxy, far)
    used, used_end, _ = open_tunnel(proxy, far)
    with idle, idle_end, used, used_end:
        began = time.monotonic()
        while time.monotonic() - began < 2.5:
            used.send(b"x")
            assert take(used_end, 1) == b"x"
            time.sleep(0.2)
        assert idle.is_closed(0.1) and idle_end.recv(1) == b""
        assert tunnels(proxy) == 1
        assert used.is_closed(3) and used_end.recv(1) == b""
    assert wait_until(lambda: tunnels(proxy) == 0)


def test_row_76_a_half_closed_tunnel_idles_no_longer_than_a_whole_one(origin, far, start):
    proxy = start(policy(origin.port, top="bounds: { tunnel-idle: 1s }", more_apis=apis(far.port)))
    client, end, _ = open_tunnel(proxy, far)
    with client, end:
        client.half_close()
        assert end.recv(1) == b""
        assert client.is_closed(3)
    assert wait_until(lambda: tunnels(proxy) == 0)


def test_row_76_one_tunnel_more_than_may_be_is_refused_and_later_let_in(origin, far, start):
    proxy = start(policy(origin.port, top="bounds: { tunnels: 2 }", more_apis=apis(far.port)))
    base = proxy.descriptors()
    pairs = [open_tunnel(proxy, far) for _ in range(2)]
    with Client(proxy.port) as client:
        client.send(connect_line("through.test"))
        answer = client.read_answer()
        assert_problem(answer, 503)
        assert answer.values("retry-after") and b"tunnels-full" in answer.body
        assert client.is_closed() and far.is_alone()
    for client, end, _ in pairs:
        client.socket.close()
        end.close()
    assert wait_until(lambda: tunnels(proxy) == 0)
    client, end, _ = open_tunnel(proxy, far)
    client.socket.close()
    end.close()
    assert wait_until(lambda: proxy.descriptors() <= base)


def test_row_76_five_hundred_tunnels_hold_no_buffer_while_they_idle(wire, far):
    base = wire.proxy.descriptors()
    pairs = [open_tunnel(wire.proxy, far) for _ in range(20)]
    resident = wire.proxy.resident()
    pairs += [open_tunnel(wire.proxy, far) for _ in range(480)]
    for client, end, _ in pairs:
        client.send(b"x" * 20_000)
        assert len(take(end, 20_000)) == 20_000
    assert tunnels(wire.proxy) == 500
    grown = (wire.proxy.resident() - resident) / 480
    assert grown < 20_000, f"a tunnel that idles keeps {grown:.0f} bytes"
    used = wire.proxy.cpu()
    time.sleep(0.3)
    assert wire.proxy.cpu() - used < 0.1
    for client, end, _ in pairs:
        client.socket.close()
        end.close()
    assert wait_until(lambda: wire.proxy.descriptors() <= base)
    wire.canary()


def test_a_tunnels_connection_is_never_kept(wire, far):
    client, end, _ = open_tunnel(wire.proxy, far)
    client.half_close()
    assert end.recv(1) == b""
    end.shutdown(socket.SHUT_WR)
    assert client.is_closed()
    client.socket.close()
    end.close()
    assert stats(wire.proxy)["connections"]["idle_upstream"] <= 1
    with wire.connect() as client:
        client.send(request(line=b"GET http://through.test/p HTTP/1.1"))
        with far.accept() as end:
            assert end.recv(65536).startswith(b"GET /p HTTP/1.1\r\n")
            end.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        assert client.read_answer().status == 200


def test_an_http_1_0_client_may_tunnel_too(wire, far):
    with wire.connect() as client:
        client.send(b"CONNECT through.test:443 HTTP/1.0\r\n\r\n")
        assert client.read_head().status == 200
        with far.accept() as end:
            client.send(b"hello")
            assert take(end, 5) == b"hello"


def test_row_125_draining_gives_tunnels_their_time_and_then_ends_them(origin, far, start):
    proxy = start(policy(origin.port, more_apis=apis(far.port)))
    client, end, _ = open_tunnel(proxy, far)
    busy, busy_end, _ = open_tunnel(proxy, far)

    def pour():
        try:
            while True:
                busy.socket.sendall(bytes(65536))
        except OSError:
            pass

    def drink():
        try:
            while busy_end.recv(1 << 20):
                pass
        except OSError:
            pass

    pumps = [threading.Thread(target=each, daemon=True) for each in (pour, drink)]
    with client, end, busy, busy_end:
        for each in pumps:
            each.start()
        os.kill(proxy.pid, signal.SIGTERM)
        time.sleep(0.5)
        client.send(b"still")
        assert take(end, 5) == b"still"
        began = time.monotonic()
        assert client.is_closed(15) and end.recv(1) == b""
        assert time.monotonic() - began > 5
        for each in pumps:
            each.join(5)
            assert not each.is_alive(), "a tunnel that is never idle goes on"
    assert wait_until(lambda: not proxy.is_alive()) and proxy.process.returncode == 0
