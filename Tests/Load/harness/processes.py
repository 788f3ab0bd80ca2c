"""Penstock and its emulated providers as child processes that cannot outlive the tests."""

import ctypes
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def binary() -> str:
    """The binary under test: $PENSTOCK, else the debug build."""
    path = Path(os.environ.get("PENSTOCK", REPOSITORY / ".build" / "debug" / "penstock"))
    if not path.is_file():
        raise FileNotFoundError(f"no binary at {path}: run `make build`, or set PENSTOCK")
    return str(path)


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """A child process whose standard error (and output) is collected line by line."""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None):
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})}, preexec_fn=_die_with_parent)
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        """Everything the process has written so far."""
        return "\n".join(self.lines)

    def _collect(self) -> None:
        for line in self._process.stdout:
            with self._changed:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def find(self, pattern: str, timeout: float = 10) -> re.Match:
        """The first line that matches, waiting for it."""
        deadline = time.monotonic() + timeout
        seen = 0
        with self._changed:
            while True:
                for line in self.lines[seen:]:
                    if match := re.search(pattern, line):
                        return match
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if left <= 0 or (self._process.poll() is not None and not self._reader.is_alive()):
                    raise AssertionError(f"no line with {pattern!r} in:\n{self.output}")
                self._changed.wait(min(left, 0.2))

    def signal(self, number: int = signal.SIGTERM) -> None:
        self._process.send_signal(number)

    def wait(self, timeout: float) -> int:
        """The exit code; fails when the process does not end in time."""
        code = self._process.wait(timeout)
        self._reader.join(2)
        return code

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        if self.is_running:
            self._process.kill()
        self._process.wait()
        self._reader.join(2)
        self._process.stdout.close()
        # `make test-asan` and `make test-tsan` run sanitized builds.
        assert not re.search("ERROR: AddressSanitizer|WARNING: ThreadSanitizer", self.output), (
            self.output)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.kill()


class Penstock(Child):
    """`penstock run` on a policy; `proxy` and `admin` are its ports."""

    def __init__(
        self, policy: Path, environment: dict[str, str] | None = None,
        options: tuple[str, ...] = (), command: tuple[str, ...] | None = None, timeout: float = 20,
    ):
        super().__init__(
            [*(command or (binary(),)), "run", "--config", str(policy), *options], environment)
        try:
            self.proxy = int(self.find(r"proxy listens on \S+:(\d+)", timeout)[1])
            self.admin = int(self.find(r"admin listens on \S+:(\d+)", timeout)[1])
        except AssertionError:
            self.kill()
            raise


class Emulator(Child):
    """`penstock emulate`: a strict provider; `port` is its own, `log` its record of arrivals."""

    def __init__(self, provider: str, log: Path, *options: str):
        super().__init__([
            binary(), "emulate", provider, "--listen", "127.0.0.1:0", "--log", str(log), *options])
        self.log = log
        try:
            self.port = int(self.find(r"listening on http://127\.0\.0\.1:(\d+)")[1])
        except AssertionError:
            self.kill()
            raise

    def finish(self) -> None:
        """Ends the emulator as its operator would, so that its log is whole."""
        self.signal(signal.SIGTERM)
        self.wait(15)


def run_once(*arguments: str, environment: dict[str, str] | None = None, timeout: float = 20):
    """Runs a command of Penstock's to its end."""
    return subprocess.run(
        [binary(), *arguments], capture_output=True, text=True, timeout=timeout,
        stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
