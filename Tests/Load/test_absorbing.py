"""A 429 is absorbed: its scope holds, the request goes again, the caller never hears of it."""

import asyncio
import os
import time
from email.utils import formatdate

import pytest

from harness.client import once, stats
from harness.origin import Arrival, Reply, ScriptedOrigin
from harness.serving import serving

SECRETS = {"KEY_A": "k-a", "KEY_B": "k-b"}

API = """\
api:
  origin: http://127.0.0.1:{port}
  provider: {provider}
  {credential}
  {keys}
  limits:
    - {{ name: wide, per: key, kind: token-bucket, allow: 1000/s }}
    - {{ name: of-account, per: account, kind: token-bucket, allow: 1000/s }}
    - {{ name: of-endpoint, per: [key, endpoint], kind: token-bucket, allow: 1000/s }}
  {account}
  lanes:
    second: {{ match: [/second/**]{second} }}
    other: {{ max-wait: 5m{first} }}
"""

# An hour off this machine's clock: a date counts against the answer's own Date alone.
SERVER_CLOCK = 3600


def own_keys(port: int, provider: str) -> str:
    """Two keys that Penstock injects: lane `second` has one, all else the other."""
    return API.format(
        port=port, provider=provider,
        credential="" if provider != "generic" else "credential: { header: X-API-Key }",
        keys="keys: { a: { secret: env:KEY_A }, b: { secret: env:KEY_B } }",
        account="account: [{ header: X-Account-Id }]", first=", keys: [a]", second=", keys: [b]")


def callers_keys(port: int) -> str:
    """TikTok's way: every caller brings a token, which is the account."""
    return API.format(
        port=port, provider="tiktok", credential="", keys="", account="", first="", second="")


def once_429(target: str, fields: dict, body: bytes = b"{}"):
    """Refuses the first request of `target` and takes everything else.

    A field's value is a string, or made from the origin's clock.
    """
    refused: set[str] = set()

    def script(arrival: Arrival) -> Reply:
        if arrival.target != target or target in refused:
            return Reply()
        refused.add(target)
        now = time.time() + SERVER_CLOCK
        said = {
            name: value(now) if callable(value) else value for name, value in fields.items()}
        return Reply(429, said, body)

    return script


TOKPORTAL_429 = (
    b'{"error":{"code":"RATE_LIMIT_EXCEEDED","message":"Too many requests. Please slow down.",'
    b'"details":{"retry_after_seconds":2}}}')
SOKU_429 = (
    b'{"error":{"type":"invalid_request_error","code":"rate_limit_exceeded",'
    b'"timestamp":"2026-02-28T12:00:00.000Z","requestId":"req_1",'
    b'"details":{"retryAfter":2,"limit":100,"tier":"premium"}}}')
TIKTOK_429 = (
    b'{"error":{"code":"rate_limit_exceeded",'
    b'"message":"The API rate limit was exceeded. Please try again later.","log_id":"2026"}}')


def date_in(seconds: int):
    """A field's value: the date so many seconds after the origin's now."""
    return lambda now: formatdate(int(now) + seconds, usegmt=True)


DATE = {"Date": date_in(0)}


@pytest.mark.parametrize(
    "provider, fields, body, delay",
    [
        ("generic", {"Retry-After": "1"}, b"{}", 1.0),
        ("generic", {"Retry-After": "1.5"}, b"{}", 1.5),
        ("generic", {**DATE, "Retry-After": date_in(2)}, b"{}", 2.0),
        ("tokportal", {"Retry-After": "1"}, TOKPORTAL_429, 1.0),
        ("tokportal", {}, TOKPORTAL_429, 2.0),
        ("soku", {"Retry-After": "2"}, SOKU_429, 2.0),
        ("soku", {}, SOKU_429, 2.0),
        ("tiktok", {"Retry-After": "1"}, TIKTOK_429, 1.0),
        ("tiktok", {**DATE, "X-RateLimit-Remaining": "0",
                    "X-RateLimit-Reset": lambda now: str(int(now) + 2)}, TIKTOK_429, 2.0),
    ],
    ids=[
        "seconds", "float", "date", "tokportal", "tokportal-body", "soku", "soku-body", "tiktok",
        "tiktok-reset"])
