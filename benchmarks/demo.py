"""Shows what Penstock does: the same load straight at an emulated API, then through Penstock.

Usage: demo.py PENSTOCK-BINARY

Twenty callers want work done by an API that allows 600 requests a minute with bursts of 20, and
ask as fast as it answers. First they ask the API themselves and try again when it says 429. Then
they ask through Penstock, half of them with it as their HTTP proxy, half by its base URL. Each
time the API is a fresh one, so both start with a full bucket. Its own log says what it counted.

Exit status: 0 when no 429 was seen behind Penstock and at least 97 % of the allowance was used.
"""

import ctypes
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

CALLERS = 20
SECONDS = 20.0
RATE_PER_MINUTE = 600
BURST = 20
UPLINK = "20..100ms"
LEAST_USE = 0.97
START_PATIENCE = 10.0
# The whole demo, come what may; without trouble it takes about 45 s.
LONGEST = 85
SECRET = "sk_demo_0123456789"
HOST = "app.tokportal.com"

POLICY = """\
listen: {{ proxy: 127.0.0.1:0, admin: 127.0.0.1:0 }}
apis:
  tokportal:
    origin: {origin}
    hosts: [{host}]
    provider: tokportal
    keys:
      main: {{ secret: env:DEMO_KEY }}
    limits:
      - {{ name: key-rate, per: key, kind: token-bucket, allow: {rate}/min, burst: {burst} }}
"""


class Trouble(Exception):
    """What keeps the demo from going on, for people."""


