"""Changes of protocol: asked for, allowed and granted, or nothing changes: rows 62 to 64."""

import base64
import hashlib
import os
import struct

import pytest

from client import Client
from far_end import lanes, tunnels
from origin import answer
from proxy import SECRET, Proxy, policy
from waiting import wait_until
from wire import assert_problem, post, request, rows

ASK = [b"Connection: Upgrade", b"Upgrade: websocket"]
SWITCH = (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          b"Sec-WebSocket-Accept: yes\r\n\r\n")
API = """\
    upgrades: [websocket, chat]
"""


@pytest.fixture(scope="module")
def proxy(origin, tmp_path_factory):
    one = f"""\
  one:
    origin: http://127.0.0.1:{origin.port}
    hosts: [one.test]
    upgrades: [websocket]
    limits: [ {{ name: one, per: api, kind: concurrency, allow: 1 }} ]
  plain: {{ origin: 'http://127.0.0.1:{origin.port}', hosts: [plain.test] }}
"""
    proxy = Proxy(policy(origin.port, api=API, more_apis=one), tmp_path_factory.mktemp("upgrade"))
    yield proxy
    proxy.stop()


@pytest.fixture
def wire(wire):
    yield wire
    wire.origin.drop_connections()
    assert wait_until(lambda: tunnels(wire.proxy) == 0), "a tunnel is left over"


def ask(*lines, host="t.test", target="/ws"):
    return request(*(lines or ASK), line=f"GET http://{host}{target} HTTP/1.1".encode(),
                   host=host.encode())


def echo(after=SWITCH):
    """A script that switches and then gives back what it gets."""
    def script(connection, _):
        connection.send(after)
        while data := connection.rest or connection.receive():
            connection.rest = b""
            connection.send(data)
        connection.close()
    return script


def test_row_64_a_switch_that_was_asked_for_is_relayed_and_bytes_pass(wire):
    wire.origin.on("/ws", echo())
    data = os.urandom(100_000)
    with wire.connect() as client:
        client.send(ask(b"Connection: keep-alive, Upgrade, X-Hop", b"Upgrade: WebSocket",
                        b"X-Hop: 1", b"Sec-WebSocket-Key: abc"))
        answer = client.read_head()
        assert answer.status == 101
        assert answer.values("connection") == ["upgrade"]
        assert [each.lower() for each in answer.values("upgrade")] == ["websocket"]
        assert answer.values("sec-websocket-accept") == ["yes"]
        for name in ("content-length", "transfer-encoding"):
            assert answer.values(name) == []
        client.send(data)
        assert client.take(len(data)) == data
        assert tunnels(wire.proxy) == 1
        client.half_close()
        assert client.is_closed()
    seen = wire.origin.requests[0]
    assert seen.values("connection") == [b"upgrade"]
    assert seen.values("upgrade") == [b"WebSocket"]
    assert seen.values("sec-websocket-key") == [b"abc"]
    assert seen.values("x-api-key") == [SECRET.encode()]
    assert seen.values("x-hop") == []
    assert wait_until(lambda: tunnels(wire.proxy) == 0)
    assert wire.origin.open_connections() == []
    wire.canary()


def test_row_64_what_the_origin_sends_with_its_101_comes_through(wire):
    wire.origin.on("/ws", echo(SWITCH + b"welcome"))
    with wire.connect() as client:
        client.send(ask())
        assert client.read_head().status == 101
        assert client.take(7) == b"welcome"


def test_row_62_early_bytes_are_held_until_the_101(wire):
    received = []

    def script(connection, _):
        connection.socket.settimeout(0.4)
        try:
            received.append(connection.rest + connection.socket.recv(100))
        except TimeoutError:
            received.append(connection.rest)
        connection.socket.settimeout(10)
        connection.send(SWITCH)
        received.append(connection.take(5))
        connection.close()

    wire.origin.on("/ws", script)
    with wire.connect() as client:
        client.send(ask() + b"early")
        assert client.read_head().status == 101
        assert client.is_closed()
    assert received == [b"", b"early"]


@pytest.mark.parametrize("lines, asked", rows(
    (62, "an allowed protocol", ASK, [b"websocket"]),
    (62, "another protocol", [b"Connection: Upgrade", b"Upgrade: foo"], []),
))
@pytest.mark.parametrize("status", rows(
    (62, "200", b"200 OK"), (62, "401", b"401 Unauthorized"), (62, "426", b"426 Upgrade Required"),
))
def test_what_follows_a_request_that_did_not_switch_is_http(wire, lines, asked, status):
    wire.origin.on("/ws", answer(b"no", status=status))
    with wire.connect() as client:
        client.send(ask(*lines) + request(line=b"GET http://t.test/next HTTP/1.1"))
        first = client.read_answer()
        assert (first.status, first.body) == (int(status[:3]), b"no")
        assert first.values("upgrade") == []
        assert client.read_answer().body == b"/next"
        wire.canary(client)
    assert wire.origin.targets()[:2] == ["/ws", "/next"]
    assert wire.origin.requests[0].values("upgrade") == asked
    assert bool(wire.origin.requests[0].values("connection")) == bool(asked)


