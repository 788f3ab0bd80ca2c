"""What cannot be sent in time, or has no place in the queue, is refused at arrival: 503."""

import asyncio

from harness.client import Connection, once, stats
from harness.processes import Penstock
from harness.serving import serving

SLOW = """\
slow:
  origin: http://127.0.0.1:{port}
  limits:
    - {{ name: trickle, per: api, kind: token-bucket, allow: {allow}, burst: 1 }}
  lanes:
    vip: {{ match: [/vip/**], max-wait: 10m }}
    hasty: {{ match: [/hasty/**], max-wait: 1s }}
    other: {{ max-wait: 10m }}
"""


def test_what_cannot_be_sent_in_time_is_refused_at_arrival(tmp_path):
    async def run():
        async with serving(
            tmp_path, lambda port: SLOW.format(port=port, allow="1/2s")
        ) as (origin, penstock):
            await once(penstock.proxy, "GET", "/slow/first")
            late = await once(penstock.proxy, "GET", "/slow/late", {"Prefer": "wait=1"})
            hasty = await once(penstock.proxy, "GET", "/slow/hasty/late")
            good = await once(penstock.proxy, "GET", "/slow/good", {"Prefer": "wait=5"})
            return origin, late, hasty, good

    origin, late, hasty, good = asyncio.run(run())
    for answer in (late, hasty):
        assert answer.status == 503 and answer.seconds < 0.2, "refused at arrival, not later"
        assert 1 <= answer.retry_after <= 3
        assert answer.fields["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"] == "urn:penstock:problem:deadline"
        assert problem["limit"] == "trickle"
    assert good.status == 200 and good.seconds >= 1
    assert float(good.fields["server-timing"].removeprefix("penstock-queue;dur=")) >= 1000
    assert [arrival.target for arrival in origin.arrivals] == ["/first", "/good"]


def test_row_111_queues_are_bounded_per_lane_and_in_all(tmp_path):
    async def run():
        async with serving(
            tmp_path, lambda port: SLOW.format(port=port, allow="1/30s"),
            top="queues: { per-lane: 3, total: 5 }\n",
        ) as (origin, penstock):
            await once(penstock.proxy, "GET", "/slow/first")
            parked = [await _parked(penstock, f"/slow/{n}") for n in range(3)]
            over_lane = await once(penstock.proxy, "GET", "/slow/over")
            parked += [await _parked(penstock, f"/slow/vip/{n}") for n in range(2)]
            over_total = await once(penstock.proxy, "GET", "/slow/vip/over")
            document = await stats(penstock.admin)
            parked[0].close()
            await asyncio.sleep(0.1)
            replacement = await _parked(penstock, "/slow/vip/in")
            lanes_after = (await stats(penstock.admin))["apis"]["slow"]["lanes"]
            for connection in (*parked, replacement):
                connection.close()
            return origin, over_lane, over_total, document["apis"]["slow"]["lanes"], lanes_after

    origin, over_lane, over_total, lanes, lanes_after = asyncio.run(run())
    for answer in (over_lane, over_total):
        assert answer.status == 503 and answer.seconds < 0.2
        assert answer.retry_after >= 1
        assert answer.json()["type"] == "urn:penstock:problem:queue-full"
    assert (lanes["other"]["waiting"], lanes["vip"]["waiting"]) == (3, 2)
    assert (lanes["other"]["refused"], lanes["vip"]["refused"]) == (1, 1)
    assert (lanes_after["other"]["waiting"], lanes_after["vip"]["waiting"]) == (2, 3)
    assert not origin.of("/over") and not origin.of("/vip/over")


async def _parked(penstock: Penstock, target: str) -> Connection:
    connection = await Connection.open(penstock.proxy)
    connection.send("GET", target)
    await asyncio.sleep(0.02)
    return connection
