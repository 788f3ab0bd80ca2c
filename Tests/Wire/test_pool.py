"""Rows 85 to 88: connections that wait for their next request, and origins that spoil them."""

import threading
import time

import pytest

from origin import answer
from waiting import wait_until
from wire import assert_problem, post, request, rows

EVIL = answer(b"EVIL", b"X-Evil: 1")
TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\nConnection: close\r\n\r\nEVIL"
UNSOLICITED = rows(
    (85, "a second answer", EVIL),
    (85, "an idle 408", TIMEOUT),
    (85, "a stray line end", b"\r\n"),
    (85, "one byte", b"H"),
    (85, "an interim answer", b"HTTP/1.1 103 Early Hints\r\nX-Evil: 1\r\n\r\n"),
)


@pytest.fixture
def pooled(wire):
    """The origin's side of exactly one pooled connection."""
    wire.origin.drop_connections()
    wire.canary()
    (connection,) = wire.origin.open_connections()
    wire.canary()
    assert wire.origin.open_connections() == [connection], "the connection was not reused"
    wire.origin.forget()
    return connection


def test_row_87_a_connection_whose_first_client_left_may_be_dead_like_any_other_idle_one(wire):
    wire.origin.drop_connections()
    with wire.connect() as client, wire.proxy.asleep():
        client.send(post(b"Content-Length: 10", body=b"hello"))
        client.reset()
    assert wait_until(wire.origin.open_connections)
    (idle,) = wire.origin.open_connections()

    def die(connection, _):
        if connection is idle:
            connection.close()
        else:
            connection.send(answer(b"fresh"))

    wire.origin.on("/p", die)
    assert wire.get("/p").body == b"fresh"
    assert wire.origin.targets() == ["/p", "/p"]


@pytest.mark.parametrize("raw", UNSOLICITED)
def test_unsolicited_bytes_end_an_idle_connection(wire, pooled, raw):
    pooled.send(raw)
    assert pooled.peer_left.wait(2), "the connection was kept"
    assert "x-evil" not in dict(wire.get("/p").fields)
    wire.canary()


@pytest.mark.parametrize("raw", UNSOLICITED)
@pytest.mark.parametrize("first", ["request", "bytes"])
def test_unsolicited_bytes_that_come_together_with_a_request_are_not_its_answer(
        wire, pooled, raw, first):
    with wire.connect() as client:
        wire.canary(client)
        wire.origin.forget()
        own = request(line=b"GET http://t.test/own HTTP/1.1")
        with wire.proxy.asleep():
            if first == "request":
                client.send(own)
            pooled.send(raw)
            if first == "bytes":
                client.send(own)
        got = client.read_answer()
        assert (got.status, got.body, got.interim) == (200, b"/own", []), got
        wire.canary(client)
    assert wire.origin.targets().count("/own") == 1


