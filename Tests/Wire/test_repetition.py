"""Which request is sent again after which failure, and what the origin sees of it."""

import json
import re
import socket
import threading
import time

import pytest

from client import Client
from origin import answer
from proxy import policy
from scripts import in_turn, status
from waiting import wait_until
from wire import Wire, assert_problem, post, request, rows

FAILED = [b"500 Internal Server Error", b"502 Bad Gateway", b"504 Gateway Timeout"]
BUSY = b"503 Service Unavailable"
KEY = "idempotency-key"
UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ADDS = "    idempotency: { header: Idempotency-Key, add: true }\n"
TWO_KEYS = "    keys: { a: { secret: env:K }, b: { secret: env:K2 } }\n"


@pytest.fixture
def serve(origin, start):
    """The checks of a process whose API has these words more."""
    def serve(api="", **options):
        origin.scripts.clear()
        return Wire(start(policy(origin.port, api=api), **options), origin)
    return serve


@pytest.fixture
def keyed(origin, start):
    """An API with two keys that gets idempotency keys."""
    origin.scripts.clear()
    text = policy(origin.port, api=ADDS).replace(
        "    keys: { a: { secret: env:K } }\n", TWO_KEYS)
    return Wire(start(text, environment={"K2": "sk_second"}), origin)


def ask(wire, method, *lines, body=b"x", timeout=20):
    lines = (b"Content-Length: %d" % len(body), *lines)
    with wire.connect(timeout=timeout) as client:
        client.send(request(*lines, line=method + b" http://t.test/p HTTP/1.1", body=body))
        return client.read_answer(method.decode())


def seen(wire):
    return [each for each in wire.origin.requests if each.target == "/p"]


@pytest.mark.parametrize("line", [*FAILED, BUSY])
@pytest.mark.parametrize("method", [b"POST", b"PATCH"])
def test_row_121_a_request_that_may_have_taken_effect_is_sent_once(wire, method, line):
    wire.origin.on("/p", in_turn(status(line, body=b"the origin's own")))
    got = ask(wire, method)
    assert (got.status, got.body) == (int(line[:3]), b"the origin's own")
    assert len(seen(wire)) == 1


def test_row_118_a_post_is_sent_once_even_when_503_says_when_to_come_back(wire):
    wire.origin.on("/p", in_turn(status(BUSY, b"Retry-After: 1")))
    assert ask(wire, b"POST").values("retry-after") == ["1"]
    assert len(seen(wire)) == 1


@pytest.mark.parametrize("line", FAILED)
@pytest.mark.parametrize("method", [b"GET", b"PUT", b"DELETE"])
def test_a_request_that_changes_nothing_twice_goes_again_byte_for_byte(wire, method, line):
    wire.origin.on("/p", in_turn(status(line)))
    assert ask(wire, method, body=b"body").body == b"ok"
    first, second = seen(wire)
    assert first.head == second.head and first.body == second.body == b"body"
    assert second.seen - first.seen > 0.2, "there was no pause"


def test_row_118_a_put_waits_for_what_503_asks(wire):
    wire.origin.on("/p", in_turn(status(BUSY, b"Retry-After: 2")))
    assert ask(wire, b"PUT").status == 200
    first, second = seen(wire)
    assert second.seen - first.seen >= 2


@pytest.mark.parametrize("line", rows(
    *((0, line.decode(), line) for line in [
        b"401 Unauthorized", b"402 Payment Required", b"403 Forbidden", b"404 Not Found",
        b"409 Conflict", b"422 Unprocessable Content"])))
def test_an_answer_that_would_be_the_same_again_is_the_callers(wire, line):
    wire.origin.on("/p", in_turn(status(line, body=b"no")))
    got = ask(wire, b"GET")
    assert (got.status, got.body, len(seen(wire))) == (int(line[:3]), b"no", 1)


