"""A client on a raw socket, with a strict reader of answers."""

import re
import socket
import struct

STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [\t -~\x80-\xff]*")
FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")


class Broken(Exception):
    """The answer ended before its time, or is not HTTP/1.1."""


class Answer:
    def __init__(self, status, fields):
        self.status = status
        self.fields = fields
        self.body = b""
        self.interim = []

    def values(self, name):
        return [value for field, value in self.fields if field == name.lower()]

    def __repr__(self):
        return f"<{self.status} {self.fields} {self.body[:300]!r}>"


class Client:
    """One connection; everything received is kept in `received`."""

    def __init__(self, port, timeout=6.0, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        self.used = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *pieces):
        """Sends each piece on its own; a proxy that has already refused is no error here."""
        try:
            for piece in pieces:
                self.socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def reset(self):
        """Leaves with a RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def fill(self, size=65536):
        data = self.socket.recv(size)
        if not data:
            raise Broken(f"the connection ended after {bytes(self.received)[-500:]!r}")
        self.received += data

    def take(self, count):
        while len(self.received) - self.used < count:
            self.fill()
        data = bytes(self.received[self.used:self.used + count])
        self.used += count
        return data

    def take_line(self):
        while (end := self.received.find(b"\n", self.used)) < 0:
            self.fill()
        line = bytes(self.received[self.used:end + 1])
        self.used = end + 1
        if not line.endswith(b"\r\n"):
            raise Broken(f"a line ends with a bare line feed: {line!r}")
        return line[:-2]

    def read_head(self):
        found = STATUS_LINE.fullmatch(line := self.take_line())
        if not found:
            raise Broken(f"not a status line: {line!r}")
        fields = []
        while line := self.take_line():
            field = FIELD_LINE.fullmatch(line)
            if not field:
                raise Broken(f"not a field line: {line!r}")
            fields.append((field[1].decode().lower(), field[2].decode("latin-1")))
        return Answer(int(found[1]), fields)

    def read_answer(self, method="GET"):
        """The next final answer, with the interim ones before it."""
        interim = []
        while (answer := self.read_head()).status < 200:
            interim.append(answer)
        answer.interim = interim
        self.read_body(answer, method)
        return answer

    def read_body(self, answer, method):
        lengths = answer.values("content-length")
        codings = answer.values("transfer-encoding")
        if len(lengths) + len(codings) > 1:
            raise Broken(f"the framing is ambiguous: {answer}")
        if method == "HEAD" or answer.status in (204, 304):
            if codings or (lengths and answer.status == 204):
                raise Broken(f"an answer without a body has framing: {answer}")
            return
        if codings:
            answer.body = self.read_chunks(codings)
        elif lengths:
            answer.body = self.take(int(lengths[0]))
        else:
            answer.body = self.read_until_end()

    def read_chunks(self, codings):
        if codings != ["chunked"]:
            raise Broken(f"unknown coding: {codings}")
        body = bytearray()
        while True:
            line = self.take_line()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", line):
                raise Broken(f"not a chunk size: {line!r}")
            if not (size := int(line, 16)):
                break
            body += self.take(size)
            if self.take_line():
                raise Broken("a chunk is longer than its size")
        if self.take_line():
            raise Broken("there is a trailer")
        return bytes(body)

    def read_until_end(self):
        while True:
            try:
                self.fill()
            except (Broken, ConnectionResetError):
                data = bytes(self.received[self.used:])
                self.used = len(self.received)
                return data

    def is_closed(self, seconds=5.0):
        """Whether the proxy ends the connection, without another byte, within the time."""
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        except TimeoutError:
            return False
        self.received += data
        return not data and self.used == len(self.received)
