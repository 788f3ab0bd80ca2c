"""What every contender has in common."""

import urllib.request
from dataclasses import dataclass
from pathlib import Path

from rig import processes
from rig.origin import Origin, free_port, is_open


@dataclass(frozen=True)
class Setup:
    """What contenders are started with; `envoy` is None where it is not installed."""

    penstock: Path
    envoy: Path | None
    origin: Origin


class Contender:
    """One process, started from a configuration, that is ready once its port is open.

    With tls it also ends TLS for callers: on `tls_port`, or inside CONNECT where that is `port`.
    """

    name = ""
    # A limit whose token is gone, or a busy connection to an origin that does not answer.
    parks_by = "limit"
    # How much longer than a rate says its intervals are, on purpose.
    pace = 1.0
    # What a caller of the TLS port says first.
    connect: str | None = None

    def __init__(self, setup: Setup, folder: Path, workers: int = 1, tls: bool = False):
        self.port = free_port()
        self.tls_port = free_port() if tls else None
        self.log = folder / f"{self.name}-{workers}.log"
        self._process = self._start(setup, folder, workers)
        try:
            self._until_ready()
        except processes.Trouble as trouble:
            self.stop()
            said = self.log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
            raise processes.Trouble(f"{trouble}; {said[-1]}") from None

    def _start(self, setup: Setup, folder: Path, workers: int):
        raise NotImplementedError

    def _until_ready(self) -> None:
        processes.until(
            lambda: self._process.poll() is not None or is_open(self.port), f"{self.name} listens")
        self._must_run()

    def _must_run(self) -> None:
        if self._process.poll() is not None:
            raise processes.Trouble(f"{self.name} did not start")

    @property
    def pids(self) -> list[int]:
        return [self._process.pid]

    @classmethod
    def absent(cls, setup: Setup) -> bool:
        """Whether it is not installed."""
        return False

    def waiting(self) -> int:
        raise NotImplementedError

    def stop(self) -> None:
        # Nothing it still holds is worth a drain.
        self._process.kill()
        self._process.wait()


def fetch(port: int, path: str) -> str:
    """The body of a page on loopback."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()
