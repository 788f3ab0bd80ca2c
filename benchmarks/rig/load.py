"""CPU per request under wrk's load."""

import re
import subprocess
from dataclasses import dataclass

from rig import processes


@dataclass
class Sample:
    """One run of wrk: CPU per request in microseconds, and requests per second."""

    cpu: float
    rate: float


def measure(contender, path: str, connections: int, seconds: int) -> Sample:
    """Loads `/path/x` and divides the worker's CPU time by the requests that were answered."""
    before = processes.cpu_seconds(contender.worker)
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
         "-H", "X-API-Key: bench", f"http://127.0.0.1:{contender.port}/{path}/x"],
        capture_output=True, text=True, check=True)
    used = processes.cpu_seconds(contender.worker) - before
    found = re.search(r"(\d+) requests in", done.stdout)
    rate = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout or not found or not rate:
        raise RuntimeError(f"{contender.name} /{path}/: not every answer was good:\n{done.stdout}")
    return Sample(used / int(found[1]) * 1e6, float(rate[1]))
