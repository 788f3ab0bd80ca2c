"""TLS that ends here: its handshake, whose requests pass inside, and its authority: rows 77 to 81.
"""

import os
import signal
import ssl
import subprocess
import threading
import time

import pytest

from certificates import NEEDS_OPENSSL, make_ca, make_leaf, openssl, tls_origin
from client import Client
from far_end import connect_line, lanes, tunnels
from intercepted import Inside, Pieces, trusting
from origin import answer
from proxy import SECRET, Proxy, command, policy
from waiting import wait_until
from wire import assert_problem, every_byte, post, request, rows

pytestmark = NEEDS_OPENSSL


def api(folder, name, origin, hosts=None, more=""):
    return f"""\
  {name}:
    origin: https://127.0.0.1:{origin.port}
    hosts: [{', '.join(hosts or [name + '.test'])}]
    tls: {{ ca: {folder / 'origin-ca.pem'} }}
    credential: {{ header: X-API-Key }}
    keys: {{ {name}-a: {{ secret: env:K }} }}
{more}"""


def with_ca(folder, name="local"):
    return f"ca: {{ certificate: {folder / name}.pem, key: {folder / name}.key }}"


SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"


class Secure:
    def __init__(self, folder, plain):
        self.folder = folder
        self.authority = folder / "local.pem"
        for name in ("local", "origin-ca", "other-ca"):
            make_ca(folder, name)
        make_leaf(folder, "origin-ca", "good", "IP:127.0.0.1")
        make_leaf(folder, "other-ca", "wrong-ca", "IP:127.0.0.1")
        self.origin = tls_origin(folder, "good")
        self.doubtful = tls_origin(folder, "wrong-ca")
        many = [f"h{at}.many.test" for at in range(150)]
        self.apis = "".join([
            api(folder, "s", self.origin, ["s.test", "127.0.0.9"],
                "    upgrades: [websocket]\n"),
            api(folder, "one", self.origin,
                more="    limits: [{ name: one, per: key, kind: concurrency, allow: 1 }]\n"),
            api(folder, "doubtful", self.doubtful),
            api(folder, "many", self.origin, many)])
        self.proxy = Proxy(
            policy(plain.port, top=with_ca(folder), more_apis=self.apis), folder)

    def stop(self):
        self.proxy.stop()
        self.origin.stop()
        self.doubtful.stop()


@pytest.fixture(scope="module")
def secure(origin, tmp_path_factory):
    secure = Secure(tmp_path_factory.mktemp("interception"), origin)
    yield secure
    secure.stop()


@pytest.fixture(scope="module")
def proxy(secure):
    return secure.proxy


@pytest.fixture(autouse=True)
def nothing_is_left(secure):
    secure.origin.scripts.clear()
    secure.origin.forget()
    yield
    secure.origin.drop_connections()


@pytest.fixture
def inside(wire, secure):
    """Opens clients inside intercepted TLS."""
    opened = []

    def inside(host="s.test", **options):
        opened.append(Inside(wire.proxy.port, secure.authority, host, **options))
        return opened[-1]

    yield inside
    for client in opened:
        wire.assert_no_secret(client)
        client.socket.close()
    wire.canary()


def get(target="/p", *lines, host=b"s.test", version=b"1.1"):
    return request(
        *lines, line=b"GET " + target.encode() + b" HTTP/" + version, host=host)


def test_requests_inside_are_limited_and_get_their_key(secure, inside):
    client = inside()
    assert client.answer.fields == []
    for target in ("/one", "/two?q=1"):
        client.send(get(target))
        answer = client.read_answer()
        assert (answer.status, answer.body) == (200, target.encode())
        assert len(answer.values("via")) == 1
    first, second = secure.origin.requests
    assert first.connection is second.connection
    for seen in (first, second):
        assert seen.values("x-api-key") == [SECRET.encode()]
        assert seen.values("host") == [b"127.0.0.1:%d" % secure.origin.port]
        assert len(seen.values("via")) == 1
    assert lanes(secure.proxy, "s")["granted"] >= 2
    assert tunnels(secure.proxy) == 0


