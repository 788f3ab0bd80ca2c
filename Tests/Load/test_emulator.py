"""What `penstock emulate` says to its operator, and what only real sockets show of a provider."""

import asyncio

import pytest

from harness import measures
from harness.client import once
from harness.processes import Emulator, run_once

KEY = {"X-API-Key": "k"}
VIDEOS = "/api/ext/bundles/b/videos"


@pytest.mark.parametrize(
    "provider, options, words",
    [
        ("generic", ["--limit", "fixed-windw:1/s"], 'did you mean "fixed-window"?'),
        ("generic", ["--limit", "fixed-window"], "a kind, a colon and a rate"),
        ("generic", ["--limit", "fixed-window:1"], '"1" is no rate'),
        ("generic", ["--limit", "concurrency:0"], "allowed: 1 to 1000000000"),
        ("generic", ["--limit", "day:5@acount"], 'did you mean "account"?'),
        ("generic", ["--limit", "day:5", "--limit", "day:5"], "each once"),
        ("generic", ["--burst", "5"], "--burst means nothing for generic; allowed for: tokportal"),
        ("tiktok", ["--limit", "day:5"], "--limit means nothing for tiktok"),
        ("soku", ["--credits", "5"], "--credits means nothing for soku; allowed for: tokportal"),
        ("soku", ["--tier", "gold"], "'default', 'authenticated', 'premium' or 'admin'"),
        ("tokportal", ["--tier", "admin"], "allowed for: soku"),
        ("tokportal", ["--credits=-1"], "--credits -1 is out of range, allowed: 0 and more"),
        ("tiktok", ["--daily-cap", "0"], "allowed: 1 and more"),
        ("tiktok", ["--penalty", "5"], "is no duration"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(provider, options, words):
    ended = run_once("emulate", provider, "--listen", "127.0.0.1:0", *options)
    assert ended.returncode == 64
    assert words in ended.stderr


def test_a_write_is_in_progress_until_its_handler_ends_and_then_replayed(tmp_path):
    fields = {**KEY, "Idempotency-Key": "one"}

    async def run(port: int):
        first = asyncio.ensure_future(once(port, "POST", VIDEOS, fields, b"{}"))
        await asyncio.sleep(0.2)
        second = asyncio.ensure_future(once(port, "POST", VIDEOS, fields, b"{}"))
        other = asyncio.ensure_future(once(port, "POST", VIDEOS, fields, b"[]"))
        answers = await asyncio.gather(first, second, other)
        return *answers, await once(port, "POST", VIDEOS, fields, b"{}")

    options = ("--handler", "600ms", "--credits", "2")
    with Emulator("tokportal", tmp_path / "log", *options) as emulator:
        first, second, other, last = asyncio.run(run(emulator.port))
    assert first.status == last.status == 200 and first.body == last.body
    assert last.fields["idempotent-replayed"] == "true"
    assert (second.status, second.json()["error"]["code"]) == (409, "IDEMPOTENCY_KEY_IN_PROGRESS")
    assert (other.status, other.json()["error"]["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


def test_those_who_hammer_are_shut_out_longer_than_those_who_wait(tmp_path):
    """Both know no better than to retry after 100 ms, or after what they were told."""

    async def served(port: int, patient: bool) -> int:
        fields = {"X-API-Key": "patient" if patient else "hammering"}
        deadline = asyncio.get_running_loop().time() + 4
        count = 0
        while asyncio.get_running_loop().time() < deadline:
            answer = await once(port, "GET", "/things", fields)
            count += answer.status == 200
            if answer.status == 429:
                await asyncio.sleep(answer.retry_after if patient else 0.1)
        return count

    async def both(port: int):
        return await asyncio.gather(served(port, True), served(port, False))

    options = ("--limit", "sliding-window:5/s", "--penalty", "1s")
    with Emulator("generic", tmp_path / "log", *options) as emulator:
        patient, hammering = asyncio.run(both(emulator.port))
        told = asyncio.run(once(emulator.port, "GET", "/_emulator/stats")).json()
        emulator.finish()
    print(f"\npatient {patient}, hammering {hammering}, {told}")
    assert hammering == 5 < patient
    refused = [r["limit"] for r in measures.arrivals(emulator.log) if r["status"] == 429]
    assert set(refused) == {"sliding-window:5/s"} and len(refused) == told["statuses"]["429"]


def test_a_tier_changes_while_it_is_in_use(tmp_path):
    async def run(port: int) -> list[str]:
        key, tiers = {"Soku-Api-Key": "k"}, []
        for tier in (None, "authenticated", "admin"):
            if tier:
                answer = await once(port, "POST", f"/_emulator/tier?to={tier}")
                assert answer.status == 200
            answer = await once(port, "GET", "/v1/profile", key)
            tiers.append((answer.fields["x-ratelimit-tier"], answer.fields["x-ratelimit-limit"],
                          answer.fields["x-ratelimit-remaining"]))
        return tiers

    with Emulator("soku", tmp_path / "log") as emulator:
        tiers = asyncio.run(run(emulator.port))
    assert tiers == [
        ("premium", "100", "99"), ("authenticated", "60", "58"), ("admin", "200", "197")]
