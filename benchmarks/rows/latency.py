"""Latency that a proxy adds at a fixed rate, against going straight to the origin."""

import math
from dataclasses import dataclass

from rig import load, report
from rig.bench import Bench, Section, median

RATES = [2000, 10000]
CONNECTIONS = 64
SHARES = {"p50": 0.5, "p99": 0.99, "p999": 0.999}
TEXT = """\
Requests at a fixed rate over {connections} connections, whether or not earlier ones were
answered; the latency of each counts from the instant it was due, so a stall costs every request
that was due meanwhile. HTTP, 160 B. Microseconds; a percentile of each run, then the median of
{repeats} interleaved runs of {seconds} s. Added is the contender's percentile less that of going
straight.

{table}
"""


@dataclass
class Latencies:
    """Microseconds."""

    p50: float
    p99: float
    p999: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.0f}, p99 {self.p99:.0f}, p99.9 {self.p999:.0f} us"


def measure(bench: Bench) -> Section:
    repeats, seconds = (2, 1) if bench.quick else (5, 3)
    rows = [["rate", "", *(f"{share}, us" for share in ("p50", "p99", "p99.9")),
             *(f"added {share}, us" for share in ("p50", "p99", "p99.9"))]]
    figures = {}
    with bench.contending() as running:
        for rate in RATES:
            samples = bench.in_turn(
                [bench.setup.origin, *running], repeats,
                lambda contender: _run(bench, contender, rate, seconds), f"latency at {rate}/s")
            straight = samples.get(bench.setup.origin, [])
            for contender, each in samples.items():
                medians = [median(each, share) for share in SHARES]
                added = [mine - median(straight, share) for mine, share in zip(medians, SHARES)]
                cells = [report.figure(value, 0) for value in medians]
                if contender is not bench.setup.origin:
                    cells += [report.figure(value, 0) for value in added]
                    for share, value in zip(SHARES, added):
                        figures[f"latency {rate} {share} {contender.name}"] = value
                rows.append([f"{rate:,}/s", contender.name, *cells, *[""] * (6 - len(cells))])
            ours, theirs = (f"latency {rate} p99 {name}" for name in ("Penstock", "nginx"))
            if ours in figures and theirs in figures:
                figures[f"latency {rate} p99 over nginx"] = figures[ours] - figures[theirs]
    text = TEXT.format(
        connections=CONNECTIONS, repeats=repeats, seconds=seconds, table=report.table(rows))
    return Section("Added latency", text, figures)


def _run(bench: Bench, contender, rate: int, seconds: int) -> Latencies:
    log = bench.folder / "latencies"
    load.client(
        bench.tools, "--port", contender.port, "--path", "/http/x", "--connections", CONNECTIONS,
        "--rate", rate, "--seconds", seconds, "--log", log)
    ordered = sorted(int(line) for line in log.read_text().split())
    return Latencies(*(percentile(ordered, share) / 1000 for share in SHARES.values()))


def percentile(ordered: list, share: float) -> float:
    """The nearest rank."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
