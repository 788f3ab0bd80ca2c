"""The process under test."""

import contextlib
import os
import pathlib
import re
import resource
import signal
import subprocess
import threading

from waiting import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRET = "sk_secret"
TICKS = os.sysconf("SC_CLK_TCK")
# What a sanitizer says of a fault in the process (`make test-asan`, `make test-tsan`).
FAULT = re.compile(rb"ERROR: AddressSanitizer|WARNING: ThreadSanitizer")


def command(policy):
    """How the process is started: the one place that knows."""
    binary = os.environ.get("PENSTOCK", str(ROOT / ".build/debug/penstock"))
    return [binary, "run", "--config", str(policy)]


def policy(origin_port, *, top="", api="", more_apis="", admin_port=0):
    """A policy with one API, `t`, for the host t.test."""
    return f"""\
listen: {{ proxy: 127.0.0.1:0, admin: 127.0.0.1:{admin_port} }}
{top}
apis:
  t:
    origin: http://127.0.0.1:{origin_port}
    hosts: [t.test]
    credential: {{ header: X-API-Key }}
    keys: {{ a: {{ secret: env:K }} }}
{api}
{more_apis}
"""


class Proxy:
    """One running process, ended by its own id."""

    def __init__(
            self, text, folder, environment=None, descriptors=None, wrapper=(), passed=()):
        path = pathlib.Path(folder) / "policy.yaml"
        # The same tests for several workers: PENSTOCK_WORKERS=2.
        workers = os.environ.get("PENSTOCK_WORKERS")
        if workers and not re.search(r"(?m)^workers:", text):
            text = f"workers: {workers}\n{text}"
        path.write_text(text)
        limit = None
        if descriptors:
            def limit():
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        self.process = subprocess.Popen(
            [*wrapper, *command(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, preexec_fn=limit, pass_fds=passed,
            env={**os.environ, "K": SECRET, **(environment or {})})
        self.pid = self.process.pid
        self.log = b""
        self.reader = threading.Thread(target=self.collect, daemon=True)
        self.reader.start()
        wait_until(lambda: self.is_open or not self.is_alive(), 20)
        if not self.is_open:
            self.stop()
            raise RuntimeError(f"the proxy did not start: {self.log.decode()}")

    def collect(self):
        for line in self.process.stderr:
            self.log += line

    @property
    def is_open(self):
        """Whether it listens everywhere: the admin address comes last."""
        return b"admin listens on " in self.log

    def listens(self, what):
        found = re.search(rb"%s listens on [^ ]*:(\d+)\s" % what, self.log)
        return int(found[1]) if found else 0

    @property
    def port(self):
        return self.listens(b"proxy")

    @property
    def admin_port(self):
        return self.listens(b"admin")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident(self):
        """Resident bytes; always the same of a sanitized build, whose shadow memory says nothing."""
        if os.environ.get("SANITIZED"):
            return 0
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) * 1024

    def cpu(self):
        """Seconds of CPU used so far, user and system."""
        text = pathlib.Path(f"/proc/{self.pid}/stat").read_text()
        fields = text.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def is_alive(self):
        return self.process.poll() is None

    @contextlib.contextmanager
    def asleep(self):
        """The process is stopped inside: what happens meanwhile, it sees at once afterwards."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            wait_until(self._is_stopped, 5)
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def _is_stopped(self):
        stat = pathlib.Path(f"/proc/{self.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    def stop(self):
        self.process.kill()
        self.process.wait(10)
        self.reader.join(5)
        self.process.stderr.close()
        assert not FAULT.search(self.log), self.log.decode(errors="replace")
