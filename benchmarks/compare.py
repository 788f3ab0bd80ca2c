#!/usr/bin/env python3
"""Penstock beside nginx, HAProxy, Envoy and two limiters, in the same run on loopback.

Starts everything, measures the contenders in turn, writes RESULTS.md and prints it. See README.md
for what each row means. Needs nginx, wrk, openssl and client.c built; what else is missing is left
out.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from rig import bars, processes, report
from rig.bench import Bench, Section, say
from rig.contenders import Setup
from rig.origin import Origin
from rows import cpu, intercepted, lag, latency, memory, window, workers

FOLDER = Path(__file__).resolve().parent
ROWS = {
    "memory": memory, "cpu": cpu, "workers": workers, "latency": latency, "lag": lag,
    "intercepted": intercepted, "window": window}
NEEDED = ["nginx", "wrk", "openssl"]
# A load average at the start from which on somebody else wants the cores too.
BUSY = 0.5

PAGE = """\
# Results

Written by `benchmarks/compare.py` (`make bench`) on {day} in {took}; README.md says how to read it.

- Machine: {machine}
- Versions: {versions}
- How: `{command}`

The engine alone is in ENGINE.md (`make bench-engine`).

## Bars

{bars}

{sections}
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    built = FOLDER.parent / ".build-release" / "release" / "penstock"
    parser.add_argument(
        "--penstock", type=Path, default=Path(os.environ.get("PENSTOCK_RELEASE", built)),
        help="the release binary (default: $PENSTOCK_RELEASE, else .build-release)")
    parser.add_argument(
        "--tools", type=Path, default=FOLDER.parent / ".build-bench",
        help="where the client and the Python packages are (default: .build-bench)")
    parser.add_argument(
        "--rows", default=",".join(ROWS), help=f"which rows, of {','.join(ROWS)} (all)")
    parser.add_argument("--quick", action="store_true", help="two minutes, for trying it out")
    parser.add_argument(
        "--window-seconds", type=int, help="length of the window row (300; 20 when quick)")
    parser.add_argument("--parked", type=int, default=8000, help="requests to park (8000)")
    parser.add_argument("--results", type=Path, default=FOLDER / "RESULTS.md")
    given = parser.parse_args()
    given.rows = given.rows.split(",")
    given.penstock = given.penstock.absolute()
    if given.window_seconds is None:
        given.window_seconds = 20 if given.quick else 300
    _check(parser, given)
    return given


def _check(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    missing = [tool for tool in NEEDED if shutil.which(tool) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)}; run make deps-bench")
    if not (given.tools / "client").is_file():
        parser.error(f"no client in {given.tools}: run make deps-bench")
    if not given.penstock.is_file():
        parser.error(f"no binary at {given.penstock}: build it, or set PENSTOCK_RELEASE")
    unknown = [row for row in given.rows if row not in ROWS]
    if unknown:
        parser.error(f"no row named {', '.join(unknown)}; there are {', '.join(ROWS)}")
    if given.window_seconds <= 0 or given.parked <= 0:
        parser.error("--window-seconds and --parked must be positive")


def envoy(tools: Path) -> Path | None:
    """The binary in the wheel; its entry point would be a Python process before it."""
    found = sorted(tools.glob("venv/lib/python3*/site-packages/envoy/_bin/envoy"))
    return found[0].absolute() if found else None


def measure(given: argparse.Namespace, folder: Path) -> tuple[Setup, list[Section], list[str]]:
    origin = Origin(folder)
    try:
        setup = Setup(given.penstock, envoy(given.tools), origin)
        bench = Bench(
            setup, folder, given.tools.absolute(), given.quick, given.window_seconds, given.parked)
        load = os.getloadavg()[0]
        if load > BUSY:
            bench.note(f"the machine was busy when this began (load {load:.1f}): trust no figure")
        sections = []
        for row in given.rows:
            begun = time.monotonic()
            try:
                sections.append(ROWS[row].measure(bench))
            except processes.Trouble as trouble:
                bench.note(f"the row {row} was given up: {trouble}")
            say(f"{row}: {time.monotonic() - begun:.0f} s")
        return setup, sections, bench.notes
    finally:
        origin.stop()


def page(given, setup: Setup, sections: list[Section], notes: list[str], took: float) -> str:
    figures = {name: value for section in sections for name, value in section.figures.items()}
    parts = [f"## {section.title}\n\n{report.wrapped(section.text)}" for section in sections]
    if notes:
        parts.append("## Notes\n\n" + "\n".join(f"- {note}" for note in notes))
    minutes, seconds = divmod(round(took), 60)
    return PAGE.format(
        day=report.today(), took=f"{minutes} min {seconds} s", machine=report.machine(),
        versions=", ".join(report.versions(setup, given.tools)), command=_command(given),
        bars=bars.table(figures), sections="\n\n".join(parts))


def _command(given: argparse.Namespace) -> str:
    return (
        f"python3 benchmarks/compare.py --rows {','.join(given.rows)}"
        f" --window-seconds {given.window_seconds} --parked {given.parked}"
        f"{' --quick' if given.quick else ''}")


def main() -> None:
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # So that everything is cleaned up.
    begun = time.monotonic()
    # Before anything starts: children inherit the limit.
    processes.raise_descriptor_limit(2 * given.parked + 4000)
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker runs as another user.
        setup, sections, notes = measure(given, folder)
    text = page(given, setup, sections, notes, time.monotonic() - begun)
    given.results.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
