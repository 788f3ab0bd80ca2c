"""Origins behind TLS: trusted by the policy's CA, refused with any doubt, and then without the key.
"""

import contextlib
import pathlib
import socket
import ssl
import threading

import pytest

from certificates import NEEDS_OPENSSL, make_ca, make_leaf, tls_origin
from client import Broken
from proxy import SECRET, Proxy, policy
from waiting import wait_until
from wire import Wire, assert_problem, request, rows

SYSTEM_CA = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
pytestmark = [
    NEEDS_OPENSSL,
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning"),
]


class Secure:
    """One process, and an origin for each kind of certificate."""

    def __init__(self, folder, plain):
        make_ca(folder, "ca")
        make_ca(folder, "other-ca")
        make_leaf(folder, "ca", "good", "IP:127.0.0.1,DNS:localhost")
        make_leaf(folder, "ca", "wrong-host", "DNS:elsewhere.test,IP:127.0.0.2")
        make_leaf(folder, "other-ca", "wrong-ca", "IP:127.0.0.1")
        make_leaf(folder, "ca", "expired", "IP:127.0.0.1", days="-1")
        make_leaf(folder, "good", "not-from-a-ca", "IP:127.0.0.1")
        old = ssl.TLSVersion.TLSv1_1
        self.origins = {
            "good": tls_origin(folder, "good", protocols=["h2", "http/1.1"]),
            "system": tls_origin(folder, "good", protocols=["h2", "http/1.1"]),
            "wrong-host": tls_origin(folder, "wrong-host", protocols=["h2", "http/1.1"]),
            "wrong-ca": tls_origin(folder, "wrong-ca", protocols=["h2", "http/1.1"]),
            "expired": tls_origin(folder, "expired", protocols=["h2", "http/1.1"]),
            "not-from-a-ca": tls_origin(folder, "not-from-a-ca", protocols=["h2", "http/1.1"]),
            "old-tls": tls_origin(folder, "good", ssl.TLSVersion.TLSv1, old),
        }
        apis = [
            f"  {name}: {{ origin: 'https://127.0.0.1:{origin.port}', hosts: [{name}.test], "
            f"credential: {{ header: X-API-Key }}, keys: {{ {name}-a: {{ secret: env:K }} }}, "
            "upgrades: [websocket]"
            + ("" if name == "system" else f", tls: {{ ca: {folder / 'ca.pem'} }}") + " }"
            for name, origin in self.origins.items()]
        apis.append(
            f"  plain: {{ origin: 'https://127.0.0.1:{plain.port}', hosts: [plain.test], "
            f"credential: {{ header: X-API-Key }}, keys: {{ plain-a: {{ secret: env:K }} }} }}")
        self.proxy = Proxy(policy(plain.port, more_apis="\n".join(apis)), folder)


@pytest.fixture(scope="module")
def secure(origin, tmp_path_factory):
    secure = Secure(tmp_path_factory.mktemp("tls"), origin)
    yield secure
    secure.proxy.stop()
    for each in secure.origins.values():
        each.stop()


@pytest.fixture(scope="module")
def proxy(secure):
    return secure.proxy


@pytest.fixture(autouse=True)
def nothing_pooled(secure):
    """Each test leaves no connection behind."""
    yield
    for each in secure.origins.values():
        each.drop_connections()


def ask(wire, name, target="p", scheme="http", lines=(), **options):
    with wire.connect() as client:
        client.send(request(
            *lines, line=f"GET {scheme}://{name}.test/{target} HTTP/1.1".encode(), **options))
        answer = client.read_answer()
        wire.assert_no_secret(client)
        return answer


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_http_request_leaves_over_tls_under_the_policys_ca(wire, secure, scheme):
    origin = secure.origins["good"]
    origin.forget()
    assert ask(wire, "good", "hello", scheme).body == b"/hello"
    assert ask(wire, "good", "again", scheme).body == b"/again"
    first, second = origin.requests
    assert first.values("x-api-key") == [SECRET.encode()]
    assert first.values("host") == [b"127.0.0.1:%d" % origin.port]
    assert first.connection is second.connection, "the connection was not reused"


def test_a_large_body_passes_both_ways_over_tls(wire, secure):
    origin = secure.origins["good"]

    def echo(connection, incoming):
        connection.read_body(incoming)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(incoming.body))
        connection.send(incoming.body)

    origin.on("/echo", echo)
    body = bytes(range(256)) * 16_384
    with wire.connect(timeout=20) as client:
        client.send(
            request(b"Content-Length: %d" % len(body),
                    line=b"POST http://good.test/echo HTTP/1.1"), body)
        assert client.read_answer().body == body


def test_row_85_unsolicited_bytes_over_tls_end_an_idle_connection(wire, secure):
    origin = secure.origins["good"]
    origin.drop_connections()
    assert ask(wire, "good", "one").body == b"/one"
    (connection,) = origin.open_connections()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL")
    assert connection.peer_left.wait(2), "the connection was kept"
    assert ask(wire, "good", "two").body == b"/two"


