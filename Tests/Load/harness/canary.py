"""A caller of its own process that asks every few milliseconds and says how long it had to wait.

    python3 canary.py PORT TARGET
"""

import json
import socket
import subprocess
import sys
import threading
import time

_PAUSE = 0.005


class Canary:
    """The process, as a test sees it."""

    def __init__(self, port: int, target: str):
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(port), target],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def finish(self) -> list[tuple[float, float]]:
        """(when it was sent, seconds until the answer) of every request."""
        output, _ = self._process.communicate(b"", timeout=30)
        return [tuple(pair) for pair in json.loads(output)]

    def __enter__(self) -> "Canary":
        return self

    def __exit__(self, *_) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _connect(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def _main(port: int, target: str) -> None:
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), ended.set()), daemon=True).start()
    client = None
    request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    seen = []
    while not ended.is_set():
        client = client or _connect(port)
        begun = time.monotonic()
        client.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received or not received.endswith(b"}"):
            piece = client.recv(65536)
            assert piece, "the canary's connection ended"
            received += piece
        assert b" 200 " in received.split(b"\r\n")[0], received
        seen.append((begun, time.monotonic() - begun))
        if b"\r\nConnection: close\r\n" in received:
            client = client.close()
        time.sleep(_PAUSE)
    print(json.dumps(seen))


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2])