def test_pipelined_requests_bodies_and_100_continue_pass_inside(secure, inside):
    client = inside()
    client.send(get("/a") + post(b"Content-Length: 5", body=b"hello").replace(
        b"http://t.test/p", b"/b").replace(b"Host: t.test", b"Host: s.test") + get("/c"))
    assert [client.read_answer().body for _ in range(3)] == [b"/a", b"/b", b"/c"]
    assert secure.origin.requests[1].body == b"hello"
    client.send(request(b"Expect: 100-continue", b"Content-Length: 5",
                        line=b"POST /d HTTP/1.1", host=b"s.test"))
    assert client.read_head().status == 100
    client.send(b"later")
    assert client.read_answer().body == b"/d"
    assert secure.origin.requests[3].body == b"later"


def test_large_bodies_pass_both_ways_inside(secure, inside):
    body = os.urandom(3 << 20)

    def echo(connection, incoming):
        connection.read_body(incoming)
        connection.send(answer(incoming.body))

    secure.origin.on("/echo", echo)
    client = inside(timeout=20)
    client.send(
        request(b"Content-Length: %d" % len(body), line=b"POST /echo HTTP/1.1", host=b"s.test"),
        body)
    assert client.read_answer().body == body


def test_row_56_an_http_1_0_client_inside_gets_one_answer(secure, inside):
    client = inside()
    client.send(b"GET /p HTTP/1.0\r\n\r\n")
    assert client.read_answer().body == b"/p"
    assert client.is_closed()


@pytest.mark.parametrize("line, lines", rows(
    (73, "HTTP/1.0, as Python's http.client sends it", b"CONNECT s.test:443 HTTP/1.0", []),
    (73, "Connection: close", b"CONNECT s.test:443 HTTP/1.1", [b"Connection: close"]),
    (73, "Proxy-Connection: close", b"CONNECT s.test:443 HTTP/1.1", [b"Proxy-Connection: close"]),
))
def test_what_a_connect_says_of_its_connection_holds_for_nothing_inside(wire, secure, line, lines):
    with wire.connect() as client:
        client.send(request(*lines, line=line, host=b"s.test"))
        assert client.read_head().status == 200
        client.socket = trusting(secure.authority).wrap_socket(
            client.socket, server_hostname="s.test")
        client.received.clear()
        client.used = 0
        for target in ("/one", "/two"):
            client.send(get(target))
            assert client.read_answer().body == target.encode()


def test_base_urls_are_not_served_inside(secure, inside):
    client = inside()
    client.send(get("/t/p"))
    assert client.read_answer().body == b"/t/p"
    assert secure.origin.targets() == ["/t/p"]


@pytest.mark.parametrize("raw", rows(
    (78, "the same host", get()),
    (78, "in capitals", get(host=b"S.TEST")),
    (78, "with its port", get(host=b"s.test:443")),
    (78, "as an absolute URI", get("https://s.test/p")),
    (78, "as an absolute URI with its port", get("HTTPS://S.test:443/p", host=b"s.test:443")),
))
def test_a_request_for_the_host_of_the_connect_passes(secure, inside, raw):
    client = inside()
    client.send(raw)
    assert client.read_answer().body == b"/p"


@pytest.mark.parametrize("raw", rows(
    (78, "another host", get(host=b"evil.test")),
    (78, "another API's host", get(host=b"t.test")),
    (78, "a host below", get(host=b"x.s.test")),
    (78, "a last dot", get(host=b"s.test.")),
    (78, "another port", get(host=b"s.test:8443")),
    (78, "port 80", get(host=b"s.test:80")),
    (78, "another absolute URI", get("https://evil.test/p")),
    (78, "another API's absolute URI", get("http://t.test/p")),
    (78, "http", get("http://s.test/p")),
    (78, "an absolute URI's port", get("https://s.test:8443/p")),
    (78, "an absolute URI and another Host", get("https://s.test/p", host=b"evil.test")),
    (78, "OPTIONS * of another host", request(line=b"OPTIONS * HTTP/1.1", host=b"evil.test")),
))
def test_a_request_for_another_host_is_forbidden(wire, secure, inside, raw):
    client = inside()
    client.send(raw)
    answer = client.read_answer()
    assert_problem(answer, 403)
    assert b"wrong-authority" in answer.body
    client.send(get("/after"))
    assert client.read_answer().body == b"/after"
    assert secure.origin.targets() == ["/after"] and wire.origin.requests == []


