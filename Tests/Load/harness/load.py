"""Closed-loop callers: each sends its next request when the last one was answered."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from harness.client import Connection, ConnectionLost, stats


@dataclass
class Tally:
    """What a group of callers saw: statuses, and (end, seconds) of each answer."""

    statuses: Counter = field(default_factory=Counter)
    answers: list[tuple[float, float]] = field(default_factory=list)

    def waits(self, begin: float, end: float) -> list[float]:
        """The seconds of each answer that was asked for and came between the two instants."""
        return [took for at, took in self.answers if begin <= at - took and at <= end]


class Callers:
    """`count` closed-loop callers of one target, until they are told to stop."""

    def __init__(self, port: int, count: int, method: str, target: str, **options):
        self.tally = Tally()
        self._port, self._request, self._options = port, (method, target), options
        self._connections: list[Connection] = []
        self._tasks = [asyncio.ensure_future(self._call()) for _ in range(count)]

    async def _call(self) -> None:
        connection = await Connection.open(self._port)
        self._connections.append(connection)
        try:
            while True:
                answer = await connection.request(*self._request, **self._options)
                self.tally.statuses[answer.status] += 1
                self.tally.answers.append((time.monotonic(), answer.seconds))
                if not connection.is_open or answer.fields.get("connection") == "close":
                    connection.close()
                    connection = await Connection.open(self._port)
                    self._connections.append(connection)
        except ConnectionLost as error:
            self.tally.statuses[str(error)] += 1
        finally:
            connection.close()

    async def stop(self) -> Tally:
        """Ends every caller, also those that wait, and says what they saw."""
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        for outcome in ended:
            if isinstance(outcome, Exception) and not isinstance(outcome, asyncio.CancelledError):
                raise outcome
        return self.tally


async def until_waiting(admin: int, count: int, api: str, lane: str, timeout: float = 15) -> None:
    """Waits until at least `count` requests wait in the lane."""
    await until(
        lambda document: document["apis"][api]["lanes"][lane]["waiting"] >= count, admin, timeout)


async def until(holds, admin: int, timeout: float) -> float:
    """Polls /stats every 10 ms until `holds` of it; the seconds that took."""
    begun = time.monotonic()
    while True:
        document = await stats(admin)
        if holds(document):
            return time.monotonic() - begun
        assert time.monotonic() - begun < timeout, f"not within {timeout} s: {document}"
        await asyncio.sleep(0.01)
