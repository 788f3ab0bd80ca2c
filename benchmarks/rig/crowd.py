"""Thousands of plain connections to a contender, held from here."""

import socket
import struct
import time

from rig.processes import Trouble

HEAD_BYTES = 420
CONTENT_LENGTH = b"content-length: "


class Crowd:
    """Connections that each sent a request; closed by reset, so that nothing lingers."""

    def __init__(self, port: int):
        self._port = port
        self._connections: list[socket.socket] = []

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_) -> None:
        for connection in self._connections:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    def send(self, path: str) -> socket.socket:
        """A new connection with one request, head of 420 bytes."""
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=10)
        self._connections.append(connection)
        connection.sendall(self._head(path))
        return connection

    def send_many(self, path: str, count: int, pause: float = 0) -> None:
        """Pausing after each hundred lets a contender accept them before its backlog is full."""
        for number in range(count):
            self.send(path)
            if number % 100 == 99:
                time.sleep(pause)

    def ask(self, path: str, connection: socket.socket | None = None) -> socket.socket:
        """A request whose answer is waited for; the connection stays open."""
        if connection is None:
            connection = self.send(path)
        else:
            connection.sendall(self._head(path))
        read_answer(connection)
        return connection

    def _head(self, path: str) -> bytes:
        head = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nAccept: application/json\r\n"
            "X-API-Key: bench\r\nX-Filler: ")
        return (head + "f" * (HEAD_BYTES - len(head) - 4) + "\r\n\r\n").encode()


def read_answer(connection: socket.socket) -> None:
    """Reads one answer of status 200 with Content-Length to its end."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    _, found, length = head.lower().partition(CONTENT_LENGTH)
    if not head.startswith(b"HTTP/1.1 200") or not found:
        raise Trouble(f"an answer that is not good: {head[:80]!r}")
    left = int(length.split(b"\r\n")[0]) - len(body)
    while left > 0:
        left -= len(_some(connection))


def _some(connection: socket.socket) -> bytes:
    try:
        received = connection.recv(65536)
    except OSError as error:
        raise Trouble(f"no answer: {error}") from error
    if not received:
        raise Trouble("a connection ended before its answer")
    return received