def test_row_117_the_scope_holds_for_what_was_said(tmp_path, provider, fields, body, delay):
    async def run():
        if provider == "tiktok":
            policy, mine, others = callers_keys, bearer("one"), bearer("two")
            rest = "/first/three"
        else:
            policy, mine, others = (lambda port: own_keys(port, provider)), {}, {}
            rest = "/second/three"
        script = once_429("/first/one", fields, body)
        async with serving(tmp_path, policy, script, SECRETS) as (origin, penstock):
            one = asyncio.ensure_future(once(penstock.proxy, "GET", "/api/first/one", mine))
            await until_answered(origin, "/first/one")
            two = asyncio.ensure_future(once(penstock.proxy, "GET", "/api/first/one?2", mine))
            free = await once(penstock.proxy, "GET", "/api" + rest, others)
            answers = await asyncio.gather(one, two)
            return origin, answers, free, await stats(penstock.admin)

    origin, answers, free, document = asyncio.run(run())
    assert [answer.status for answer in answers] == [200, 200]
    first, again = origin.of("/first/one")
    behind = origin.of("/first/one?2")
    waited = again.at - first.answered_at
    print(f"\nsaid {delay} s; the request came back after {waited:.3f} s, "
          f"what stood behind it after {behind[0].at - first.answered_at:.3f} s")
    assert waited >= delay, "the provider's delay was cut short"
    assert waited <= 1.2 * delay + 0.5, "the delay was drawn out"
    assert len(behind) == 1 and behind[0].at >= first.answered_at + delay
    assert free.status == 200 and free.seconds < 0.5, "another scope was held too"
    absorbed = sum(
        lane["absorbed_429"] for lane in document["apis"]["api"]["lanes"].values())
    assert absorbed == 1


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def until_answered(origin: ScriptedOrigin, target: str) -> None:
    """Waits until the origin answered a target, and until Penstock can have read that."""
    deadline = time.monotonic() + 5
    while not any(arrival.answered_at for arrival in origin.of(target)):
        assert time.monotonic() < deadline, f"{target} never arrived"
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)


ACCOUNT_429 = b'{"error":{"code":"RATE_LIMIT_EXCEEDED","message":"This bundle sends too much."}}'


@pytest.mark.parametrize(
    "provider, remaining, body, held, free",
    [
        # The body names the account: it is held with every key, the others go on.
        ("tokportal", "0", ACCOUNT_429, ["/first/one x", "/second/one x"],
         ["/first/one y", "/second/one y"]),
        # The key's allowance is used up: every account of the key waits.
        ("tokportal", "0", TOKPORTAL_429, ["/first/two y"], ["/second/one x"]),
        # Something remains, so the header's limit is not the one: the endpoint's is.
        ("soku", "47", SOKU_429, ["/first/one y"], ["/first/two z", "/second/one x"]),
        ("soku", "0", SOKU_429, ["/first/two y"], ["/second/one x"]),
    ],
    ids=["account", "key", "endpoint", "soku-key"])
def test_body_and_remaining_count_tell_the_scope(tmp_path, provider, remaining, body, held, free):
    fields = {"Retry-After": "2", "X-RateLimit-Remaining": remaining}

    async def run():
        script = once_429("/first/one", fields, body)
        async with serving(
            tmp_path, lambda port: own_keys(port, provider), script, SECRETS
        ) as (origin, penstock):
            def ask(what: str):
                target, account = what.split()
                return asyncio.ensure_future(
                    once(penstock.proxy, "GET", f"/api{target}", {"X-Account-Id": account}))

            # An account's requests stay in order, so each question has an account of its own where
            # not the account is the question.
            one = ask("/first/one x")
            await until_answered(origin, "/first/one")
            waiting = [ask(what) for what in held]
            others = await asyncio.gather(*(ask(what) for what in free))
            return await one, await asyncio.gather(*waiting), others

    one, waiting, others = asyncio.run(run())
    print(f"\nheld {[round(each.seconds, 3) for each in waiting]} s, "
          f"free {[round(other.seconds, 3) for other in others]} s")
    assert one.status == 200
    assert all(each.status == 200 for each in waiting)
    assert all(each.seconds >= 1.7 for each in waiting), "what the 429 covers was not held"
    assert all(other.status == 200 and other.seconds < 0.5 for other in others)


