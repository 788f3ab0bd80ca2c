"""Batches: the first request goes alone, the rest after it has succeeded, or not at all."""

import json
import threading

import pytest

from client import Client
from origin import answer
from scripts import status
from waiting import wait_until
from wire import assert_problem, post, request, rows

BATCH = b"Penstock-Batch: "


class Members:
    """Requests of a batch, each on a connection of its own."""

    def __init__(self, wire, count, name=b"b1"):
        self.clients = [wire.connect(timeout=15) for _ in range(count)]
        for number, client in enumerate(self.clients):
            client.send(post(
                b"Content-Length: 1", BATCH + name, body=b"x", path=b"/batch"))
            if number == 0:
                assert wait_until(lambda: "/batch" in wire.origin.targets())

    def answers(self):
        answers = [client.read_answer() for client in self.clients]
        for client in self.clients:
            client.socket.close()
        return answers


def stats(wire):
    with Client(wire.proxy.admin_port) as client:
        client.send(request(line=b"GET /stats HTTP/1.1", host=b"localhost"))
        return json.loads(client.read_answer().body)


def first_waits(wire, script):
    """The origin keeps the first request of the batch until the event is set."""
    told = threading.Event()
    lock = threading.Lock()
    left = [script]

    def serve(connection, incoming):
        connection.read_body(incoming)
        with lock:
            mine = left.pop() if left else None
        if mine is None:
            return connection.send(answer(b"rest"))
        assert told.wait(10)
        mine(connection) if callable(mine) else connection.send(mine)

    wire.origin.on("/batch", serve)
    return told


def all_wait(wire, count):
    lane = lambda: next(iter(stats(wire)["apis"]["t"]["lanes"].values()))
    return wait_until(lambda: lane()["waiting"] == count)


def test_the_first_goes_alone_and_the_rest_follow(wire):
    told = first_waits(wire, answer(b"first"))
    members = Members(wire, 10)
    assert all_wait(wire, 9)
    assert wire.origin.targets() == ["/batch"]
    wire.canary()
    told.set()
    answers = members.answers()
    assert [each.status for each in answers] == [200] * 10
    assert sorted(each.body for each in answers) == [b"first"] + [b"rest"] * 9
    assert wire.origin.targets().count("/batch") == 10
    for each in wire.origin.requests:
        assert not each.values("penstock-batch"), "the field left"


def test_when_the_first_fails_the_rest_are_told_why_and_never_sent(wire):
    told = first_waits(wire, status(
        b"422 Unprocessable Content", b"Content-Type: application/json", body=b'{"no":"title"}'))
    members = Members(wire, 10, b"b2")
    assert all_wait(wire, 9)
    told.set()
    first, *rest = members.answers()
    assert (first.status, first.body) == (422, b'{"no":"title"}')
    for each in rest:
        assert_problem(each, 424)
        document = json.loads(each.body)
        assert document["type"] == "urn:penstock:problem:batch-failed"
        assert document["first"] == {
            "status": 422, "content_type": "application/json", "body": '{"no":"title"}'}
        assert int(each.values("retry-after")[0]) >= 1
    assert wire.origin.targets().count("/batch") == 1
    late = Members.__new__(Members)
    late.clients = [wire.connect()]
    late.clients[0].send(post(b"Content-Length: 0", BATCH + b"b2", path=b"/batch"))
    (got,) = late.answers()
    assert_problem(got, 424)
    assert json.loads(got.body)["first"]["status"] == 422
    assert Members(wire, 1, b"b3").answers()[0].body == b"rest", "another batch was refused"


def test_a_first_that_gets_no_answer_fails_its_batch_too(wire):
    wire.origin.drop_connections()
    told = first_waits(wire, lambda connection: connection.reset())
    members = Members(wire, 3, b"b4")
    assert all_wait(wire, 2)
    told.set()
    first, *rest = members.answers()
    assert_problem(first, 502)
    for each in rest:
        assert_problem(each, 424)
        document = json.loads(each.body)["first"]
        assert document["status"] == 502
        assert json.loads(document["body"])["type"] == "urn:penstock:problem:bad-answer"


def test_a_long_answer_is_passed_on_in_part(wire):
    body = b"0123456789abcdef" * 4096
    told = first_waits(wire, status(b"400 Bad Request", body=body))
    members = Members(wire, 2, b"b5")
    assert all_wait(wire, 1)
    told.set()
    first, second = members.answers()
    assert first.body == body
    assert json.loads(second.body)["first"]["body"] == body[:16 << 10].decode()


@pytest.mark.parametrize("lines", rows(
    (0, "empty", [BATCH]),
    (0, "a space", [BATCH + b"a b"]),
    (0, "beyond ASCII", [BATCH + "é".encode()]),
    (0, "129 characters", [BATCH + b"a" * 129]),
    (0, "two fields", [BATCH + b"a", BATCH + b"a"]),
))
def test_a_name_that_is_none_is_refused(wire, lines):
    got = wire.answers_itself([post(b"Content-Length: 0", *lines)], 400)
    assert json.loads(got.body)["type"] == "urn:penstock:problem:bad-batch"


def test_a_name_of_128_characters_is_taken_and_stays_here(wire):
    wire.forwards(
        [request(BATCH + b"!" * 127 + b"~")], b"GET /p HTTP/1.1", body=b"")
