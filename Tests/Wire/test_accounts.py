"""Operators close and open accounts; keys go out of the pool and say why."""

import json

import pytest

from client import Client
from origin import answer
from proxy import policy
from scripts import in_turn, own_provider, status
from waiting import wait_until
from wire import Wire, assert_problem, request, rows

BY_HEADER = "    account: [{ header: X-Account }]\n"
CLOSE = b"POST /accounts/t/one/close HTTP/1.1"
OPEN = b"POST /accounts/t/one/open HTTP/1.1"


@pytest.fixture
def accounts(origin, start):
    origin.scripts.clear()
    return Wire(start(policy(origin.port, api=BY_HEADER)), origin)


def admin(wire, line, *lines, host=b"localhost"):
    with Client(wire.proxy.admin_port) as client:
        client.send(request(*lines, line=line, host=host))
        return client.read_answer("HEAD" if line.startswith(b"HEAD") else "GET")


def stats(wire):
    return json.loads(admin(wire, b"GET /stats HTTP/1.1").body)["apis"]["t"]


def waiting(wire):
    return sum(lane["waiting"] for lane in stats(wire)["lanes"].values())


def send(wire, target, account, *lines):
    client = wire.connect(timeout=15)
    client.send(request(
        b"X-Account: " + account, *lines, line=b"GET http://t.test" + target + b" HTTP/1.1"))
    return client


def test_a_closed_account_waits_and_drains_in_order_when_it_is_opened(accounts):
    assert admin(accounts, CLOSE).status == 204
    assert stats(accounts)["closed_accounts"] == 1
    accounts.origin.forget()
    clients = []
    for number in range(5):
        clients.append(send(accounts, b"/%d" % number, b"one"))
        assert wait_until(lambda: waiting(accounts) == number + 1)
    with send(accounts, b"/other", b"two") as other:
        assert other.read_answer().body == b"/other", "another account waits too"
    assert accounts.origin.targets() == ["/other"]
    assert admin(accounts, OPEN).status == 204
    for number, client in enumerate(clients):
        with client:
            assert client.read_answer().body == b"/%d" % number
    assert stats(accounts)["closed_accounts"] == 0
    assert waiting(accounts) == 0


def test_closing_twice_is_closing_and_opening_what_is_open_is_an_error(accounts):
    assert admin(accounts, CLOSE).status == 204
    assert admin(accounts, CLOSE).status == 204
    assert admin(accounts, OPEN).status == 204
    assert_problem(admin(accounts, OPEN), 409)
    with send(accounts, b"/p", b"one") as client:
        assert client.read_answer().status == 200


def test_who_cannot_wait_for_a_closed_account_is_refused(accounts):
    admin(accounts, CLOSE)
    with send(accounts, b"/p", b"one", b"Prefer: wait=1") as client:
        got = client.read_answer()
        assert_problem(got, 503)
        assert json.loads(got.body)["type"] == "urn:penstock:problem:account-closed"
        assert int(got.values("retry-after")[0]) >= 1


def test_names_are_percent_decoded(accounts):
    line = b"POST /accounts/t/a%%20%%2F%%C3%%A9/%s HTTP/1.1"
    assert admin(accounts, line % b"close").status == 204
    with send(accounts, b"/p", "a /é".encode(), b"Prefer: wait=1") as client:
        assert_problem(client.read_answer(), 503)
    assert admin(accounts, line % b"open").status == 204


@pytest.mark.parametrize("status, line, lines", rows(
    (0, "no such API", 404, b"POST /accounts/none/one/close HTTP/1.1", []),
    (0, "an empty name", 400, b"POST /accounts/t//close HTTP/1.1", []),
    (0, "half an encoding", 400, b"POST /accounts/t/%2/close HTTP/1.1", []),
    (0, "no UTF-8", 400, b"POST /accounts/t/%FF/close HTTP/1.1", []),
    (0, "another verb", 404, b"POST /accounts/t/one/delete HTTP/1.1", []),
    (0, "too short", 404, b"POST /accounts/t/close HTTP/1.1", []),
    (0, "too long", 404, b"POST /accounts/t/one/two/close HTTP/1.1", []),
    (0, "a page of a browser", 403, CLOSE, [b"Origin: http://localhost"]),
    (0, "any origin", 403, CLOSE, [b"Origin: null"]),
    (0, "GET", 405, b"GET /accounts/t/one/close HTTP/1.1", []),
    (0, "PUT", 405, b"PUT /accounts/t/one/open HTTP/1.1", [b"Content-Length: 0"]),
))
def test_anything_else_is_refused_and_closes_nothing(accounts, status, line, lines):
    got = admin(accounts, line, *lines)
    assert_problem(got, status)
    if status == 405:
        assert got.values("allow") == ["POST"]
    assert stats(accounts)["closed_accounts"] == 0


@pytest.mark.parametrize("host", [b"evil.test", b"localhost.evil.test", b"10.0.0.1"])
def test_a_name_that_was_made_to_lead_here_is_refused(accounts, host):
    assert_problem(admin(accounts, CLOSE, host=host), 403)
    assert stats(accounts)["closed_accounts"] == 0


NO_CREDIT = """\
dialect:
  statuses: { 402: { class: permanent, scope: key } }
"""


@pytest.fixture
def pool(origin, start, tmp_path):
    origin.scripts.clear()
    api = own_provider(tmp_path, NO_CREDIT)
    text = policy(origin.port, api=api).replace(
        "{ a: { secret: env:K } }", "{ a: { secret: env:K }, b: { secret: env:K2 } }")
    return Wire(start(text, environment={"K2": "sk_second"}), origin)


def test_a_key_without_credit_goes_out_and_the_other_serves(pool):
    pool.origin.on("/p", in_turn(status(b"402 Payment Required", body=b"no credit")))
    got = pool.get("/p")
    assert (got.status, got.body) == (402, b"no credit"), "it is the caller's to see"
    (empty,) = pool.origin.requests[0].values("x-api-key")
    for _ in range(6):
        assert pool.get("/p").status == 200
    assert all(each.values("x-api-key") != [empty] for each in pool.origin.requests[1:])
    out = [key["out"] for key in stats(pool)["keys"].values() if "out" in key]
    assert len(out) == 1 and 50 < out[0]["for_s"] <= 80, out
    assert wait_until(lambda: b"turned key" in pool.proxy.log), pool.proxy.log
    assert b"sk_" not in pool.proxy.log


def test_without_any_key_left_requests_are_refused_with_a_time(pool):
    pool.origin.on("/p", answer(b"no credit", status=b"402 Payment Required"))
    assert [pool.get("/p").status for _ in range(2)] == [402, 402]
    got = pool.get("/p", b"Prefer: wait=5")
    assert_problem(got, 503)
    assert json.loads(got.body)["type"] == "urn:penstock:problem:keys-out"
    assert 50 < int(got.values("retry-after")[0]) <= 80
    assert pool.origin.targets().count("/p") == 2