@pytest.mark.parametrize("target", rows(
    (80, "to the same host", "s.test"), (80, "to another API", "one.test"),
    (80, "to an unknown host", "evil.test")))
def test_a_connect_inside_is_forbidden(secure, inside, target):
    client = inside()
    client.send(connect_line(target))
    answer = client.read_answer()
    assert_problem(answer, 403)
    assert b"nested-connect" in answer.body and client.is_closed()
    assert secure.origin.requests == []


def test_a_malformed_request_inside_is_refused_and_ends_the_connection(secure, inside):
    client = inside()
    client.send(b"GET /p HTTP/1.1\r\n\r\n" + get("/evil"))
    assert_problem(client.read_answer(), 400)
    assert client.is_closed() and secure.origin.requests == []


def test_a_loop_through_an_intercepted_host_is_seen(wire, secure, inside):
    client = inside()
    client.send(get("/p", b"Via: " + wire.via))
    assert_problem(client.read_answer(), 508)


def test_row_77_a_hello_without_a_name_gets_the_certificate_of_the_host(secure, inside):
    client = inside(names=None)
    assert client.names() == ["s.test"]
    client.send(get())
    assert client.read_answer().body == b"/p"


def test_row_77_a_host_that_is_an_address_gets_a_certificate_too(secure, inside):
    client = inside("127.0.0.9", names="127.0.0.9")
    assert client.names() == ["127.0.0.9"]
    client.send(get(host=b"127.0.0.9"))
    assert client.read_answer().body == b"/p"


def test_row_77_the_origins_own_port_leads_there_too(secure, inside):
    client = inside(connect_port=secure.origin.port)
    client.send(get(host=b"s.test:%d" % secure.origin.port))
    assert client.read_answer().body == b"/p"


def test_row_77_a_hello_that_names_another_host_is_refused(wire, secure, inside):
    with pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        inside(names="evil.test")
    assert secure.origin.requests == []
    assert wait_until(lambda: b"asks for another host" in wire.proxy.log)
    assert b"evil.test" not in wire.proxy.log