class Child:
    """A process that ends with this one, whatever happens; its output goes to a file."""

    def __init__(self, command, folder, name, environment=None):
        self.name = name
        self.output = folder / f"{name}.out"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})}, start_new_session=True,
                preexec_fn=die_with_parent)

    def wait_for(self, pattern):
        """The first group of `pattern` once the process has said it."""
        deadline = time.monotonic() + START_PATIENCE
        while True:
            said = self.output.read_text(errors="replace")
            found = re.search(pattern, said)
            if found:
                return found.group(1)
            if self.process.poll() is not None:
                raise Trouble(f"{self.name} ended with {self.process.returncode}:\n{said}")
            if time.monotonic() > deadline:
                raise Trouble(f"{self.name} does not say where it listens:\n{said}")
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Nothing is under way any more, so a drain is over at once.
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def die_with_parent():
    """In the child: SIGTERM when the demo dies without ending it (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Caller(threading.Thread):
    """Gets one piece of work done after the other; asks again at once when it is told 429."""

    def __init__(self, number, port, prefix, headers, start, end):
        super().__init__(daemon=True)
        self.port, self.headers, self.start_gate, self.end = port, headers, start, end
        bundle = f"{prefix}/api/ext/bundles/bundle-{number % 5}"
        self.request = (
            ("POST", f"{bundle}/videos", b'{"video_url":"https://example.com/v.mp4"}')
            if number % 2 else ("GET", f"{bundle}/analytics", None))
        self.statuses, self.waits, self.failures = [], [], []

    def run(self):
        self.start_gate.wait()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        method, target, body = self.request
        began = time.monotonic()
        while time.monotonic() < self.end():
            try:
                connection.request(method, target, body=body, headers=self.headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as failure:
                self.failures.append(repr(failure))
                connection.close()
                time.sleep(0.1)
                continue
            self.statuses.append(answer.status)
            if answer.status == 200:
                self.waits.append(time.monotonic() - began)
                began = time.monotonic()
        connection.close()


def drive(ports_and_prefixes, headers):
    """Runs all callers for the demo's time; the callers, with what they saw."""
    gate = threading.Event()
    end = [0.0]
    callers = []
    for number in range(CALLERS):
        port, prefix = ports_and_prefixes[number * len(ports_and_prefixes) // CALLERS]
        callers.append(Caller(number, port, prefix, headers, gate, lambda: end[0]))
    for caller in callers:
        caller.start()
    # A little longer than what is counted, so that the load lasts to the end of the count.
    end[0] = time.monotonic() + SECONDS + 0.5
    gate.set()
    for caller in callers:
        caller.join()
    return callers


def tell(callers, log):
    """The figures of one run, from what the callers saw and from the provider's own log."""
    arrivals = [json.loads(line) for line in log.read_text().splitlines()]
    if not arrivals:
        failures = [failure for caller in callers for failure in caller.failures]
        raise Trouble(f"no request arrived at the provider; callers saw {failures[:3]}")
    first = arrivals[0]["monotonic_ns"]
    end = first + SECONDS * 1e9
    accepted = sum(a["status"] == 200 and a["monotonic_ns"] <= end for a in arrivals)
    statuses = [status for caller in callers for status in caller.statuses]
    waits = sorted(wait for caller in callers for wait in caller.waits)
    return {
        "sent": len(statuses),
        "ok": statuses.count(200),
        "callers_429": statuses.count(429),
        "provider_429": sum(a["status"] == 429 for a in arrivals),
        "other": len(statuses) - statuses.count(200) - statuses.count(429)
        + sum(len(caller.failures) for caller in callers),
        "use": accepted / (BURST + RATE_PER_MINUTE / 60 * SECONDS),
        "p50": percentile(waits, 0.50),
        "p99": percentile(waits, 0.99),
    }


def percentile(values, share):
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def emulator(binary, folder, name):
    log = folder / f"{name}.jsonl"
    child = Child(
        [binary, "emulate", "tokportal", "--listen", "127.0.0.1:0",
         "--allow", f"{RATE_PER_MINUTE}/min", "--burst", str(BURST), "--uplink", UPLINK,
         "--log", str(log)], folder, name)
    return child, log


def run_straight(binary, folder):
    child, log = emulator(binary, folder, "provider-1")
    with child:
        port = int(child.wait_for(r"listening on http://127\.0\.0\.1:(\d+)"))
        callers = drive([(port, "")], {"X-API-Key": SECRET})
    # The provider has ended: its log is complete.
    return tell(callers, log)


def run_through_penstock(binary, folder):
    child, log = emulator(binary, folder, "provider-2")
    with child:
        origin = child.wait_for(r"listening on (http://127\.0\.0\.1:\d+)")
        policy = folder / "penstock.yaml"
        policy.write_text(
            POLICY.format(origin=origin, host=HOST, rate=RATE_PER_MINUTE, burst=BURST))
        proxy = Child(
            [binary, "run", "--config", str(policy)], folder, "penstock", {"DEMO_KEY": SECRET})
        with proxy:
            port = int(proxy.wait_for(r"proxy listens on 127\.0\.0\.1:(\d+)"))
            proxy.wait_for(r"admin listens on 127\.0\.0\.1:(\d+)")
            # The callers have no key: Penstock has it.
            callers = drive([(port, f"http://{HOST}"), (port, "/tokportal")], {})
    return tell(callers, log)


ROWS = (
    ("requests sent", "sent", "{:,}"),
    ("answered 200", "ok", "{:,}"),
    ("429 at the callers", "callers_429", "{:,}"),
    ("429 at the provider", "provider_429", "{:,}"),
    ("other answers and failures", "other", "{:,}"),
    ("use of the allowance", "use", "{:.1%}"),
    ("time until a 200, p50", "p50", "{:.2f} s"),
    ("time until a 200, p99", "p99", "{:.2f} s"),
)


def show(straight, through):
    print(f"\n{'':30}{'straight at it':>18}{'through Penstock':>20}")
    print("-" * 68)
    for title, figure, form in ROWS:
        left, right = form.format(straight[figure]), form.format(through[figure])
        print(f"{title:30}{left:>18}{right:>20}")
    print()


def verdict(through):
    faults = []
    if through["callers_429"] or through["provider_429"]:
        faults.append("a 429 was seen")
    if through["other"]:
        faults.append("a request failed")
    if through["use"] < LEAST_USE:
        faults.append(f"less than {LEAST_USE:.0%} of the allowance was used")
    if faults:
        print(f"FAILED behind Penstock: {', '.join(faults)}.")
        return 1
    print(f"Behind Penstock: not one 429, and {through['use']:.1%} of the allowance used.")
    return 0


def stop(number, _):
    # One reason to stop is enough: ending the children must not be interrupted.
    for other in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Trouble("took too long" if number == signal.SIGALRM else "stopped")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    binary = os.path.abspath(sys.argv[1])
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    signal.alarm(LONGEST)
    try:
        with tempfile.TemporaryDirectory(prefix="penstock-demo-") as folder:
            folder = pathlib.Path(folder)
            print(
                f"An emulated TokPortal allows {RATE_PER_MINUTE} requests a minute, bursts of "
                f"{BURST}; requests take {UPLINK} to it.\n{CALLERS} callers ask as fast as it "
                f"answers, for {SECONDS:.0f} s each time.", flush=True)
            print("1. straight at it ...", flush=True)
            straight = run_straight(binary, folder)
            print("2. through Penstock ...", flush=True)
            through = run_through_penstock(binary, folder)
        show(straight, through)
        return verdict(through)
    except (Trouble, OSError) as trouble:
        print(f"demo: {trouble}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