@pytest.mark.parametrize("raw", rows(
    (64, "a protocol that is not allowed", ask(b"Connection: Upgrade", b"Upgrade: h2c")),
    (64, "without Connection", ask(b"Upgrade: websocket")),
    (64, "Connection names something else", ask(b"Connection: close", b"Upgrade: websocket")),
    (64, "with a version", ask(b"Connection: Upgrade", b"Upgrade: websocket/13")),
    (64, "HTTP/1.0", ask().replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n")),
    (64, "with a body", post(*ASK, b"Content-Length: 2", body=b"hi", path=b"/ws")),
    (64, "an API that allows none", ask(host="plain.test")),
))
def test_an_upgrade_that_is_not_to_be_is_not_forwarded(wire, raw):
    with wire.connect() as client:
        client.send(raw)
        assert client.read_answer().body == b"/ws"
    (seen,) = wire.origin.requests
    assert (seen.values("upgrade"), seen.values("connection")) == ([], [])


def test_row_64_of_several_protocols_those_allowed_are_forwarded(wire):
    wire.origin.on("/ws", echo(SWITCH.replace(b"websocket", b"chat")))
    with wire.connect() as client:
        client.send(ask(b"Connection: upgrade", b"Upgrade: h2c, websocket", b"Upgrade: Chat"))
        answer = client.read_head()
        assert answer.status == 101 and answer.values("upgrade") == ["Chat"]
    assert wire.origin.requests[0].values("upgrade") == [b"websocket, Chat"]


@pytest.mark.parametrize("lines, raw", rows(
    (63, "another protocol", ASK, SWITCH.replace(b"websocket", b"chat")),
    (63, "no protocol", ASK, SWITCH.replace(b"Upgrade: websocket\r\n", b"")),
    (63, "no Connection", ASK, SWITCH.replace(b"Connection: Upgrade\r\n", b"")),
    (63, "HTTP/1.0", ASK, SWITCH.replace(b"HTTP/1.1 ", b"HTTP/1.0 ")),
    (63, "two protocols", ASK, SWITCH.replace(b"websocket", b"websocket, chat")),
    (63, "a protocol that was stripped", [b"Connection: Upgrade", b"Upgrade: foo"],
     SWITCH.replace(b"websocket", b"foo")),
    (63, "nobody asked", [b"X: 1"], SWITCH),
))
def test_a_switch_that_was_not_asked_for_is_a_bad_gateway(wire, lines, raw):
    wire.origin.on("/ws", lambda connection, _: (
        connection.send(raw + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"),
        connection.wait_for_leave(5)))
    with wire.connect() as client:
        client.send(ask(*lines))
        assert_problem(client.read_answer(), 502)
        assert tunnels(wire.proxy) == 0
        wire.canary(client)
    assert wire.origin.requests[0].connection.peer_left.wait(5)


def test_row_64_a_switched_connection_holds_the_place_of_its_request(wire):
    wire.origin.on("/ws", echo())
    with wire.connect() as client, wire.connect() as other:
        client.send(ask(host="one.test"))
        assert client.read_head().status == 101
        other.send(ask(b"X: 1", host="one.test", target="/next"))
        assert wait_until(lambda: lanes(wire.proxy, "one")["waiting"] == 1)
        assert not other.is_closed(0.2)
        client.half_close()
        assert client.is_closed()
        assert other.read_answer().body == b"/next"


def test_row_64_a_switched_connection_takes_the_place_of_a_tunnel(origin, start):
    origin.on("/ws", echo())
    proxy = start(policy(origin.port, top="bounds: { tunnels: 1, tunnel-idle: 1s }", api=API))
    with Client(proxy.port) as client, Client(proxy.port) as other:
        client.send(ask())
        assert client.read_head().status == 101
        other.send(ask())
        answer = other.read_answer()
        assert_problem(answer, 503)
        assert b"tunnels-full" in answer.body and answer.values("retry-after")
        other.send(request())
        assert other.read_answer().body == b"/p"
        assert client.is_closed(4), "an idle one ends"
    assert wait_until(lambda: tunnels(proxy) == 0)


@pytest.mark.parametrize("first", rows((67, "the client", "client"), (67, "the origin", "origin")))
def test_a_reset_of_one_side_reaches_the_other(wire, first):
    wire.origin.on("/ws", lambda connection, _: (
        connection.send(SWITCH), connection.take(1),
        connection.reset() if first == "origin" else connection.wait_for_leave()))
    with wire.connect() as client:
        client.send(ask())
        assert client.read_head().status == 101
        client.send(b"x")
        if first == "client":
            assert wait_until(lambda: bytes(wire.origin.received).endswith(b"x"))
            client.reset()
            assert wire.origin.requests[0].connection.peer_left.wait(5)
        else:
            with pytest.raises(ConnectionResetError):
                client.socket.recv(1)


def test_row_64_a_websocket_by_the_letter_of_rfc_6455(wire):
    """A masked frame there, an unmasked one back, a close both ways."""
    def serve(connection, incoming):
        key = incoming.values("sec-websocket-key")[0]
        digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        connection.send(SWITCH.replace(b"yes", base64.b64encode(digest)))
        for _ in range(2):
            opcode, length = struct.unpack("BB", connection.take(2))
            mask = connection.take(4)
            data = bytes(
                byte ^ mask[at % 4] for at, byte in enumerate(connection.take(length & 0x7F)))
            connection.send(struct.pack("BB", opcode, len(data)) + data)
        connection.close()

    wire.origin.on("/ws", serve)
    with wire.connect() as client:
        client.send(ask(*ASK, b"Sec-WebSocket-Version: 13",
                        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
        answer = client.read_head()
        assert answer.values("sec-websocket-accept") == ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]
        for opcode, data in [(0x81, b"hello"), (0x88, b"\x03\xe8")]:
            client.send(struct.pack("BB", opcode, 0x80 | len(data)) + bytes(4) + data)
            assert client.take(2 + len(data)) == struct.pack("BB", opcode, len(data)) + data
        assert client.is_closed()
