"""Bodies that are read to learn from them: coded ones, measured costs, accounts in requests."""

import gzip
import json
import zlib

import pytest

from client import Client
from origin import answer
from proxy import policy
from scripts import in_turn, own_provider, status
from waiting import wait_until
from wire import Wire, assert_problem, post, request, rows

SECONDARY = json.dumps({
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes."}).encode()
PLAIN = """\
dialect:
  codes:
    - body: /message
      on: [200, 403]
      contains: { secondary rate limit: { class: limit, scope: key, default: 2s } }
"""


def bare(data):
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(data) + coder.flush()


@pytest.fixture
def reading(origin, start, tmp_path):
    """A provider whose bodies tell, those of successes too."""
    origin.scripts.clear()
    return Wire(start(policy(origin.port, api=own_provider(tmp_path, PLAIN))), origin)


@pytest.fixture
def serve(origin, start, tmp_path):
    def serve(api):
        origin.scripts.clear()
        return Wire(start(policy(origin.port, api=api)), origin)
    return serve


def stats(wire):
    with Client(wire.proxy.admin_port) as client:
        client.send(request(line=b"GET /stats HTTP/1.1", host=b"localhost"))
        return json.loads(client.read_answer().body)["apis"]["t"]


CODINGS = rows(
    (0, "none", b"identity", lambda data: data),
    (0, "gzip", b"gzip", gzip.compress),
    (0, "x-gzip", b"X-GZip", gzip.compress),
    (0, "deflate", b"deflate", zlib.compress),
    (0, "bare deflate", b"deflate", bare),
)


@pytest.mark.parametrize("line", [b"403 Forbidden", b"200 OK"])
@pytest.mark.parametrize("name, code", CODINGS)
def test_a_limit_under_a_coding_is_understood(reading, name, code, line):
    coded = status(
        line, b"Content-Encoding: " + name, b"Content-Type: application/json",
        body=code(SECONDARY))
    reading.origin.on("/p", in_turn(coded))
    assert reading.get("/p").body == b"ok"
    first, second = reading.origin.requests
    assert second.seen - first.seen >= 2


@pytest.mark.parametrize("name", [b"br", b"zstd", b"gzip, gzip"])
def test_under_another_coding_the_answer_is_the_callers(reading, name):
    body = gzip.compress(SECONDARY)
    reading.origin.on("/p", in_turn(status(
        b"403 Forbidden", b"Content-Encoding: " + name, body=body)))
    got = reading.get("/p")
    assert (got.status, got.body) == (403, body)


@pytest.mark.parametrize("name, code", CODINGS)
@pytest.mark.parametrize("size", [0, 10, 70_000, 300_000])
def test_what_was_read_is_relayed_as_it_came(reading, name, code, size):
    text = bytes(i * i % 251 for i in range(size))
    body = code(b'{"message":"' + text.hex().encode() + b'"}')
    for fields in ([b"Content-Length: %d" % len(body)], [b"Connection: close"]):
        raw = b"\r\n".join([
            b"HTTP/1.1 200 OK", b"Content-Encoding: " + name, b"Content-Type: application/json",
            *fields]) + b"\r\n\r\n" + body

        def script(connection, _):
            connection.send(raw)
            if b"Connection: close" in raw:
                connection.close()

        reading.origin.on("/p", script)
        assert reading.get("/p").body == body


def test_a_bomb_is_looked_at_no_further_than_it_is_worth(reading):
    bomb = gzip.compress(bytes(200 << 20))
    reading.origin.on("/p", answer(
        bomb, b"Content-Encoding: gzip", b"Content-Type: application/json"))
    before, used = reading.proxy.resident(), reading.proxy.cpu()
    assert reading.get("/p").body == bomb
    assert reading.proxy.resident() - before < 8 << 20
    assert reading.proxy.cpu() - used < 0.5


def test_a_stream_of_events_is_not_kept_back(reading):
    def stream(connection, _):
        connection.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert wait_until(lambda: b"first" in client.received)
        connection.send(b"6\r\nsecond\r\n0\r\n\r\n")

    reading.origin.on("/p", stream)
    with reading.connect() as client:
        client.send(request())
        assert client.read_answer().body == b"firstsecond"


@pytest.mark.parametrize("sent, forwarded", rows(
    (0, "browsers", [b"gzip, deflate, br, zstd"], [b"gzip, deflate"]),
    (0, "weights", [b"br;q=1.0, gzip;q=0.8, *;q=0.1"], [b"gzip;q=0.8"]),
    (0, "two lines", [b"br", b"X-GZIP , identity;q=0"], [b"X-GZIP, identity;q=0"]),
    (0, "none that is known", [b"br"], [b"identity"]),
    (0, "empty", [b""], [b"identity"]),
    (0, "not sent", [], []),
))
def test_only_codings_that_can_be_looked_through_are_asked_for(reading, sent, forwarded):
    reading.get("/p", *(b"Accept-Encoding: " + value for value in sent))
    assert reading.origin.requests[0].values("accept-encoding") == forwarded


def test_elsewhere_codings_are_the_callers_choice(wire):
    wire.get("/p", b"Accept-Encoding: br")
    assert wire.origin.requests[0].values("accept-encoding") == [b"br"]


BY_HEADER = """\
    limits:
      - { name: units, per: key, kind: calendar, allow: 1000/day, measure: { header: X-Cost } }
    lanes: { all: { costs: { units: 100 } } }
"""
BY_BODY = BY_HEADER.replace("header: X-Cost", "json: /data/videos")


def left(wire):
    (limit,) = [each for name, each in stats(wire)["limits"].items() if name == "units"]
    return limit["fullest"][0]["left"]


@pytest.mark.parametrize("value, cost", rows(
    (0, "less", b"7", 7), (0, "more", b"140", 140), (0, "a part", b"2.5", 3),
    (0, "nothing", b"0", 0), (0, "no number", b"many", 100), (0, "below zero", b"-3", 0),
    (0, "not stated", None, 100), (0, "an exponent", b"1e1", 10), (0, "hexadecimal", b"0x10", 100),
))
def test_what_a_header_says_a_request_took_is_what_counts(serve, value, cost):
    wire = serve(BY_HEADER)
    first = left(wire)
    wire.origin.on("/p", answer(b"ok", *([b"X-Cost: " + value] if value is not None else [])))
    assert wire.get("/p").status == 200
    assert first - left(wire) == cost


@pytest.mark.parametrize("body, cost", rows(
    (0, "an array", b'{"data":{"videos":[{"id":1},{"id":2},{"id":[3,4]}]}}', 3),
    (0, "an empty one", b'{"data":{"videos":[]}}', 0),
    (0, "a number", b'{"data":{"videos":12}}', 12),
    (0, "nothing there", b'{"data":{}}', 100),
    (0, "no JSON", b"<html>", 100),
    (0, "cut off", b'{"data":{"videos":[1,2', 100),
    (0, "beyond what is read", b'{"data":{"videos":[%s0]}}' % (b"1," * 40_000), 100),
))
@pytest.mark.parametrize("code", [lambda data: data, gzip.compress], ids=["plain", "gzip"])
def test_what_a_body_says_a_request_took_is_what_counts(serve, body, cost, code):
    wire = serve(BY_BODY)
    first = left(wire)
    coding = b"identity" if code(b"") == b"" else b"gzip"
    raw = code(body)
    wire.origin.on("/p", answer(
        raw, b"Content-Encoding: " + coding, b"Content-Type: application/json"))
    assert wire.get("/p").body == raw
    assert first - left(wire) == cost


BY_JSON = """\
    account: [{ json: /post/account_id }]
    limits: [{ name: each, per: account, kind: token-bucket, allow: 1/min, burst: 1 }]
"""


def send(wire, body, *lines, framing=None):
    with wire.connect() as client:
        client.send(post(
            framing or b"Content-Length: %d" % len(body), b"Prefer: wait=1", *lines, body=body))
        return client.read_answer()


def chunked(*parts):
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_the_account_is_found_in_the_body_and_the_body_arrives_whole(serve):
    wire = serve(BY_JSON)
    body = b'{"text":"hello","post":{"account_id":"one"}}'
    assert send(wire, body).status == 200
    assert wire.origin.requests[-1].body == body
    assert_problem(send(wire, body), 503)
    other = body.replace(b"one", b"two")
    assert send(
        wire, chunked(other[:7], other[7:]), framing=b"Transfer-Encoding: chunked").status == 200
    assert wire.origin.requests[-1].body == other
    assert_problem(send(wire, other), 503)
    assert send(wire, body.replace(b'"one"', b"3")).status == 200


def test_a_body_too_long_to_be_searched_is_forwarded_as_it_is(serve):
    # One of the three for requests without an account is taken by the warm-up.
    wire = serve(BY_JSON.replace("burst: 1", "burst: 3"))
    body = b'{"text":"%s","post":{"account_id":"one"}}' % (b"x" * 70_000)
    parts = chunked(*(body[at:at + 1000] for at in range(0, len(body), 1000)))
    assert send(wire, body).status == 200
    assert wire.origin.requests[-1].body == body
    assert send(wire, parts, framing=b"Transfer-Encoding: chunked").status == 200
    assert wire.origin.requests[-1].body == body
    assert_problem(send(wire, b"{}"), 503)


def test_who_waits_for_leave_to_send_its_body_gets_it(serve):
    wire = serve(BY_JSON)
    body = b'{"post":{"account_id":"one"}}'
    with wire.connect() as client:
        client.send(post(b"Content-Length: %d" % len(body), b"Expect: 100-continue"))
        assert client.read_head().status == 100
        client.send(body)
        assert client.read_answer().status == 200
    assert wire.origin.requests[-1].body == body


def test_a_body_that_breaks_off_is_never_sent(serve):
    wire = serve(BY_JSON)
    with wire.connect() as client:
        client.send(post(b"Transfer-Encoding: chunked", body=b"zz\r\n"))
        assert_problem(client.read_answer(), 400)
    with wire.connect() as client:
        client.send(post(b"Content-Length: 50", body=b'{"post":'))
    assert "/p" not in wire.origin.targets()
