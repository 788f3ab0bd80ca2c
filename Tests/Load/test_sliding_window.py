"""A strict sliding window of 50 per 5 s, uplink jitter 20 to 100 ms, 40 callers: no 429."""

import asyncio

import pytest

from harness import measures, policies
from harness.load import Callers
from harness.mode import seconds
from harness.processes import Emulator, Penstock

ALLOW, SPAN_NS = 50, 5_000_000_000
CALLERS = 40
DURATION = seconds(full=60, quick=20)

APIS = """\
strict:
  origin: http://127.0.0.1:{port}
  credential: {{ header: Authorization, scheme: Bearer }}
  keys: {{ main: {{ secret: env:LOAD_KEY }} }}
  limits:
    - {{ name: window, per: key, kind: sliding-window, allow: 50/5s }}
"""


@pytest.mark.parametrize("options", [(), ("--rejects-count",)], ids=["forgets", "counts-rejects"])
def test_a_strict_window_is_used_and_never_exceeded(tmp_path, options):
    log = tmp_path / "arrivals.jsonl"
    with Emulator(
        "generic", log, "--allow", "50/5s", "--uplink", "20..100ms", "--seed", "7", *options
    ) as emulator:
        policy = policies.write(tmp_path, APIS.format(port=emulator.port))
        with Penstock(policy, {"LOAD_KEY": "k-strict"}) as penstock:
            tally = asyncio.run(_load(penstock.proxy))
        emulator.finish()

    records = measures.arrivals(log)
    instants = [record["monotonic_ns"] for record in records]
    refused = sum(record["status"] == 429 for record in records)
    accepted = [record["monotonic_ns"] for record in records if record["status"] == 200]
    most = measures.most_in_a_span(instants, SPAN_NS)
    use = measures.use_of_allowance(accepted, ALLOW, SPAN_NS)
    print(f"\n{len(records)} arrivals, {refused} refused, most in 5 s: {most}, use {use:.2%}")
    print(f"callers saw {dict(tally.statuses)}")

    assert refused == 0
    assert most <= ALLOW
    assert use >= 0.96
    assert set(tally.statuses) == {200}
    assert tally.statuses[200] >= ALLOW * (DURATION // 5 - 1)


async def _load(port: int):
    callers = Callers(port, CALLERS, "GET", "/strict/things")
    await asyncio.sleep(DURATION)
    return await callers.stop()
