"""Section B of the catalogue: the header block."""

import pytest

from proxy import SECRET
from wire import cuts, post, request, rows

LINE = b"GET /p HTTP/1.1"
HEAD = b"GET http://t.test/p HTTP/1.1\r\n"
CONTROLS = [*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0x00]

REFUSED = rows(
    (19, "a space before the colon", request(b"Name : v")),
    (19, "a tab before the colon", request(b"Name\t: v")),
    (19, "0x85 before the colon", request(b"Name\x85: v")),
    (19, "0xa0 before the colon", request(b"Name\xa0: v")),
    (19, "a space before Host's colon", request(b"Host : t.test", host=None)),
    (19, "a space before the length's colon", post(b"Content-Length : 1", body=b"a")),
    (20, "a space before the first field", HEAD + b" Host: t.test\r\n\r\n"),
    (20, "a tab before the first field", HEAD + b"\tX: y\r\nHost: t.test\r\n\r\n"),
    (20, "a folded value", request(b"X: a", b" b")),
    (20, "a value folded with a tab", request(b"X: a", b"\tb")),
    (20, "a folded Host", HEAD + b"Host:\r\n t.test\r\n\r\n"),
    (20, "a fold before the end", request(b"X: a", b" ")),
    (21, "no colon", request(b"junk")),
    (21, "no name", request(b": v")),
    (21, "a cut Transfer-Encoding", post(b"Transfer-", b"Encoding: chunked", body=b"0\r\n\r\n")),
    *((22, f"{byte:#04x} in a value", request(b"X: a" + bytes([byte]) + b"b"))
      for byte in CONTROLS),
    (22, "CR in a value", request(b"X: a\rb")),
    (22, "LF in a value", request(b"X: a\nb")),
    (22, "LF and a field in a value", request(b"X: a\nY: b")),
    *((24, f"{bytes([byte])!r} in a name", request(b"Na" + bytes([byte]) + b"me: v"))
      for byte in b'\x00\x01\x7f\x80\xff"(),/;<=>?@[\\]{} \t'),
    (25, "Content_Length", post(b"Content_Length: 1")),
    (25, "Transfer_Encoding", post(b"Transfer_Encoding: chunked")),
    (25, "content_length in lower case", post(b"content_length: 1", b"Content-Length: 0")),
    (28, "Connection names Host", request(b"Connection: Host")),
    (28, "Connection names Content-Length", post(b"Connection: x, Content-Length",
                                                 b"Content-Length: 1", body=b"a")),
    (28, "Connection names Transfer-Encoding", post(b"Connection: transfer-encoding",
                                                    b"Transfer-Encoding: chunked",
                                                    body=b"0\r\n\r\n")),
    (28, "Connection names Authorization", request(b"Connection: close, authorization")),
    (28, "Connection names the key's field", request(b"Connection: x-api-key")),
)


@pytest.mark.parametrize("raw", REFUSED)
def test_a_malformed_header_block_is_refused_with_400_and_the_end(wire, raw):
    for pieces in cuts(raw):
        wire.refuses(pieces, 400)


TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_row_24_a_name_takes_every_token_byte_and_no_other(wire):
    for byte in set(range(0x100)) - set(TOKEN) - {0x3A}:
        wire.refuses([request(b"Na" + bytes([byte]) + b"me: v")], 400)
        wire.refuses([request(bytes([byte]) + b": v")], 400)
    for byte in TOKEN:
        name = b"Na" + bytes([byte]) + b"me"
        wire.forwards([request(name + b": v")], LINE, (name.decode(), b"v"))


@pytest.mark.parametrize("raw", rows(
    (26, "101 fields", request(*[b"X: 1"] * 100)),
    (26, "a value of 64 KB", request(b"X: " + b"a" * 65536)),
    (26, "a block of 300 KB", request(*[b"X: " + b"a" * 10_000] * 30)),
    (26, "10 000 fields", request(*[b"X: 1"] * 10_000)),
))
def test_a_header_block_beyond_the_bounds_is_refused_with_431(wire, raw):
    resident = wire.proxy.resident()
    wire.refuses([raw], 431)
    assert wire.proxy.resident() - resident < 4 << 20


def test_row_26_a_header_block_within_the_bounds_passes(wire):
    wire.forwards([request(*[b"X: 1"] * 99)], LINE, *[("X", b"1")] * 99)
    wire.forwards([request(b"X: " + b"a" * 16_000)], LINE, ("X", b"a" * 16_000))


OBS_TEXT = bytes(range(0x80, 0x100))

