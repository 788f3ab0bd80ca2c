"""Section D of the catalogue: connections, pipelining, interim answers, early and half closes."""

import threading

import pytest

from client import Broken
from origin import answer
from waiting import wait_until
from wire import assert_problem, cuts, post, request, rows

CHUNKED_ANSWER = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n")


def get(target, *lines, version=b"1.1"):
    return request(*lines, line=b"GET http://t.test%s HTTP/%s" % (target.encode(), version))


def test_row_53_pipelined_requests_are_answered_in_order_and_sent_one_by_one(wire):
    may_answer = threading.Event()

    def slow(connection, _):
        may_answer.wait(10)
        connection.send(answer(b"slow"))

    wire.origin.on("/slow", slow)
    with wire.connect() as client:
        client.send(get("/slow") + get("/two") + get("/three"))
        assert wait_until(lambda: wire.origin.requests)
        wire.canary()
        assert "/two" not in wire.origin.targets(), "sent before the first was answered"
        may_answer.set()
        assert [client.read_answer().body for _ in range(3)] == [b"slow", b"/two", b"/three"]
        wire.canary(client)


def test_row_53_reading_ahead_is_bounded_while_a_request_is_under_way(wire):
    may_answer = threading.Event()

    def slow(connection, _):
        may_answer.wait(10)
        connection.send(answer(b"slow"))

    wire.origin.on("/slow", slow)
    resident = wire.proxy.resident()
    with wire.connect() as client:
        client.send(get("/slow"))
        assert wait_until(lambda: wire.origin.requests)
        client.socket.settimeout(0.3)
        flood = get("/x") * 1000
        sent = 0
        try:
            while sent < 64 << 20:
                sent += client.socket.send(flood)
        except TimeoutError:
            pass
        assert sent < 32 << 20, "the proxy reads without bound"
        assert wire.proxy.resident() - resident < 4 << 20
        client.socket.settimeout(10)
        may_answer.set()
        assert client.read_answer().body == b"slow"


def test_row_54_a_pipelined_get_after_a_post_is_answered_in_order(wire):
    raw = post(b"Content-Length: 5", body=b"hello", path=b"/one") + get("/two")
    for pieces in cuts(raw):
        with wire.connect() as client:
            client.send(*pieces)
            assert [client.read_answer().body for _ in range(2)] == [b"/one", b"/two"]
            wire.canary(client)


def test_row_54_a_bad_request_after_a_good_one_is_refused_after_the_good_answer(wire):
    for pieces in cuts(get("/one") + b"GET junk\r\n\r\n" + get("/three")):
        wire.origin.forget()
        with wire.connect() as client:
            client.send(*pieces)
            assert client.read_answer().body == b"/one"
            assert_problem(client.read_answer(), 400)
            assert client.is_closed()
        wire.canary()
        assert "/three" not in wire.origin.targets()


def test_row_55_nothing_is_processed_after_connection_close(wire):
    for pieces in cuts(get("/one", b"Connection: close") + get("/two")):
        wire.origin.forget()
        with wire.connect() as client:
            client.send(*pieces)
            seen = client.read_answer()
            assert (seen.body, seen.values("connection")) == (b"/one", ["close"])
            assert client.is_closed()
        wire.canary()
        assert "/two" not in wire.origin.targets()


@pytest.mark.parametrize("lines", rows(
    (56, "without keep-alive", []),
    (56, "with keep-alive", [b"Connection: keep-alive"]),
))
def test_an_http_1_0_client_gets_one_plain_answer_and_the_end(wire, lines):
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    wire.origin.on("/p", early + CHUNKED_ANSWER)
    with wire.connect() as client:
        client.send(get("/p", *lines, version=b"1.0") + get("/two"))
        seen = client.read_answer()
        assert (seen.status, seen.body, seen.interim) == (200, b"abcde", [])
        assert seen.values("transfer-encoding") == []
        assert client.is_closed()
    wire.canary()
    assert "/two" not in wire.origin.targets()
    assert wire.origin.requests[0].line == b"GET /p HTTP/1.1"


def test_row_56_an_http_1_0_client_needs_no_host(wire):
    with wire.connect() as client:
        client.send(request(line=b"GET http://t.test/p HTTP/1.0", host=None))
        assert client.read_answer().body == b"/p"
        assert client.is_closed()


def test_row_58_a_client_that_expects_and_sends_at_once_stays_in_step(wire):
    raw = post(b"Expect: 100-continue", b"Content-Length: 5", body=b"hello")
    for pieces in cuts(raw):
        seen, got = wire.forwards(
            pieces, b"POST /p HTTP/1.1", ("Content-Length", b"5"), body=b"hello")
        assert [each.status for each in got.interim] in ([], [100])
        assert seen.values("expect") == []


