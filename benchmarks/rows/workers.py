"""What a second worker brings: CPU per request with one and with two, and capacity from that."""

from rig import load, report
from rig.bench import Bench, Section, median

TEXT = """\
wrk with 64 connections, HTTP, 160 B; median of {repeats} interleaved runs of {seconds} s. wrk and
the origin share the {cores} cores with the proxy, so requests per second do not tell what two
workers could do; CPU does. Requests per CPU-second are what a core of its own would carry; two
workers carry twice that of theirs, so capacity(2) / capacity(1) = 2 x CPU per request with 1 /
CPU per request with 2. What workers wait for each other without spending CPU is not in it.

{table}
"""


def measure(bench: Bench) -> Section:
    repeats, seconds = (2, 1) if bench.quick else (4, 1)
    with bench.contending(workers=1) as single, bench.contending(workers=2) as double:
        samples = bench.in_turn(
            single + double, repeats + 1,
            lambda contender: load.measured(
                contender, lambda: load.wrk(contender, "/http/x", 64, seconds)), "workers")
    one, two = ({each.name: samples.get(each, [])[1:] for each in group}
                for group in (single, double))
    rows = [["", "us/request, 1", "us/request, 2", "requests/CPU-s, 1", "requests/CPU-s, 2",
             "requests/s, 1", "requests/s, 2", "capacity(2) / capacity(1)"]]
    figures = {}
    for name in one:
        first, second = one[name], two.get(name, [])
        capacity = 2 * median(first, "cpu") / median(second, "cpu")
        figures[f"scaling {name}"] = capacity
        rows.append([
            name, *(report.figure(median(each, "cpu")) for each in (first, second)),
            *(report.figure(1e6 / median(each, "cpu"), 0) for each in (first, second)),
            *(report.figure(median(each, "rate"), 0) for each in (first, second)),
            report.figure(capacity, 2)])
    text = TEXT.format(
        repeats=repeats, seconds=seconds, cores=report.cores(), table=report.table(rows))
    return Section("Two workers", text, figures)