@pytest.mark.parametrize("raw", rows(
    (77, "a request", get()),
    (77, "a banner", b"SSH-2.0-OpenSSH_9.2\r\n"),
    (77, "zeros", bytes(4096)),
    (77, "a record of data", b"\x17\x03\x03\x00\x05hello"),
    (77, "a broken hello", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"),
    (77, "a hello of 64 KB", b"".join(
        b"\x16\x03\x01\x3f\xff" + (b"\x01\x00\xff\xff\x03\x03" if at == 0 else b"").ljust(
            16_383, b"\x00") for at in range(5))),
))
def test_bytes_that_are_no_hello_end_the_connection(wire, secure, raw):
    resident = wire.proxy.resident()
    with wire.connect() as client:
        client.send(connect_line("s.test"))
        assert client.read_head().status == 200
        client.send(raw)
        rest = client.read_until_end()
        # At most an alert (RFC 8446 section 6).
        assert not rest or (rest[0] == 21 and len(rest) <= 7), rest
        wire.assert_no_secret(client)
    assert secure.origin.requests == []
    assert wire.proxy.resident() - resident < 4 << 20
    wire.canary()


def test_row_72_a_hello_in_the_segment_of_the_connect_is_answered_after_the_200(wire, secure):
    tls = Pieces(secure.authority, "s.test")
    with wire.connect() as client:
        client.send(connect_line("s.test") + tls.hello())
        assert client.read_head().status == 200
        got = tls.ask(get(), client=client, send=client.send)
    assert got.startswith(b"HTTP/1.1 200 ")


def test_row_77_a_handshake_and_a_request_in_single_bytes(wire, secure):
    tls = Pieces(secure.authority, "s.test")
    with wire.connect() as client:
        client.send(*every_byte(connect_line("s.test")))
        assert client.read_head().status == 200
        client.send(*every_byte(tls.hello()))
        got = tls.ask(get(), client=client, send=lambda raw: client.send(*every_byte(raw)))
    assert got.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("part", rows(
    (108, "nothing", 0), (108, "half a hello", 100)))
def test_a_handshake_that_stalls_is_ended(origin, secure, start, part):
    proxy = start(policy(
        origin.port, top=with_ca(secure.folder) + "\nbounds: { handshake-time: 1s }",
        more_apis=secure.apis))
    base = proxy.descriptors()
    with Client(proxy.port) as client:
        client.send(connect_line("s.test"))
        assert client.read_head().status == 200
        client.send(Pieces(secure.authority, "s.test").hello()[:part])
        assert not client.is_closed(0.5)
        client.socket.settimeout(5)
        assert client.read_until_end() == b""
    assert wait_until(lambda: proxy.descriptors() <= base)


@pytest.mark.parametrize("leave", rows((67, "by a FIN", "close"), (67, "by a RST", "reset")))
def test_a_client_that_leaves_in_the_handshake_leaves_nothing(wire, secure, leave):
    base = wire.proxy.descriptors()
    hello = Pieces(secure.authority, "s.test").hello()
    for part in (0, 1, 100, len(hello)):
        client = wire.connect()
        client.send(connect_line("s.test"))
        assert client.read_head().status == 200
        client.send(hello[:part])
        client.reset() if leave == "reset" else client.socket.close()
    assert wait_until(lambda: wire.proxy.descriptors() <= base)
    wire.canary()


@pytest.mark.parametrize("leave", rows(
    (66, "by a FIN", "half_close"), (67, "by a RST", "reset")))
def test_a_request_inside_waits_for_its_turn_and_gives_it_up_with_its_client(
        wire, secure, inside, leave):
    release = threading.Event()

    def hold(connection, _):
        release.wait(10)
        connection.send(answer(b"held"))

    secure.origin.on("/held", hold)
    first, second, third = inside("one.test"), inside("one.test"), inside("one.test")
    first.send(get("/held", host=b"one.test"))
    assert wait_until(lambda: secure.origin.targets() == ["/held"])
    second.send(get("/second", host=b"one.test"))
    assert wait_until(lambda: lanes(wire.proxy, "one")["waiting"] == 1)
    third.send(get("/third", host=b"one.test"))
    assert wait_until(lambda: lanes(wire.proxy, "one")["waiting"] == 2)
    getattr(second, leave)()
    assert wait_until(lambda: lanes(wire.proxy, "one")["waiting"] == 1, 1)
    release.set()
    assert first.read_answer().body == b"held"
    assert third.read_answer().body == b"/third"
    assert secure.origin.targets() == ["/held", "/third"]


def test_row_79_a_doubtful_origin_is_a_bad_gateway_inside_and_never_gets_the_key(secure, inside):
    client = inside("doubtful.test")
    client.send(get("/p", b"Prefer: wait=1", host=b"doubtful.test"))
    assert_problem(client.read_answer(), 502)
    assert (bytes(secure.doubtful.received), secure.doubtful.requests) == (b"", [])


def expire(folder, name):
    """Signs the authority's certificate again, for a time that is over."""
    (folder / "ca.ext").write_text(
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
    openssl(folder, "req", "-new", "-key", f"{name}.key", "-subj", "/CN=Old", "-out", "old.csr")
    openssl(folder, "x509", "-req", "-in", "old.csr", "-signkey", f"{name}.key", "-days", "-1",
            "-extfile", "ca.ext", "-out", f"{name}.pem")


@pytest.mark.parametrize("spoil, words", rows(
    (81, "a key that others may read", lambda folder: (folder / "x.key").chmod(0o644), "x.key"),
    (81, "no key", lambda folder: (folder / "x.key").unlink(), "x.key"),
    (81, "no certificate", lambda folder: (folder / "x.pem").unlink(), "x.pem"),
    (81, "expired", lambda folder: expire(folder, "x"), "expired"),
    (81, "for other hosts", lambda folder: make_ca(folder, "x", hosts=["other.test"]),
     "penstock ca init --replace"),
    (81, "another's key", lambda folder: (
        make_ca(folder, "y"), (folder / "y.key").rename(folder / "x.key")), "not the key"),
    (81, "no authority", lambda folder: (
        make_ca(folder, "y"), make_leaf(folder, "y", "x", "DNS:s.test"),
        (folder / "x.key").chmod(0o600)), "no authority"),
))
def test_an_authority_that_is_not_good_keeps_the_process_from_starting(
        origin, secure, tmp_path, spoil, words):
    make_ca(tmp_path, "x")
    spoil(tmp_path)
    path = tmp_path / "policy.yaml"
    path.write_text(policy(
        origin.port, top=with_ca(tmp_path, "x"), more_apis=secure.apis))
    done = subprocess.run(
        command(path), capture_output=True, timeout=10, env={**os.environ, "K": SECRET})
    said = done.stderr.decode()
    assert done.returncode != 0 and words in said and "PRIVATE" not in said, said


def test_row_81_no_more_certificates_are_made_in_a_second_than_fifty(wire, secure):
    statuses = []
    began = time.monotonic()
    for at in range(150):
        with wire.connect() as client:
            client.send(connect_line(f"h{at}.many.test"))
            answer = client.read_head()
            statuses.append(answer.status)
            if answer.status == 503:
                client.read_body(answer, "CONNECT")
                assert_problem(answer, 503)
                assert answer.values("retry-after")
    elapsed = time.monotonic() - began
    made = statuses.count(200)
    assert set(statuses) <= {200, 503}
    assert made <= 51 + 50 * elapsed, (made, elapsed)
    if elapsed < 1.5:
        assert 503 in statuses
    wire.canary()


def test_row_125_draining_ends_an_idle_intercepted_connection_at_once(origin, secure, start):
    proxy = start(policy(origin.port, top=with_ca(secure.folder), more_apis=secure.apis))
    with Inside(proxy.port, secure.authority) as client:
        client.send(get())
        assert client.read_answer().body == b"/p"
        os.kill(proxy.pid, signal.SIGTERM)
        assert client.is_closed(3)
    assert wait_until(lambda: not proxy.is_alive()) and proxy.process.returncode == 0


def test_row_125_draining_finishes_the_request_inside(origin, secure, start):
    proxy = start(policy(origin.port, top=with_ca(secure.folder), more_apis=secure.apis))
    release = threading.Event()

    def hold(connection, _):
        release.wait(10)
        connection.send(answer(b"held"))

    secure.origin.on("/held", hold)
    with Inside(proxy.port, secure.authority) as client:
        client.send(get("/held"))
        assert wait_until(lambda: secure.origin.targets() == ["/held"])
        os.kill(proxy.pid, signal.SIGTERM)
        assert wait_until(lambda: b"draining" in proxy.log)
        release.set()
        answer_ = client.read_answer()
        assert (answer_.body, answer_.values("connection")) == (b"held", ["close"])
        assert client.is_closed()
    assert wait_until(lambda: not proxy.is_alive()) and proxy.process.returncode == 0


def test_row_66_a_websocket_to_a_tls_origin_ends_soon_after_its_client(wire, secure):
    """libcurl has no half-close: the origin cannot be told, and is not waited for."""
    secure.origin.on("/ws", lambda connection, _: (
        connection.send(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\n\r\n"),
        connection.wait_for_leave(20)))
    with wire.connect() as client:
        client.send(request(
            b"Connection: Upgrade", b"Upgrade: websocket",
            line=b"GET http://s.test/ws HTTP/1.1", host=b"s.test"))
        assert client.read_head().status == 101
        assert tunnels(wire.proxy) == 1
    assert wait_until(lambda: tunnels(wire.proxy) == 0, 10)


def test_row_64_a_websocket_over_tls_passes_inside(wire, secure, inside):
    def switch(connection, incoming):
        connection.send(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Accept: x\r\n\r\nhello")
        while data := connection.rest or connection.receive():
            connection.rest = b""
            connection.send(data.upper())
        connection.close()

    secure.origin.on("/ws", switch)
    client = inside()
    client.send(get("/ws", b"Connection: Upgrade", b"Upgrade: websocket") + b"early")
    answer = client.read_head()
    assert answer.status == 101 and answer.values("sec-websocket-accept") == ["x"]
    assert client.take(10) == b"helloEARLY"
    data = os.urandom(200_000).hex().encode()
    # One thread only: OpenSSL's connections are not made for two.
    for start in range(0, len(data), 40_000):
        piece = data[start:start + 40_000]
        client.send(piece)
        assert client.take(len(piece)) == piece.upper()
    assert tunnels(wire.proxy) == 1
    secure.origin.drop_connections()
    assert client.is_closed()
    client.socket.close()
    assert wait_until(lambda: tunnels(wire.proxy) == 0)
    (seen,) = secure.origin.requests
    assert seen.values("x-api-key") == [SECRET.encode()]


def test_row_81_sessions_are_resumed_only_for_their_host(wire, secure):
    context = ssl.create_default_context(cafile=str(secure.authority))
    sessions = {}
    for host, other, resumed in [
            ("s.test", None, False), ("s.test", "s.test", True), ("one.test", "s.test", False)]:
        with wire.connect() as client:
            client.send(connect_line(host))
            assert client.read_head().status == 200
            tls = context.wrap_socket(
                client.socket, server_hostname=host, session=sessions.get(other))
            client.socket = tls
            client.received.clear()
            client.used = 0
            client.send(get(host=host.encode()))
            assert client.read_answer().body == b"/p"
            assert tls.session_reused == resumed, host
            sessions[host] = tls.session


def unknown_hosts(folder, secure, plain):
    networks = f"ports: [{secure.origin.port}], networks: [127.0.0.0/8]"
    return policy(
        plain.port, top=with_ca(folder)
        + f"\nunknown-hosts: {{ connect: intercept, {networks} }}")


def test_an_unknown_host_is_intercepted_and_its_certificate_checked(
        secure, origin, start, tmp_path):
    """The origin's authority takes the place of the system's, for this process alone."""
    trust = [
        "unshare", "-m", "sh", "-c",
        f"mount --bind {secure.folder}/origin-ca.pem {SYSTEM_CA} && exec \"$@\"", "sh"]
    if subprocess.run([*trust, "true"], capture_output=True).returncode:
        pytest.skip("no mount namespaces here")
    text, port = unknown_hosts(secure.folder, secure, origin), secure.origin.port
    trusting_it, doubting = start(text, wrapper=trust), start(text)
    host = f"127.0.0.1:{port}".encode()
    with Inside(trusting_it.port, secure.authority, "127.0.0.1", port) as client:
        client.send(get("/p", host=host))
        assert client.read_answer().body == b"/p"
        client.send(get("/p", host=b"127.0.0.1:1"))
        assert_problem(client.read_answer(), 403)
    assert [each.values("host") for each in secure.origin.requests] == [[host]]
    assert secure.origin.requests[0].values("x-api-key") == []
    with Inside(doubting.port, secure.authority, "127.0.0.1", port) as client:
        client.send(get("/p", host=host))
        assert_problem(client.read_answer(), 502)
    assert len(secure.origin.requests) == 1


def test_a_limited_authority_cannot_intercept_unknown_hosts(secure, origin, start, tmp_path):
    make_ca(tmp_path, "local", hosts=["t.test"])
    with pytest.raises(RuntimeError, match="--any-host"):
        start(unknown_hosts(tmp_path, secure, origin))