def test_row_58_a_client_that_waits_is_told_to_continue(wire):
    with wire.connect() as client:
        client.send(post(b"Expect: 100-continue", b"Content-Length: 5"))
        interim = client.read_head()
        assert (interim.status, interim.fields) == (100, [])
        client.send(b"hello")
        assert client.read_answer().body == b"/p"
        wire.canary(client)
    assert wire.origin.requests[0].body == b"hello"


def test_row_58_another_expectation_is_answered_417(wire):
    wire.answers_itself([post(b"Expect: 200-maybe", b"Content-Length: 0")], 417)


@pytest.mark.parametrize("expectation", [b"100-continue", b"200-maybe"])
def test_row_58_an_expectation_of_http_1_0_is_ignored(wire, expectation):
    raw = request(
        b"Expect: " + expectation, b"Content-Length: 5",
        line=b"POST http://t.test/p HTTP/1.0", body=b"hello")
    _, got = wire.forwards(
        [raw], b"POST /p HTTP/1.1", ("Content-Length", b"5"), body=b"hello", keeps=False)
    assert got.interim == []


@pytest.mark.parametrize("status", [b"417 Expectation Failed", b"200 OK", b"403 Forbidden"])
def test_row_59_a_final_answer_before_the_body_is_relayed_and_ends_the_connection(wire, status):
    left = threading.Event()

    def early(connection, _):
        connection.send(answer(b"early", status=status))
        if connection.wait_for_leave():
            left.set()

    wire.origin.on("/p", early)
    with wire.connect() as client:
        client.send(post(b"Content-Length: 1000000"), b"x" * 1000)
        seen = client.read_answer()
        assert (seen.status, seen.body) == (int(status[:3]), b"early")
        assert left.wait(5), "the origin's connection lives on in the middle of a body"
        client.send(get("/not-a-request"))
        assert client.is_closed()
    wire.canary()
    assert "/not-a-request" not in wire.origin.targets()