@pytest.mark.parametrize("raw", rows(
    (86, "another answer", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"),
    (86, "one byte", b"H"),
))
def test_a_record_that_comes_together_with_the_end_of_an_answer_ends_its_connection(
        wire, secure, raw):
    origin = secure.origins["good"]

    def chatty(connection, _):
        with wire.proxy.asleep():
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            connection.send(raw)

    origin.on("/chatty", chatty)
    assert ask(wire, "good", "chatty").body == b"ok"
    assert origin.connections[-1].peer_left.wait(2), "the connection was kept"
    assert ask(wire, "good", "next").body == b"/next"


def test_many_small_records_that_come_at_once_are_a_whole_answer(wire, secure):
    origin = secure.origins["good"]
    body = bytes(range(256)) * 4

    def crumble(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
        with wire.proxy.asleep():
            for at in range(len(body)):
                connection.send(body[at:at + 1])

    origin.on("/crumbs", crumble)
    for _ in range(2):
        assert ask(wire, "good", "crumbs").body == body


@pytest.mark.parametrize("is_announced", [True, False])
def test_row_83_a_body_that_ends_with_the_connection_is_whole_if_tls_says_so(
        wire, secure, is_announced):
    origin = secure.origins["good"]

    def until_close(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
        wait_until(lambda: b"hello" in client.received)
        if is_announced:
            connection.socket.unwrap()
        connection.close()

    origin.on("/close", until_close)
    with wire.connect() as client:
        client.send(request(line=b"GET http://good.test/close HTTP/1.1"))
        if is_announced:
            assert client.read_answer().body == b"hello"
        else:
            with pytest.raises((Broken, ConnectionResetError)):
                client.read_answer()
    wire.canary()


def test_row_76_an_origin_behind_tls_hears_the_clients_end_and_may_still_speak(wire, secure):
    origin = secure.origins["good"]

    def echo_at_the_end(connection, _):
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\n"
                        b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        heard = b""
        while data := connection.receive():
            heard += data
        connection.send(heard)
        connection.socket.unwrap()
        connection.close()

    origin.on("/ws", echo_at_the_end)
    with wire.connect() as client:
        client.send(request(b"Connection: upgrade", b"Upgrade: websocket",
                            line=b"GET http://good.test/ws HTTP/1.1"))
        assert client.read_head().status == 101
        client.send(b"hello")
        client.half_close()
        assert client.read_until_end() == b"hello"
    wire.canary()


@pytest.mark.parametrize("name", rows(
    (79, "signed by a CA the policy does not name", "wrong-ca"),
    (79, "signed by a CA the system does not know", "system"),
    (79, "for another host", "wrong-host"),
    (79, "expired", "expired"),
    (79, "signed by a certificate that is no CA", "not-from-a-ca"),
    (79, "TLS 1.1", "old-tls"),
))
def test_a_doubtful_origin_is_answered_502_and_never_gets_the_key(wire, secure, name):
    origin = secure.origins[name]
    for _ in range(2):
        assert_problem(ask(wire, name, lines=[b"Prefer: wait=1"]), 502)
    assert (bytes(origin.received), origin.requests) == (b"", [])
    wire.canary()


@pytest.mark.skipif(not SYSTEM_CA.exists(), reason="the system has no file of authorities")
def test_the_systems_authorities_are_read_once_and_not_for_each_connection(wire, secure):
    assert_problem(ask(wire, "system"), 502)
    used = wire.proxy.cpu()
    for _ in range(20):
        assert_problem(ask(wire, "system"), 502)
    assert (wire.proxy.cpu() - used) / 20 < 0.015, "a dial holds the loop up"
    wire.canary()


def test_an_origin_that_speaks_no_tls_is_a_bad_gateway_and_never_gets_the_key(wire):
    assert_problem(ask(wire, "plain"), 502, 504)
    assert SECRET.encode() not in wire.origin.received
    wire.canary()


def test_row_93_an_origin_that_would_rather_speak_http_2_is_spoken_to_in_http_1_1(wire, secure):
    origin = secure.origins["good"]
    origin.forget()
    assert ask(wire, "good").body == b"/p"
    (seen,) = origin.requests
    assert seen.connection.socket.selected_alpn_protocol() == "http/1.1"
    assert seen.line == b"GET /p HTTP/1.1"


def offered(hello):
    """The protocols a ClientHello offers (RFC 8446 section 4.1.2, RFC 7301 section 3.1)."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at:at + 2], "big")
    at += 1 + hello[at] + 2
    while at < len(hello):
        kind, size = (int.from_bytes(hello[at + step:at + step + 2], "big") for step in (0, 2))
        body = hello[at + 4:at + 4 + size]
        if kind == 16:
            names, here = [], 2
            while here < len(body):
                names.append(body[here + 1:here + 1 + body[here]])
                here += 1 + body[here]
            return names
        at += 4 + size
    return []


def test_row_93_an_origin_that_insists_on_http_2_gets_no_request(origin, start):
    hellos = []

    def insist(listener):
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = listener.accept()
                with accepted:
                    hellos.append(accepted.recv(16384))
                    # The fatal alert no_application_protocol.
                    accepted.sendall(b"\x15\x03\x03\x00\x02\x02\x78")
                    while more := accepted.recv(16384):
                        hellos.append(more)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=insist, args=[listener], daemon=True)
        thread.start()
        more = (
            f"  h2: {{ origin: 'https://127.0.0.1:{listener.getsockname()[1]}', hosts: [h2.test], "
            "credential: { header: X-API-Key }, keys: { h: { secret: env:K } } }")
        wire = Wire(start(policy(origin.port, more_apis=more)), origin)
        assert_problem(ask(wire, "h2", lines=[b"Prefer: wait=0"]), 502)
        wire.canary()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    assert offered(hellos[0]) == [b"http/1.1"]
    assert not [data for data in hellos if b"HTTP/1.1" in data or SECRET.encode() in data]
