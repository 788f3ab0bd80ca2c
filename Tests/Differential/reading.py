"""Strict readers: of what was sent to an origin, and of what came back to a client."""

import re

LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP/1\.1")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")
STATUS = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [\t -~\x80-\xff]*")
SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")
LENGTH = re.compile(rb"[0-9]{1,18}")
FRAMING = {b"content-length", b"transfer-encoding"}


class Misread(Exception):
    """The bytes are no strict HTTP/1.1, or mean more than one thing."""


def read_fields(lines):
    fields = []
    for line in lines:
        found = FIELD.fullmatch(line)
        if not found:
            raise Misread(f"not a field line: {line!r}")
        fields.append((found[1].lower(), found[2]))
    return fields


def values(fields, name):
    return [value for field, value in fields if field == name]


class Message:
    """One complete request: its bytes and what they say."""

    __slots__ = ("raw", "method", "target", "fields", "body", "number")

    def __init__(self, method, target, fields):
        self.method = method
        self.target = target
        self.fields = fields
        self.raw = self.body = b""
        self.number = None

    @property
    def meaning(self):
        """What every reader must agree on: all but the framing, each name's values in order."""
        fields = sorted(
            (pair for pair in self.fields if pair[0] not in FRAMING), key=lambda pair: pair[0])
        return self.method, self.target, tuple(fields), self.body


class RequestReader:
    """Reads the requests of one connection as their bytes arrive."""

    def __init__(self):
        self.rest = bytearray()

    def feed(self, data):
        """The requests that are complete now."""
        self.rest += data
        messages = []
        while self.rest and (message := self.next()):
            messages.append(message)
        return messages

    def next(self):
        end = self.rest.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = bytes(self.rest[:end]).split(b"\r\n")
        line = LINE.fullmatch(first)
        if not line:
            raise Misread(f"not a request line: {first!r}")
        message = Message(line[1], line[2], read_fields(lines))
        if len(values(message.fields, b"host")) != 1:
            raise Misread("not exactly one Host")
        at = self.read_body(message, end + 4)
        if at is None:
            return None
        message.raw = bytes(self.rest[:at])
        del self.rest[:at]
        return message

    def read_body(self, message, at):
        """Where the body ends; None while it does not."""
        lengths = values(message.fields, b"content-length")
        codings = values(message.fields, b"transfer-encoding")
        if len(lengths) + len(codings) > 1:
            raise Misread("the framing is ambiguous")
        if codings:
            if codings[0].lower() != b"chunked":
                raise Misread(f"unknown coding: {codings[0]!r}")
            return self.read_chunks(message, at)
        if not lengths:
            return at
        if not LENGTH.fullmatch(lengths[0]):
            raise Misread(f"not a length: {lengths[0]!r}")
        end = at + int(lengths[0])
        if len(self.rest) < end:
            return None
        message.body = bytes(self.rest[at:end])
        return end

    def read_chunks(self, message, at):
        parts = []
        while True:
            end = self.rest.find(b"\r\n", at)
            if end < 0:
                return None
            line = bytes(self.rest[at:end])
            if not SIZE.fullmatch(line):
                raise Misread(f"not a chunk size: {line!r}")
            size = int(line, 16)
            at = end + 2 + size
            if len(self.rest) < at + 2:
                return None
            if self.rest[at:at + 2] != b"\r\n":
                raise Misread("a chunk is not followed by a line end")
            parts.append(bytes(self.rest[end + 2:at]))
            at += 2
            if size == 0:
                message.body = b"".join(parts)
                return at


class Answer:
    """One answer a client read."""

    __slots__ = ("status", "fields", "body")

    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body

    @property
    def number(self):
        """The recorder's number of the request it answers; None for an answer of a proxy's own."""
        found = values(self.fields, b"x-seq")
        return int(found[0]) if found else None

    @property
    def closes(self):
        return values(self.fields, b"connection") == [b"close"]


def read_answers(data):
    """All answers of a connection, and whether the last one is whole.

    Problem documents begin with a brace, and the recorder's answers are empty: so an answer to HEAD
    is told from one with a body without knowing what was asked.
    """
    answers, at = [], 0
    while at < len(data):
        end = data.find(b"\r\n\r\n", at)
        if end < 0:
            return answers, False
        first, *lines = data[at:end].split(b"\r\n")
        status = STATUS.fullmatch(first)
        if not status:
            raise Misread(f"not a status line: {first!r}")
        fields = read_fields(lines)
        at = end + 4
        lengths = values(fields, b"content-length")
        if len(lengths) > 1 or values(fields, b"transfer-encoding"):
            raise Misread(f"the framing is ambiguous: {fields}")
        length = int(lengths[0]) if lengths and data[at:at + 1] == b"{" else 0
        body, at = data[at:at + length], at + length
        answers.append(Answer(int(status[1]), fields, body))
        if len(body) < length:
            return answers, False
    return answers, True
