"""A process with many connections, each with the same bytes sent: they end all at once with it.

    python3 crowd.py PORT COUNT RESETS HEX

Says `ready` once all stand and have sent; ends when its input ends.
"""

import os
import resource
import socket
import struct
import subprocess
import sys

_READY = b"ready\n"


class Crowd:
    """The process, as a test sees it."""

    def __init__(self, port: int, count: int, sends: bytes, resets: bool = False):
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(port), str(count), str(int(resets)), sends.hex()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def until_ready(self) -> None:
        line = self._process.stdout.readline()
        assert line == _READY, line

    def leave(self) -> None:
        """Every connection ends at once, as the system ends those of a process that dies."""
        self._process.kill()
        self._process.wait(30)
        self._process.stdin.close()
        self._process.stdout.close()

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_) -> None:
        self.leave()


def _main(port: int, count: int, resets: int, sends: bytes) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd = []
    for _ in range(count):
        member = socket.create_connection(("127.0.0.1", port))
        if resets:
            member.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        member.sendall(sends)
        crowd.append(member)
    os.write(1, _READY)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), bytes.fromhex(sys.argv[4]))
