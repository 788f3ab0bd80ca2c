"""What operators ask beforehand: `penstock explain`, in the file and live, and `penstock plan`."""

import asyncio
import http.client
import json

from harness.client import stats
from harness.origin import ScriptedOrigin
from harness.processes import run_once
from harness.slow import APIS, CANARY, SECRETS, answer_after, before, under_way
from harness import policies

WORKLOAD = """\
start: 2026-03-02T00:00:00Z
requests:
  bulk: { request: GET /x, arrive: { burst: 400 }, service: 10ms, patience: 90s }
access-log: { file: old.log, api: slow, service: 10ms }
"""
LOG = """\
10.0.0.1 - - [02/Mar/2026:00:00:01 +0000] "GET /a HTTP/1.1" 200 12 "-" "curl"
what is this
"""


def explain(*arguments: str):
    return run_once("explain", *arguments, environment=SECRETS)


def test_explain_live_says_who_is_ahead_and_never_a_secret(tmp_path):
    async def run():
        async with ScriptedOrigin(answer_after) as origin:
            with before(tmp_path, origin.port) as penstock:
                admin = f"http://127.0.0.1:{penstock.admin}"
                held = [await under_way(penstock, "/slow/after/1.5") for _ in range(3)]
                asked = await asyncio.to_thread(
                    explain, "GET", "/slow/x?q=" + CANARY, "-H", "Authorization: " + CANARY,
                    "--live", admin, "--json")
                assert asked.returncode == 0, asked.stderr
                answer = json.loads(asked.stdout)
                assert answer["api"] == "slow" and answer["lane"] == "other"
                assert answer["ahead"]["lane"] == 2
                assert answer["blocked_by"]["limit"] == "one"
                assert answer["blocked_by"]["accounts"] == [{"account": None, "waiting": 2}]
                assert [key["key"] for key in answer["keys"]] == ["a", "b"]
                text = await asyncio.to_thread(explain, "GET", "/slow/x", "--live", admin)
                assert "for an answer" in text.stdout and "blocked by" in text.stdout and "2 in the lane" in text.stdout
                assert CANARY not in asked.stdout + asked.stderr + text.stdout
                numbers = await stats(penstock.admin)
                assert numbers["apis"]["slow"]["lanes"]["other"]["waiting"] == 2
                for connection in held:
                    connection.close()

    asyncio.run(run())


def ask(port: int, method: str = "POST", body: bytes = b"", **fields: str):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(
            method, "/explain", body, {name.replace("_", "-"): text for name, text in fields.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_the_endpoint_takes_nothing_else(tmp_path):
    head = b"GET /slow/x HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with before(tmp_path, 1) as penstock:
        port = penstock.admin
        assert ask(port, body=head, Content_Type="message/http")[0] == 200
        assert ask(port, "GET", b"", Content_Type="message/http")[0] == 405
        assert ask(port, body=head, Content_Type="text/plain")[0] == 415
        assert ask(port, body=head, Content_Type="message/http", Host="evil.test")[0] == 403
        for size in (33_000, 200_000):
            assert ask(port, body=b"x" * size, Content_Type="message/http")[0] == 413
        for bad in (b"", b"GET", head[:-2], b"GET /no HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    b"TRACE /slow/x HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            status, text = ask(port, body=bad, Content_Type="message/http")
            assert status in (400, 404, 405, 413), (bad, status, text)
        assert ask(port, body=head, Content_Type="message/http")[0] == 200


def test_explain_by_the_file(tmp_path):
    policy = str(policies.write(tmp_path, APIS.format(port=1)))
    text = explain("GET", "/slow/x", "--config", policy)
    assert text.returncode == 0 and "not at all" in text.stdout and "120/120" in text.stdout
    secret = explain("GET", "/slow/x", "--config", policy, "-H", CANARY)
    assert secret.returncode == 64 and CANARY not in secret.stderr
    assert explain("GET", "/none/x", "--config", policy).returncode == 1
    assert explain("GET", "/slow/x").returncode == 64
    nobody = explain("GET", "/slow/x", "--live", "http://127.0.0.1:1")
    assert nobody.returncode == 1 and "cannot connect" in nobody.stderr
    assert explain("GET", "/slow/x", "--live", "http://192.0.2.1:80").returncode == 64


def test_plan(tmp_path):
    policy = str(policies.write(tmp_path, APIS.format(port=1)))
    work = tmp_path / "work.yaml"
    work.write_text(WORKLOAD)
    (tmp_path / "old.log").write_text(LOG)
    arguments = ("plan", "--config", policy, "--workload", str(work))
    planned = run_once(*arguments, "--json", environment=SECRETS)
    assert planned.returncode == 0, planned.stderr
    report = json.loads(planned.stdout)
    assert report["requests"] == 401 and report["log"]["bad_lines"] == 1
    # Two keys of 120 at once and 2/s each: 400 are through after 40 s.
    assert report["sent"] == 401 and 35 < report["finish_s"] < 50
    assert run_once(*arguments, "--json", environment=SECRETS).stdout == planned.stdout
    text = run_once(*arguments, environment=SECRETS)
    assert "401 requests, 401 sent" in text.stdout and "line 2: no time" in text.stdout
    work.write_text("requests: { a: { request: GET /x, arrive: { bust: 1 } } }")
    bad = run_once(*arguments, environment=SECRETS)
    assert bad.returncode == 2 and 'work.yaml:1:45: unknown word "bust"' in bad.stderr
