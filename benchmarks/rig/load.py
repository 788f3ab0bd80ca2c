"""wrk and our own client, and the CPU time a contender spends under them."""

import re
from dataclasses import dataclass
from pathlib import Path

from rig import processes
from rig.processes import Trouble


@dataclass
class Sample:
    """One run: CPU per request and its user part in microseconds, requests per second, requests."""

    cpu: float
    user: float
    rate: float
    requests: int

    def __str__(self) -> str:
        return f"{self.cpu:.1f} us/request ({self.user:.1f} user), {self.rate:,.0f} requests/s"


def measured(contender, load) -> Sample:
    """Runs the load, which says (requests, seconds), and divides the CPU time it took."""
    cpu, user = processes.cpu_seconds(contender.pids), processes.user_seconds(contender.pids)
    requests, seconds = load()
    cpu = processes.cpu_seconds(contender.pids) - cpu
    user = processes.user_seconds(contender.pids) - user
    return Sample(cpu / requests * 1e6, user / requests * 1e6, requests / seconds, requests)


def post_script(folder: Path, size: int) -> Path:
    """A script for wrk: POST with a body of that size."""
    script = folder / f"post-{size}.lua"
    script.write_text(
        f'wrk.method = "POST"\nwrk.body = string.rep("x", {size})\n'
        'wrk.headers["Content-Type"] = "application/octet-stream"\n')
    return script


def wrk(contender, path: str, connections: int, seconds: float, script: Path | None = None):
    """Closed-loop load; (requests, seconds). Every answer must be good."""
    said = processes.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{round(seconds)}s", "--timeout", "10s",
         "-H", "X-API-Key: bench", *(["-s", script] if script else []),
         f"http://127.0.0.1:{contender.port}{path}"], seconds + 30)
    found = re.search(r"(\d+) requests in ([\d.]+)(ms|s)", said)
    if "Non-2xx" in said or "Socket errors" in said or not found or found[1] == "0":
        raise Trouble(f"not every answer to {path} was good: {' '.join(said.split())}")
    return int(found[1]), float(found[2]) / (1000 if found[3] == "ms" else 1)


def client(tools: Path, *words) -> tuple[int, float]:
    """Our own client, client.c; (requests, seconds). Every answer must be good."""
    said = processes.run([tools / "client", *words], 120)
    answers, failures, seconds = re.search(
        r"answers (\d+) failures (\d+) seconds ([\d.]+)", said).groups()
    if int(failures) or not int(answers):
        raise Trouble(f"{failures} of {int(answers) + int(failures)} requests had no good answer")
    return int(answers), float(seconds)
