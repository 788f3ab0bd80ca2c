"""Section C of the catalogue: where a request's body ends."""

import threading

import pytest

from client import Broken
from origin import answer
from waiting import wait_until
from wire import assert_problem, cuts, every_byte, post, request, rows

LINE = b"POST /p HTTP/1.1"
CHUNKED = b"Transfer-Encoding: chunked"
SMUGGLED = b"GET http://t.test/smuggled HTTP/1.1\r\nHost: t.test\r\n\r\n"


def length(*values, body=b"hello"):
    return post(*[b"Content-Length: " + value for value in values], body=body)


def coding(*values, body=b"0\r\n\r\n", line=b"POST http://t.test/p HTTP/1.1"):
    return request(*[b"Transfer-Encoding: " + value for value in values], line=line, body=body)


def chunks(body):
    return post(CHUNKED, body=body)


REFUSED = rows(
    (33, "length, then coding", post(b"Content-Length: 5", CHUNKED, body=b"0\r\n\r\n")),
    (33, "coding, then length", post(CHUNKED, b"Content-Length: 5", body=b"0\r\n\r\n")),
    (33, "length 0 and coding", post(b"Content-Length: 0", CHUNKED, body=SMUGGLED)),
    (34, "1 and 0", length(b"1", b"0")),
    (34, "the same twice", length(b"5", b"5")),
    (34, "a list of the same", length(b"5, 5")),
    (34, "a list of different ones", length(b"5, 6")),
    *((35, repr(value), length(value)) for value in [
        b"+5", b"-1", b"-0", b"0x5", b"0o5", b"1_0", b"1 0", b"5abc", b"", b"1.0",
        b"18446744073709551617", b"9223372036854775808", b"\xd9\xa5", b"5,", b'"5"', b"5;"]),
    *((37, repr(value), coding(value)) for value in [
        b"chunked;q=1", b"", b",", b",chunked", b"chunked,"]),
    (38, "chunked, chunked", coding(b"chunked, chunked")),
    (38, "two lines", coding(b"chunked", b"chunked")),
    (38, "two lines, one other", coding(b"chunked", b"identity")),
    (38, "chunked is not the last", coding(b"chunked, gzip")),
    *((39, repr(value), coding(value)) for value in [
        b"\x0bchunked", b"chunked\x00", b'"chunked"', b"\xa0chunked", b"chunked\x0c",
        b"chun\rked", b"chunked\xa0"]),
    (40, "coding in HTTP/1.0", coding(b"chunked", line=b"POST http://t.test/p HTTP/1.0")),
)


@pytest.mark.parametrize("raw", REFUSED)
def test_ambiguous_framing_is_refused_with_400_and_the_end(wire, raw):
    for pieces in cuts(raw):
        wire.refuses(pieces, 400)


@pytest.mark.parametrize("value", rows(
    *((37, name, name.encode()) for name in ["xchunked", "gzip", "identity", "gzip, chunked"])))
def test_an_unknown_transfer_coding_is_refused_with_501(wire, value):
    for pieces in cuts(coding(value)):
        wire.refuses(pieces, 501)


@pytest.mark.parametrize("value", rows(
    (36, "00005", b"00005"), (36, "octal 0200", b"0200"), (36, "plain", b"5")))
def test_a_length_with_leading_zeros_is_decimal_and_rewritten(wire, value):
    body = b"x" * int(value)
    wire.forwards(
        [length(value, body=body)], LINE, ("Content-Length", b"%d" % int(value)), body=body)


