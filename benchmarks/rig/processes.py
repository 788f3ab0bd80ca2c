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


def start(
    command: list[str], output: Path, environment: dict[str, str] | None = None,
    at_our_death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen:
    """Starts a child whose standard output and error go to a file.

    Should we be killed, the child gets a signal: SIGTERM, for nginx ends its worker only then.
    """
    with output.open("wb") as file:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, at_our_death))


def stop(process: subprocess.Popen) -> None:
    """Ends a child in order, or else at once."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all threads, living and ended.

    It is what utime and stime of /proc/PID/stat say, read from the process's CPU clock, which has
    nanoseconds where stat has 10 ms.
    """
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK


def resident_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no VmRSS of {pid}")


def until(condition, what: str, timeout: float = 15) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {timeout} s")
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