def test_the_request_returns_to_the_head_of_its_queue(tmp_path):
    async def run():
        script = once_429("/one", {"Retry-After": "1"})
        async with serving(
            tmp_path, lambda port: own_keys(port, "generic"), script, SECRETS
        ) as (origin, penstock):
            waiting = []
            for name in ("one", "two", "three", "four"):
                waiting.append(asyncio.ensure_future(once(penstock.proxy, "GET", f"/api/{name}")))
                await until_answered(origin, "/one")
            await asyncio.gather(*waiting)
            return [arrival.target for arrival in origin.arrivals]

    assert asyncio.run(run()) == ["/one", "/one", "/two", "/three", "/four"]


def test_row_119_after_five_attempts_the_caller_hears_what_the_provider_said(tmp_path):
    said = b'{"error":{"code":"rate_limited","message":"never, not even \\"later\\""}}'

    async def run():
        def script(arrival):
            return Reply(429, {"Retry-After": "1"}, said)

        async with serving(
            tmp_path, lambda port: own_keys(port, "generic"), script, SECRETS
        ) as (origin, penstock):
            answer = await asyncio.wait_for(once(penstock.proxy, "GET", "/api/x"), 50)
            return origin, answer

    origin, answer = asyncio.run(run())
    gaps = [b.at - a.answered_at for a, b in zip(origin.arrivals, origin.arrivals[1:])]
    print(f"\n{answer.status} after {answer.seconds:.1f} s, gaps {[round(gap, 2) for gap in gaps]}")
    problem = answer.json()
    assert answer.status == 503
    assert answer.retry_after >= 1
    assert answer.fields["content-type"] == "application/problem+json"
    assert len(origin.arrivals) == 5
    assert all(gap >= 1 for gap in gaps)
    assert gaps[-1] >= 2, "repeats back off exponentially"
    assert problem["status"] == 503
    assert problem["provider"]["status"] == 429
    assert problem["provider"]["body"] == said.decode()


@pytest.mark.parametrize("size", [1, 300_000, 1 << 20])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_row_122_a_body_is_replayed_byte_for_byte(tmp_path, size, chunked):
    body = os.urandom(size)

    async def run():
        script = once_429("/upload", {"Retry-After": "1"})
        async with serving(
            tmp_path, lambda port: own_keys(port, "generic"), script, SECRETS
        ) as (origin, penstock):
            answer = await once(
                penstock.proxy, "POST", "/api/upload", {"X-Mark": "m"}, **_sent(body, chunked))
            return origin, answer

    origin, answer = asyncio.run(run())
    assert answer.status == 200
    assert len(origin.arrivals) == 2
    assert [arrival.body == body for arrival in origin.arrivals] == [True, True]
    first, second = (arrival.fields for arrival in origin.arrivals)
    assert first["x-mark"] == second["x-mark"] == "m"
    assert first["x-api-key"] == second["x-api-key"] == "k-a"


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_row_122_a_body_above_a_mebibyte_is_sent_once(tmp_path, chunked):
    body = os.urandom((1 << 20) + 1)

    async def run():
        script = once_429("/upload", {"Retry-After": "7"})
        async with serving(
            tmp_path, lambda port: own_keys(port, "generic"), script, SECRETS
        ) as (origin, penstock):
            answer = await once(penstock.proxy, "POST", "/api/upload", **_sent(body, chunked))
            await asyncio.sleep(0.3)
            return origin, answer

    origin, answer = asyncio.run(run())
    assert answer.status == 503
    assert 7 <= answer.retry_after <= 10
    assert answer.json()["provider"]["status"] == 429
    assert len(origin.arrivals) == 1 and origin.arrivals[0].body == body


def _sent(body: bytes, chunked: bool) -> dict:
    if not chunked:
        return {"body": body}
    return {"chunks": [body[at : at + 16_000] for at in range(0, len(body), 16_000)]}


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422, 500])
def test_other_errors_pass_through_at_once(tmp_path, status):
    said = b'{"error":{"code":"CREDITS_EXHAUSTED"}}'

    async def run():
        def script(arrival):
            return Reply(status, {"X-Said": "so"}, said)

        async with serving(
            tmp_path, lambda port: own_keys(port, "tokportal"), script, SECRETS
        ) as (origin, penstock):
            return origin, await once(penstock.proxy, "POST", "/api/x", body=b"{}")

    origin, answer = asyncio.run(run())
    assert (answer.status, answer.body, answer.fields["x-said"]) == (status, said, "so")
    assert answer.seconds < 0.5 and len(origin.arrivals) == 1