@pytest.mark.parametrize("end", ["close", "reset"])
def test_row_121_without_an_answer_a_post_is_sent_once_and_a_get_again(wire, end):
    def broken(connection):
        getattr(connection, end)()

    wire.origin.drop_connections()
    wire.origin.on("/p", in_turn(broken))
    assert_problem(ask(wire, b"POST"), 502)
    assert len(seen(wire)) == 1
    wire.origin.forget()
    wire.origin.on("/p", in_turn(broken))
    assert ask(wire, b"GET").body == b"ok"
    assert len(seen(wire)) == 2


def test_row_121_a_post_that_broke_off_in_the_middle_of_its_body_is_sent_once(wire):
    def broken(connection, _):
        connection.receive(1000)
        connection.reset()

    wire.origin.drop_connections()
    wire.origin.on("/p", broken)
    assert_problem(ask(wire, b"POST", body=b"x" * (1 << 19)), 502)
    assert len(seen(wire)) == 1


@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_a_request_that_never_left_goes_again_whatever_its_method(start, method):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        proxy = start(policy(listener.getsockname()[1]))
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as client:
            client.sendall(request(
                b"Content-Length: 2", line=method + b" http://t.test/p HTTP/1.1", body=b"hi"))
            assert wait_until(lambda: repeated(proxy) > 0)
            listener.listen()
            listener.settimeout(15)
            upstream, _ = listener.accept()
            with upstream:
                upstream.settimeout(5)
                received = b""
                while not received.endswith(b"hi"):
                    received += upstream.recv(65536)
                assert received.startswith(method + b" /p HTTP/1.1\r\n")
                upstream.sendall(answer(b"served"))
                data = b""
                while b"served" not in data:
                    data += client.recv(65536)
                assert data.startswith(b"HTTP/1.1 200 OK\r\n")


def repeated(proxy):
    """How many attempts were followed by another one."""
    with Client(proxy.admin_port) as client:
        client.send(request(line=b"GET /stats HTTP/1.1", host=b"localhost"))
        lanes = json.loads(client.read_answer().body)["apis"]["t"]["lanes"]
    return sum(lane["repeated"] for lane in lanes.values())


def test_a_refused_connect_is_the_callers_to_see_when_its_time_is_up(start):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        proxy = start(policy(nobody.getsockname()[1]))
        with Client(proxy.port) as client:
            client.send(post(b"Content-Length: 0", b"Prefer: wait=1"))
            assert_problem(client.read_answer(), 502)


def test_row_120_a_hundred_failing_gets_are_repeated_within_the_budget(wire):
    wire.origin.on("/p", status(b"502 Bad Gateway"))
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(ask(wire, b"GET", body=b"", timeout=60)))
        for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.status for each in got] == [502] * 100
    repeated = len(seen(wire)) - 100
    # Ten a second, over the ten seconds that are counted; five attempts each would be 400.
    assert 0 < repeated <= 200, repeated


