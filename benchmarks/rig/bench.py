"""What every row needs: contenders started and ended, runs in turn, notes, tools."""

import statistics
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rig import contenders
from rig.contenders import Contender, Setup
from rig.processes import Trouble


@dataclass
class Section:
    """A part of the page: its title, what it says, and the figures the bars are held to."""

    title: str
    text: str
    figures: dict[str, float] = field(default_factory=dict)


@dataclass
class Bench:
    """`tools` is the folder with the client and the Python of the limiters."""

    setup: Setup
    folder: Path
    tools: Path
    quick: bool
    window_seconds: int
    parked: int
    notes: list[str] = field(default_factory=list)
    _started: int = 0

    def note(self, text: str) -> None:
        text = text.replace(f"{self.folder}/", "")
        say(f"note: {text}")
        if text not in self.notes:
            self.notes.append(text)

    @contextmanager
    def contending(
        self, kinds: Iterable[type[Contender]] | None = None, workers: int = 1, tls: bool = False,
    ):
        """The contenders that are installed and start, fresh; the others become notes."""
        self._started += 1
        folder = self.folder / f"contenders-{self._started}"
        folder.mkdir(mode=0o755)
        with ExitStack() as stack:
            running = []
            for kind in kinds or contenders.ALL:
                if kind.absent(self.setup):
                    self.note(f"{kind.name} is not installed and is left out")
                    continue
                try:
                    running.append(kind(self.setup, folder, workers, tls))
                except Trouble as trouble:
                    self.note(f"{kind.name} with {workers} worker(s) is left out: {trouble}")
                    continue
                stack.callback(running[-1].stop)
            yield running

    def in_turn(self, runners: list, repeats: int, measure: Callable, what: str) -> dict:
        """Samples by runner; who goes first changes, so that drift hits all alike.

        A runner whose measurement fails becomes a note and has no samples.
        """
        samples: dict = {runner: [] for runner in runners}
        for repeat in range(repeats):
            first = repeat % max(1, len(runners))
            for runner in runners[first:] + runners[:first]:
                if runner not in samples:
                    continue
                try:
                    samples[runner].append(measure(runner))
                    say(f"{what}: {runner.name}: {samples[runner][-1]}")
                except Trouble as trouble:
                    del samples[runner]
                    self.note(f"{what}: {runner.name} is left out: {trouble}")
        return samples


def median(samples: list, name: str) -> float:
    """The median of one attribute; not a number where nothing was measured."""
    values = [getattr(sample, name) for sample in samples]
    return statistics.median(values) if values else float("nan")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
