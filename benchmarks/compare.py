#!/usr/bin/env python3
"""Penstock beside nginx with limit_req, in the same run: CPU per request, memory parked and idle.

Starts everything on loopback, measures the two in turn, writes RESULTS.md and prints it.
See README.md for what the figures mean. Needs nginx, wrk and openssl.
"""

import argparse
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from rig import load, parked, processes, report
from rig.contenders import Nginx, Penstock
from rig.origin import Origin

FOLDER = Path(__file__).resolve().parent
CASES = [("http", 64), ("https", 64), ("http", 1), ("https", 1)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    built = FOLDER.parent / ".build-release" / "release" / "penstock"
    parser.add_argument(
        "--penstock", type=Path, default=Path(os.environ.get("PENSTOCK_RELEASE", built)),
        help="the release binary (default: $PENSTOCK_RELEASE, else .build-release)")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each case (5)")
    parser.add_argument("--seconds", type=int, default=2, help="length of a run (2)")
    parser.add_argument(
        "--parked", type=int, default=8000, help="requests to park (8000); 0 for none")
    parser.add_argument("--results", type=Path, default=FOLDER / "RESULTS.md")
    given = parser.parse_args()
    missing = [tool for tool in ("nginx", "wrk", "openssl") if shutil.which(tool) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)}; apt-get install nginx wrk openssl")
    if not given.penstock.is_file():
        parser.error(f"no binary at {given.penstock}: build it, or set PENSTOCK_RELEASE")
    return given


def measure_cpu(contenders: list, given: argparse.Namespace) -> dict:
    """Samples by (origin, connections, contender), taken in turn so that drift hits all alike."""
    samples: dict = {}
    for origin, connections in CASES:
        for contender in contenders:
            load.measure(contender, origin, connections, 1)  # Connections are made, caches warm.
        for repeat in range(given.repeats):
            # Whoever goes first changes, so that neither always follows the other.
            for contender in contenders[:: 1 if repeat % 2 == 0 else -1]:
                sample = load.measure(contender, origin, connections, given.seconds)
                samples.setdefault((origin, connections, contender.name), []).append(sample)
                say(f"{origin} {connections:2} {contender.name:16} {sample.cpu:6.1f} us/request")
    return samples


def cpu_table(samples: dict, ours: str, theirs: str) -> str:
    rows = [["origin, connections", f"{ours}, us", f"{theirs}, us", "ratio",
             f"{ours}, requests/s", f"{theirs}, requests/s"]]
    for origin, connections in CASES:
        pair = [samples[origin, connections, name] for name in (ours, theirs)]
        cpu = [[sample.cpu for sample in each] for each in pair]
        ratio = statistics.median(cpu[0]) / statistics.median(cpu[1])
        rates = [f"{statistics.median(sample.rate for sample in each):,.0f}" for each in pair]
        rows.append([
            f"{origin.upper()}, {connections}", *map(report.spread, cpu), f"{ratio:.2f}", *rates])
    return report.table(rows)


def memory_table(idle: dict, held: dict) -> str:
    rows = [["", "idle process", "parked request", "process with them"]]
    for name, bytes_idle in idle.items():
        each = held.get(name)
        rows.append([
            name, f"{bytes_idle / 2**20:.1f} MiB",
            f"{each.each:,.0f} bytes" if each else "not measured",
            f"{each.after / 2**20:.1f} MiB" if each else ""])
    return report.table(rows)


PAGE = """# Results

Written by `benchmarks/compare.py` (`make bench`) on {day} in {took:.0f} s; README.md says how
to read it.

- Machine: {machine}
- Versions: {versions}
- How: `python3 benchmarks/compare.py --repeats {given.repeats} --seconds {given.seconds} \
--parked {given.parked}`

## CPU per request

User and system time of the proxy's worker for each answered request, limits on and not binding,
160-byte answers, everything on loopback. Median of {given.repeats} interleaved runs of
{given.seconds} s (smallest to largest).

{cpu}

## Memory

Resident memory (VmRSS) of the worker. Parked: (after - before) / {given.parked} with
{given.parked} requests that wait for a limit, heads of {head} bytes, a connection each.

{memory}
"""


def page(given: argparse.Namespace, cpu: str, memory: str, took: float) -> str:
    return PAGE.format(
        day=report.today(), took=took, machine=report.machine(), given=given, cpu=cpu,
        versions=", ".join(report.versions(given.penstock)), head=parked.HEAD_BYTES, memory=memory)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def contending(given: argparse.Namespace, folder: Path, origin: Origin):
    """Both proxies, freshly started."""
    folder.mkdir()
    contenders: list = []
    try:
        contenders.append(Penstock(given.penstock, folder, origin))
        contenders.append(Nginx(folder, origin))
        yield contenders
    finally:
        for contender in contenders:
            contender.stop()


def park(contenders: list, given: argparse.Namespace) -> dict:
    """Parked requests by contender; empty when we may not open as many files."""
    # A parked request is a descriptor here, and Penstock keeps half of its own for origins.
    needed = 2 * given.parked + 1000
    limit = processes.raise_descriptor_limit(needed)
    if limit < needed:
        say(f"open files are limited to {limit:,}, {needed:,} are needed: nothing is parked")
        return {}
    held = {}
    for contender in contenders:
        held[contender.name] = parked.measure(contender, given.parked)
        say(f"parked {contender.name:16} {held[contender.name].each:7.0f} bytes/request")
    return held


def main() -> None:
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # So that everything is cleaned up.
    begun = time.monotonic()
    # Before anything starts: children inherit the limit.
    processes.raise_descriptor_limit(2 * given.parked + 1000)
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker runs as another user.
        origin = Origin(folder)
        try:
            # Fresh processes for memory: a heap that was loaded has room to hide requests in.
            with contending(given, folder / "memory", origin) as contenders:
                idle = {each.name: processes.resident_bytes(each.worker) for each in contenders}
                held = park(contenders, given) if given.parked else {}
            with contending(given, folder / "cpu", origin) as contenders:
                samples = measure_cpu(contenders, given)
        finally:
            origin.stop()
    names = [Penstock.name, Nginx.name]
    text = page(
        given, cpu_table(samples, *names), memory_table(idle, held), time.monotonic() - begun)
    given.results.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
