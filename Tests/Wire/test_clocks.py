"""Row 126: the wall clock jumps, and no limit is used twice for it."""

import re
import shutil
import subprocess
import time
from email.utils import parsedate_to_datetime

import pytest

from proxy import policy
from wire import Wire, request, rows

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* The wall clock is off by as many seconds as the file says; any other clock is true. */
int clock_gettime(clockid_t id, struct timespec *time) {
  int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(id, time);
  if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) {
    char text[32] = "";
    int file = open(getenv("CLOCK"), O_RDONLY);
    if (read(file, text, sizeof text - 1) > 0) time->tv_sec += atol(text);
    close(file);
  }
  return result;
}
"""
HOUR = 3600
LIMITS = {
    "a sliding window": "{ name: l, per: key, kind: sliding-window, allow: 4/s }",
    "a token bucket": "{ name: l, per: key, kind: token-bucket, allow: 4/s, burst: 4 }",
    "spacing": "{ name: l, per: key, kind: spacing, every: 250ms }",
}


class Clock:
    """The wall clock of one process: how far it is off stands in a file."""

    def __init__(self, folder):
        self.path = folder / "clock"
        self.step(0)
        compiler = shutil.which("cc") or shutil.which("gcc")
        assert compiler, "a C compiler is needed"
        library = folder / "shim.so"
        (folder / "shim.c").write_text(SHIM)
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-o", library, folder / "shim.c", "-ldl"], check=True)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK": str(self.path)}

    def step(self, seconds):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{seconds}")
        fresh.rename(self.path)


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


def told(wire):
    """How far the process's wall clock is from ours, in seconds, by its own answers' dates."""
    with wire.connect() as client:
        client.send(request(line=b"TRACE http://t.test/p HTTP/1.1"))
        (date,) = client.read_answer().values("date")
    return parsedate_to_datetime(date).timestamp() - time.time()


TO_AND_FRO = [HOUR, -HOUR, 0, 86_400, 1, 0]


@pytest.mark.parametrize("kind, steps", rows(
    (126, "an hour on", "a sliding window", [HOUR]),
    (126, "an hour back", "a sliding window", [-HOUR]),
    *((126, f"{kind}, to and fro", kind, TO_AND_FRO) for kind in LIMITS)))
def test_a_step_of_the_wall_clock_brings_no_burst_and_no_stall(origin, start, clock, kind, steps):
    steps = list(steps)
    origin.scripts.clear()
    api = f"    limits: [ {LIMITS[kind]} ]"
    wire = Wire(start(policy(origin.port, api=api), environment=clock.environment), origin)
    assert abs(told(wire)) < 2
    count, seen = 16, []

    def script(connection, _):
        seen.append(time.monotonic())
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    origin.on("/p", script)
    clients = [wire.connect(timeout=30) for _ in range(count)]
    for client in clients:
        client.send(request())
    for number, client in enumerate(clients):
        if number and number % 2 == 0 and steps:
            clock.step(step := steps.pop(0))
            assert abs(told(wire) - step) < 2, "the clock did not step"
        assert client.read_answer().status == 200
        client.socket.close()
    assert len(seen) == count
    # No five in a second, but for the bucket's first four; and no wait that the limit does not ask.
    burst = 4 if kind == "a token bucket" else 0
    spans = [later - earlier for earlier, later in zip(seen[burst:], seen[burst + 4:])]
    assert min(spans) > 0.9, spans
    assert seen[-1] - seen[0] < 6


WINDOW = "    limits: [ { name: l, per: key, kind: fixed-window, allow: 3/h, start: aligned } ]"


@pytest.mark.parametrize("step", rows((126, "an hour on", HOUR), (126, "an hour back", -HOUR)))
def test_a_window_of_the_clock_gives_at_most_another_window(origin, start, clock, step):
    origin.scripts.clear()
    wire = Wire(start(policy(origin.port, api=WINDOW), environment=clock.environment), origin)

    def ask():
        return [wire.get("/p", b"Prefer: wait=0").status for _ in range(6)]

    first = ask()
    clock.step(step)
    assert abs(told(wire) - step) < 2
    second, third = ask(), ask()
    assert (first + second + third).count(200) <= 6, (first, second, third)
    assert set(first + second + third) <= {200, 503}
    assert not re.search(rb"Fatal|crash", wire.proxy.log)
