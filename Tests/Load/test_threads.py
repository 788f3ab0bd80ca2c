"""Everything of one worker runs on one thread."""

import asyncio
import os

from harness import measures, policies
from harness.load import Callers
from harness.mode import seconds
from harness.origin import ScriptedOrigin
from harness.processes import Penstock

APIS = """\
fast:
  origin: http://localhost:{port}
  limits: [{{ name: wide, per: api, kind: token-bucket, allow: 100000/s }}]
"""


def test_one_thread_is_busy_under_load(tmp_path):
    async def run() -> dict[int, int]:
        async with ScriptedOrigin() as origin:
            policy = policies.write(tmp_path, APIS.format(port=origin.port))
            with Penstock(policy) as penstock:
                callers = Callers(penstock.proxy, 64, "GET", "/fast/x")
                await asyncio.sleep(1)  # Connections and their names' look-ups are done.
                before = measures.thread_ticks(penstock.pid)
                await asyncio.sleep(seconds(full=10, quick=4))
                after = measures.thread_ticks(penstock.pid)
                tally = await callers.stop()
                assert set(tally.statuses) == {200}
                return {task: after[task] - before.get(task, 0) for task in after}

    ticks = asyncio.run(run())
    total = sum(ticks.values())
    print(f"\nticks (1/{os.sysconf('SC_CLK_TCK')} s) of each thread: {ticks}")
    assert total >= 20, "no load to speak of"
    busy = [task for task, count in ticks.items() if count > 0.01 * total]
    assert len(busy) == 1, ticks