@pytest.mark.parametrize("lines, body, relayed", rows(
    (60, "nothing expected", [], b"", [102, 103]),
    (60, "100 expected", [b"Expect: 100-continue"], b"hello", [100, 102, 103]),
))
def test_interim_answers_are_relayed_and_100_only_to_who_asked(wire, lines, body, relayed):
    wire.origin.on("/p", (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
        b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n" + answer(b"final")))
    with wire.connect() as client:
        client.send(post(b"Content-Length: %d" % len(body), *lines, body=body))
        seen = client.read_answer()
        assert (seen.status, seen.body) == (200, b"final")
        statuses = [each.status for each in seen.interim]
        assert statuses in (relayed, [each for each in relayed if each != 100])
        assert seen.interim[-1].values("link") == ["</style.css>; rel=preload"]
        for each in seen.interim:
            assert not each.values("content-length") and not each.values("transfer-encoding")
        wire.canary(client)


@pytest.mark.parametrize("cut", [0, 3, 30])
@pytest.mark.parametrize("raw, relayed", rows(
    (60, "an unasked 100", b"HTTP/1.1 100 Continue\r\n\r\n", []),
    (60, "a 103", b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", [103]),
    (60, "both", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n", [102]),
))
def test_an_interim_answer_in_the_middle_of_a_body_does_not_end_it(wire, raw, cut, relayed):
    begun, halfway = threading.Event(), threading.Event()

    def hurried(connection, incoming):
        connection.send(raw[:cut])
        begun.set()
        halfway.wait(5)
        connection.send(raw[cut:])
        connection.read_body(incoming)
        connection.send(answer(incoming.body))

    wire.origin.on("/p", hurried)
    with wire.connect() as client:
        client.send(post(b"Content-Length: 10", body=b"01234"))
        assert begun.wait(5)
        client.send(b"5")
        halfway.set()
        client.send(b"6789")
        seen = client.read_answer()
        assert (seen.status, seen.body) == (200, b"0123456789")
        assert [each.status for each in seen.interim] == relayed
        wire.canary(client)


def test_row_61_interim_answers_in_the_middle_of_a_body_are_bounded(wire):
    def endless(connection, _):
        connection.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2000)
        connection.wait_for_leave()

    wire.origin.on("/p", endless)
    with wire.connect() as client:
        client.send(post(b"Content-Length: 10", body=b"01234"))
        seen = client.read_answer()
        assert_problem(seen, 502)
        assert len(seen.interim) <= 64
    wire.canary()


def test_row_61_interim_answers_are_bounded(wire):
    wire.origin.on("/p", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000 + answer(b"late"))
    assert_problem(wire.get("/p"), 502)
    assert wire.origin.requests[0].connection.peer_left.wait(5)
    wire.canary()
    wire.origin.on("/p", b"HTTP/1.1 100 Continue\r\n\r\n" * 60 + answer(b"in time"))
    assert wire.get("/p").body == b"in time"


@pytest.mark.parametrize("lines", rows(
    (63, "nothing asked", []),
    (64, "a WebSocket asked", [b"Connection: Upgrade", b"Upgrade: websocket"]),
))
def test_a_101_is_never_relayed(wire, lines):
    wire.origin.on("/p", (
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nx"))
    assert_problem(wire.get("/p", *lines), 502)
    (seen,) = wire.origin.requests
    assert seen.connection.peer_left.wait(5)
    assert seen.values("upgrade") == seen.values("connection") == []
    wire.canary()


@pytest.mark.parametrize("method, raw, status, length", rows(
    (65, "HEAD", b"HEAD", answer(b"surplus"), 200, ["7"]),
    (65, "HEAD, chunked", b"HEAD", CHUNKED_ANSWER, 200, []),
    (65, "HEAD without surplus", b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", 200,
     ["7"]),
    (65, "204", b"GET", answer(b"surplus", status=b"204 No Content"), 204, []),
    (65, "304", b"GET", answer(b"surplus", status=b"304 Not Modified"), 304, ["7"]),
    (65, "304, chunked", b"GET", CHUNKED_ANSWER.replace(b"200 OK", b"304 Not Modified"), 304, []),
))
def test_an_answer_that_has_no_body_brings_none_whatever_the_origin_sends(
        wire, method, raw, status, length):
    wire.origin.on("/p", raw)
    with wire.connect() as client:
        client.send(request(line=method + b" http://t.test/p HTTP/1.1"))
        seen = client.read_answer(method.decode())
        assert (seen.status, seen.values("content-length")) == (status, length)
        wire.canary(client)
    if not raw.endswith(b"\r\n\r\n") or b"chunked" in raw:
        assert wire.origin.requests[0].connection.peer_left.wait(5), "surplus bytes were pooled"


def test_row_65_an_interim_answer_with_body_bytes_is_a_bad_answer(wire):
    wire.origin.on("/p", b"HTTP/1.1 103 Early\r\nContent-Length: 3\r\n\r\nabc" + answer(b"x"))
    assert_problem(wire.get("/p"), 502)
    assert wire.origin.requests[0].connection.peer_left.wait(5)


def holding(wire):
    """A script that keeps the answer back, and the event that tells when the proxy has left."""
    left = threading.Event()

    def hold(connection, _):
        if connection.wait_for_leave(10):
            left.set()

    wire.origin.on("/p", hold)
    return left


def test_row_67_a_client_that_resets_while_its_request_is_under_way_is_noticed(wire):
    left = holding(wire)
    with wire.connect() as client:
        client.send(get("/p"))
        assert wait_until(lambda: wire.origin.requests)
        client.reset()
        assert left.wait(1), "the origin's connection was kept"
    wire.canary()
    assert wire.origin.targets().count("/p") == 1


def test_row_67_a_client_that_leaves_in_the_middle_of_an_answer_is_noticed(wire):
    left = threading.Event()

    def endless(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                connection.send(b"400\r\n" + b"x" * 1024 + b"\r\n")
        except OSError:
            left.set()

    wire.origin.on("/p", endless)
    with wire.connect() as client:
        client.send(get("/p"))
        client.read_head()
        client.take(10_000)
    assert left.wait(2), "the origin is still read"
    wire.canary()


@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
def test_an_answer_that_breaks_off_never_looks_complete(wire, version):
    def cut(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        wait_until(lambda: b"abc" in client.received, 2)
        connection.close()

    wire.origin.on("/p", cut)
    with wire.connect() as client:
        client.send(get("/p", version=version))
        if version == b"1.1":
            with pytest.raises((Broken, ConnectionResetError)):
                client.read_answer()
        else:
            client.read_head()
            with pytest.raises(ConnectionResetError):
                while client.socket.recv(100):
                    pass
    wire.canary()


@pytest.mark.parametrize("raw", rows(
    (67, "half a head", b"GET http://t.test/p HT"),
    (67, "half a body", post(b"Content-Length: 10", body=b"hello")),
    (67, "a request", get("/held")),
))
def test_bytes_and_a_reset_of_a_client_that_are_seen_together_free_its_connection(wire, raw):
    wire.origin.on("/held", lambda connection, _: connection.wait_for_leave(10))
    wire.origin.drop_connections()
    assert wait_until(lambda: wire.proxy.descriptors() <= wire.descriptors)
    with wire.connect() as client, wire.proxy.asleep():
        client.send(raw)
        client.reset()

    def is_free():
        # A dial that was under way ends in the pool; the origin closes what rests there.
        wire.origin.drop_connections()
        return wire.proxy.descriptors() <= wire.descriptors

    assert wait_until(is_free, 2)
    wire.canary()
