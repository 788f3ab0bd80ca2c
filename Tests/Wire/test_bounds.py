"""Every bound of the policy takes effect: what is larger, longer or more is refused in its way."""

import json
import threading

import pytest

from client import Client
from origin import answer
from proxy import Proxy, policy
from waiting import wait_until
from wire import Wire, assert_problem, post, request, rows

BOUNDS = """bounds:
  request-line: 8100
  field-line: 1024
  head: 12000
  fields: 12
  chunk-extension: 16
  chunk-extensions: 64
  trailers: 64
  trailer-fields: 2
  body: 100000
  replay: 20
  answer-head: 8192
  answer-fields: 12
  interim: 3
  requests-per-connection: 5
  attempts: 2
"""
SMALL = 1 << 10


@pytest.fixture(scope="module")
def proxy(origin, tmp_path_factory):
    proxy = Proxy(policy(origin.port, top=BOUNDS), tmp_path_factory.mktemp("bounds"))
    yield proxy
    proxy.stop()


def line(size):
    """A request line of so many bytes."""
    begin, end = b"GET http://t.test/", b" HTTP/1.1"
    return begin + b"a" * (size - len(begin) - len(end) - 2) + end


@pytest.mark.parametrize(("pieces", "status"), rows(
    (6, "a request line over the bound", request(line=line(8101)), 414),
    (26, "a field line over the bound", request(b"X: " + b"a" * 1020), 431),
    (26, "more fields than the bound", request(*[b"X: y"] * 12), 431),
    (26, "a head over the bound", request(*[b"X: " + b"a" * 1000] * 11, line=line(8000)), 431)))
def test_a_head_over_a_bound_is_refused(wire, pieces, status):
    wire.refuses([pieces], status)


@pytest.mark.parametrize("piece", rows(
    (6, "a request line of the bound's length", request(line=line(8100))),
    (26, "a field line of the bound's length", request(b"X: " + b"a" * 1019)),
    (26, "as many fields as the bound", request(*[b"X: y"] * 11))))
def test_a_head_within_the_bounds_is_served(wire, piece):
    with wire.connect() as client:
        client.send(piece)
        assert client.read_answer().status == 200
        wire.canary(client)


@pytest.mark.parametrize(("body", "statuses"), rows(
    (45, "a chunk extension over the bound", b"1;a=" + b"b" * 20 + b"\r\nx\r\n0\r\n\r\n", [400]),
    (45, "extensions far ahead of the data", b"1;a=bbbbbbb\r\nx\r\n" * 8 + b"0\r\n\r\n", [400]),
    (45, "trailers over the bound", b"0\r\nX: " + b"a" * 64 + b"\r\n\r\n", [400, 431]),
    (45, "more trailers than the bound", b"0\r\na: b\r\na: b\r\na: b\r\n\r\n", [400, 431])))
def test_what_surrounds_a_body_is_bounded(wire, body, statuses):
    wire.breaks_off([post(b"Transfer-Encoding: chunked", body=body)], *statuses)


@pytest.mark.parametrize("fields", [[], [b"Expect: 100-continue"]], ids=["at once", "expecting"])
def test_row_51_a_body_that_says_it_is_too_large_is_refused_before_anything_is_sent(wire, fields):
    got = wire.refuses([post(b"Content-Length: 100001", *fields)], 413)
    assert not got.interim


def test_row_51_a_chunked_body_that_grows_too_large_is_cut_off(wire):
    chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    got = wire.breaks_off(
        [post(b"Transfer-Encoding: chunked", body=chunk * 7 + b"0\r\n\r\n")], 413)
    assert json.loads(got.body)["type"] == "urn:penstock:problem:body-too-large"


def test_row_51_a_body_of_the_bounds_size_is_forwarded(wire):
    chunk = b"%x\r\n" % 50_000 + b"a" * 50_000 + b"\r\n"
    for raw in (post(b"Content-Length: 100000", body=b"a" * 100_000),
                post(b"Transfer-Encoding: chunked", body=chunk * 2 + b"0\r\n\r\n")):
        with wire.connect() as client:
            client.send(raw)
            assert client.read_answer().status == 200
            wire.canary(client)
    sizes = [len(each.body) for each in wire.origin.requests if each.target == "/p"]
    assert sizes == [100_000, 100_000]


