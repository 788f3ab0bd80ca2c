"""Section F of the catalogue: origins that answer wrongly."""

import pytest

from client import Broken
from origin import answer
from proxy import SECRET
from waiting import wait_until
from wire import assert_problem, post, rows


def fields(*lines, body=b"hello"):
    return b"\r\n".join([b"HTTP/1.1 200 OK", *lines]) + b"\r\n\r\n" + body


def chunks(body):
    return fields(b"Transfer-Encoding: chunked", body=body)


BAD = rows(
    (82, "length 5abc", fields(b"Content-Length: 5abc")),
    (82, "length +5", fields(b"Content-Length: +5")),
    (82, "an empty length", fields(b"Content-Length:")),
    (82, "a negative length", fields(b"Content-Length: -5")),
    (82, "an overflowing length", fields(b"Content-Length: 18446744073709551621")),
    (82, "different lengths", fields(b"Content-Length: 5", b"Content-Length: 3")),
    (82, "a list of lengths", fields(b"Content-Length: 5, 6")),
    (82, "length and coding", fields(b"Content-Length: 5", b"Transfer-Encoding: chunked",
                                     body=b"0\r\n\r\n")),
    (82, "an unknown coding", fields(b"Transfer-Encoding: gzip")),
    (82, "chunked twice", fields(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n")),
    (84, "NUL in a value", fields(b"X: a\x00b", b"Content-Length: 5")),
    (84, "a bare CR before Set-Cookie", fields(b"X: a\rSet-Cookie: b=c", b"Content-Length: 5")),
    (84, "a bare LF in a value", fields(b"X: a\nSet-Cookie: b=c", b"Content-Length: 5")),
    (84, "a folded value", fields(b"X: a", b" b", b"Content-Length: 5")),
    (84, "no colon", fields(b"junk", b"Content-Length: 5")),
    (84, "no name", fields(b": v", b"Content-Length: 5")),
    (84, "a space in a name", fields(b"X Y: v", b"Content-Length: 5")),
    (89, "a block of 400 KB", fields(*[b"X: " + b"a" * 4000] * 100, b"Content-Length: 5")),
    (89, "a line of 120 KB", fields(b"X: " + b"a" * 120_000, b"Content-Length: 5")),
    (89, "10 000 fields", fields(*[b"X: a"] * 10_000, b"Content-Length: 5")),
    (89, "status 99", b"HTTP/1.1 99 Low\r\nContent-Length: 5\r\n\r\nhello"),
    (89, "status 1000", b"HTTP/1.1 1000 High\r\nContent-Length: 5\r\n\r\nhello"),
    (89, "status 000", b"HTTP/1.1 000 Zero\r\nContent-Length: 5\r\n\r\nhello"),
    (89, "status with a sign", b"HTTP/1.1 +20 OK\r\nContent-Length: 5\r\n\r\nhello"),
    (89, "HTTP/2.0", b"HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    (89, "HTTP/0.9 bytes", b"<html>hello</html>\r\n\r\n"),
    (89, "another protocol", b"220 mail.test ESMTP\r\n"),
)


def assert_bad_answer(wire):
    assert_problem(wire.get("/p"), 502)
    (seen,) = wire.origin.requests
    assert seen.connection.peer_left.wait(5), "the connection was kept"
    assert SECRET.encode() not in wire.proxy.log
    wire.canary()


@pytest.mark.parametrize("raw", BAD)
def test_an_answer_that_is_not_strict_http_becomes_502_and_is_never_pooled(wire, raw):
    wire.origin.on("/p", raw)
    assert_bad_answer(wire)


@pytest.mark.parametrize("raw", rows(
    (82, "a space before the colon", fields(b"Content-Length : 5")),
    (82, "equal lengths", fields(b"Content-Length: 5", b"Content-Length: 5")),
))
def test_an_answer_rfcs_let_a_proxy_repair_is_repaired_or_502(wire, raw):
    wire.origin.on("/p", raw)
    got = wire.get("/p")
    if got.status == 200:
        assert (got.body, got.values("content-length")) == (b"hello", ["5"])
    else:
        assert_problem(got, 502)
    wire.canary()


@pytest.mark.parametrize("end", ["close", "reset"])
@pytest.mark.parametrize("raw", rows(
    (89, "nothing", b""),
    (89, "half a status line", b"HTTP/1.1 2"),
    (89, "half a head", b"HTTP/1.1 200 OK\r\nContent-Le"),
))
def test_an_answer_that_ends_before_its_head_does_becomes_502(wire, raw, end):
    def broken(connection, request):
        connection.send(raw)
        getattr(connection, end)()

    wire.origin.drop_connections()
    wire.origin.on("/p", broken)
    assert_problem(wire.get("/p", b"Prefer: wait=0"), 502)
    assert wire.origin.targets() == ["/p"], "sent again, though its time was up"
    wire.canary()


@pytest.mark.parametrize("raw", rows(
    (89, "half a status line", b"HTTP/1.1 2"),
    (83, "half a body", fields(b"Content-Length: 10", body=b"hello")),
))
def test_bytes_and_a_reset_that_are_seen_together_end_the_exchange(wire, raw):
    def burst(connection, _):
        with wire.proxy.asleep():
            connection.send(raw)
            connection.reset()

    wire.origin.drop_connections()
    wire.origin.on("/p", burst)
    with wire.connect() as client:
        client.send(post(b"Content-Length: 0"))
        try:
            assert_problem(client.read_answer(), 502)
        except (Broken, ConnectionResetError):
            assert b"hello" in raw
    wire.canary()


BROKEN_CHUNKS = rows(
    *((83, repr(body), body) for body in [
        b"5ZZZ\r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n", b"-5\r\nhello\r\n0\r\n\r\n",
        b"FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", b"+5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n", b"5\r\nhello!\r\n0\r\n\r\n", b"\r\nhello\r\n0\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n"]))


@pytest.mark.parametrize("body", BROKEN_CHUNKS)
def test_a_broken_chunk_that_comes_with_the_head_is_502_or_an_incomplete_answer(wire, body):
    wire.origin.on("/p", chunks(body))
    with wire.connect() as client:
        client.send(post(b"Content-Length: 0"))
        try:
            assert_problem(client.read_answer(), 502)
        except (Broken, ConnectionResetError):
            assert b"\r\n0\r\n\r\n" not in client.received
    assert wire.origin.requests[0].connection.peer_left.wait(5)
    wire.canary()


@pytest.mark.parametrize("body", [
    *BROKEN_CHUNKS,
    *rows((83, "a chunk cut off", b"5\r\nhel"), (83, "no last chunk", b"5\r\nhello\r\n"),
          (83, "trailers cut off", b"0\r\nX: y\r\n"))])
def test_a_chunk_that_breaks_after_the_head_was_relayed_leaves_an_incomplete_answer(wire, body):
    def broken(connection, _):
        connection.send(chunks(b"4\r\ngood\r\n"))
        wait_until(lambda: b"good" in client.received)
        connection.send(body)
        connection.close()

    wire.origin.on("/p", broken)
    with wire.connect() as client:
        client.send(post(b"Content-Length: 0"))
        with pytest.raises((Broken, ConnectionResetError)):
            client.read_answer()
        assert b"\r\n0\r\n\r\n" not in client.received
    wire.canary()


@pytest.mark.parametrize("end", ["close", "reset"])
def test_row_83_a_counted_body_that_is_too_short_is_an_incomplete_answer(wire, end):
    def short(connection, _):
        connection.send(fields(b"Content-Length: 10", body=b"hello"))
        wait_until(lambda: b"hello" in client.received, 1)
        getattr(connection, end)()

    wire.origin.on("/p", short)
    with wire.connect() as client:
        client.send(post(b"Content-Length: 0"))
        with pytest.raises((Broken, ConnectionResetError)):
            client.read_answer()
    wire.canary()


def test_a_body_that_ends_with_the_connection_is_relayed_whole(wire):
    def until_close(connection, _):
        connection.send(fields(b"Connection: close", body=b"hello "))
        connection.send(b"world")
        connection.close()

    wire.origin.on("/p", until_close)
    with wire.connect() as client:
        client.send(post(b"Content-Length: 0"))
        got = client.read_answer()
        assert (got.body, got.values("transfer-encoding")) == (b"hello world", ["chunked"])
        wire.canary(client)




def test_row_90_an_origin_that_accepts_and_never_answers_holds_up_nobody_else(wire):
    wire.origin.on("/p", lambda connection, _: connection.wait_for_leave(10))
    used = wire.proxy.cpu()
    with wire.connect() as client:
        client.send(post(b"Content-Length: 0"))
        assert wait_until(lambda: wire.origin.requests)
        for _ in range(20):
            wire.canary()
        assert not client.is_closed(0.2), "answered, though the origin has said nothing"
        assert not client.received
    assert wire.proxy.cpu() - used < 0.3
    assert wire.origin.requests[0].connection.peer_left.wait(2)


def test_row_90_an_origin_that_drips_its_head_is_relayed_when_it_is_whole(wire):
    def drip(connection, _):
        for byte in answer(b"slow"):
            connection.send(bytes([byte]))

    wire.origin.on("/p", drip)
    assert wire.get("/p").body == b"slow"


def test_row_91_a_compressed_body_is_passed_through_untouched(wire):
    bomb = b"\x1f\x8b\x08" + bytes(range(256)) * 40
    wire.origin.on("/p", answer(bomb, b"Content-Encoding: gzip"))
    got = wire.get("/p", b"Accept-Encoding: gzip, br")
    assert (got.body, got.values("content-encoding")) == (bomb, ["gzip"])
    assert wire.origin.requests[0].values("accept-encoding") == [b"gzip, br"]
    wire.get("/q")
    assert wire.origin.requests[1].values("accept-encoding") == []


@pytest.mark.parametrize("status", [b"301", b"302", b"303", b"307", b"308"])
@pytest.mark.parametrize("place", [b"http://169.254.169.254/", b"http://t.test/followed", b"//x"])
def test_row_92_a_redirect_is_relayed_and_never_followed(wire, status, place):
    wire.origin.on("/p", answer(b"", b"Location: " + place, status=status + b" Moved"))
    got = wire.get("/p")
    assert (got.status, got.values("location")) == (int(status), [place.decode()])
    wire.canary()
    assert wire.origin.targets()[0] == "/p" and len(wire.origin.targets()) == 2
