"""What is measured: spans of arrivals, use of an allowance, percentiles, /proc."""

import json
import math
import os
from pathlib import Path


def arrivals(log: Path) -> list[dict]:
    """The emulator's log in the order of arrival."""
    records = [json.loads(line) for line in log.read_text().splitlines()]
    return sorted(records, key=lambda record: record["monotonic_ns"])


def tightest_span(instants: list[int], count: int) -> int | None:
    """The shortest time between an arrival and the `count`-th after it.

    At most `count` arrivals stand in every half-open span of W exactly when this is W or more.
    """
    gaps = (later - earlier for earlier, later in zip(instants, instants[count:]))
    return min(gaps, default=None)


def most_in_a_span(instants: list[int], span: int) -> int:
    """The most arrivals in any half-open span of that length (two pointers)."""
    most = begin = 0
    for end, instant in enumerate(instants):
        while instant - instants[begin] >= span:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def use_of_allowance(instants: list[int], count: int, span: int) -> float:
    """The share of `count` per `span` that was used once the first window had passed.

    Arrivals come in bursts a window apart, so counting them in a fixed stretch of time would depend
    on where it begins. Instead: how long whole multiples of `count` arrivals took, averaged over
    every phase.
    """
    windows = (len(instants) - 1 - count) // count
    assert windows >= 2, f"{len(instants)} arrivals are too few to judge"
    phases = range(count, min(2 * count, len(instants) - windows * count))
    took = [instants[i + windows * count] - instants[i] for i in phases]
    return windows * span / (sum(took) / len(took))


def percentile(values: list[float], share: float) -> float:
    """The nearest-rank percentile."""
    assert values, "nothing was measured"
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def open_descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no VmRSS of {pid}")


def thread_ticks(pid: int) -> dict[int, int]:
    """User and system time of each thread, in clock ticks."""
    ticks = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            after_name = (task / "stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue  # It ended while we looked.
        ticks[int(task.name)] = int(after_name[11]) + int(after_name[12])
    return ticks
