"""An API that lets one request through at a time, with keys whose secrets must never be seen."""

import asyncio
from pathlib import Path

from harness import policies
from harness.client import Connection
from harness.origin import Arrival, Reply
from harness.processes import Penstock

CANARY = "canary-5f1d2c-never-to-be-seen"
SECRETS = {"KEY_A": CANARY, "KEY_B": CANARY + "-b"}

APIS = """\
slow:
  origin: http://127.0.0.1:{port}
  credential: {{ header: X-API-Key }}
  keys: {{ a: {{ secret: env:KEY_A }}, b: {{ secret: env:KEY_B }} }}
  limits:
    - {{ name: one, per: api, kind: concurrency, allow: 1 }}
    - {{ name: key-rate, per: key, kind: token-bucket, allow: 120/min, burst: 120 }}
  lanes: {{ other: {{ max-wait: 5m }} }}
"""


def answer_after(arrival: Arrival) -> Reply:
    """`/after/SECONDS` is answered that much later."""
    if arrival.target.startswith("/after/"):
        return Reply(after=float(arrival.target.split("/")[2]))
    return Reply()


def before(folder: Path, port: int) -> Penstock:
    """Penstock before an origin at `port`."""
    return Penstock(policies.write(folder, APIS.format(port=port)), SECRETS)


async def under_way(penstock: Penstock, target: str) -> Connection:
    """Sends a request; returns when Penstock has surely read it."""
    connection = await Connection.open(penstock.proxy)
    connection.send("GET", target)
    await asyncio.sleep(0.1)
    return connection
