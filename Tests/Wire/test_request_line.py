"""Section A of the catalogue: the request line and the target."""

import pytest

from wire import cuts, request, rows

GET = b"GET http://t.test/p HTTP/1.1"


def at(target, method=b"GET", version=b"HTTP/1.1"):
    return request(line=method + b" " + target + b" " + version)


REFUSED = rows(
    (2, "absolute form without Host", request(host=None)),
    (2, "two Hosts", request(b"Host: t.test")),
    (2, "two different Hosts", request(b"Host: u.test")),
    (2, "a list as Host", request(host=b"a, b")),
    (2, "user information in Host", request(host=b"u@t.test")),
    (2, "a path in Host", request(host=b"t.test/p")),
    (2, "an empty Host", request(host=b"")),
    (2, "a base URL without Host", request(line=b"GET /t/p HTTP/1.1", host=None)),
    (2, "a base URL with two Hosts",
     request(b"Host: localhost", line=b"GET /t/p HTTP/1.1", host=b"localhost")),
    (2, "a port that is none", request(host=b"t.test:http")),
    (2, "a Host with a space inside", request(host=b"t.test x")),
    (3, "authority form for GET", at(b"t.test:80/")),
    (3, "a bare word", at(b"admin")),
    (3, "asterisk for GET", at(b"*")),
    (3, "asterisk with a path", at(b"*/x", b"OPTIONS")),
    (7, "two spaces", request(line=b"GET  http://t.test/p HTTP/1.1")),
    (7, "two spaces before the version", request(line=b"GET http://t.test/p  HTTP/1.1")),
    (7, "tabs for spaces", request(line=b"GET\thttp://t.test/p\tHTTP/1.1")),
    (7, "a space at the end", request(line=GET + b" ")),
    (7, "a space inside the target", at(b"http://t.test/a b")),
    (9, "HTTP/0.9", b"GET http://t.test/p\r\n\r\n"),
    (10, "NUL", at(b"http://t.test/a\x00b")),
    (10, "a control character", at(b"http://t.test/a\x01b")),
    (10, "DEL", at(b"http://t.test/a\x7fb")),
    (10, "0x80", at(b"http://t.test/\x80")),
    (10, "0xff", at(b"http://t.test/\xff")),
    (10, "UTF-8", at("http://t.test/é".encode())),
    (10, "overlong UTF-8", at(b"http://t.test/\xc0\xaf")),
    (10, "a backslash", at(b"http://t.test/a\\b")),
    (12, "user information", at(b"http://u:p@t.test/p")),
    (12, "a user without password", at(b"http://u@t.test/p")),
    (12, "a fragment", at(b"http://t.test/p#frag")),
    (12, "a fragment behind a base URL",
     request(line=b"GET /t/p#frag HTTP/1.1", host=b"localhost")),
    (15, "separators in the method", at(b"http://t.test/p", b'G=":<>(e)')),
    (15, "a line end in the method", at(b"http://t.test/p", b"GE\r\nT")),
    (15, "an empty method", at(b"http://t.test/p", b"")),
    (17, "1000 leading empty lines", b"\r\n" * 1000 + request()),
    (17, "three leading empty lines", b"\r\n" * 3 + request()),
    (17, "a leading bare line feed", b"\n" + request()),
    (18, "LF ends the request line", GET + b"\nHost: t.test\r\n\r\n"),
    (18, "LF ends a field", GET + b"\r\nHost: t.test\nX: 1\r\n\r\n"),
    (18, "LF ends the head", GET + b"\r\nHost: t.test\r\n\n"),
    (18, "LF alone everywhere", GET + b"\nHost: t.test\n\n"),
    (18, "CR ends the request line", GET + b"\rHost: t.test\r\n\r\n"),
    (18, "CR ends a field", GET + b"\r\nHost: t.test\rX: 1\r\n\r\n"),
)


@pytest.mark.parametrize("raw", REFUSED)
def test_a_malformed_request_line_is_refused_with_400_and_the_end(wire, raw):
    for pieces in cuts(raw):
        wire.refuses(pieces, 400)


def test_row_10_no_byte_but_visible_ascii_is_taken_in_a_target(wire):
    for byte in [*range(0x21), *range(0x7F, 0x100)]:
        wire.refuses([at(b"http://t.test/a" + bytes([byte]) + b"b")], 400)
        wire.refuses([request(
            line=b"GET /t/a" + bytes([byte]) + b"b HTTP/1.1",
            host=b"127.0.0.1:%d" % wire.proxy.port)], 400)


