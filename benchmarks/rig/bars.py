"""The bars Penstock is held to, and whether the figures of a run meet them."""

from dataclasses import dataclass

from rig import report
from rows import cpu, window


@dataclass(frozen=True)
class Bar:
    """At most, or at least, `bound` of a row's figure; `digits` and `unit` are for people."""

    what: str
    figure: str
    bound: float
    digits: int = 2
    unit: str = ""
    least: bool = False

    @property
    def asked(self) -> str:
        return f"{'>=' if self.least else '<='} {self.bound:,.{self.digits}f}{self.unit}"

    def met(self, value: float) -> str:
        if value != value:
            return "not measured"
        return "yes" if (value >= self.bound if self.least else value <= self.bound) else "**no**"


def _bars() -> list[Bar]:
    bars = []
    for peer, bound in (("nginx", 1.0), ("Envoy", 0.45)):
        bars += [
            Bar(f"CPU per request to {peer}'s: {case}", f"cpu {case.key} to {peer}", bound)
            for case in cpu.CASES if case.has_bar]
    bars += [
        Bar("added p99 at 10,000/s less nginx's", "latency 10000 p99 over nginx", 0, 0, " us"),
        Bar("parked request", "parked Penstock", 3072, 0, " bytes"),
        Bar("idle keep-alive connection", "connection Penstock", 1536, 0, " bytes"),
        Bar("idle process", "idle Penstock", 15, 1, " MiB"),
        Bar("release lag, p99", "lag p99 Penstock", 2000, 0, " us"),
        Bar("capacity of 2 workers to 1", "scaling Penstock", 1.8, 2, least=True),
    ]
    for mode in window.MODES:
        figure, what = f"window Penstock {mode}", f"strict window, refused requests {mode}"
        bars += [
            Bar(f"{what}: 429s at callers", f"{figure} callers", 0, 0),
            Bar(f"{what}: 429s at the provider", f"{figure} provider", 0, 0),
            Bar(f"{what}: use of the allowance", f"{figure} use", 0.97, 3, least=True),
        ]
    return bars


def table(figures: dict[str, float]) -> str:
    """Every bar whose row was measured."""
    rows = [["bar", "asked", "measured", "met"]]
    for bar in _bars():
        if bar.figure in figures:
            value = figures[bar.figure]
            measured = report.figure(value, bar.digits, bar.unit)
            rows.append([bar.what, bar.asked, measured, bar.met(value)])
    return report.table(rows) if len(rows) > 1 else "None of the measured rows has a bar."
