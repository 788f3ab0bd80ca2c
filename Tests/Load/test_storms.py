"""Thousands of connections at once: parked callers that leave together, connects, idle ones."""

import asyncio
import signal
import time

import pytest

from harness import measures, policies
from harness.canary import Canary
from harness.client import once, stats
from harness.crowd import Crowd
from harness.load import Callers, until, until_waiting
from harness.mode import seconds
from harness.origin import ScriptedOrigin
from harness.processes import Emulator, Penstock

PARKED = 8000
IDLE = int(seconds(full=9000, quick=4000))
STORM = 2000
ASLEEP = seconds(full=30, quick=6)
# What a caller may have to wait beside the storm, besides what this machine makes it wait anyway,
# and what a turn of the loop may take.
STALL = 0.1

APIS = """\
slow:
  origin: http://127.0.0.1:{port}
  limits:
    - {{ name: trickle, per: api, kind: token-bucket, allow: 1/3s, burst: 1 }}
  lanes: {{ other: {{ max-wait: 1d }} }}
fine:
  origin: http://127.0.0.1:{port}
  hosts: [fine.test]
"""


def get(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def noise(seen: list[tuple[float, float]], begun: float) -> float:
    """The longest wait of a request that was answered before `begun`."""
    return max(took for at, took in seen if at + took < begun)


def slowest(seen: list[tuple[float, float]], begun: float) -> float:
    """The longest wait of a request that was under way at `begun` or came later."""
    return max(took for at, took in seen if at + took >= begun)


@pytest.mark.parametrize("resets", [True, False], ids=["RST", "FIN"])
def test_row_113_8000_parked_callers_leave_at_once(tmp_path, resets):
    async def run():
        async with ScriptedOrigin() as origin:
            with Penstock(policies.write(tmp_path, APIS.format(port=origin.port))) as penstock:
                await _leave(penstock, origin, resets)

    asyncio.run(run())


async def _leave(penstock: Penstock, origin: ScriptedOrigin, resets: bool) -> None:
    assert (await once(penstock.proxy, "GET", "/slow/first")).status == 200
    with Canary(penstock.proxy, "/fine/canary") as canary:
        await asyncio.sleep(0.2)
        base = measures.open_descriptors(penstock.pid)
        with Crowd(penstock.proxy, PARKED, get("/slow/parked"), resets) as crowd:
            await asyncio.to_thread(crowd.until_ready)
            await until_waiting(penstock.admin, PARKED - 20, "slow", "other", timeout=60)
            parked = measures.resident_bytes(penstock.pid)
            begun = time.monotonic()
            await asyncio.to_thread(crowd.leave)
        await until(lambda document: _waiting(document) == 0, penstock.admin, timeout=5)
        freed = time.monotonic() - begun
        seen = await asyncio.to_thread(canary.finish)
    document = await stats(penstock.admin)
    print(
        f"\n{PARKED} freed in {freed * 1e3:.0f} ms, the canary waited "
        f"{slowest(seen, begun) * 1e3:.0f} ms at most, the longest turn took "
        f"{document['longest_turn_ms']:.0f} ms, {parked >> 20} MiB while they waited")
    assert slowest(seen, begun) < STALL + noise(seen, begun)
    assert document["longest_turn_ms"] < (STALL + noise(seen, begun)) * 1e3
    count = len(origin.of("/parked"))
    lane = document["apis"]["slow"]["lanes"]["other"]
    # A grant that finds its caller gone is given back.
    assert lane["cancelled"] + lane["granted"] == PARKED + 1
    assert lane["cancelled"] > 0.9 * PARKED
    await until(
        lambda _: measures.open_descriptors(penstock.pid) <= base + 1, penstock.admin, timeout=5)
    answer = await once(penstock.proxy, "GET", "/slow/next")
    assert answer.status == 200 and answer.seconds <= 4
    assert len(origin.of("/parked")) == count, "the origin saw a request whose caller had left"


def _waiting(document: dict) -> int:
    return document["apis"]["slow"]["lanes"]["other"]["waiting"]


def test_rows_67_and_108_idle_connections_cost_little_and_may_leave_at_once(tmp_path):
    async def run():
        async with ScriptedOrigin() as origin:
            with Penstock(policies.write(tmp_path, APIS.format(port=origin.port))) as penstock:
                await once(penstock.proxy, "GET", "/fine/first")
                base = measures.resident_bytes(penstock.pid)
                with Canary(penstock.proxy, "/fine/canary") as canary:
                    await asyncio.sleep(0.5)
                    # Each has had an answer, and waits for nothing.
                    with Crowd(penstock.proxy, IDLE, get("/nobody"), True) as crowd:
                        await asyncio.to_thread(crowd.until_ready)
                        await until(
                            lambda document: document["exchanges"]["open"] <= 1
                            and document["connections"]["clients"] > IDLE, penstock.admin, 30)
                        each = (measures.resident_bytes(penstock.pid) - base) / IDLE
                        begun = time.monotonic()
                        await asyncio.to_thread(crowd.leave)
                    await until(
                        lambda document: document["connections"]["clients"] <= 1,
                        penstock.admin, 5)
                    return each, begun, await asyncio.to_thread(canary.finish)

    each, begun, seen = asyncio.run(run())
    print(
        f"\n{IDLE} idle connections of {each / 1024:.1f} KiB each; as they left the canary waited "
        f"{slowest(seen, begun) * 1e3:.0f} ms at most")
    assert each < 10 << 10
    assert slowest(seen, begun) < 3 * (STALL + noise(seen, begun))


def test_row_106_a_storm_of_connects_beside_slow_heads_delays_nobody(tmp_path):
    async def run():
        async with ScriptedOrigin() as origin:
            with Penstock(policies.write(tmp_path, APIS.format(port=origin.port))) as penstock:
                with Canary(penstock.proxy, "/fine/canary") as canary:
                    await asyncio.sleep(0.5)
                    begun = time.monotonic()
                    with Crowd(penstock.proxy, STORM, b"GET /fine/slow HTTP/1.1\r\nX: ") as crowd:
                        await asyncio.to_thread(crowd.until_ready)
                        took = time.monotonic() - begun
                        await until(
                            lambda document: document["connections"]["clients"] > STORM,
                            penstock.admin, 5)
                        seen = await asyncio.to_thread(canary.finish)
                return took, begun, seen, await stats(penstock.admin), len(origin.of("/slow"))

    took, begun, seen, document, arrived = asyncio.run(run())
    print(
        f"\n{STORM} connects in {took:.2f} s, the canary waited {slowest(seen, begun) * 1e3:.0f} "
        f"ms at most, the longest turn took {document['longest_turn_ms']:.0f} ms")
    assert slowest(seen, begun) < STALL + noise(seen, begun)
    assert document["longest_turn_ms"] < (STALL + noise(seen, begun)) * 1e3
    assert arrived == 0


STRICT = """\
tokportal:
  origin: http://127.0.0.1:{port}
  provider: tokportal
  keys: {{ a: {{ secret: env:KEY_A }} }}
  limits:
    - {{ name: key-rate, per: key, kind: token-bucket, allow: 100/s, burst: 10 }}
    - {{ name: window, per: key, kind: sliding-window, allow: 150/2s }}
  lanes: {{ other: {{ max-wait: 5m }} }}
"""


def test_row_126_a_process_that_was_stopped_sends_no_burst_when_it_goes_on(tmp_path):
    log = tmp_path / "arrivals.jsonl"
    with Emulator("tokportal", log, "--allow", "100/s", "--burst", "10") as emulator:
        policy = policies.write(tmp_path, STRICT.format(port=emulator.port))
        with Penstock(policy, {"KEY_A": "k-a"}) as penstock:
            tally = asyncio.run(_stop_and_go_on(penstock))
        emulator.finish()
    records = measures.arrivals(log)
    instants = [record["monotonic_ns"] for record in records]
    assert all(record["status"] == 200 for record in records), "the provider refused something"
    assert set(tally.statuses) == {200}, tally.statuses
    gap = max(later - earlier for earlier, later in zip(instants, instants[1:]))
    assert gap > 0.9 * ASLEEP * 1e9, "it was not asleep"
    most = measures.most_in_a_span(instants, 2_000_000_000)
    print(f"\n{len(instants)} arrivals, {most} at most in 2 s, asleep for {gap / 1e9:.1f} s")
    assert most <= 150
    assert measures.most_in_a_span(instants, 1_000_000_000) <= 110


async def _stop_and_go_on(penstock: Penstock):
    callers = Callers(penstock.proxy, 100, "GET", "/tokportal/x")
    await asyncio.sleep(3)
    penstock.signal(signal.SIGSTOP)
    await asyncio.sleep(ASLEEP)
    penstock.signal(signal.SIGCONT)
    await asyncio.sleep(5)
    return await callers.stop()
