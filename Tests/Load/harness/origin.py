"""An origin whose answers the test scripts, and that remembers every arrival."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass
class Reply:
    """What the origin answers, `after` so many seconds."""

    status: int = 200
    fields: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"ok":true}'
    after: float = 0


@dataclass
class Arrival:
    """A request as the origin saw it; `at` is when its head was read."""

    at: float
    method: str
    target: str
    fields: dict[str, str]
    body: bytes = b""
    status: int = 0
    answered_at: float = 0


Script = Callable[[Arrival], Reply | Awaitable[Reply]]


class ScriptedOrigin:
    """`async with ScriptedOrigin(script) as origin`: serves at `origin.port`."""

    def __init__(self, script: Script | None = None):
        self.script = script or (lambda arrival: Reply())
        self.arrivals: list[Arrival] = []
        self.remembers = True

    def of(self, target: str) -> list[Arrival]:
        """The arrivals at one target, in order."""
        return [arrival for arrival in self.arrivals if arrival.target == target]

    async def __aenter__(self) -> "ScriptedOrigin":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        self._tasks: set[asyncio.Task] = set()
        return self

    async def __aexit__(self, *_) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        try:
            while (arrival := await self._read(reader)) is not None:
                await self._answer(arrival, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(asyncio.current_task())
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Arrival | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ")
        fields = {}
        for line in lines[1:-2]:
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        arrival = Arrival(time.monotonic(), method, target, fields)
        if self.remembers:
            self.arrivals.append(arrival)
        if "transfer-encoding" in fields:
            arrival.body = await self._read_chunks(reader)
        elif length := int(fields.get("content-length", 0)):
            arrival.body = await reader.readexactly(length)
        return arrival

    async def _read_chunks(self, reader: asyncio.StreamReader) -> bytes:
        body = bytearray()
        while True:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
            body += (await reader.readexactly(size + 2))[:-2]
            if size == 0:
                return bytes(body)

    async def _answer(self, arrival: Arrival, writer: asyncio.StreamWriter) -> None:
        reply = self.script(arrival)
        if not isinstance(reply, Reply):
            reply = await reply
        if reply.after:
            await asyncio.sleep(reply.after)
        fields = {"Content-Type": "application/json", **reply.fields}
        head = f"HTTP/1.1 {reply.status} Scripted\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        head += f"Content-Length: {len(reply.body)}\r\n\r\n"
        arrival.status, arrival.answered_at = reply.status, time.monotonic()
        body = b"" if arrival.method == "HEAD" else reply.body
        writer.write(head.encode("latin-1") + body)
        await writer.drain()