BROKEN_CHUNKS = rows(
    *((41, repr(size), size + b"\r\na\r\n0\r\n\r\n") for size in [
        b"0x1", b"+1", b"-1", b" 1", b"1 ", b"\t1", b"1_0", b"1 junk", b"", b"FFFFFFFFFFFFFFFFF",
        b"1,1", b"\x001", b"g", b"8000000000000000", b"10000000000000001"]),
    (42, "a CR in a quoted value", b'1;a="q;\r"\r\na\r\n0\r\n\r\n'),
    (42, "a bare semicolon", b"1;\r\na\r\n0\r\n\r\n"),
    (42, "a control character", b"1;a=\x01\r\na\r\n0\r\n\r\n"),
    (42, "a name that is no token", b"1;a@=b\r\na\r\n0\r\n\r\n"),
    (42, "an open quote", b'1;a="b\r\na\r\n0\r\n\r\n'),
    (43, "LF ends the line", b"1\na\r\n0\r\n\r\n"),
    (43, "CR ends the line", b"1\ra\r\n0\r\n\r\n"),
    (43, "two CRs", b"1\r\r\na\r\n0\r\n\r\n"),
    (43, "LF inside an extension", b"1;a=b\nc\r\na\r\n0\r\n\r\n"),
    (43, "LF ends an extension", b"1;a\na\r\n0\r\n\r\n"),
    (44, "more data than the size", b"1\r\nab\r\n0\r\n\r\n"),
    (44, "no line end behind the data", b"1\r\na0\r\n\r\n"),
    (44, "LF behind the data", b"1\r\na\n0\r\n\r\n"),
    (44, "junk behind the last chunk", b"1\r\na\r\n0\r\nXX\r\n\r\n"),
    (44, "LF ends the trailers", b"1\r\na\r\n0\r\n\n"),
    (46, "a trailer with a space before its colon", b"1\r\na\r\n0\r\nX : y\r\n\r\n"),
)


@pytest.mark.parametrize("body", BROKEN_CHUNKS)
def test_a_broken_chunk_is_refused_and_never_a_complete_request(wire, body):
    for pieces in cuts(chunks(body)):
        wire.breaks_off(pieces, 400)


@pytest.mark.parametrize("body", BROKEN_CHUNKS)
def test_a_chunk_that_breaks_after_its_head_was_forwarded_leaves_no_complete_request(wire, body):
    wire.origin.forget()
    with wire.connect() as client:
        client.send(post(CHUNKED, body=b"4\r\ngood\r\n"))
        assert wait_until(lambda: b"good" in wire.origin.received)
        client.send(body + SMUGGLED)
        assert_problem(client.read_answer(), 400)
        assert client.is_closed()
    (seen,) = wire.origin.requests
    assert seen.connection.peer_left.wait(5)
    assert not seen.is_complete
    wire.canary()
    assert "/smuggled" not in wire.origin.targets()


@pytest.mark.parametrize("body, decoded", rows(
    (42, "an extension", b"5;a=b\r\nhello\r\n0\r\n\r\n", b"hello"),
    (42, "a quoted extension", b'5;a="q;x"\r\nhello\r\n0\r\n\r\n', b"hello"),
    (42, "an extension without value", b"5;a\r\nhello\r\n0;last\r\n\r\n", b"hello"),
    (42, "digits of both cases and zeros", b"00a\r\n0123456789\r\n0A\r\n0123456789\r\n00\r\n\r\n",
     b"0123456789" * 2),
    (42, "no data", b"0\r\n\r\n", b""),
    (46, "trailers that would matter in a head",
     b"1\r\na\r\n0\r\nContent-Length: 9\r\nHost: evil\r\nAuthorization: evil\r\nX-API-Key: evil"
     b"\r\n\r\n", b"a"),
))
def test_a_valid_chunked_body_is_forwarded_without_extensions_and_trailers(wire, body, decoded):
    for pieces in cuts(chunks(body)):
        wire.origin.forget()
        seen, _ = wire.forwards(pieces, LINE, ("Transfer-Encoding", b"chunked"), body=decoded)
        assert b"evil" not in wire.origin.received and b";a" not in wire.origin.received


@pytest.mark.parametrize("body", rows(
    (45, "an extension of 64 KB", b"1;a=" + b"x" * 65536 + b"\r\na\r\n0\r\n\r\n"),
    (45, "10 000 trailers", b"1\r\na\r\n0\r\n" + b"X: y\r\n" * 10_000 + b"\r\n"),
    (45, "a trailer of 64 KB", b"1\r\na\r\n0\r\nX: " + b"y" * 65536 + b"\r\n\r\n"),
))
def test_chunk_syntax_beyond_its_bounds_is_refused(wire, body):
    wire.breaks_off([chunks(body)], 400, 431)


def cost(wire, send):
    """Seconds of CPU and growth in bytes while `send` is carried out."""
    used, resident = wire.proxy.cpu(), wire.proxy.resident()
    send()
    return wire.proxy.cpu() - used, wire.proxy.resident() - resident


