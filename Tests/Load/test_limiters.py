"""Every kind of limiter a provider may have, on real sockets with jitter: none is exceeded.

The provider is strict and generic, with one limit of each kind; Penstock has the rule that is safe
for it (limits-science.md, 3.4). A last run without Penstock shows that the provider does refuse.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest

from harness import measures, policies
from harness.client import once
from harness.load import Callers
from harness.mode import seconds
from harness.processes import Emulator, Penstock

DURATION = seconds(full=40, quick=12)
JITTER = ("--uplink", "20..100ms", "--handler", "20..120ms", "--seed", "5")

API = """\
strict:
  origin: http://127.0.0.1:{port}
  credential: {{ header: X-API-Key }}
  keys: {{ main: {{ secret: env:LIMIT_KEY }} }}
  limits: [{{ name: rule, per: key, {rule} }}]
  lanes: {{ other: {{ max-wait: 1m }} }}
"""


@dataclass(frozen=True)
class Row:
    """A provider's limit, the policy's rule, and how much of 50 in 5 s must be used with it.

    `burst` is what the rule sends at the beginning, which is no use of the rate.
    """

    limit: str
    rule: str
    burst: int = 50
    use: float | None = 0.9

    def __str__(self) -> str:
        return self.limit


LOG = "kind: sliding-window, allow: 50/5s"
ROWS = [
    Row("sliding-window:50/5s", LOG),
    Row("fixed-window:50/5s",
        "kind: fixed-window, allow: 50/5s, start: aligned, doubt: 100ms"),
    Row("first-hit-window:50/5s", "kind: fixed-window, allow: 50/5s, start: first-request"),
    Row("token-bucket:50/5s", LOG),
    Row("token-bucket:50/5s@all", "kind: token-bucket, allow: 50/5s, burst: 50", use=0.97),
    Row("two-counter-window:50/5s",
        "kind: two-counter-window, allow: 50/5s, spread: 80ms", 1, 0.9),
    Row("concurrency:8", "kind: concurrency, allow: 8", use=None),
]


@dataclass
class Outcome:
    """What the provider counted and what the callers saw."""

    records: list[dict]
    told: dict
    callers: Counter


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[Row, Outcome]:
    """All rows at once, each with its own provider and its own Penstock."""
    folder = tmp_path_factory.mktemp("limiters")

    async def every():
        runs = [_run(folder / str(number), row) for number, row in enumerate(ROWS)]
        return dict(zip(ROWS, await asyncio.gather(*runs)))

    return asyncio.run(every())


async def _run(place, row: Row) -> Outcome:
    place.mkdir()
    with Emulator(
        "generic", place / "arrivals.jsonl", "--limit", row.limit, "--rejects-count", *JITTER
    ) as emulator:
        policy = policies.write(place, API.format(port=emulator.port, rule=row.rule))
        with Penstock(policy, {"LIMIT_KEY": "k"}) as penstock:
            callers = Callers(penstock.proxy, 20, "GET", "/strict/things")
            await asyncio.sleep(DURATION)
            tally = await callers.stop()
        told = (await once(emulator.port, "GET", "/_emulator/stats")).json()
        emulator.finish()
        return Outcome(measures.arrivals(emulator.log), told, tally.statuses)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_no_limiter_is_exceeded(outcomes, row):
    outcome = outcomes[row]
    print(f"\n{outcome.told}, callers saw {dict(outcome.callers)}", end="")
    assert outcome.told["refusals"] == {}
    assert set(outcome.told["statuses"]) == {"200"}
    assert set(outcome.callers) == {200}
    if row.use is not None:
        instants = [record["monotonic_ns"] for record in outcome.records]
        windows = (instants[-1] - instants[0]) / 5e9
        use = (len(instants) - row.burst) / (50 * windows)
        print(f", use {use:.2%}")
        assert use >= row.use


def test_a_day_that_is_used_up_is_refused_by_penstock_and_not_by_the_provider(tmp_path):
    """Near midnight the day may change meanwhile, and with it what is allowed: two days' worth."""

    async def ask(port: int) -> Counter:
        answers = await asyncio.gather(
            *(once(port, "GET", "/strict/things") for _ in range(60)))
        return Counter(answer.status for answer in answers)

    with Emulator("generic", tmp_path / "arrivals.jsonl", "--limit", "day:40", *JITTER) as emulator:
        rule = "kind: calendar, allow: 40/day, zone: UTC"
        policy = policies.write(tmp_path, API.format(port=emulator.port, rule=rule))
        with Penstock(policy, {"LIMIT_KEY": "k"}) as penstock:
            statuses = asyncio.run(ask(penstock.proxy))
        emulator.finish()
        records = measures.arrivals(emulator.log)
    print(f"\ncallers saw {dict(statuses)}")
    assert all(record["limit"] is None for record in records)
    assert statuses in (Counter({200: 40, 503: 20}), Counter({200: 60}))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_callers_without_penstock_are_refused(tmp_path, row):
    async def hammer(port: int) -> dict:
        callers = [Callers(port, 60, "GET", "/things")]
        await asyncio.sleep(1.5)
        for group in callers:
            await group.stop()
        return (await once(port, "GET", "/_emulator/stats")).json()

    log = tmp_path / "arrivals.jsonl"
    with Emulator("generic", log, "--limit", row.limit, *JITTER) as emulator:
        told = asyncio.run(hammer(emulator.port))
    assert told["refusals"][row.limit] == told["statuses"]["429"] > 0