FORWARDED = rows(
    (23, "obs-text", request(b"X: " + OBS_TEXT), [("X", OBS_TEXT)]),
    (23, "0xa0 is not whitespace", request(b"X: \xa0a\xa0"), [("X", b"\xa0a\xa0")]),
    (23, "0x85 is not whitespace", request(b"X: \x85a\x85"), [("X", b"\x85a\x85")]),
    (23, "tabs and spaces around and inside", request(b"X:\t a \t b \t"), [("X", b"a \t b")]),
    (23, "an empty value", request(b"X:"), [("X", b"")]),
    (27, "a field Connection names",
     request(b"Connection: X-Secret", b"X-Secret: 1", b"X-Other: 2"), [("X-Other", b"2")]),
    (27, "a field named before it is listed",
     request(b"x-secret: 1", b"Connection: keep-alive , X-SECRET,"), []),
    (27, "fields named on two lines",
     request(b"Connection: X-A", b"X-A: 1", b"X-B: 1", b"connection: x-b"), []),
    (29, "Proxy-Connection", request(b"Proxy-Connection: keep-alive"), []),
    (29, "Keep-Alive", request(b"Keep-Alive: timeout=5"), []),
    (29, "TE", request(b"TE: trailers"), []),
    (29, "TE, named", request(b"Connection: TE", b"TE: trailers"), []),
    (29, "Upgrade", request(b"Connection: Upgrade", b"Upgrade: websocket"), []),
    (29, "Upgrade, not named", request(b"Upgrade: h2c"), []),
    (29, "Proxy-Authorization", request(b"Proxy-Authorization: Basic eDp5"), []),
    (30, "the key's field", request(b"X-API-Key: evil"), []),
    (30, "the key's field in lower case", request(b"x-api-key: evil"), []),
    (30, "the key's field twice", request(b"X-API-Key: a", b"X-Api-KEY: b"), []),
    (30, "the key's field with underscores", request(b"X_API_Key: evil"), []),
    (30, "the key's field with one underscore", request(b"x-api_key: evil"), []),
    (30, "a field that looks alike", request(b"X-API-Key2: mine"), [("X-API-Key2", b"mine")]),
)


@pytest.mark.parametrize("raw, fields", FORWARDED)
def test_only_end_to_end_fields_reach_the_origin_with_exactly_one_key(wire, raw, fields):
    for pieces in cuts(raw):
        seen, _ = wire.forwards(pieces, LINE, *fields)
        assert seen.head.count(SECRET.encode()) == 1


def test_row_27_a_close_option_is_obeyed_and_its_list_removed(wire):
    raw = request(b"Connection: close, X-Secret", b"X-Secret: 1")
    _, answer = wire.forwards([raw], LINE, keeps=False)
    assert answer.values("connection") == ["close"]


def test_row_31_a_request_that_passed_here_before_is_answered_508(wire):
    for value in [wire.via, b"1.0 fred, " + wire.via + b" (comment), 1.1 joe"]:
        wire.answers_itself([request(b"Via: " + value)], 508)
    wire.answers_itself([request(b"Via: 1.0 fred", b"Via: " + wire.via)], 508)


def test_row_32_via_is_appended_and_the_order_of_each_field_kept(wire):
    seen, answer = wire.forwards(
        [request(b"X-A: 1", b"Via: 1.0 fred", b"x-a: 2", b"Cookie: b=1", b"X-A: 0")], LINE,
        ("X-A", b"1"), ("X-A", b"2"), ("X-A", b"0"), ("Cookie", b"b=1"),
        ("Via", b"1.0 fred"), ("Via", wire.via))
    assert seen.values("x-a") == [b"1", b"2", b"0"]
    assert seen.values("via") == [b"1.0 fred", wire.via]
    assert answer.values("via") == [wire.via.decode()]


def test_row_32_an_answer_keeps_its_order_and_loses_what_was_for_this_hop(wire):
    wire.origin.on("/p", (
        b"HTTP/1.0 203 Fine\r\nSet-Cookie: a=1\r\nVia: 1.1 other\r\n"
        b"Connection: X-Hop, keep-alive\r\n"
        b"X-Hop: 1\r\nKeep-Alive: timeout=5\r\nset-cookie: b=2\r\nProxy-Authenticate: Basic\r\n"
        b"Upgrade: h2c\r\nTrailer: X\r\nContent-Length: 2\r\n\r\nok"))
    answer = wire.get("/p")
    assert (answer.status, answer.body) == (203, b"ok")
    assert answer.values("set-cookie") == ["a=1", "b=2"]
    assert answer.values("via") == ["1.1 other", wire.via.decode()]
    for name in ["x-hop", "keep-alive", "proxy-authenticate", "upgrade", "trailer", "connection"]:
        assert answer.values(name) == [], name
    assert len(answer.values("date")) == 1, "RFC 9110 section 6.6.1"
