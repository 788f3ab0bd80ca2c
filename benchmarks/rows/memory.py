"""Resident memory: idle, for each idle keep-alive connection, for each parked request."""

import time
from dataclasses import dataclass

from rig import processes, report
from rig.bench import Bench, Section, say
from rig.crowd import HEAD_BYTES, Crowd
from rig.processes import Trouble

TEXT = """\
Resident memory (VmRSS) of all of a proxy's processes (of nginx the worker), each figure in a
fresh process that served nothing else. Keep-alive: {idle:,} connections that had one answer each
and were idle for 3 s. Parked: {parked:,} requests that wait, heads of {head} bytes, a connection
each. Both are (after - before) / count; what the kernel keeps for the sockets is not in it.

{table}

HAProxy and Envoy cannot make requests wait for a rate. Theirs wait for the only connection that
the server may have (`maxconn 1`, `max_connections: 1`), whose one request is never answered.
"""


@dataclass
class Growth:
    """Resident bytes before and after `count` more of something."""

    count: int
    before: int
    after: int

    @property
    def each(self) -> float:
        return (self.after - self.before) / self.count

    def __str__(self) -> str:
        return f"{self.each:.0f} bytes each"


def measure(bench: Bench) -> Section:
    idle_count, parked_count = _counts(bench)
    idle = {}
    with bench.contending() as running:
        time.sleep(1)
        for contender in running:
            idle[contender.name] = processes.resident_bytes(contender.pids)
        kept = _all(bench, running, lambda each: _keep(each, idle_count), "idle connections")
    with bench.contending() as running:
        parked = _all(bench, running, lambda each: _park(each, parked_count), "parked")
    rows = [["", "idle process", "idle connection", "parked request", "process with those parked",
             "they wait for"]]
    figures = {}
    for contender in running:
        name = contender.name
        figures[f"idle {name}"] = idle.get(name, float("nan")) / 2**20
        figures[f"connection {name}"] = kept[name].each if name in kept else float("nan")
        figures[f"parked {name}"] = parked[name].each if name in parked else float("nan")
        rows.append([
            name, report.figure(figures[f"idle {name}"], 1, " MiB"),
            report.figure(figures[f"connection {name}"], 0, " bytes"),
            report.figure(figures[f"parked {name}"], 0, " bytes"),
            f"{parked[name].after / 2**20:.1f} MiB" if name in parked else "-",
            f"a {contender.parks_by}"])
    text = TEXT.format(
        idle=idle_count, parked=parked_count, head=HEAD_BYTES, table=report.table(rows))
    return Section("Memory", text, figures)


def _counts(bench: Bench) -> tuple[int, int]:
    """Idle connections and parked requests; fewer where fewer files may be open."""
    # Each is a descriptor here, and Penstock keeps half of its own for origins.
    room = (processes.raise_descriptor_limit(2 * bench.parked + 1000) - 1000) // 2
    if room < bench.parked:
        bench.note(f"open files are limited: {room:,} requests are parked, not {bench.parked:,}")
    parked = min(bench.parked, room)
    return max(1, parked // 2), parked


def _all(bench: Bench, running: list, measure_one, what: str) -> dict:
    grown = {}
    for contender in running:
        try:
            grown[contender.name] = measure_one(contender)
            say(f"{what}: {contender.name}: {grown[contender.name]}")
        except (Trouble, OSError) as trouble:
            bench.note(f"{what}: {contender.name} is left out: {trouble}")
    return grown


def _keep(contender, count: int) -> Growth:
    with Crowd(contender.port) as crowd:
        # What is made once, with the first requests, is not a connection's.
        first = crowd.ask("/http/x")
        for _ in range(200):
            crowd.ask("/http/x", first)
        before = processes.resident_bytes(contender.pids)
        for _ in range(count):
            crowd.ask("/http/x")
        time.sleep(3)
        return Growth(count, before, processes.resident_bytes(contender.pids))


def _park(contender, count: int) -> Growth:
    with Crowd(contender.port) as crowd:
        # The first takes the only token, or the only connection: nothing goes any more.
        if contender.parks_by == "limit":
            crowd.ask("/parked/x")
        else:
            crowd.send("/parked/x")
            time.sleep(0.5)
        before = processes.resident_bytes(contender.pids)
        crowd.send_many("/parked/x", count, 0.005)
        processes.until(lambda: contender.waiting() >= count, f"{count} wait", 30)
        time.sleep(0.5)
        return Growth(count, before, processes.resident_bytes(contender.pids))