def test_row_45_a_million_chunks_of_one_byte_cost_no_more_than_the_smallest_requests(wire):
    count = 1_000_000
    body = b"1\r\nz\r\n" * count + b"0\r\n\r\n"
    seen = {"z": 0, "end": b""}

    def count_bytes(connection, _):
        data = connection.rest
        while data:
            seen["z"] += data.count(b"z")
            seen["end"] = (seen["end"] + data)[-7:]
            if seen["end"] == b"\r\n0\r\n\r\n":
                break
            data = connection.receive(1 << 20)
        connection.rest = b""
        connection.send(answer(b"counted"))

    def send_chunks():
        with wire.connect(timeout=60) as client:
            client.send(chunks(body))
            assert client.read_answer().body == b"counted"
            wire.canary(client)

    many = b"GET http://t.test/q HTTP/1.1\r\nHost: t.test\r\n\r\n" * 900

    def send_requests():
        with wire.connect(timeout=60) as client:
            sender = threading.Thread(target=client.send, args=[many], daemon=True)
            sender.start()
            for _ in range(900):
                assert client.read_answer().status == 200
            sender.join(5)

    wire.origin.keeps_bytes = False
    wire.origin.on("/p", count_bytes)
    try:
        of_requests, _ = cost(wire, send_requests)
        of_chunks, grown = cost(wire, send_chunks)
    finally:
        wire.origin.keeps_bytes = True
    assert seen["z"] == count
    assert of_chunks / len(body) < of_requests / len(many), (of_chunks, of_requests)
    assert grown < 8 << 20


@pytest.mark.parametrize("method", rows(
    *((47, name, name.encode()) for name in ["GET", "HEAD", "DELETE", "OPTIONS", "BREW"])))
def test_a_body_is_forwarded_with_any_method_and_never_read_as_a_request(wire, method):
    raw = request(
        b"Content-Length: %d" % len(SMUGGLED), line=method + b" http://t.test/p HTTP/1.1",
        body=SMUGGLED)
    for pieces in cuts(raw):
        wire.forwards(
            pieces, method + b" /p HTTP/1.1", ("Content-Length", b"%d" % len(SMUGGLED)),
            body=SMUGGLED, method=method.decode())


def test_row_48_a_post_without_framing_has_an_empty_body(wire):
    for pieces in cuts(post()):
        wire.forwards(pieces, LINE, ("Content-Length", b"0"))


@pytest.mark.parametrize("raw", rows(
    (49, "in a counted body", post(b"Content-Length: 10", body=b"hello")),
    (49, "in a chunk", chunks(b"a\r\nhello")),
    (49, "between chunks", chunks(b"5\r\nhello\r\n")),
    (49, "in the trailers", chunks(b"5\r\nhello\r\n0\r\nX: y\r\n")),
))
@pytest.mark.parametrize("leave", ["half_close", "reset"])
def test_a_body_that_ends_early_is_never_a_complete_request(wire, raw, leave):
    wire.origin.forget()
    with wire.connect() as client:
        client.send(raw)
        assert wait_until(lambda: b"hello" in wire.origin.received)
        getattr(client, leave)()
        (seen,) = wire.origin.requests
        assert seen.connection.peer_left.wait(2), "the origin's connection was left open"
        assert not seen.is_complete
        if leave == "half_close":
            try:
                assert_problem(client.read_answer(), 400)
            except (Broken, ConnectionResetError):
                assert client.used == len(client.received) == 0, "no half answer"
    wire.canary()


@pytest.mark.parametrize("status", [b"413 Too Large", b"429 Slow Down", b"403 No", b"401 Who"])
def test_row_51_an_early_answer_is_relayed_and_the_rest_of_the_body_never_parsed(wire, status):
    """A 429 whose request cannot be sent again becomes a 503 (parts 6 and 7 of the issue)."""
    def early(connection, _):
        # A body of which nothing was read yet could be sent again, whatever its size.
        if not connection.rest:
            connection.receive()
        connection.send(answer(b"early", b"Retry-After: 1", status=status))
        connection.wait_for_leave()

    wire.origin.on("/p", early)
    body = b"x" * 1_500_000 + SMUGGLED * 100
    with wire.connect() as client:
        client.send(post(b"Content-Length: %d" % len(body)), body[:700_000])
        wait_until(lambda: wire.origin.requests)
        client.send(body[700_000:])
        seen = client.read_answer()
        expected = int(status[:3])
        assert seen.status in ((429, 503) if expected == 429 else (expected,)), seen
        if seen.values("connection") == ["close"]:
            assert client.is_closed()
        else:
            # The body had gone out to its end before the answer was read.
            wire.canary(client)
    wire.canary()
    assert "/smuggled" not in wire.origin.targets()
    assert wire.origin.targets().count("/p") == 1