@pytest.mark.parametrize("raw, statuses", rows(
    (6, "a URL of 100 KB", at(b"http://t.test/" + b"a" * 100_000), [414]),
    (6, "a method of 100 KB", at(b"http://t.test/p", b"A" * 100_000), [400, 501]),
    (8, "HTTP/1.32", at(b"http://t.test/p", version=b"HTTP/1.32"), [400, 505]),
    (8, "http/1.1", at(b"http://t.test/p", version=b"http/1.1"), [400, 505]),
    (8, "HTTP/01.01", at(b"http://t.test/p", version=b"HTTP/01.01"), [400, 505]),
    (8, "HTTP/ 1.1", at(b"http://t.test/p", version=b"HTTP/ 1.1"), [400, 505]),
    (8, "HTTP/257.1", at(b"http://t.test/p", version=b"HTTP/257.1"), [400, 505]),
    (8, "HTTP/1.2", at(b"http://t.test/p", version=b"HTTP/1.2"), [400, 505]),
    (8, "HTTP/2.0", at(b"http://t.test/p", version=b"HTTP/2.0"), [400, 505]),
    (9, "the HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 505]),
    (13, "ftp", at(b"ftp://t.test/p"), [400, 403]),
    (13, "file", at(b"file:///etc/passwd"), [400, 403]),
    (13, "gopher", at(b"gopher://t.test/p"), [400, 403]),
))
def test_what_is_too_long_or_of_another_protocol_is_refused(wire, raw, statuses):
    resident = wire.proxy.resident()
    for pieces in cuts(raw):
        wire.refuses(pieces, *statuses)
    assert wire.proxy.resident() - resident < 4 << 20


LONG = b"/" + b"a" * (8000 - len(b"GET http://t.test/ HTTP/1.1"))


@pytest.mark.parametrize("raw, line", rows(
    (1, "another Host", request(host=b"other.test"), b"GET /p HTTP/1.1"),
    (1, "the Host of an internal name", request(host=b"admin"), b"GET /p HTTP/1.1"),
    (4, "OPTIONS without a path", at(b"http://t.test", b"OPTIONS"), b"OPTIONS * HTTP/1.1"),
    (4, "OPTIONS with a path", at(b"http://t.test/", b"OPTIONS"), b"OPTIONS / HTTP/1.1"),
    (5, "8000 octets", at(b"http://t.test" + LONG), b"GET " + LONG + b" HTTP/1.1"),
    (11, "%00", at(b"http://t.test/a%00b"), b"GET /a%00b HTTP/1.1"),
    (11, "%0d%0a", at(b"http://t.test/a%0d%0aX:%20y"), b"GET /a%0d%0aX:%20y HTTP/1.1"),
    (11, "%2e%2e", at(b"http://t.test/a/%2e%2E/b"), b"GET /a/%2e%2E/b HTTP/1.1"),
    (11, "dots and slashes", at(b"http://t.test//a/./b/../c"), b"GET //a/./b/../c HTTP/1.1"),
    (11, "no path", at(b"http://t.test"), b"GET / HTTP/1.1"),
    (11, "a query without a path", at(b"http://t.test?a=b?c"), b"GET /?a=b?c HTTP/1.1"),
    (13, "HTTP in capitals", at(b"HTTP://t.test/p"), b"GET /p HTTP/1.1"),
    (14, "BREW", at(b"http://t.test/p", b"BREW"), b"BREW /p HTTP/1.1"),
    (14, "get", at(b"http://t.test/p", b"get"), b"get /p HTTP/1.1"),
    (17, "one leading empty line", b"\r\n" + request(), b"GET /p HTTP/1.1"),
    (17, "two leading empty lines", b"\r\n\r\n" + request(), b"GET /p HTTP/1.1"),
))
def test_a_target_is_routed_by_its_authority_and_forwarded_untouched(wire, raw, line):
    for pieces in cuts(raw):
        wire.forwards(pieces, line)


@pytest.mark.parametrize("target, path", [
    (b"/t/p?q=1", b"/p?q=1"), (b"/t", b"/"), (b"/t?q", b"/?q"), (b"/t//a/../b", b"//a/../b")])
@pytest.mark.parametrize("host", [b"127.0.0.1:%d", b"localhost:%d", b"[::1]:%d"])
def test_a_base_url_names_the_api_in_its_first_segment(wire, target, path, host):
    raw = request(line=b"GET " + target + b" HTTP/1.1", host=host % wire.proxy.port)
    wire.forwards([raw], b"GET " + path + b" HTTP/1.1")


@pytest.mark.parametrize(
    "target", [b"/", b"/x/p", b"/T/p", b"/%74/p", b"//t/p", b"/unknown-hosts/"])
def test_a_base_url_with_an_unknown_api_is_answered_404(wire, target):
    raw = request(line=b"GET " + target + b" HTTP/1.1", host=b"127.0.0.1:%d" % wire.proxy.port)
    wire.answers_itself([raw], 404)


@pytest.mark.parametrize("host", [b"t.test", b"evil.test", b"127.0.0.1.evil.test", b"10.0.0.1"])
def test_a_base_url_under_a_foreign_host_is_refused_with_403(wire, host):
    wire.answers_itself([request(line=b"GET /t/p HTTP/1.1", host=host)], 403)


@pytest.mark.parametrize("lines", rows(
    (16, "TRACE", []),
    (16, "TRACE with Max-Forwards", [b"Max-Forwards: 5"]),
    (16, "TRACE with no forwards left", [b"Max-Forwards: 0"]),
))
def test_trace_is_answered_405_lest_it_echoes_the_key(wire, lines):
    answer = wire.answers_itself(
        [request(*lines, line=b"TRACE http://t.test/p HTTP/1.1")], 405)
    assert "TRACE" not in answer.values("allow")[0]


def test_options_without_forwards_left_is_answered_here(wire):
    """RFC 9110 section 7.6.2, as section 2 of the paper asks."""
    wire.origin.forget()
    with wire.connect() as client:
        client.send(request(b"Max-Forwards: 0", line=b"OPTIONS http://t.test/p HTTP/1.1"))
        assert client.read_answer().status in (200, 204)
        wire.assert_no_secret(client)
    wire.assert_origin_saw_nothing()


def test_options_spends_one_forward(wire):
    """RFC 9110 section 7.6.2, as section 2 of the paper asks."""
    raw = request(b"Max-Forwards: 5", line=b"OPTIONS http://t.test/p HTTP/1.1")
    wire.forwards([raw], b"OPTIONS /p HTTP/1.1", ("Max-Forwards", b"4"))