def test_row_120_when_everything_fails_little_more_is_sent_than_was_asked_for(serve):
    wire = serve()
    wire.origin.on("/p", status(b"502 Bad Gateway"))
    asked, statuses = 3_000, []

    def ask_on():
        with wire.connect(timeout=60) as client:
            for _ in range(asked // 300):
                client.send(request(b"Prefer: wait=3"))
                statuses.append(client.read_answer().status)

    began = time.monotonic()
    threads = [threading.Thread(target=ask_on) for _ in range(300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [502] * asked
    spans = 1 + (time.monotonic() - began) / 10
    # A fifth of what is sent, or ten a second, over each ten seconds.
    assert len(seen(wire)) <= asked * 1.2 + 100 * spans, len(seen(wire))


def test_row_122_a_body_too_large_to_keep_is_sent_once(wire):
    wire.origin.on("/p", in_turn(status(b"429 Too Many Requests", b"Retry-After: 1")))
    got = ask(wire, b"POST", body=b"x" * ((1 << 20) + 1))
    assert_problem(got, 503)
    assert got.values("retry-after") and b"attempts-exhausted" in got.body
    assert len(seen(wire)) == 1


def test_row_123_a_key_is_added_and_kept_over_all_attempts(keyed):
    keyed.origin.on("/p", in_turn(status(b"429 Too Many Requests", b"Retry-After: 1")))
    assert ask(keyed, b"POST").body == b"ok"
    first, second = seen(keyed)
    assert first.head == second.head and first.body == second.body == b"x"
    (key,) = first.values(KEY)
    assert UUID.fullmatch(key), key
    assert second.seen - first.seen >= 1, "another key of the pool would have been free"
    assert len(first.values("x-api-key")) == 1


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"PATCH", b"DELETE"])
def test_row_121_a_request_with_a_key_is_repeated_after_any_failure(keyed, method):
    keyed.origin.on("/p", in_turn(status(b"504 Gateway Timeout")))
    assert ask(keyed, method).body == b"ok"
    first, second = seen(keyed)
    assert first.head == second.head and len(first.values(KEY)) == 1


def test_every_request_gets_a_key_of_its_own(keyed):
    for _ in range(5):
        ask(keyed, b"POST")
    keys = [value for each in seen(keyed) for value in each.values(KEY)]
    assert len(set(keys)) == 5


def test_row_123_the_callers_own_key_is_left_alone(keyed):
    keyed.origin.on("/p", in_turn(status(b"502 Bad Gateway")))
    assert ask(keyed, b"POST", b"Idempotency-KEY: mine").body == b"ok"
    assert [each.values(KEY) for each in seen(keyed)] == [[b"mine"]] * 2


def test_row_123_one_key_on_two_requests_at_once_is_the_origins_to_judge(serve):
    wire = serve()
    together = threading.Barrier(2)

    def script(connection, incoming):
        connection.read_body(incoming)
        together.wait(5)
        connection.send(answer(incoming.body))

    wire.origin.on("/p", script)
    got = []
    threads = [
        threading.Thread(target=lambda body=body: got.append(
            ask(wire, b"POST", b"Idempotency-Key: mine", body=body)))
        for body in (b"one", b"another")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.body for each in got) == [b"another", b"one"]
    assert [each.values(KEY) for each in seen(wire)] == [[b"mine"]] * 2


def test_an_empty_key_is_replaced(keyed):
    ask(keyed, b"POST", b"Idempotency-Key:", b"Idempotency_Key: twin")
    (only,) = seen(keyed)
    (key,) = only.values(KEY)
    assert UUID.fullmatch(key) and not only.values("idempotency_key")


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS"])
def test_what_changes_nothing_gets_no_key(keyed, method):
    ask(keyed, method, body=b"")
    assert seen(keyed)[0].values(KEY) == []


@pytest.mark.parametrize("lines", rows(
    (0, "two keys", [b"Idempotency-Key: a", b"Idempotency-Key: b"]),
    (0, "a key that would be stripped", [b"Idempotency-Key: a", b"Connection: idempotency-key"]),
))
def test_keys_that_mean_nothing_sure_are_refused(keyed, lines):
    assert_problem(ask(keyed, b"POST", *lines), 400)
    assert seen(keyed) == []


def test_no_key_is_added_where_the_policy_does_not_say_so(wire):
    ask(wire, b"POST")
    assert seen(wire)[0].values(KEY) == []


def test_row_123_a_lock_is_waited_for_with_the_same_key_and_a_reused_key_is_the_callers(serve):
    body = b'{"error":{"code":"IDEMPOTENCY_KEY_%s"}}'
    conflict = [status(b"409 Conflict", body=body % code) for code in (b"IN_PROGRESS", b"REUSED")]
    wire = serve("    provider: tokportal\n")
    wire.origin.on("/p", in_turn(conflict[0]))
    assert ask(wire, b"POST", b"Idempotency-Key: mine").body == b"ok"
    first, second = seen(wire)
    assert first.head == second.head and 0.4 < second.seen - first.seen < 4
    wire.origin.forget()
    wire.origin.on("/p", in_turn(conflict[1]))
    got = ask(wire, b"POST", b"Idempotency-Key: mine")
    assert (got.status, got.body) == (409, body % b"REUSED")
    assert len(seen(wire)) == 1
