"""Resident memory of requests that wait for a limit."""

import socket
import struct
import time
from dataclasses import dataclass

from rig import processes

HEAD_BYTES = 420


@dataclass
class Parked:
    """`each` is bytes per parked request; `before` and `after` the worker's resident bytes."""

    count: int
    before: int
    after: int

    @property
    def each(self) -> float:
        return (self.after - self.before) / self.count


def measure(contender, count: int) -> Parked:
    """Parks `count` requests with heads of 420 bytes and looks at VmRSS before and after."""
    connections = [_send(contender.port)]
    try:
        # The first request takes the only token, so that nothing goes any more.
        connections[0].settimeout(10)
        if not connections[0].recv(65536).startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{contender.name}: the first request was not let through")
        before = processes.resident_bytes(contender.worker)
        for _ in range(count):
            connections.append(_send(contender.port))
        processes.until(
            lambda: contender.waiting() >= count, f"{contender.name}: {count} wait", 30)
        time.sleep(0.5)
        return Parked(count, before, processes.resident_bytes(contender.worker))
    finally:
        for connection in connections:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()


def _send(port: int) -> socket.socket:
    head = (
        f"GET /parked/x HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
        "User-Agent: benchmark\r\nX-Filler: ")
    head += "f" * (HEAD_BYTES - len(head) - 4) + "\r\n\r\n"
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(head.encode())
    return connection
