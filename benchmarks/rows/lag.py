"""How late a parked request is let go, with thousands parked."""

import sys
import time
from pathlib import Path

from rig import processes, report
from rig.bench import Bench, Section
from rig.contenders import Nginx, Penstock
from rig.crowd import Crowd
from rig.origin import is_open
from rig.processes import Trouble
from rows.latency import percentile

RATE = 200
SHARES = {"p50": 0.5, "p99": 0.99, "longest": 1.0}
TEXT = """\
{parked:,} requests wait for a limit of {rate} a second (Penstock: token bucket; nginx:
`limit_req` with its delay), and leave it for {seconds} s. The origin notes each arrival. The
bucket has room for the n-th of them at t0 + n x interval, where t0 is the smallest of (arrival -
n x interval): the lag is what an arrival is later than that, so the punctual one has none. It
contains the way to the origin and the origin's own waking. Penstock's interval is 250 ppm longer
than the rate says, on purpose (clocks drift).

{table}
"""


def measure(bench: Bench) -> Section:
    seconds = 3 if bench.quick else 8
    parked = min(bench.parked, (processes.raise_descriptor_limit(0) - 1000) // 2)
    rows = [["", "releases", *(f"lag {share}, us" for share in SHARES)]]
    figures = {}
    with bench.contending([Penstock, Nginx]) as running:
        for contender in running:
            try:
                lags = _lags(bench, contender, parked, seconds)
            except (Trouble, OSError) as trouble:
                bench.note(f"release lag: {contender.name} is left out: {trouble}")
                continue
            each = [percentile(lags, share) / 1000 for share in SHARES.values()]
            rows.append([contender.name, str(len(lags)), *(f"{lag:,.0f}" for lag in each)])
            for share, lag in zip(SHARES, each):
                figures[f"lag {share} {contender.name}"] = lag
    text = TEXT.format(parked=parked, rate=RATE, seconds=seconds, table=report.table(rows))
    return Section("Release lag", text, figures)


def _lags(bench: Bench, contender, parked: int, seconds: int) -> list[float]:
    """Nanoseconds, ascending."""
    file = bench.folder / f"stamps-{contender.name}"
    port = bench.setup.origin.stamping
    origin = processes.start(
        [sys.executable, Path(processes.__file__).with_name("stamps.py"), port, file],
        bench.folder / "stamps.log")
    try:
        processes.until(lambda: is_open(port), "the stamping origin listens")
        with Crowd(contender.port) as crowd:
            crowd.send_many("/steady/x", parked, 0.005)
            # Those that left meanwhile do not wait any more.
            processes.until(
                lambda: contender.waiting() >= parked * 3 // 4, f"{parked * 3 // 4} wait", 30)
            time.sleep(0.5)
            begun = time.monotonic_ns()
            time.sleep(seconds)
            ended = time.monotonic_ns()
            waiting = contender.waiting()
    finally:
        processes.stop(origin)
    instants = [int(line) for line in file.read_text().split() if begun <= int(line) < ended]
    if waiting == 0 or len(instants) < RATE * seconds // 2:
        raise Trouble(f"{len(instants)} releases, {waiting} wait at the end")
    interval = contender.pace * 1e9 / RATE
    late = [instant - number * interval for number, instant in enumerate(sorted(instants))]
    return sorted(each - min(late) for each in late)
