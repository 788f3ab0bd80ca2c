"""Callers that leave while they wait free their places, and the origin never hears of them."""

import asyncio

import pytest

from harness import measures, policies
from harness.client import Connection, once, stats
from harness.load import until, until_waiting
from harness.origin import ScriptedOrigin
from harness.processes import Penstock

PARKED = 200

APIS = """\
slow:
  origin: http://127.0.0.1:{port}
  limits:
    - {{ name: trickle, per: api, kind: token-bucket, allow: 1/3s, burst: 1 }}
  lanes: {{ other: {{ max-wait: 1d }} }}
"""


@pytest.mark.parametrize("leave", [Connection.close, Connection.reset], ids=["FIN", "RST"])
def test_row_67_two_hundred_parked_callers_leave(tmp_path, leave):
    async def run():
        async with ScriptedOrigin() as origin:
            policy = policies.write(tmp_path, APIS.format(port=origin.port))
            with Penstock(policy) as penstock:
                await _leave(penstock, origin, leave)

    asyncio.run(run())


async def _leave(penstock: Penstock, origin: ScriptedOrigin, leave) -> None:
    assert (await once(penstock.proxy, "GET", "/slow/first")).status == 200
    await asyncio.sleep(0.2)
    base = measures.open_descriptors(penstock.pid)

    connections = await asyncio.gather(*(Connection.open(penstock.proxy) for _ in range(PARKED)))
    for connection in connections:
        connection.send("POST", "/slow/parked", body=b"never sent")
    await until_waiting(penstock.admin, PARKED - 2, "slow", "other", timeout=2)
    seen = len(origin.of("/parked"))
    waiting = (await stats(penstock.admin))["apis"]["slow"]["lanes"]["other"]["waiting"]

    for connection in connections:
        leave(connection)
    took = await until(_nobody_waits, penstock.admin, timeout=2)
    print(f"\n{waiting} parked callers were forgotten in {took * 1e3:.0f} ms")
    assert took <= 0.1

    lane = (await stats(penstock.admin))["apis"]["slow"]["lanes"]["other"]
    assert lane["cancelled"] == waiting
    await asyncio.sleep(0.2)
    assert measures.open_descriptors(penstock.pid) <= base

    # The places they freed are free: the next caller waits for the limit alone.
    answer = await once(penstock.proxy, "GET", "/slow/next")
    assert answer.status == 200 and answer.seconds <= 4
    assert len(origin.of("/parked")) == seen, "the origin saw a request whose caller had left"


def _nobody_waits(document: dict) -> bool:
    return document["apis"]["slow"]["lanes"]["other"]["waiting"] == 0