@pytest.mark.parametrize("raw", rows(
    (86, "garbage", answer(b"ok") + b"garbage"),
    (86, "another answer", answer(b"ok") + EVIL),
    (86, "a line end", answer(b"ok") + b"\r\n"),
    (86, "garbage behind the last chunk",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + EVIL),
    (86, "a close option", answer(b"ok", b"Connection: close")),
    (86, "HTTP/1.0", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
))
def test_a_connection_with_bytes_behind_its_answer_or_a_close_is_not_pooled(wire, raw):
    wire.origin.on("/p", raw)
    with wire.connect() as client:
        client.send(request())
        got = client.read_answer()
        assert (got.status, got.body) == (200, b"ok")
        assert wire.origin.requests[0].connection.peer_left.wait(2), "the connection was kept"
        wire.canary(client)


def dying(end):
    """Ends a connection that was used before, without an answer; answers on a fresh one."""
    def die(connection, request):
        connection.read_body(request)
        if connection.served:
            getattr(connection, end)()
        else:
            connection.send(answer(b"fresh"))
    return die


METHODS = [b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE"]


@pytest.mark.parametrize("end", ["close", "reset"])
@pytest.mark.parametrize("method", rows(*((87, name.decode(), name) for name in METHODS)))
def test_an_idempotent_request_on_a_dead_connection_is_sent_once_more_on_a_fresh_one(
        wire, pooled, method, end):
    wire.origin.on("/p", dying(end))
    with wire.connect() as client:
        client.send(request(
            b"Content-Length: 4", line=method + b" http://t.test/p HTTP/1.1", body=b"body"))
        assert client.read_answer(method.decode()).status == 200
        wire.canary(client)
    first, second = wire.origin.requests[:2]
    assert first.connection is pooled and second.connection is not pooled
    assert first.head == second.head and second.body == b"body"
    assert wire.origin.targets().count("/p") == 2


@pytest.mark.parametrize("end", ["close", "reset"])
@pytest.mark.parametrize("method", rows(
    *((87, name.decode(), name) for name in [b"POST", b"PATCH", b"BREW", b"get"])))
def test_any_other_request_on_a_dead_connection_is_answered_502_and_sent_once(
        wire, pooled, method, end):
    wire.origin.on("/p", dying(end))
    with wire.connect() as client:
        client.send(request(
            b"Content-Length: 4", line=method + b" http://t.test/p HTTP/1.1", body=b"body"))
        assert_problem(client.read_answer(), 502)
    wire.canary()
    assert wire.origin.targets().count("/p") == 1


def test_row_87_a_post_on_a_fresh_connection_that_dies_is_not_sent_again(wire):
    wire.origin.drop_connections()
    wire.origin.on("/p", lambda connection, _: connection.close())
    with wire.connect() as client:
        client.send(post(b"Content-Length: 0"))
        assert_problem(client.read_answer(), 502)
    wire.canary()
    assert wire.origin.targets().count("/p") == 1


def test_row_87_a_get_is_sent_at_most_five_times_and_only_the_dead_connection_costs_no_pause(
        wire, pooled):
    seen = []

    def die(connection, _):
        seen.append(time.monotonic())
        connection.close()

    wire.origin.on("/p", die)
    with wire.connect(timeout=40) as client:
        client.send(request())
        assert_problem(client.read_answer(), 502)
    wire.canary()
    assert len(seen) == 5
    pauses = [later - earlier for earlier, later in zip(seen, seen[1:])]
    assert pauses[0] < 0.2 and min(pauses[1:]) > 0.2, pauses


def test_row_87_a_post_is_not_sent_again_once_an_answer_began(wire, pooled):
    def half(connection, _):
        connection.send(b"HTTP/1.1 200")
        connection.close()

    wire.origin.on("/p", half)
    with wire.connect() as client:
        client.send(post(b"Content-Length: 0"))
        assert_problem(client.read_answer(), 502)
    wire.canary()
    assert wire.origin.targets().count("/p") == 1


@pytest.mark.parametrize("end", ["close", "reset"])
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_row_87_a_connection_that_ends_while_a_request_arrives_is_not_an_error_twice(
        wire, pooled, method, end):
    with wire.connect() as client:
        wire.canary(client)
        wire.origin.forget()
        with wire.proxy.asleep():
            client.send(request(
                b"Content-Length: 0", line=method + b" http://t.test/own HTTP/1.1"))
            getattr(pooled, end)()
        got = client.read_answer()
        if method == b"GET":
            assert (got.status, got.body) == (200, b"/own")
        elif got.status != 200:
            assert_problem(got, 502)
    wire.canary()
    assert wire.origin.targets().count("/own") <= 1


def fill(wire, count):
    """Pools this many connections at once."""
    gate = threading.Barrier(count)

    def together(connection, _):
        gate.wait(10)
        connection.send(answer(b"together"))

    wire.origin.drop_connections()
    wire.origin.on("/together", together)
    clients = [wire.connect() for _ in range(count)]
    for client in clients:
        client.send(request(line=b"GET http://t.test/together HTTP/1.1"))
    for client in clients:
        assert client.read_answer().body == b"together"
        client.socket.close()
    assert len(wire.origin.open_connections()) == count
    wire.origin.forget()


@pytest.mark.parametrize("end", ["close", "reset"])
def test_row_88_many_dead_connections_do_not_fail_a_request(wire, end):
    fill(wire, 12)
    wire.origin.on("/p", dying(end))
    for _ in range(4):
        assert wire.get("/p").body == b"fresh"
        assert len(wire.origin.targets()) <= 2
        wire.origin.forget()
    wire.canary()


def test_row_88_connections_that_died_idle_are_noticed_all(wire):
    fill(wire, 12)
    with wire.proxy.asleep():
        wire.origin.drop_connections()
    for _ in range(4):
        with wire.connect() as client:
            client.send(post(b"Content-Length: 0"))
            assert client.read_answer().status == 200
    assert wait_until(lambda: wire.proxy.descriptors() <= wire.descriptors + 2)
