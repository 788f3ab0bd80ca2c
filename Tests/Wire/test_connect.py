"""CONNECT: who may, where to, and what is answered before anything is opened: rows 69 to 74, 80."""

import json
import socket

import pytest

from client import Client
from far_end import FarEnd, connect_line, lanes, tunnels
from proxy import Proxy, policy
from wire import assert_problem, request, rows


def apis(far_port, closed_port, silent_port):
    return f"""\
  through: {{ origin: 'http://127.0.0.1:{far_port}', hosts: [through.test], connect: tunnel }}
  closed: {{ origin: 'http://127.0.0.1:{closed_port}', hosts: [closed.test], connect: tunnel }}
  silent: {{ origin: 'http://127.0.0.1:{silent_port}', hosts: [silent.test], connect: tunnel }}
  nowhere: {{ origin: 'http://nowhere.invalid', hosts: [nowhere.test], connect: tunnel }}
  secure: {{ origin: 'https://127.0.0.1:{far_port}', hosts: [secure.test] }}
"""


@pytest.fixture(scope="module")
def far():
    far = FarEnd()
    yield far
    far.close()


@pytest.fixture(scope="module")
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def silent_port():
    """A port whose queue of connections is full: a connect to it gets no answer."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for each in (first, second):
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def proxy(origin, far, closed_port, silent_port, tmp_path_factory):
    top = f"unknown-hosts: {{ rule: forward, ports: [80, 443, {origin.port}] }}"
    proxy = Proxy(
        policy(origin.port, top=top, more_apis=apis(far.port, closed_port, silent_port)),
        tmp_path_factory.mktemp("connect"))
    yield proxy
    proxy.stop()


def connect(target, *lines, host=b"through.test"):
    return request(*lines, line=b"CONNECT " + target + b" HTTP/1.1", host=host)


@pytest.mark.parametrize("target", rows(*(
    (69, target.decode(), target) for target in [
        b"through.test", b"through.test:", b"through.test:0", b"through.test:65536",
        b"through.test:99999", b"through.test:0x1bb", b"through.test:0443", b"through.test:+443",
        b"http://through.test:443", b"/", b"*", b"u@through.test:443", b"[::1", b"[::1]", b":443",
        b"through.test:443/", b"through.test:443:443"])))
def test_a_target_that_is_no_host_and_port_is_refused(wire, far, target):
    wire.refuses([connect(target)])
    assert far.is_alone()


@pytest.mark.parametrize("lines", rows(
    (71, "a length", [b"Content-Length: 5"]),
    (71, "a length of nothing", [b"Content-Length: 0"]),
    (71, "chunks", [b"Transfer-Encoding: chunked"]),
    (71, "an expectation", [b"Expect: 100-continue"]),
))
def test_a_connect_that_claims_a_body_is_refused(wire, far, lines):
    wire.refuses([connect(b"through.test:443", *lines)])
    assert far.is_alone()


@pytest.mark.parametrize("target", rows(*(
    (70, target.decode(), target) for target in [
        b"other.test:25", b"other.test:22", b"other.test:6379", b"other.test:80",
        b"through.test:22", b"through.test:80", b"secure.test:80", b"127.0.0.1:22"])))
def test_a_port_that_is_not_meant_for_connect_is_refused(wire, far, target):
    wire.refuses([connect(target)], 403)
    assert far.is_alone()


@pytest.mark.parametrize("target", rows(
    (70, "an http:// API without a word about it", b"t.test:443"),
    (70, "an https:// API without an authority", b"secure.test:443"),
))
def test_an_api_that_refuses_connect_says_what_else_leads_there(wire, far, target):
    answer = wire.refuses([connect(target)], 403)
    document = json.loads(answer.body)
    assert document["type"] == "urn:penstock:problem:connect-refused"
    for way in ["http:// requests through the proxy", "http://ADDRESS/NAME/", "connect: intercept",
                "connect: tunnel"]:
        assert way in document["detail"]
    assert far.is_alone()


def test_row_72_what_follows_a_refused_connect_is_no_request(wire):
    wire.refuses([connect(b"t.test:443") + request(line=b"GET http://t.test/evil HTTP/1.1")], 403)


@pytest.mark.parametrize("host, status", rows(
    (74, "no such name", "nowhere.test", 502),
    (74, "refused", "closed.test", 502),
    (74, "no answer", "silent.test", 504),
))
def test_a_tunnel_that_cannot_be_dialled_is_refused_before_any_200(wire, host, status):
    before = lanes(wire.proxy, host.split(".")[0])
    with wire.connect(timeout=15) as client:
        client.send(request(
            b"Prefer: wait=1", line=f"CONNECT {host}:443 HTTP/1.1".encode(), host=b"x"))
        answer = client.read_answer()
        # The time the caller gives may end between two dials.
        assert_problem(answer, *{status, 503} if status == 502 else {status})
        assert answer.values("connection") == ["close"]
        assert client.is_closed()
    assert before["granted"] < lanes(wire.proxy, host.split(".")[0])["granted"]
    assert tunnels(wire.proxy) == 0
    wire.canary()


def test_row_74_an_address_that_may_not_be_dialled_is_forbidden(wire):
    wire.refuses([connect(b"127.0.0.1:%d" % wire.origin.port)], 403)
    wire.refuses([connect(b"localhost:%d" % wire.origin.port)], 403)


def test_row_80_a_connect_to_the_proxy_itself_is_forbidden(wire):
    wire.refuses([connect(b"127.0.0.1:%d" % wire.proxy.port)], 403)
    wire.refuses([connect(b"127.0.0.1:%d" % wire.proxy.admin_port)], 403)


def test_row_80_an_api_on_the_admins_port_is_not_dialled(origin, start):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    proxy = start(policy(origin.port, admin_port=port, more_apis=(
        f"  me: {{ origin: 'http://127.0.0.2:{port}', hosts: [me.test], connect: tunnel }}")))
    with Client(proxy.port) as client:
        client.send(connect_line("me.test"))
        assert_problem(client.read_answer(), 403)
        assert client.is_closed()


def test_row_99_a_connect_that_has_already_passed_here_is_a_loop(wire, far):
    with wire.connect() as client:
        client.send(connect(b"through.test:443", b"Via: " + wire.via))
        assert_problem(client.read_answer(), 508)
        assert client.is_closed()
    assert far.is_alone()


def test_unknown_hosts_can_be_kept_from_connect(origin, start):
    proxy = start(policy(origin.port, top="unknown-hosts: { rule: forward, connect: refuse }"))
    with Client(proxy.port) as client:
        client.send(connect_line("other.test"))
        assert_problem(answer := client.read_answer(), 403)
        assert b"connect-refused" in answer.body and client.is_closed()
    proxy = start(policy(origin.port, top="unknown-hosts: refuse"))
    with Client(proxy.port) as client:
        client.send(connect_line("other.test"))
        assert_problem(answer := client.read_answer(), 403)
        assert b"unknown-host" in answer.body and client.is_closed()


@pytest.mark.parametrize("how", ["connect", "http", "https"])
@pytest.mark.parametrize("host", rows(
    *((105, host, host) for host in ["localhost", "localhost.", "LOCALHOST..", "t.test."])))
def test_a_declared_host_is_never_reached_uncounted(origin, start, how, host):
    """Not even where hosts outside the policy would be: on another port, or under a last dot."""
    origin.scripts.clear()
    origin.forget()
    port = origin.port
    top = f"unknown-hosts: {{ connect: tunnel, ports: [{port}], networks: [127.0.0.0/8] }}"
    more = "  one: { origin: 'https://one.test', hosts: [localhost], connect: refuse }\n"
    proxy = start(policy(port, top=top, more_apis=more))
    line = f"CONNECT {host}:{port} HTTP/1.1" if how == "connect" else (
        f"GET {how}://{host}:{port}/p HTTP/1.1")
    with Client(proxy.port) as client:
        client.send(request(line=line.encode(), host=f"{host}:{port}".encode()))
        assert_problem(client.read_answer(), 403)
    assert origin.targets() == []
