"""Rows 117 to 120: what an origin says of its limits, and how long is waited for it."""

import threading
import time
from email.utils import formatdate

import pytest

from origin import answer
from proxy import policy
from scripts import in_turn, status
from waiting import wait_until
from wire import Wire, assert_problem, request, rows

BUSY = b"429 Too Many Requests"
DOWN = b"503 Service Unavailable"


def at(seconds):
    """Such a date after an answer's own, which is an hour off this machine's."""
    return formatdate(int(time.time()) + 3600 + seconds, usegmt=True).encode()


def dated(seconds):
    return [b"Date: " + at(0), b"Retry-After: " + at(seconds)]


@pytest.fixture
def fresh(origin, start):
    """A process that knows nothing of an earlier test's limits."""
    origin.scripts.clear()
    wire = Wire(start(policy(origin.port)), origin)
    wire.origin.forget()
    return wire


def pauses(wire):
    seen = [each.seen for each in wire.origin.requests if each.target == "/p"]
    return [later - earlier for earlier, later in zip(seen, seen[1:])]


# Without a delay that counts, the first pause is a second and at most a fifth more.
DELAYS = rows(
    (117, "2", [b"Retry-After: 2"], 2, 3.2),
    (117, "a date", dated(2), 2, 3.2),
    (117, "a date that is over", dated(-60), 1, 1.95),
    (117, "a date without the answer's own", [b"Retry-After: " + at(9)], 1, 1.95),
    (117, "-1", [b"Retry-After: -1"], 1, 1.95),
    (117, "0", [b"Retry-After: 0"], 1, 1.95),
    (117, "abc", [b"Retry-After: abc"], 1, 1.95),
    (117, "nothing at all", [b"Retry-After:"], 1, 1.95),
    (117, "two values", [b"Retry-After: 1", b"Retry-After: 2"], 2, 3.2),
    (117, "two values in one", [b"Retry-After: 2, 1"], 2, 3.2),
    (118, "none with 429", [], 1, 1.95),
)


@pytest.mark.parametrize("lines, least, most", DELAYS)
def test_a_stated_delay_is_waited_for_and_what_means_nothing_is_not(fresh, lines, least, most):
    fresh.origin.on("/p", in_turn(status(BUSY, *lines)))
    assert fresh.get("/p").body == b"ok"
    (pause,) = pauses(fresh)
    assert least <= pause < most, pause


# The pause after an overload is drawn: from one second to three.
@pytest.mark.parametrize("lines, least, most", rows(
    (118, "with a delay", [b"Retry-After: 2"], 2, 4),
    (118, "with a date", dated(2), 2, 4),
    (118, "without one", [], 0.2, 4),
))
def test_an_overloaded_origin_is_waited_for_likewise(fresh, lines, least, most):
    fresh.origin.on("/p", in_turn(status(DOWN, *lines)))
    assert fresh.get("/p").body == b"ok"
    (pause,) = pauses(fresh)
    assert least <= pause < most, pause


@pytest.mark.parametrize("value, longest", rows(
    (117, "1e9", b"1000000000", 40 * 86_400), (117, "an hour", b"3600", 3600)))
def test_a_delay_nobody_waits_for_is_the_callers_to_hear_and_holds_the_key(fresh, value, longest):
    fresh.origin.on("/p", in_turn(status(BUSY, b"Retry-After: " + value)))
    for target in ["/p", "/other"]:
        got = fresh.get(target, b"Prefer: wait=2")
        assert_problem(got, 503)
        assert longest - 5 <= int(got.values("retry-after")[0]) <= longest * 1.3, got
    assert fresh.origin.targets() == ["/p"], "the key was used while it is held"


def test_row_117_the_whole_key_waits_and_then_one_request_goes_first(fresh):
    gate = threading.Event()

    def script(connection, incoming):
        incoming.seen = time.monotonic()
        connection.read_body(incoming)
        if len(fresh.origin.requests) == 1:
            connection.send(status(BUSY, b"Retry-After: 2"))
        else:
            gate.wait(5)
            connection.send(answer(b"ok"))

    targets = ["/p", *(f"/other-{number}" for number in range(5))]
    for target in targets:
        fresh.origin.on(target, script)
    clients = []
    for target in targets:
        clients.append(fresh.connect(timeout=20))
        clients[-1].send(request(line=b"GET http://t.test%s HTTP/1.1" % target.encode()))
        assert wait_until(lambda: fresh.origin.requests)
        time.sleep(0.05)
    assert wait_until(lambda: len(fresh.origin.requests) > 1)
    time.sleep(0.3)
    assert len(fresh.origin.requests) == 2, "more than a probe went"
    gate.set()
    for client in clients:
        assert client.read_answer().body == b"ok"
        client.socket.close()
    first, *later = (each.seen for each in fresh.origin.requests)
    assert len(later) == 6 and min(later) - first >= 2


def test_row_119_an_origin_that_always_says_429_is_asked_five_times_ever_slower(fresh):
    fresh.origin.on("/p", in_turn(*[status(BUSY, body=b"never") for _ in range(9)]))
    with fresh.connect(timeout=60) as client:
        client.send(request())
        got = client.read_answer()
    assert_problem(got, 503)
    assert got.values("retry-after") and b"attempts-exhausted" in got.body, got
    seen = pauses(fresh)
    assert len(seen) == 4
    for pause, least in zip(seen, [1, 2, 4, 8]):
        assert least <= pause < least * 1.2 + 1, seen
