"""Checking a policy, draining and ending the process."""

import asyncio
import re
import signal
import time

import pytest

from harness import policies
from harness.client import Connection
from harness.origin import ScriptedOrigin
from harness.processes import Emulator, run_once
from harness.slow import APIS, CANARY, SECRETS, answer_after, before, under_way

def test_row_125_a_drain_finishes_what_is_under_way_and_refuses_what_still_waits(tmp_path):
    async def run():
        async with ScriptedOrigin(answer_after) as origin:
            with before(tmp_path, origin.port) as penstock:
                idle = await Connection.open(penstock.proxy)
                assert (await idle.request("GET", "/slow/x")).status == 200
                running = await under_way(penstock, "/slow/after/11")
                parked = [await under_way(penstock, f"/slow/parked/{n}") for n in range(3)]
                penstock.signal(signal.SIGTERM)
                begun = time.monotonic()
                await asyncio.sleep(0.5)
                assert not idle.is_open, "an idle connection was kept"
                with pytest.raises(ConnectionError):
                    await Connection.open(penstock.proxy)
                refusals = await asyncio.gather(*(each.answered() for each in parked))
                refused_after = time.monotonic() - begun
                finished = await running.answered()
                code = await asyncio.to_thread(penstock.wait, 5)
                took = time.monotonic() - begun
                return origin, refusals, refused_after, finished, code, took

    origin, refusals, refused_after, finished, code, took = asyncio.run(run())
    print(f"\nparked refused after {refused_after:.2f} s, exit {code} after {took:.2f} s")
    assert 9.5 <= refused_after <= 10.8
    for answer in refusals:
        assert answer.status == 503 and answer.retry_after >= 1
        assert answer.fields["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:penstock:problem:draining"
    assert finished.status == 200 and finished.body == b'{"ok":true}'
    assert 10.5 <= took <= 12.5
    assert code == 0
    assert [arrival.target for arrival in origin.arrivals] == ["/x", "/after/11"]


def test_a_drain_lets_what_waits_go_while_there_is_time(tmp_path):
    async def run():
        async with ScriptedOrigin(answer_after) as origin:
            with before(tmp_path, origin.port) as penstock:
                running = await under_way(penstock, "/slow/after/1")
                parked = await under_way(penstock, "/slow/after/0")
                penstock.signal(signal.SIGTERM)
                answers = [await running.answered(), await parked.answered()]
                code = await asyncio.to_thread(penstock.wait, 5)
                return answers, code

    answers, code = asyncio.run(run())
    assert [answer.status for answer in answers] == [200, 200]
    assert code == 0


def test_an_idle_process_ends_at_once(tmp_path):
    with before(tmp_path, 9) as penstock:
        begun = time.monotonic()
        penstock.signal(signal.SIGTERM)
        assert penstock.wait(5) == 0
        assert time.monotonic() - begun < 1


def test_row_125_a_second_signal_ends_at_once(tmp_path):
    async def run():
        async with ScriptedOrigin(answer_after) as origin:
            with before(tmp_path, origin.port) as penstock:
                await under_way(penstock, "/slow/after/20")
                await under_way(penstock, "/slow/parked")
                penstock.signal(signal.SIGTERM)
                await asyncio.sleep(0.3)
                assert penstock.is_running
                begun = time.monotonic()
                penstock.signal(signal.SIGTERM)
                code = await asyncio.to_thread(penstock.wait, 5)
                return time.monotonic() - begun, code

    took, code = asyncio.run(run())
    assert took < 0.5
    assert code in (128 + signal.SIGTERM, -signal.SIGTERM)


def test_an_emulator_ends_when_it_is_told(tmp_path):
    with Emulator("tiktok", tmp_path / "log.jsonl") as emulator:
        begun = time.monotonic()
        emulator.signal(signal.SIGTERM)
        emulator.wait(5)
        assert time.monotonic() - begun < 1


def test_the_version():
    done = run_once("--version")
    assert done.returncode == 0 and re.fullmatch(r"\d+\.\d+\.\d+\n", done.stdout)


def test_a_good_policy_passes_the_check(tmp_path):
    policy = policies.write(tmp_path, APIS.format(port=9))
    done = run_once("check", "--config", str(policy), environment=SECRETS)
    assert done.returncode == 0, done.stderr
    assert "slow" in done.stdout and CANARY not in done.stdout + done.stderr


BAD = """\
listen: { proxy: 127.0.0.1:0, admin: 127.0.0.1:0 }
apis:
  one:
    orign: http://127.0.0.1:9
    keys: { a: { secret: CANARY } }
    limits:
      - { name: rate, per: key, kind: token-buckt, allow: 10/s }
"""


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_bad_policy_is_refused_with_every_fault(tmp_path, command):
    policy = tmp_path / "bad.yaml"
    policy.write_text(BAD.replace("CANARY", CANARY))
    done = run_once(command, "--config", str(policy))
    assert done.returncode == 2
    places = re.findall(rf"^{re.escape(str(policy))}:(\d+):(\d+): ", done.stderr, re.MULTILINE)
    assert {line for line, _ in places} >= {"4", "5", "7"}, done.stderr
    assert "origin" in done.stderr and "token-bucket" in done.stderr
    assert CANARY not in done.stderr + done.stdout


def test_a_missing_policy_is_an_error(tmp_path):
    done = run_once("check", "--config", str(tmp_path / "none.yaml"))
    assert done.returncode == 2 and "none.yaml" in done.stderr


def test_an_address_in_use_is_an_error(tmp_path):
    with before(tmp_path, 9) as penstock:
        taken = tmp_path / "taken.yaml"
        text = (tmp_path / "policy.yaml").read_text()
        taken.write_text(text.replace("proxy: 127.0.0.1:0", f"proxy: 127.0.0.1:{penstock.proxy}"))
        done = run_once("run", "--config", str(taken), environment=SECRETS)
        assert done.returncode not in (0, 2) and done.stderr
