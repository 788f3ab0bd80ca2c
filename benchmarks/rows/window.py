"""A strict sliding window under a backlog that never ends: use of the allowance, and 429s."""

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rig import processes, report
from rig.bench import Bench, Section, say
from rig.origin import free_port, is_open
from rig.processes import Trouble

ALLOW, SPAN = 50, 5
CALLERS = 40
UPLINK = "20..100ms"
MODES = {"not counted": [], "counted": ["--rejects-count"]}
PROXIES = ["Penstock", "nginx"]
LIBRARIES = ["aiolimiter", "pyrate-limiter"]
TEXT = """\
An emulated provider (`penstock emulate`) that allows {allow} requests in any {span} s, counted
when they arrive, {uplink} after they were sent. {callers} callers ask without pause for {seconds}
s, and again at once after a 429. All run at the same time, each with a provider of its own, once
with refused requests counted against the window and once not. nginx: `limit_req rate=10r/s` with
delay. The libraries: {allow} per {span} s in the callers' own process. Of the allowance: good
answers / ({allow} per {span} s x the time), which begins with a full window. Steady: the same
once that has passed, from how long whole multiples of {allow} took.

{table}
"""
POLICY = """\
listen: {{ proxy: 127.0.0.1:0, admin: 127.0.0.1:0 }}
apis:
  strict:
    origin: http://127.0.0.1:{port}
    credential: {{ header: Authorization, scheme: Bearer }}
    keys: {{ main: {{ secret: env:BENCHMARK_KEY }} }}
    limits: [ {{ name: window, per: key, kind: sliding-window, allow: 50/5s }} ]
"""
NGINX = """\
daemon off; worker_processes 1; pid {folder}/strict.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  limit_req_zone $server_port zone=all:1m rate=10r/s;
  upstream provider {{ server 127.0.0.1:{provider}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    proxy_http_version 1.1; proxy_set_header Connection "";
    location /strict/ {{ limit_req zone=all burst=1000; proxy_pass http://provider/; }}
  }}
}}
"""


@dataclass
class Contest:
    """One contender with its provider, for one mode."""

    name: str
    mode: str
    log: Path
    callers: subprocess.Popen
    said: Path


@dataclass
class Outcome:
    good: int
    refused: int
    callers_refused: int
    others: int
    share: float
    steady: float


def measure(bench: Bench) -> Section:
    seconds = bench.window_seconds
    python = bench.tools / "venv" / "bin" / "python"
    with ExitStack() as stack:
        contests, providers = [], []
        for mode, words in MODES.items():
            for name in PROXIES + LIBRARIES:
                try:
                    contests.append(_begin(bench, stack, providers, python, name, mode, words))
                except Trouble as trouble:
                    bench.note(f"sliding window: {name} is left out: {trouble}")
        say(f"sliding window: {len(contests)} contests for {seconds} s")
        _wait(contests, seconds)
        # Their logs are complete once they have ended.
        for provider in providers:
            processes.stop(provider)
    return _section(bench, contests, seconds)


def _begin(bench, stack: ExitStack, providers: list, python: Path, name, mode, words) -> Contest:
    folder = bench.folder / f"{name}-{'counted' if words else 'free'}"
    folder.mkdir(mode=0o755)
    interpreter = sys.executable
    if name in LIBRARIES:
        interpreter = python
        if not python.is_file():
            raise Trouble("it is not installed")
        module = name.replace("-", "_")
        processes.run([python, "-c", f"import {module}"], 20)
    log = folder / "arrivals.jsonl"
    provider, port = _provider(bench, folder, log, words)
    providers.append(provider)
    stack.callback(processes.stop, provider)
    target = "/things"
    if name in PROXIES:
        start = _penstock if name == "Penstock" else _nginx
        proxy, port = start(bench, folder, port)
        stack.callback(processes.stop, proxy)
        target = "/strict/things"
    said = folder / "callers.out"
    script = Path(processes.__file__).with_name("callers.py")
    # A second more, so that the load lasts to the end of what is counted.
    callers = processes.start(
        [interpreter, script, port, target, name if name in LIBRARIES else "none",
         bench.window_seconds + 1, CALLERS], said)
    stack.callback(processes.stop, callers)
    return Contest(name, mode, log, callers, said)


