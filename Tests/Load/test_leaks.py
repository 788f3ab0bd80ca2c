"""Ten thousand exchanges of every sort leave nothing behind."""

import asyncio
import shutil
import signal
import subprocess

import pytest

from harness import measures, policies
from harness.client import Connection
from harness.mode import VALGRIND
from harness.origin import Arrival, Reply, ScriptedOrigin
from harness.processes import Penstock, binary

TOTAL, WARM, CALLERS = 10_000, 2_000, 20
SECRETS = {"KEY_A": "k-a"}

APIS = """\
mixed:
  origin: http://127.0.0.1:{port}
  credential: {{ header: X-API-Key }}
  keys: {{ a: {{ secret: env:KEY_A }} }}
  account: [{{ header: X-Account-Id }}]
  limits:
    - {{ name: wide, per: key, kind: token-bucket, allow: 100000/s }}
    - {{ name: window, per: account, kind: sliding-window, allow: 5000/s }}
    - {{ name: at-once, per: key, kind: concurrency, allow: 16 }}
"""


def _script(arrival: Arrival) -> Reply:
    if arrival.target == "/error":
        return Reply(500, body=b"x" * 2000)
    return Reply(body=arrival.body or b"y" * 160)


async def _caller(port: int, number: int, count: int) -> None:
    """One caller's part: kinds of exchange in turn, a new connection every hundredth."""
    connection = await Connection.open(port)
    for n in range(count):
        kind = n % 10
        fields = {"X-Account-Id": f"account-{number}"}
        if kind == 0:
            answer = await connection.request("POST", "/mixed/echo", fields, b"z" * 3000)
        elif kind == 1:
            chunks = [b"z" * 500] * 3
            answer = await connection.request("POST", "/mixed/echo", fields, chunks=chunks)
        elif kind == 2:
            answer = await connection.request("GET", "/mixed/error", fields)
        elif kind == 3:
            answer = await connection.request("GET", "/nowhere/x", fields)
        elif kind == 4:
            answer = await connection.request("HEAD", "/mixed/x", fields)
        else:
            answer = await connection.request("GET", "/mixed/x", fields)
        assert answer.status == {2: 500, 3: 404}.get(kind, 200), (kind, answer)
        if n % 100 == 99:
            connection.close()
            connection = await Connection.open(port)
    connection.close()


async def _exchanges(port: int, count: int) -> None:
    await asyncio.gather(*(_caller(port, n, count // CALLERS) for n in range(CALLERS)))


def test_memory_does_not_grow_with_exchanges(tmp_path):
    async def run() -> tuple[int, int]:
        async with ScriptedOrigin(_script) as origin:
            origin.remembers = False
            policy = policies.write(tmp_path, APIS.format(port=origin.port))
            with Penstock(policy, SECRETS) as penstock:
                await _exchanges(penstock.proxy, WARM)
                warm = measures.resident_bytes(penstock.pid)
                await _exchanges(penstock.proxy, TOTAL - WARM)
                return warm, measures.resident_bytes(penstock.pid)

    warm, after = asyncio.run(run())
    print(f"\nresident {warm / 2**20:.1f} MiB after {WARM}, {after / 2**20:.1f} MiB after {TOTAL}")
    assert after - warm < 4 << 20


@pytest.mark.skipif(not VALGRIND, reason="takes minutes; PENSTOCK_VALGRIND=1 runs it")
@pytest.mark.skipif(
    not all(map(shutil.which, ("valgrind", "objcopy"))), reason="no valgrind or no objcopy")
def test_valgrind_finds_no_definite_leak(tmp_path):
    report = tmp_path / "valgrind.txt"
    # Symbols are enough, and valgrind 3.19 gives up on the compiler's DWARF 5.
    program = tmp_path / "penstock"
    subprocess.run(["objcopy", "--strip-debug", binary(), str(program)], check=True)
    valgrind = (
        "valgrind", "--leak-check=full", "--errors-for-leak-kinds=definite",
        "--show-leak-kinds=definite", "--error-exitcode=99",
        # Swift's runtime reads padding it never wrote (swift_initStructMetadata); no leak of ours.
        "--undef-value-errors=no", f"--log-file={report}", str(program))

    async def run() -> int:
        async with ScriptedOrigin(_script) as origin:
            origin.remembers = False
            policy = policies.write(tmp_path, APIS.format(port=origin.port))
            with Penstock(policy, SECRETS, command=valgrind, timeout=120) as penstock:
                await _exchanges(penstock.proxy, TOTAL)
                penstock.signal(signal.SIGTERM)
                return penstock.wait(120)

    code = asyncio.run(run())
    text = report.read_text()
    assert code == 0, text[-8000:]
    assert "definitely lost: 0 bytes" in text or "no leaks are possible" in text, text[-8000:]
