"""Runs the fuzz targets, two at a time, and says what came of each: `make fuzz`."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "Tests/Fuzz"
BUILD = ROOT / ".build-fuzz"
# The largest input of a target in bytes; small ones are tried more often and read more easily.
LARGEST = {"PolicyFile": 8192, "Answers": 8192, "ConnectTarget": 512}
# The patience with one input is by the wall, and the machine may have other things to do.
LIMITS = ["-rss_limit_mb=1024", "-malloc_limit_mb=256", "-timeout=25", "-report_slow_units=25"]


def targets():
    """Every folder of a target: those with a corpus."""
    return sorted(path.name for path in (HERE / "corpus").iterdir() if path.is_dir())


class Run:
    """One target's run: what it is started with, and what it said at its end."""

    def __init__(self, name, seconds):
        self.name = name
        self.grown = BUILD / "corpus" / name
        self.findings = BUILD / "findings" / name
        for folder in (self.grown, self.findings):
            folder.mkdir(parents=True, exist_ok=True)
        self.before = set(self.findings.iterdir())
        dictionary = HERE / f"{name}.dict"
        self.command = [
            str(BUILD / "release" / f"Fuzz{name}"), *LIMITS, "-print_final_stats=1",
            f"-max_total_time={seconds}", f"-max_len={LARGEST.get(name, 4096)}",
            f"-artifact_prefix={self.findings}/", "-use_value_profile=1",
            *([f"-dict={dictionary}"] if dictionary.exists() else []),
            str(self.grown), str(HERE / "corpus" / name)]
        self.log = BUILD / "logs" / f"{name}.log"
        self.log.parent.mkdir(exist_ok=True)
        self.patience = seconds + 300

    def run(self):
        # Swift's own report of a crash would wait for itself inside libFuzzer's.
        environment = {
            **os.environ, "SWIFT_BACKTRACE": "enable=no",
            "ASAN_OPTIONS":
                "detect_leaks=0:detect_stack_use_after_return=0:quarantine_size_mb=16"
                ":malloc_context_size=4"}
        with open(self.log, "wb") as log:
            try:
                self.code = subprocess.run(
                    self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    env=environment, timeout=self.patience).returncode
            except subprocess.TimeoutExpired:
                self.code = "it did not end"
        self.new = sorted(set(self.findings.iterdir()) - self.before)
        return self

    @property
    def is_good(self):
        return self.code == 0 and not self.new

    def report(self):
        text = self.log.read_text(errors="replace")
        last = re.findall(r"^#\d+\s+\w+\s+cov: (\d+) ft: (\d+)", text, re.M)
        stats = dict(re.findall(r"^stat::(\w+):\s+(\d+)", text, re.M))
        runs = int(stats.get("number_of_executed_units", 0))
        lines = [
            f"{self.name:14} {runs:>11,} runs {int(stats.get('average_exec_per_sec', 0)):>7,}/s"
            f"  edges {last[-1][0] if last else '?':>6}  features {last[-1][1] if last else '?':>6}"
            f"  inputs {len(list(self.grown.iterdir())):>6}"
            f"  peak {stats.get('peak_rss_mb', '?'):>4} MB"
            f"  {'no findings' if self.is_good else 'FOUND'}"]
        if not self.is_good:
            lines += [f"  {path.relative_to(ROOT)}" for path in self.new]
            lines += [f"  log: {self.log.relative_to(ROOT)}, exit {self.code}"]
            lines += [f"  {line}" for line in re.findall(
                r"^(?:.*Fatal error: .*|==\d+==\s?ERROR: .*|SUMMARY: .*)$", text, re.M)[:6]]
        return "\n".join(lines)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=60, help="for each target")
    arguments.add_argument("--at-once", type=int, default=2)
    arguments.add_argument("names", nargs="*", help=f"of {', '.join(targets())}")
    chosen = arguments.parse_args()
    unknown = set(chosen.names) - set(targets())
    if unknown:
        arguments.error(f"no target {', '.join(sorted(unknown))}: there are {', '.join(targets())}")
    runs = [Run(name, chosen.seconds) for name in chosen.names or targets()]
    with concurrent.futures.ThreadPoolExecutor(chosen.at_once) as pool:
        done = [pool.submit(run.run) for run in runs]
        for end in concurrent.futures.as_completed(done):
            print(end.result().report(), flush=True)
    sys.exit(0 if all(run.is_good for run in runs) else 1)


if __name__ == "__main__":
    main()
