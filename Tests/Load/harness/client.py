"""A small HTTP/1.1 client over asyncio: a thousand keep-alive connections are cheap."""

import asyncio
import json
import socket
import struct
import time
from dataclasses import dataclass, field


@dataclass
class Answer:
    """A whole answer; `seconds` is the time from the request's first byte to the answer's last."""

    status: int
    fields: dict[str, str]
    body: bytes = b""
    seconds: float = 0
    interim: list[int] = field(default_factory=list)

    def json(self):
        return json.loads(self.body)

    @property
    def retry_after(self) -> int | None:
        value = self.fields.get("retry-after")
        return None if value is None else int(value)


class ConnectionLost(Exception):
    """The connection ended before the answer was whole."""


class Connection(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self):
        self._input = bytearray()
        self._method = "GET"
        self._answer: Answer | None = None
        self._interim: list[int] = []
        self._future: asyncio.Future | None = None
        self._transport: asyncio.Transport | None = None
        self._ended = False

    @classmethod
    async def open(cls, port: int) -> "Connection":
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, "127.0.0.1", port)
        return connection

    async def request(
        self, method: str, target: str, fields: dict[str, str] | None = None,
        body: bytes | None = None, chunks: list[bytes] | None = None,
    ) -> Answer:
        """Sends a request, its body with a length or in `chunks`, and waits for the answer."""
        begun = time.monotonic()
        self.send(method, target, fields, body, chunks)
        answer = await self._future
        answer.seconds = time.monotonic() - begun
        return answer

    def send(
        self, method: str, target: str, fields: dict[str, str] | None = None,
        body: bytes | None = None, chunks: list[bytes] | None = None,
    ) -> None:
        """Sends a request and returns; `answered` waits for its answer."""
        if self._ended:
            raise ConnectionLost(f"{method} {target}: the connection has ended")
        self._method, self._answer, self._interim = method, None, []
        self._future = asyncio.get_running_loop().create_future()
        fields = {"Host": "127.0.0.1", **(fields or {})}
        if body is not None:
            fields["Content-Length"] = str(len(body))
        if chunks is not None:
            fields["Transfer-Encoding"] = "chunked"
        lines = [f"{method} {target} HTTP/1.1", *(f"{n}: {v}" for n, v in fields.items()), "", ""]
        output = bytearray("\r\n".join(lines).encode())
        output += body or b""
        for chunk in chunks or []:
            output += b"%x\r\n" % len(chunk) + chunk + b"\r\n"
        if chunks is not None:
            output += b"0\r\n\r\n"
        self._transport.write(output)

    async def answered(self) -> Answer:
        return await self._future

    def close(self) -> None:
        """Closes in order (FIN)."""
        self._ended = True
        self._transport.close()

    def reset(self) -> None:
        """Closes at once (RST)."""
        self._ended = True
        raw = self._transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    @property
    def is_open(self) -> bool:
        return not self._ended

    # asyncio.Protocol

    def connection_made(self, transport) -> None:
        self._transport = transport

    def connection_lost(self, error) -> None:
        self._ended = True
        if self._future is None or self._future.done():
            return
        if self._answer is not None and self._length is None and not self._is_chunked:
            self._finish(bytes(self._input))
        else:
            self._future.set_exception(ConnectionLost(f"{self._method}: {error or 'closed'}"))
            # A caller that was told to leave does not look.
            self._future.exception()

    def data_received(self, data: bytes) -> None:
        self._input += data
        if self._future is None or self._future.done():
            return
        if self._answer is None and not self._read_head():
            return
        if self._is_chunked:
            self._read_chunks()
        elif self._length is not None and len(self._input) >= self._length:
            body = bytes(self._input[: self._length])
            del self._input[: self._length]
            self._finish(body)

    def _read_head(self) -> bool:
        while (end := self._input.find(b"\r\n\r\n")) >= 0:
            lines = self._input[:end].decode("latin-1").split("\r\n")
            del self._input[: end + 4]
            status = int(lines[0].split(" ", 2)[1])
            fields: dict[str, str] = {}
            for line in lines[1:]:
                name, _, value = line.partition(":")
                name, value = name.lower(), value.strip()
                fields[name] = f"{fields[name]}, {value}" if name in fields else value
            if status < 200:
                self._interim.append(status)
                continue
            self._answer = Answer(status, fields, interim=self._interim)
            self._is_chunked = "transfer-encoding" in fields
            length = fields.get("content-length")
            self._length = None if length is None else int(length)
            if self._method == "HEAD" or status in (204, 304):
                self._is_chunked, self._length = False, 0
            self._chunks: list[bytes] = []
            return True
        return False

    def _read_chunks(self) -> None:
        while (end := self._input.find(b"\r\n")) >= 0:
            size = int(self._input[:end].split(b";")[0], 16)
            if len(self._input) < end + 2 + size + 2:
                return
            self._chunks.append(bytes(self._input[end + 2 : end + 2 + size]))
            del self._input[: end + 2 + size + 2]
            if size == 0:
                return self._finish(b"".join(self._chunks))

    def _finish(self, body: bytes) -> None:
        self._answer.body = body
        if not self._future.done():
            self._future.set_result(self._answer)


async def once(port: int, method: str, target: str, *arguments, **options) -> Answer:
    """One request on a connection of its own."""
    connection = await Connection.open(port)
    try:
        return await connection.request(method, target, *arguments, **options)
    finally:
        connection.close()


async def stats(port: int) -> dict:
    """What `/stats` says."""
    return (await once(port, "GET", "/stats")).json()
