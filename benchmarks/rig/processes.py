"""Child processes that cannot outlive the benchmark, and what /proc says about them."""

import ctypes
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_TICK = os.sysconf("SC_CLK_TCK")


class Trouble(Exception):
    """A contender that did not start, or whose answers were not all good: a note, not a crash."""


def start(
    command: list, output: Path, environment: dict[str, str] | None = None,
    at_our_death: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen:
    """Starts a child whose standard output and error go to a file.

    Should we be killed, the child gets a signal: SIGTERM for nginx, whose workers end only then.
    """
    with output.open("wb") as file:
        return subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=file,
            stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})},
            preexec_fn=lambda: _die_with_parent(at_our_death))


def _die_with_parent(how: signal.Signals) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, how)


def stop(process: subprocess.Popen) -> None:
    """Ends a child in order, or else at once."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def run(command: list, patience: float) -> str:
    """Standard output of a command that must succeed."""
    try:
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, timeout=patience,
            stdin=subprocess.DEVNULL, preexec_fn=lambda: _die_with_parent(signal.SIGKILL))
    except subprocess.TimeoutExpired as late:
        raise Trouble(f"{command[0]}: not within {patience:.0f} s") from late
    if done.returncode != 0:
        raise Trouble(f"{command[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of processes, all threads, living and ended."""
    return sum(_cpu_clock(pid) or sum(_ticks(pid)) / _TICK for pid in pids)


def user_seconds(pids: list[int]) -> float:
    """User time alone, in steps of a clock tick: 10 ms."""
    return sum(_ticks(pid)[0] for pid in pids) / _TICK


def _cpu_clock(pid: int) -> float | None:
    """What utime and stime of /proc/PID/stat say, in nanoseconds where stat has 10 ms."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return None


def _ticks(pid: int) -> tuple[int, int]:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]), int(fields[12])


def resident_bytes(pids: list[int]) -> int:
    """VmRSS of processes together."""
    return sum(_resident(pid) for pid in pids)


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise Trouble(f"no VmRSS of {pid}")


def until(condition, what: str, timeout: float = 15) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise Trouble(f"{what}: not within {timeout:.0f} s")
        time.sleep(0.02)


def raise_descriptor_limit(needed: int) -> int:
    """Raises the limit of open files for us and our children; the limit that stands then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        for limit in ((needed, max(hard, needed)), (hard, hard)):
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, limit)
                break
            except (ValueError, OSError):
                continue
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
