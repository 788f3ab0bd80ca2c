"""What operators see: /stats, /health, the log; and what nobody ever sees."""

import asyncio
import json
import signal

from harness import policies
from harness.client import once, stats
from harness.origin import Arrival, Reply, ScriptedOrigin
from harness.processes import Penstock, run_once
from harness.slow import APIS, CANARY, SECRETS, answer_after, before, under_way

NUMBER = (int, float)
SHAPE = {
    "version": str,
    "uptime_s": NUMBER,
    "exchanges": {"open": int, "total": int},
    "workers": {
        "count": int,
        "each": [{"clients": int, "exchanges": int, "longest_turn_ms": NUMBER}],
    },
    "apis": {
        "slow": {
            "lanes": {
                "other": {
                    "waiting": int, "oldest_wait_ms": NUMBER, "granted": int, "refused": int,
                    "cancelled": int, "absorbed_429": int,
                    "wait_ms": {"p50": NUMBER, "p99": NUMBER},
                },
            },
            "keys": {
                "a": {"in_flight": int, "held_until_s": NUMBER},
                "b": {"in_flight": int, "held_until_s": NUMBER},
            },
            "limits": {
                "key-rate": {
                    "kind": str, "buckets": int,
                    "fullest": [{"of": str, "left": NUMBER, "next_s": NUMBER}],
                },
            },
        },
    },
}


def fits(value, shape, place: str = "stats") -> None:
    """Every word of the shape is there with its type; more words may be."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), place
        for word, inner in shape.items():
            assert word in value, f"{place} has no {word}: {value}"
            fits(value[word], inner, f"{place}.{word}")
    elif isinstance(shape, list):
        assert isinstance(value, list) and value, place
        for element in value:
            fits(element, shape[0], f"{place}[]")
    else:
        assert isinstance(value, shape) and not isinstance(value, bool), f"{place}: {value!r}"


def test_stats_have_the_documented_shape_and_true_numbers(tmp_path):
    async def run():
        async with ScriptedOrigin(answer_after) as origin:
            with before(tmp_path, origin.port) as penstock:
                for _ in range(3):
                    await once(penstock.proxy, "GET", "/slow/x")
                running = await under_way(penstock, "/slow/after/1")
                parked = await under_way(penstock, "/slow/y")
                raw = await once(penstock.admin, "GET", "/stats")
                later = [await running.answered(), await parked.answered()]
                return raw, await stats(penstock.admin), later

    raw, after, later = asyncio.run(run())
    assert raw.status == 200 and raw.fields["content-type"].startswith("application/json")
    document = raw.json()
    fits(document, SHAPE)
    assert document["version"] == run_once("--version").stdout.strip()
    assert document["exchanges"] == {"open": 2, "total": 5}
    api = document["apis"]["slow"]
    lane = api["lanes"]["other"]
    assert (lane["waiting"], lane["granted"], lane["refused"], lane["cancelled"]) == (1, 4, 0, 0)
    assert lane["oldest_wait_ms"] >= 50
    assert sum(key["in_flight"] for key in api["keys"].values()) == 1
    assert api["limits"]["key-rate"]["kind"] == "token-bucket"
    assert {b["of"] for b in api["limits"]["key-rate"]["fullest"]} <= {"a", "b"}
    assert [answer.status for answer in later] == [200, 200]
    assert after["apis"]["slow"]["lanes"]["other"]["granted"] == 5
    assert after["apis"]["slow"]["lanes"]["other"]["wait_ms"]["p99"] >= 500


def test_only_the_admin_port_serves_the_admin_pages(tmp_path):
    async def run():
        async with ScriptedOrigin() as origin:
            with before(tmp_path, origin.port) as penstock:
                health = await once(penstock.admin, "GET", "/health")
                assert health.status == 200 and health.json()["status"] == "ok"
                for target in ("/", "/slow/x", "/stats/x", "/metrics"):
                    assert (await once(penstock.admin, "GET", target)).status == 404, target
                for target in ("/stats", "/health"):
                    assert (await once(penstock.proxy, "GET", target)).status == 404, target
                for host in ("127.0.0.1", "localhost"):
                    for port in (penstock.admin, penstock.proxy):
                        url = f"http://{host}:{port}/stats"
                        answer = await once(penstock.proxy, "GET", url, {"Host": f"{host}:{port}"})
                        assert answer.status in (403, 404), (url, answer)
                assert origin.arrivals == []

    asyncio.run(run())


def test_no_secret_is_ever_told(tmp_path):
    async def run():
        def script(arrival: Arrival) -> Reply:
            if arrival.target == "/limited":
                return Reply(429, {"Retry-After": "0"}, b"{}")
            return Reply({"/denied": 401, "/broken": 500}.get(arrival.target, 200))

        own = "own-" + CANARY
        async with ScriptedOrigin(script) as origin:
            policy = policies.write(tmp_path, APIS.format(port=origin.port))
            with Penstock(policy, SECRETS, ("--log", "debug")) as penstock:
                fields = {"X-API-Key": own, "Authorization": f"Bearer {own}"}
                answers = []
                for target in ("/slow/x", "/slow/denied", "/slow/broken", f"/nowhere?key={own}",
                               "http://127.0.0.1:1/x", f"/slow/late?token={own}"):
                    answers.append(await once(penstock.proxy, "GET", target, fields))
                big = await once(penstock.proxy, "POST", "/slow/limited", fields,
                                 body=b"x" * ((1 << 20) + 1))
                running = await under_way(penstock, "/slow/after/0")
                pages = [await once(penstock.admin, "GET", page) for page in ("/stats", "/health")]
                running.close()
                bad = await once(penstock.proxy, "GET", f"/slow/x?{own}", {**fields, "A B": own})
                await asyncio.sleep(0.2)
                penstock.signal(signal.SIGTERM)
                await asyncio.to_thread(penstock.wait, 15)
                return origin, [*answers, big, bad, *pages], penstock.output

    origin, answers, output = asyncio.run(run())
    assert origin.arrivals[0].fields["x-api-key"] in SECRETS.values(), "the key was not injected"
    print("\n" + output)
    assert output and CANARY not in output
    for answer in answers:
        assert CANARY not in json.dumps(answer.fields) and CANARY.encode() not in answer.body
