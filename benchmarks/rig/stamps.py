"""An origin that notes when each request came: the monotonic clock in nanoseconds, a line each.

    python3 stamps.py PORT FILE        written when SIGTERM ends it
"""

import asyncio
import signal
import sys
import time
from pathlib import Path

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


class Stamping(asyncio.Protocol):
    def __init__(self, instants: list):
        self._instants = instants
        self._received = b""

    def connection_made(self, transport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self._received += data
        while b"\r\n\r\n" in self._received:
            self._received = self._received.partition(b"\r\n\r\n")[2]
            self._instants.append(now)
            self._transport.write(ANSWER)


async def serve(port: int, file: Path) -> None:
    instants: list[int] = []
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: Stamping(instants), "127.0.0.1", port)
    async with server:
        await ended.wait()
    file.write_text("".join(f"{instant}\n" for instant in instants))


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
