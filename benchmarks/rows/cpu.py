"""CPU per request: user and system time of a proxy's processes, over the requests answered."""

from dataclasses import dataclass

from rig import load, report
from rig.bench import Bench, Section, median

TEXT = """\
User and system time of the proxy's processes for each answered request, one worker, limits on and
not binding, everything on loopback. Microseconds; median of {repeats} interleaved runs of
{seconds} s (smallest to largest). The ratio is Penstock's median over the other's.

{table}

Of that, in user space (the kernel's part is mostly the socket calls that each of them must make):

{user}
"""


@dataclass(frozen=True)
class Case:
    """`size` is that of a POST's body."""

    origin: str
    connections: int
    answer: str
    path: str
    size: int = 0

    @property
    def key(self) -> str:
        return f"{self.origin}-{self.connections}{'' if self.path == 'x' else '-' + self.answer}"

    @property
    def has_bar(self) -> bool:
        """Whether Penstock promises something: for small answers over 64 connections."""
        return self.connections == 64 and self.path == "x"

    def __str__(self) -> str:
        return f"{self.origin.upper()}, {self.connections}, {self.answer}"


CASES = [
    Case("http", 1, "160 B", "x"),
    Case("http", 64, "160 B", "x"),
    Case("http", 512, "160 B", "x"),
    Case("https", 1, "160 B", "x"),
    Case("https", 64, "160 B", "x"),
    Case("https", 512, "160 B", "x"),
    Case("http", 64, "64 KB", "64k"),
    Case("https", 64, "64 KB", "64k"),
    Case("http", 64, "POST 1 KB", "post", 1024),
    Case("http", 8, "POST 1 MB", "post", 2**20),
]
WARMING = [case for case in CASES if case.connections == 512]


def measure(bench: Bench) -> Section:
    repeats, seconds = (1, 1) if bench.quick else (5, 1)
    results = {}
    with bench.contending() as running:
        # Connections to the origin are made and caches warm in runs that do not count.
        for case in () if bench.quick else WARMING:
            _run(bench, case, running, 1, seconds)
        for case in CASES:
            results[case] = _run(bench, case, running, repeats, seconds)
    names = [contender.name for contender in running]
    figures = {}
    for case, samples in results.items():
        for peer in ("nginx", "Envoy"):
            figures[f"cpu {case.key} to {peer}"] = _ratio(samples, peer)
    text = TEXT.format(
        repeats=repeats, seconds=seconds, table=_table(results, names), user=_user(results, names))
    return Section("CPU per request", text, figures)


def _run(bench: Bench, case: Case, running: list, repeats: int, seconds: int) -> dict:
    """Samples by the contender's name."""
    script = load.post_script(bench.folder, case.size) if case.size else None
    path = f"/{case.origin}/{case.path}"

    def once(contender) -> load.Sample:
        return load.measured(
            contender, lambda: load.wrk(contender, path, case.connections, seconds, script))

    samples = bench.in_turn(running, repeats, once, f"CPU, {case}")
    return {contender.name: each for contender, each in samples.items()}


def _ratio(samples: dict, peer: str) -> float:
    return median(samples.get("Penstock", []), "cpu") / median(samples.get(peer, []), "cpu")


def _table(results: dict, names: list) -> str:
    peers = [name for name in names if name != "Penstock"]
    rows = [["origin, connections, answer", *names, *(f"to {peer}" for peer in peers)]]
    for case, samples in results.items():
        cells = [report.spread([each.cpu for each in samples.get(name, [])]) for name in names]
        ratios = [report.figure(_ratio(samples, peer), 2) for peer in peers]
        rows.append([str(case), *cells, *ratios])
    return report.table(rows)


def _user(results: dict, names: list) -> str:
    rows = [["origin, connections, answer", *names]]
    for case, samples in results.items():
        rows.append([str(case), *(
            report.figure(median(samples.get(name, []), "user")) for name in names)])
    return report.table(rows)