def test_row_122_a_body_over_the_replay_bound_is_sent_once(wire):
    gave = [answer(status=b"503 Busy"), answer(b"ok")]

    def reply(connection, incoming):
        connection.read_body(incoming)
        connection.send(gave[min(len(wire.origin.requests), 2) - 1])

    put = b"PUT http://t.test/p HTTP/1.1"
    wire.origin.on("/p", reply)
    with wire.connect() as client:
        client.send(request(b"Content-Length: 21", line=put, body=b"a" * 21))
        assert client.read_answer().status == 503
        wire.origin.forget()
        client.send(request(b"Content-Length: 20", line=put, body=b"a" * 20))
        assert client.read_answer().status == 200


def test_row_119_a_request_is_tried_as_often_as_the_bound_says(wire):
    wire.origin.on("/p", answer(b"", b"Retry-After: 0", status=b"429 Slow Down"))
    got = wire.get("/p", b"Prefer: wait=20")
    assert_problem(got, 503)
    assert "2 attempts" in json.loads(got.body)["detail"]
    assert wire.origin.targets() == ["/p", "/p"]


@pytest.mark.parametrize(("raw", "status"), rows(
    (89, "an answer's head over the bound", answer(b"", b"X: " + b"a" * 8192), 502),
    (89, "more fields than the bound", answer(b"", *[b"X: y"] * 12), 502),
    (89, "as many fields as the bound", answer(b"", *[b"X: y"] * 11), 200),
    (61, "more interim answers than the bound", b"HTTP/1.1 102 P\r\n\r\n" * 4 + answer(), 502),
    (61, "as many interim answers as the bound", b"HTTP/1.1 102 P\r\n\r\n" * 3 + answer(), 200)))
def test_an_answer_over_a_bound_is_refused(wire, raw, status):
    wire.origin.on("/p", raw)
    got = wire.get("/p")
    assert got.status == status, got
    if status == 502:
        assert_problem(got, 502)
        assert wire.origin.requests[0].connection.peer_left.wait(5)


def test_row_55_the_last_request_of_a_connection_is_told_so(wire):
    with wire.connect() as client:
        for number in range(1, 6):
            client.send(request())
            got = client.read_answer()
            assert got.status == 200
            assert got.values("connection") == (["close"] if number == 5 else []), number
        assert client.is_closed()


def test_row_88_as_many_idle_connections_are_kept_as_the_bound_says(origin, start):
    wire = Wire(start(policy(origin.port, top="bounds: { idle-connections: 2 }")), origin)
    everybody = threading.Barrier(5)

    def reply(connection, incoming):
        connection.read_body(incoming)
        everybody.wait(10)
        connection.send(answer(b"ok"))

    origin.on("/p", reply)
    clients = [wire.connect() for _ in range(5)]
    for client in clients:
        client.send(request())
    assert [client.read_answer().body for client in clients] == [b"ok"] * 5
    assert wait_until(lambda: len(origin.open_connections()) == 2), origin.open_connections()
    for client in clients:
        client.socket.close()
    origin.scripts.clear()


def test_row_88_connections_are_kept_as_long_as_the_bounds_say(origin, start):
    idle = Wire(start(policy(origin.port, top="bounds: { idle-time: 300ms }")), origin)
    aged = Wire(start(policy(
        origin.port, top="bounds: { connection-age: 300ms, idle-time: 1h }")), origin)
    for wire in (idle, aged):
        origin.drop_connections()
        wire.canary()
        assert len(origin.open_connections()) == 1
        if wire is idle:
            assert wait_until(lambda: not origin.open_connections(), 3)
        else:
            (first,) = origin.open_connections()
            assert first.peer_left.wait(3), "no request would use it any more"
            wire.canary()
            assert first not in origin.open_connections()


def test_row_67_as_many_clients_are_served_at_once_as_the_bound_says(origin, start):
    wire = Wire(start(policy(origin.port, top="bounds: { clients: 3 }")), origin)
    holders = [wire.connect() for _ in range(3)]
    for holder in holders:
        wire.canary(holder)
    with Client(wire.proxy.port) as fourth:
        fourth.send(request())
        assert not fourth.is_closed(0.3) and not fourth.received
        holders.pop().socket.close()
        assert fourth.read_answer().status == 200
    for holder in holders:
        holder.socket.close()
