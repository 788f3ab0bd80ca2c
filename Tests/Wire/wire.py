"""What every row is asked: its answer, its connection, what the origin saw, and a canary."""

import itertools
import json
import re

import pytest

from client import Client
from proxy import SECRET

SHORT = 700
COUNTER = itertools.count(1)


def rows(*table):
    """Parameters of a test from rows of (row number, what, value, ...)."""
    width = len(table[0]) - 2
    return [
        pytest.param(*values[:width], id=f"row {number}: {what}")
        for number, what, *values in table]


def request(*lines, line=b"GET http://t.test/p HTTP/1.1", host=b"t.test", body=b""):
    """The bytes of a request."""
    hosts = [] if host is None else [b"Host: " + host]
    return b"\r\n".join([line, *hosts, *lines]) + b"\r\n\r\n" + body


def post(*lines, body=b"", path=b"/p"):
    return request(*lines, line=b"POST http://t.test" + path + b" HTTP/1.1", body=body)


def every_byte(raw):
    """The message in pieces of one byte."""
    return [raw[at:at + 1] for at in range(len(raw))]


def cuts(raw):
    """The message whole and, if it is short, byte by byte."""
    return [[raw], every_byte(raw)] if len(raw) <= SHORT else [[raw]]


def assert_problem(answer, *statuses):
    """An answer of the proxy's own: one of the statuses, with a problem document."""
    assert answer.status in statuses, answer
    assert answer.values("content-type") == ["application/problem+json"], answer
    document = json.loads(answer.body)
    assert document["status"] == answer.status
    assert document["type"].startswith("urn:penstock:problem:"), document
    assert document["title"] and document["detail"], document


class Wire:
    """The proxy, the origin behind it, and the checks that hold for every row."""

    def __init__(self, proxy, origin):
        self.proxy = proxy
        self.origin = origin
        self.seen_via = None
        self.warm_up()
        self.descriptors = proxy.descriptors()
        self.resident = proxy.resident()

    def connect(self, **options):
        return Client(self.proxy.port, **options)

    def warm_up(self):
        answer = self.get("/warm-up")
        assert answer.status == 200, answer
        self.origin.drop_connections()
        self.origin.forget()

    @property
    def via(self):
        """The field value the proxy adds to what it forwards; its name is random."""
        if not self.seen_via:
            with self.connect() as client:
                client.send(request(line=b"GET http://t.test/via HTTP/1.1"))
                (self.seen_via,) = client.read_answer().values("via")
            assert re.fullmatch(r"1\.1 [A-Za-z0-9._-]{8,}", self.seen_via)
        return self.seen_via.encode()

    def get(self, target, *lines):
        """A well-formed GET on a connection of its own."""
        with self.connect() as client:
            client.send(request(*lines, line=b"GET http://t.test%s HTTP/1.1" % target.encode()))
            answer = client.read_answer()
            self.assert_no_secret(client)
            return answer

    def canary(self, client=None):
        """A request with an answer of its own, on this connection or on a fresh one."""
        target = f"/canary-{next(COUNTER)}"
        if client is None:
            with self.connect() as client:
                return self.canary(client)
        client.send(request(line=b"GET http://t.test%s HTTP/1.1" % target.encode()))
        answer = client.read_answer()
        assert (answer.status, answer.body) == (200, target.encode()), answer
        return target

    def assert_no_secret(self, client):
        assert SECRET.encode() not in client.received

    def assert_origin_saw_nothing(self):
        """Not one byte but those of a canary, which is sent now."""
        target = self.canary()
        requests = self.origin.requests
        assert [each.target for each in requests] == [target], requests
        assert bytes(self.origin.received) == requests[0].head, bytes(self.origin.received)

    def refuses(self, pieces, *statuses):
        """The row is refused, its connection closed, and nothing forwarded: `400c`."""
        self.origin.forget()
        with self.connect() as client:
            client.send(*pieces)
            answer = client.read_answer()
            assert_problem(answer, *(statuses or [400]))
            assert answer.values("connection") == ["close"], answer
            assert client.is_closed(), "something follows the refusal, or the connection is open"
            self.assert_no_secret(client)
        self.assert_origin_saw_nothing()
        return answer

    def answers_itself(self, pieces, *statuses, method="GET"):
        """The row is answered by the proxy, nothing forwarded, and the connection is in step."""
        self.origin.forget()
        with self.connect() as client:
            client.send(*pieces)
            answer = client.read_answer(method)
            if method == "HEAD":
                assert answer.status in statuses, answer
            else:
                assert_problem(answer, *statuses)
            if answer.values("connection") == ["close"]:
                assert client.is_closed()
            else:
                self.canary(client)
                self.origin.forget()
            self.assert_no_secret(client)
        self.assert_origin_saw_nothing()
        return answer

    def breaks_off(self, pieces, *statuses):
        """A body that turns out wrong: refused, and no origin holds it for complete."""
        self.origin.forget()
        with self.connect() as client:
            client.send(*pieces)
            answer = client.read_answer()
            assert_problem(answer, *(statuses or [400]))
            assert answer.values("connection") == ["close"], answer
            assert client.is_closed()
            self.assert_no_secret(client)
        target = self.canary()
        seen = [each for each in self.origin.requests if each.target != target]
        assert len(seen) <= 1, seen
        for each in seen:
            assert each.connection.peer_left.wait(5), "the origin's connection was left open"
            assert not each.is_complete, each
        return answer

    def forwards(self, pieces, line, *fields, body=b"", method="GET", status=200, keeps=True):
        """The row reaches the origin as exactly this request; the connection stays in step."""
        self.origin.forget()
        via = self.via
        self.origin.forget()
        with self.connect() as client:
            client.send(*pieces)
            answer = client.read_answer(method)
            assert answer.status == status, answer
            if keeps:
                self.canary(client)
            else:
                assert client.is_closed()
            self.assert_no_secret(client)
        self.canary()
        seen = self.origin.requests[0]
        expected = [
            ("host", b"127.0.0.1:%d" % self.origin.port), ("x-api-key", SECRET.encode()),
            *((name.lower(), value) for name, value in fields)]
        if not any(name.lower() == "via" for name, _ in fields):
            expected.append(("via", via))
        assert seen.line == line, seen
        assert sorted(seen.fields) == sorted(expected), seen
        assert seen.body == body and seen.is_complete, seen
        assert len(self.origin.requests) == (3 if keeps else 2), self.origin.requests
        return seen, answer