def _provider(bench: Bench, folder: Path, log: Path, words: list):
    output = folder / "provider.out"
    process = processes.start(
        [bench.setup.penstock, "emulate", "generic", "--listen", "127.0.0.1:0", "--allow",
         f"{ALLOW}/{SPAN}s", "--uplink", UPLINK, "--seed", "7", "--log", log, *words], output)
    return process, _port(process, output, r"listening on http://127\.0\.0\.1:(\d+)")


def _penstock(bench: Bench, folder: Path, provider: int):
    policy, output = folder / "penstock.yaml", folder / "penstock.out"
    policy.write_text(POLICY.format(port=provider))
    process = processes.start(
        [bench.setup.penstock, "run", "--config", policy], output, {"BENCHMARK_KEY": "k"})
    return process, _port(process, output, r"proxy listens on \S+:(\d+)")


def _nginx(bench: Bench, folder: Path, provider: int):
    configuration, port = folder / "nginx.conf", free_port()
    configuration.write_text(NGINX.format(folder=folder, provider=provider, port=port))
    process = processes.start(
        ["nginx", "-e", "stderr", "-c", configuration], folder / "nginx.out",
        at_our_death=signal.SIGTERM)
    processes.until(lambda: is_open(port), "nginx listens")
    return process, port


def _port(process: subprocess.Popen, output: Path, pattern: str) -> int:
    processes.until(
        lambda: process.poll() is not None or re.search(pattern, output.read_text()), "a port")
    found = re.search(pattern, output.read_text())
    if not found:
        raise Trouble(output.read_text().strip())
    return int(found[1])


def _wait(contests: list[Contest], seconds: int) -> None:
    deadline = time.monotonic() + seconds + 15
    for contest in contests:
        try:
            contest.callers.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            contest.callers.kill()


def _section(bench: Bench, contests: list[Contest], seconds: int) -> Section:
    rows = [["", "refused requests are", "good answers", "429s at the provider", "429s at callers",
             "other answers", "of the allowance", "steady"]]
    figures = {}
    for contest in contests:
        try:
            outcome = _outcome(contest, seconds)
        except (Trouble, ValueError) as trouble:
            bench.note(f"sliding window: {contest.name}, {contest.mode}: {trouble}")
            continue
        rows.append([
            contest.name, contest.mode, f"{outcome.good:,}", f"{outcome.refused:,}",
            f"{outcome.callers_refused:,}", f"{outcome.others:,}",
            *(report.figure(use * 100, 1, "%") for use in (outcome.share, outcome.steady))])
        key = f"window {contest.name} {contest.mode}"
        figures[f"{key} provider"] = outcome.refused
        figures[f"{key} callers"] = outcome.callers_refused
        figures[f"{key} use"] = outcome.steady
    text = TEXT.format(
        allow=ALLOW, span=SPAN, uplink=UPLINK.replace("..", " to "), callers=CALLERS,
        seconds=seconds, table=report.table(rows))
    return Section("Use of a strict sliding window, and 429s", text, figures)


def _outcome(contest: Contest, seconds: int) -> Outcome:
    arrivals = [json.loads(line) for line in contest.log.read_text().splitlines()]
    if contest.callers.returncode != 0 or not arrivals:
        raise Trouble(f"its callers failed: {contest.said.read_text().strip()[-200:]}")
    first = min(arrival["monotonic_ns"] for arrival in arrivals)
    counted = [each for each in arrivals if each["monotonic_ns"] < first + seconds * 10**9]
    good = sorted(each["monotonic_ns"] for each in counted if each["status"] == 200)
    seen = json.loads(contest.said.read_text())
    return Outcome(
        len(good), len(counted) - len(good), seen.get("429", 0),
        sum(count for status, count in seen.items() if status not in ("200", "429")),
        len(good) / (ALLOW * seconds / SPAN), _steady(good))


def _steady(instants: list[int]) -> float:
    """The share of the allowance that was used after the first window.

    Answers may come in bursts a window apart, so what a stretch of time holds depends on where it
    begins. Instead: how long whole multiples of the allowance took, averaged over every phase.
    """
    windows = (len(instants) - 1 - ALLOW) // ALLOW
    if windows < 1:
        return float("nan")
    phases = range(ALLOW, min(2 * ALLOW, len(instants) - windows * ALLOW))
    took = [instants[phase + windows * ALLOW] - instants[phase] for phase in phases]
    return windows * SPAN * 10**9 / (sum(took) / len(took))