def test_row_51_a_refused_request_with_a_small_body_keeps_the_connection(wire):
    body = SMUGGLED * 10
    raw = request(
        b"Content-Length: %d" % len(body), line=b"POST /nowhere HTTP/1.1", host=b"localhost",
        body=body)
    wire.answers_itself([raw], 404)
    wire.answers_itself(every_byte(raw), 404)


def test_row_51_a_refused_request_with_a_large_body_ends_the_connection(wire):
    body = SMUGGLED * 5_000
    raw = request(
        b"Content-Length: %d" % len(body), line=b"POST /nowhere HTTP/1.1", host=b"localhost",
        body=body)
    answer = wire.answers_itself([raw], 404)
    assert answer.values("connection") == ["close"]


def test_row_52_a_message_cut_in_two_at_any_byte_is_the_same_message(wire):
    raw = post(CHUNKED, b"X-A: b", body=b'4;a="b"\r\nhell\r\n1\r\no\r\n0\r\nX: y\r\n\r\n')
    for at in range(1, len(raw)):
        wire.forwards(
            [raw[:at], raw[at:]], LINE, ("Transfer-Encoding", b"chunked"), ("X-A", b"b"),
            body=b"hello")


WHOLE = {
    "counted": length(b"5"),
    "base URL": request(b"Content-Length: 5", line=b"POST /t/p HTTP/1.1", body=b"hello"),
    "HTTP/1.0": request(b"Content-Length: 5", line=b"POST http://t.test/p HTTP/1.0", body=b"hello"),
    "expecting": post(b"Expect: 100-continue", b"Content-Length: 5", body=b"hello"),
    "behind empty lines": b"\r\n\r\n" + length(b"5"),
}


@pytest.mark.parametrize("what", rows(*((52, what, what) for what in WHOLE)))
def test_a_message_is_the_same_wherever_it_is_cut(wire, what):
    raw = WHOLE[what]
    if what == "base URL":
        raw = raw.replace(b"Host: t.test", b"Host: 127.0.0.1:%d" % wire.proxy.port)
    for at in range(1, len(raw)):
        wire.forwards(
            [raw[:at], raw[at:]], LINE, ("Content-Length", b"5"), body=b"hello",
            keeps=what != "HTTP/1.0")


def test_row_52_two_messages_are_the_same_two_wherever_they_are_cut(wire):
    first = post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED, path=b"/one")
    raw = first + post(CHUNKED, body=b"5\r\nhello\r\n0\r\n\r\n", path=b"/two")
    for at in range(1, len(raw)):
        wire.origin.forget()
        with wire.connect() as client:
            client.send(raw[:at], raw[at:])
            assert [client.read_answer().body for _ in range(2)] == [b"/one", b"/two"]
            wire.canary(client)
        one, two, _ = wire.origin.requests
        assert (one.body, two.body) == (SMUGGLED, b"hello")


ANSWERS = {
    "counted": answer(b"hello", b"X-A: b"),
    "chunked": b"HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n"
               b"4;a=b\r\nhell\r\n1\r\no\r\n0\r\nX: y\r\n\r\n",
    "behind interim ones": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                           + answer(b"hello", b"X-A: b"),
}


@pytest.mark.parametrize("what", rows(*((52, "an answer, " + what, what) for what in ANSWERS)))
def test_an_answer_is_the_same_wherever_it_is_cut(wire, what):
    raw = ANSWERS[what]
    pieces = [every_byte(raw), *([raw[:at], raw[at:]] for at in range(1, len(raw)))]

    def cut(connection, incoming):
        connection.read_body(incoming)
        for piece in pieces[int(incoming.target[3:])]:
            connection.send(piece)

    with wire.connect() as client:
        for at in range(len(pieces)):
            wire.origin.on(f"/p?{at}", cut)
            client.send(request(line=b"GET http://t.test/p?%d HTTP/1.1" % at))
            seen = client.read_answer()
            assert (seen.status, seen.body, seen.values("x-a")) == (200, b"hello", ["b"])
        wire.canary(client)
    assert len({each.connection for each in wire.origin.requests}) == 1, "it was not reused"


def test_row_52_a_broken_message_cut_in_two_at_any_byte_is_refused_alike(wire):
    raw = post(b"X-A: b", b"Content-Length: 5", b"Content-Length: 5", body=b"hello")
    for at in range(1, len(raw)):
        wire.refuses([raw[:at], raw[at:]], 400)
