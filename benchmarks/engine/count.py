#!/usr/bin/env python3
"""Counts the instructions of the admission engine's calls under callgrind.

The counts do not depend on what else the machine does, so they are held against thresholds.json:
the command fails when one is more than 5 % above its threshold. Setting the queues up is not
counted: callgrind looks on only while the engine does what it is told to (see Counting.swift).

    count.py ENGINEBENCH            a table in Markdown, and the check
    count.py ENGINEBENCH --renew    the same, and the counts become the thresholds
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (1_000, 10_000, 100_000, 1_000_000)
# With how many calls each is counted; they follow one another: what one leaves the next one takes.
OPERATIONS = {"none": 500, "admit": 500, "sent": 500, "learn": 500, "end": 500,
              "wait": 500, "cancel": 500, "dispatch": 100}
SLACK = 1.05
THRESHOLDS = Path(__file__).parent / "thresholds.json"


class Counter:
    """One engine with so many waiting tickets, under callgrind."""

    def __init__(self, binary: Path, folder: Path, waiting: int):
        self.out = folder / f"count.{waiting}"
        self.process = subprocess.Popen(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no",
             f"--callgrind-out-file={self.out}", str(binary), str(waiting)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            # Otherwise every run hashes Strings with another seed.
            env=os.environ | {"SWIFT_DETERMINISTIC_HASHING": "1"})
        self.dumps = 0

    def count(self, operation: str, calls: int) -> int:
        """Instructions of so many calls together."""
        self._tell(f"{operation} {calls}", "ready")
        self._control("instrumentation on")
        self._control("zero")
        self._tell("", "done")
        self._control("dump")
        self._control("instrumentation off")
        self._tell("")
        self.dumps += 1
        text = Path(f"{self.out}.{self.dumps}").read_text()
        return int(re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)[1])

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    def _tell(self, line: str, answer: str | None = None) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        if answer and self.process.stdout.readline().strip() != answer:
            sys.exit("count.py: the engine ended")

    def _control(self, command: str) -> None:
        subprocess.run(["vgdb", f"--pid={self.process.pid}", *command.split()],
                       check=True, capture_output=True)


def counts(binary: Path, folder: Path, waiting: int) -> dict[str, int]:
    """Instructions of one call each."""
    counter = Counter(binary, folder, waiting)
    try:
        totals = {name: counter.count(name, calls) for name, calls in OPERATIONS.items()}
    finally:
        counter.stop()
    idle = totals.pop("none")
    return {name: round((total - idle) / OPERATIONS[name]) for name, total in totals.items()}


def table(found: dict[str, dict[str, int]]) -> str:
    names = [name for name in OPERATIONS if name != "none"]
    rows = [" | ".join(["| Waiting", *(name.capitalize() for name in names)]) + " |",
            "|---:" * (len(names) + 1) + "|"]
    for waiting, row in found.items():
        rows.append(f"| {waiting} | " + " | ".join(f"{row[name]:,}" for name in names) + " |")
    return "\n".join(rows)


def main() -> None:
    renew = "--renew" in sys.argv[2:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        binary = folder / "EngineBench"
        shutil.copy(sys.argv[1], binary)
        # Valgrind cannot read what Swift's compiler writes for debuggers.
        subprocess.run(["objcopy", "--strip-debug", str(binary)], check=True)
        found = {str(size): counts(binary, folder, size) for size in SIZES}
    print("Instructions a call, counted by callgrind.\n")
    print(table(found))
    if renew:
        THRESHOLDS.write_text(json.dumps(found, indent=2) + "\n")
        return
    known = json.loads(THRESHOLDS.read_text())
    above = [f"{name} with {size} waiting: {count} instructions, not {known[size][name]}"
             for size, row in found.items() for name, count in row.items()
             if count > known[size][name] * SLACK]
    if above:
        sys.exit("count.py: more than 5 % above its threshold:\n" + "\n".join(above))


if __name__ == "__main__":
    main()
