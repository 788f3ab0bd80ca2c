"""Callers that ask as fast as a limiter lets them, for a number of seconds.

    python3 callers.py PORT TARGET none|aiolimiter|pyrate-limiter SECONDS CALLERS

Each of them asks again at once, also after a 429, so that there is always more to do than is
allowed. Prints how often each status came, as JSON.
"""

import asyncio
import contextlib
import json
import sys
from collections import Counter

ALLOW, PER_SECONDS = 50, 5


def limiter_named(name: str):
    """A function that returns once a request may go."""
    if name == "aiolimiter":
        from aiolimiter import AsyncLimiter
        return AsyncLimiter(ALLOW, PER_SECONDS).acquire
    if name == "pyrate-limiter":
        from pyrate_limiter import Limiter, Rate
        limiter = Limiter(Rate(ALLOW, PER_SECONDS * 1000))
        return lambda: limiter.try_acquire_async("all")

    async def none() -> None:
        """The proxy limits."""
    return none


async def ask(reader, writer, target: str) -> str:
    """The status of one answer, read to its end."""
    writer.write(
        f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer k\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = head.partition("content-length:")[2].partition("\r\n")[0]
    await reader.readexactly(int(length or 0))
    if "connection: close" in head:
        writer.close()
    return head.split()[1]


async def call(port: int, target: str, allowed, statuses: Counter) -> None:
    writer = None
    while True:
        await allowed()
        try:
            if writer is None or writer.is_closing():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            statuses[await ask(reader, writer, target)] += 1
        except (OSError, asyncio.IncompleteReadError) as error:
            statuses[type(error).__name__] += 1
            writer = None
            await asyncio.sleep(0.1)


async def main(port: int, target: str, limiter: str, seconds: float, callers: int) -> None:
    statuses: Counter = Counter()
    allowed = limiter_named(limiter)
    tasks = [asyncio.create_task(call(port, target, allowed, statuses)) for _ in range(callers)]
    # One that ends is a fault of ours, to be seen.
    done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    print(json.dumps(statuses))


if __name__ == "__main__":
    port, target, limiter, seconds, callers = sys.argv[1:]
    asyncio.run(main(int(port), target, limiter, float(seconds), int(callers)))
