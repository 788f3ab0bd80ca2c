"""Exchanges that go through without waiting half-way, and every way in which they do not."""

import contextlib
import json
import os
import random
import signal
import threading
import time

import pytest

from certificates import NEEDS_OPENSSL, make_ca, make_leaf, tls_origin
from client import Broken, Client
from listening import over_tls, ports
from origin import answer
from proxy import policy
from scripts import own_provider
from waiting import wait_until
from wire import Wire, assert_problem, post, request, rows

ONE = "    limits: [ { name: one, per: key, kind: concurrency, allow: 1 } ]"
LARGE = b"x" * 20_000
# No body needs to be looked at to know what an answer means.
HEADERS_TELL = "dialect: { scope: { unstated: key } }\n"
LIMITED = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"


def get(target, *lines, method=b"GET", version=b"1.1"):
    return request(*lines, line=b"%s http://t.test%s HTTP/%s" % (method, target.encode(), version))


def stats(wire):
    with Client(wire.proxy.admin_port) as client:
        client.send(request(line=b"GET /stats HTTP/1.1", host=b"localhost"))
        return json.loads(client.read_answer().body)


def waiting(wire):
    return sum(lane["waiting"] for lane in stats(wire)["apis"]["t"]["lanes"].values())


def balance(wire):
    """What must be nothing when nobody asks for anything."""
    report = stats(wire)
    return {
        "exchanges": report["exchanges"]["open"], "clients": report["connections"]["clients"],
        "parked": report["memory"]["parked_bytes"], "replay": report["memory"]["replay_bytes"],
        "waiting": sum(each["waiting"] for each in report["apis"]["t"]["lanes"].values()),
        "in flight": sum(each["in_flight"] for each in report["apis"]["t"]["keys"].values())}


def assert_balanced(wire, seconds=5):
    assert wait_until(lambda: not any(balance(wire).values()), seconds), balance(wire)


@pytest.fixture
def client(wire):
    """A client whose next request finds a connection to the origin, and nothing of it left over."""
    with wire.connect() as client:
        wire.canary(client)
        wire.origin.forget()
        yield client
    assert_balanced(wire)


def split(*pieces):
    """A script that sends each piece in a segment of its own."""
    def script(connection, incoming):
        connection.read_body(incoming)
        for piece in pieces:
            connection.send(piece)
            time.sleep(0.03)
    return script


@pytest.mark.parametrize("method, raw, status, body, reused", rows(
    (1, "a body", b"GET", answer(b"abc"), 200, b"abc", True),
    (1, "no body", b"GET", answer(), 200, b"", True),
    (1, "a large body", b"GET", answer(LARGE), 200, LARGE, True),
    (1, "a body over the bound of one write", b"GET", answer(LARGE * 4), 200, LARGE * 4, True),
    (1, "a 404 with a body", b"GET", answer(b"no", status=b"404 Not Found"), 404, b"no", True),
    (1, "chunks", b"GET",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
     200, b"abc", True),
    (1, "a head in two segments", b"GET", split(answer(b"abc")[:20], answer(b"abc")[20:]),
     200, b"abc", True),
    (1, "a body in two segments", b"GET", split(answer(b"abc")[:-2], answer(b"abc")[-2:]),
     200, b"abc", True),
    (1, "an interim answer before", b"GET",
     b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + answer(b"abc"), 200, b"abc", True),
    (1, "HEAD with a length", b"HEAD",
     b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, b"", True),
    (1, "HEAD with a body", b"HEAD", answer(b"hello"), 200, b"", False),
    (1, "204", b"GET", b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    (1, "204 with a body", b"GET",
     b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", 204, b"", False),
    (1, "304 with a length", b"GET",
     b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b"", True),
    (1, "304 with a body", b"GET",
     b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello", 304, b"", False),
    (1, "bytes behind the body", b"GET", answer(b"abc") + b"extra", 200, b"abc", False),
    (1, "another answer behind the body", b"GET", answer(b"abc") + answer(b"evil"),
     200, b"abc", False),
    (1, "bytes in a segment behind the body", b"GET", split(answer(b"abc"), b"extra"),
     200, b"abc", False),
    (1, "an end that is announced", b"GET", answer(b"abc", b"Connection: close"),
     200, b"abc", False),
    (1, "HTTP/1.0", b"GET", b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc",
     200, b"abc", False),
))
def test_an_answer_reaches_the_client_and_its_connection_is_used_again_or_not(
        wire, client, method, raw, status, body, reused):
    wire.origin.on("/row", raw)
    client.send(get("/row", method=method))
    got = client.read_answer(method.decode())
    assert (got.status, got.body) == (status, body)
    assert not got.values("connection")
    time.sleep(0.1)
    target = wire.canary(client)
    assert wire.origin.targets() == ["/row", target], "the request was sent more than once"
    first, second = wire.origin.requests
    assert (first.connection is second.connection) == reused


@pytest.mark.parametrize("pieces, body", rows(
    (2, "with the head", [post(b"Content-Length: 5", body=b"hello")], b"hello"),
    (2, "behind the head", [post(b"Content-Length: 5"), b"hello"], b"hello"),
    (2, "in two pieces", [post(b"Content-Length: 5", body=b"he"), b"llo"], b"hello"),
    (2, "of no bytes", [post(b"Content-Length: 0")], b""),
    (2, "without a length", [post()], b""),
    (2, "in chunks with the head",
     [post(b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n")], b"hello"),
    (2, "in chunks in two pieces",
     [post(b"Transfer-Encoding: chunked", body=b"5\r\nhel"), b"lo\r\n0\r\n\r\n"], b"hello"),
    (2, "that was not waited to be asked for",
     [post(b"Content-Length: 5", b"Expect: 100-continue", body=b"hello")], b"hello"),
    (2, "that waits to be asked for",
     [post(b"Content-Length: 5", b"Expect: 100-continue"), b"hello"], b"hello"),
    (2, "of 12 KiB", [post(b"Content-Length: 12288", body=b"x" * 12_288)], b"x" * 12_288),
    (2, "of 32 KiB", [post(b"Content-Length: 32768", body=b"x" * 32_768)], b"x" * 32_768),
    (2, "over the bound of one write",
     [post(b"Content-Length: 40000", body=b"x" * 40_000)], b"x" * 40_000),
))
@pytest.mark.parametrize("behind", rows(
    (3, "alone", b""), (3, "a request behind it", get("/next")),
    (3, "a part of a request behind it", get("/next")[:15])))
def test_a_body_leaves_once_and_as_it_came(wire, client, pieces, body, behind):
    *first, last = pieces
    for piece in first:
        client.send(piece)
        time.sleep(0.03)
    client.send(last + behind)
    assert client.read_answer().body == b"/p"
    targets = ["/p"]
    if behind:
        client.send(get("/next")[len(behind):])
        assert client.read_answer().body == b"/next"
        targets.append("/next")
    targets.append(wire.canary(client))
    assert wire.origin.targets() == targets
    sent = wire.origin.requests[0]
    assert sent.body == body and sent.is_complete


@pytest.mark.parametrize("cut", [None, 5, 40, -3])
def test_a_pipelined_pair_is_answered_in_order(wire, client, cut):
    second = get("/two")
    client.send(get("/one") + second[:cut] if cut else get("/one") + second)
    assert client.read_answer().body == b"/one"
    if cut:
        client.send(second[cut:])
    assert client.read_answer().body == b"/two"
    target = wire.canary(client)
    assert wire.origin.targets() == ["/one", "/two", target]


def test_what_comes_while_the_answer_is_waited_for_is_answered_after_it(wire, client):
    release = threading.Event()
    wire.origin.on("/slow", lambda connection, _: (
        release.wait(10), connection.send(answer(b"slow"))))
    client.send(get("/slow"))
    assert wait_until(lambda: wire.origin.targets() == ["/slow"])
    client.send(get("/two"))
    time.sleep(0.1)
    assert wire.origin.targets() == ["/slow"]
    release.set()
    assert [client.read_answer().body for _ in range(2)] == [b"slow", b"/two"]


@pytest.mark.parametrize("seconds", [0.1, 0.45, 0.7, 1.2])
def test_a_late_answer_is_relayed(wire, client, seconds):
    wire.origin.on("/late", lambda connection, _: (
        time.sleep(seconds), connection.send(answer(b"late"))))
    client.send(get("/late"))
    assert client.read_answer().body == b"late"
    target = wire.canary(client)
    assert wire.origin.targets() == ["/late", target]


@pytest.mark.parametrize("together", [True, False])
def test_a_client_that_ends_its_side_gets_its_answer(wire, client, together):
    wire.origin.on("/half", lambda connection, _: (
        time.sleep(0.1), connection.send(answer(b"half"))))
    with wire.proxy.asleep() if together else contextlib.nullcontext():
        client.send(get("/half"))
        if not together:
            assert wait_until(lambda: wire.origin.targets() == ["/half"])
        client.half_close()
    assert client.read_answer().body == b"half"
    assert client.is_closed()
    assert wire.origin.targets() == ["/half"]


@pytest.mark.parametrize("leave", ["half_close", "reset"])
@pytest.mark.parametrize("together", [True, False])
def test_the_place_of_a_client_that_leaves_before_its_answer_is_free_again(
        wire, client, leave, together):
    release = threading.Event()
    wire.origin.on("/never", lambda connection, _: release.wait(10))
    with wire.proxy.asleep() if together else contextlib.nullcontext():
        client.send(get("/never"))
        if not together:
            assert wait_until(lambda: wire.origin.targets() == ["/never"])
        getattr(client, leave)()
    assert wait_until(lambda: balance(wire)["exchanges"] == 0, 3), balance(wire)
    assert wait_until(lambda: wire.origin.requests[0].connection.peer_left.is_set() or release.set())
    release.set()


def test_a_client_that_reads_nothing_gets_every_answer_in_the_end(wire):
    body = b"y" * 30_000
    wire.origin.on("/large", answer(body))
    with wire.connect(receive_buffer=4096) as client:
        wire.canary(client)
        wire.origin.forget()
        sent = 0
        # Until an answer stays behind, and the next request with it.
        while sent < 2000:
            client.send(get("/large"))
            sent += 1
            if not wait_until(lambda: len(wire.origin.requests) == sent, 0.5):
                break
        assert 1 < sent < 2000
        for _ in range(sent):
            assert client.read_answer().body == body
        wire.canary(client)
        assert len(wire.origin.requests) == sent + 1
    assert_balanced(wire)


def test_an_origin_that_leaves_between_two_requests_is_dialled_again(wire, client):
    for _ in range(5):
        wire.origin.drop_connections()
        wire.canary(client)
    assert len(wire.origin.requests) == 5


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_connection_that_dies_under_a_request_is_replaced_once(wire, client, how):
    left = [how]

    def die(connection, incoming):
        connection.read_body(incoming)
        getattr(connection, left.pop())() if left else connection.send(answer(b"alive"))

    wire.origin.on("/p", die)
    client.send(get("/p"))
    assert client.read_answer().body == b"alive"
    assert wire.origin.targets() == ["/p", "/p"]


@pytest.fixture
def two_keys(origin, start, tmp_path):
    """Two keys, and a provider whose answers tell what they mean by their heads."""
    origin.scripts.clear()
    text = policy(origin.port, api=own_provider(tmp_path, HEADERS_TELL)).replace(
        "{ a: { secret: env:K } }", "{ a: { secret: env:K }, b: { secret: env:K2 } }")
    return Wire(start(text, environment={"K2": "sk_second"}), origin)


@pytest.mark.parametrize("raw", rows(
    (4, "a GET", get("/p")), (4, "a POST", post(b"Content-Length: 5", body=b"hello")),
    (4, "a request behind it", get("/p") + get("/next"))))
def test_what_one_key_may_not_send_the_other_sends_at_once(two_keys, raw):
    wire = two_keys
    left = [LIMITED]

    def once(connection, incoming):
        connection.read_body(incoming)
        connection.send(left.pop() if left else answer(b"done"))

    wire.origin.on("/p", once)
    with wire.connect() as client:
        wire.canary(client)
        wire.origin.forget()
        client.send(raw)
        assert client.read_answer().body == b"done"
        if raw.count(b"HTTP/1.1") == 2:
            assert client.read_answer().body == b"/next"
        first, second, *_ = [each for each in wire.origin.requests if each.target == "/p"]
        assert first.values("x-api-key") != second.values("x-api-key")
        assert first.body == second.body
    assert_balanced(wire)


@pytest.fixture
def held(origin, start):
    """One place, and a request that holds it until it is released."""
    origin.scripts.clear()
    wire = Wire(start(policy(origin.port, api=ONE)), origin)
    release = threading.Event()
    origin.on("/held", lambda connection, _: (
        release.wait(20), connection.send(answer(b"held"))))
    with wire.connect(timeout=20) as holder:
        holder.send(get("/held"))
        assert wait_until(lambda: origin.targets() == ["/held"])
        wire.release = lambda: (release.set(), holder.read_answer())
        yield wire
        release.set()


@pytest.mark.parametrize("leave", ["half_close", "reset"])
@pytest.mark.parametrize("raw", rows(
    (5, "a GET", get("/gone")), (5, "a POST", post(b"Content-Length: 5", body=b"hello"))))
def test_a_client_that_left_together_with_its_request_takes_no_place(held, leave, raw):
    with held.connect() as client:
        # The proxy has accepted it before it sleeps.
        assert wait_until(lambda: stats(held)["connections"]["clients"] == 2)
        with held.proxy.asleep():
            client.send(raw)
            getattr(client, leave)()
        assert wait_until(lambda: stats(held)["connections"]["clients"] == 1, 2), balance(held)
        assert waiting(held) == 0
    held.release()
    held.canary()
    assert len(held.origin.requests) == 2, held.origin.targets()


@pytest.mark.parametrize("raw, body", rows(
    (6, "a GET", get("/p"), b""),
    (6, "a POST with its body", post(b"Content-Length: 5", body=b"hello"), b"hello"),
    (6, "a POST with a request behind it",
     post(b"Content-Length: 5", body=b"hello") + get("/next"), b"hello")))
def test_a_request_that_waited_is_sent_when_its_turn_comes(held, raw, body):
    with held.connect() as client:
        client.send(raw)
        assert wait_until(lambda: waiting(held) == 1)
        held.release()
        assert client.read_answer().body == b"/p"
        if b"/next" in raw:
            assert client.read_answer().body == b"/next"
        target = held.canary(client)
    expected = ["/held", "/p", *(["/next"] if b"/next" in raw else []), target]
    assert held.origin.targets() == expected
    assert held.origin.requests[1].body == body
    assert wait_until(lambda: balance(held)["in flight"] == 0)


@pytest.mark.parametrize("state", ["idle", "sent", "parked"])
def test_draining_ends_what_rests(held, state):
    with held.connect() as client, held.connect() as idle:
        held.release() if state == "idle" else None
        release = threading.Event()
        if state == "idle":
            held.canary(client)
        elif state == "parked":
            client.send(get("/p"))
            assert wait_until(lambda: waiting(held) == 1)
        else:
            held.release()
            held.canary(client)
            held.origin.forget()
            held.origin.on("/slow", lambda connection, _: (
                release.wait(10), connection.send(answer(b"slow"))))
            client.send(get("/slow"))
            assert wait_until(lambda: held.origin.targets() == ["/slow"])
        os.kill(held.proxy.pid, signal.SIGTERM)
        assert idle.is_closed(3)
        if state == "parked":
            held.release()
            assert client.read_answer().body == b"/p"
        elif state == "sent":
            release.set()
            got = client.read_answer()
            assert (got.body, got.values("connection")) == (b"slow", ["close"])
        assert client.is_closed(3)
        assert held.proxy.process.wait(5) == 0


def test_the_times_of_a_connection_that_has_served_many_requests(origin, start):
    wire = Wire(start(policy(
        origin.port, top="bounds: { head-time: 1s, keep-alive: 1500ms, answer-idle: 1s }")), origin)
    with wire.connect() as silent, wire.connect() as slow, wire.connect() as unanswered:
        for _ in range(50):
            for client in (silent, slow, unanswered):
                wire.canary(client)
        origin.forget()
        origin.on("/never", lambda connection, _: connection.wait_for_leave(8))
        began = time.monotonic()
        unanswered.send(get("/never"))

        def drip():
            for byte in get("/p"):
                if time.monotonic() - began > 6:
                    return
                slow.send(bytes([byte]))
                time.sleep(0.2)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        got = unanswered.read_answer()
        assert_problem(got, 504)
        assert 0.9 < time.monotonic() - began < 2.2
        assert_problem(slow.read_answer(), 408)
        assert 0.9 < time.monotonic() - began < 2.2
        assert silent.is_closed(4)
        assert 1.4 < time.monotonic() - began < 2.6
        assert origin.targets() == ["/never"]
        thread.join(8)
    assert_balanced(wire)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("at-once")
    make_ca(folder, "ca")
    make_leaf(folder, "ca", "server", "IP:127.0.0.1,DNS:proxy.test")
    return folder


@NEEDS_OPENSSL
@pytest.mark.parametrize("raw, answered, body", rows(
    (7, "a small answer", get("/row"), answer(b"abc"), b"abc"),
    (7, "an answer of two records", get("/row"), answer(LARGE), LARGE),
    (7, "a head and a body of their own", get("/row"),
     split(answer(LARGE)[:60], answer(LARGE)[60:]), LARGE),
    (7, "a body that goes up", post(b"Content-Length: 5", body=b"hello", path=b"/row"),
     answer(b"abc"), b"abc"),
    (7, "two records that go up",
     post(b"Content-Length: 20000", body=LARGE, path=b"/row"), answer(b"abc"), b"abc"),
    (7, "bytes behind the body", get("/row"), answer(b"abc") + b"extra", b"abc"),
))
def test_the_same_over_tls_on_both_sides(start, certificates, raw, answered, body):
    (certificates / "server.key").chmod(0o600)
    origin = tls_origin(certificates, "server")
    text = policy(origin.port).replace(
        "origin: http:", "origin: https:").replace(
        "    hosts: [t.test]", f"    hosts: [t.test]\n    tls: {{ ca: {certificates}/ca.pem }}")
    text = text.replace("proxy: 127.0.0.1:0", (
        "proxy: [127.0.0.1:0, { address: '127.0.0.1:0', "
        f"tls: {{ certificate: {certificates}/server.pem, key: {certificates}/server.key }} }}]"))
    wire = Wire(start(text), origin)
    origin.on("/row", answered)
    with over_tls(ports(wire.proxy)[1], certificates / "ca.pem") as client:
        wire.canary(client)
        origin.forget()
        for _ in range(3):
            client.send(raw)
            assert client.read_answer().body == body
        # Two requests in one record, and one in two.
        client.send(raw + get("/one"))
        assert [client.read_answer().body for _ in range(2)] == [body, b"/one"]
        client.send(raw[:30])
        time.sleep(0.05)
        client.send(raw[30:])
        assert client.read_answer().body == body
        target = wire.canary(client)
        assert origin.targets() == ["/row"] * 4 + ["/one", "/row", target]
        bodies = {each.body for each in origin.requests if each.target == "/row"}
        assert bodies == {raw.split(b"\r\n\r\n", 1)[1]}
    assert_balanced(wire)
    origin.stop()


def misbehave(wire, dice, deadline):
    """One client after the other, each with a request that goes wrong in a way of its own."""
    raws = [
        get("/ok"), get("/split"), get("/limited"), get("/busy"), get("/dies"), get("/extra"),
        get("/slow"), post(b"Content-Length: 5", body=b"hello", path=b"/ok"),
        post(b"Content-Length: 5", body=b"hello", path=b"/limited"),
        post(b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n", path=b"/ok"),
        get("/limited", b"Prefer: wait=1"), get("/ok", b"Prefer: wait=0"),
        get("/ok") + get("/limited"), b"GET junk\r\n\r\n"]
    while time.monotonic() < deadline:
        with wire.connect(timeout=2) as client:
            for _ in range(dice.randrange(1, 6)):
                raw = dice.choice(raws)
                cut = dice.choice([None, None, None, dice.randrange(1, len(raw))])
                client.send(raw[:cut])
                if cut:
                    time.sleep(0.01)
                    if dice.random() < 0.3:
                        break
                    client.send(raw[cut:])
                way = dice.random()
                if way < 0.1:
                    with contextlib.suppress(OSError):
                        client.half_close()
                elif way < 0.2:
                    break
                try:
                    for _ in range(max(1, raw.count(b"http://t.test"))):
                        client.read_answer()
                except (OSError, Broken):
                    break
            if dice.random() < 0.5:
                client.reset()


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_left_of_a_thousand_exchanges_that_went_wrong(
        origin, start, tmp_path, workers):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    origin.scripts.clear()
    limit = "    limits: [ { name: two, per: key, kind: concurrency, allow: 2 } ]\n"
    text = policy(
        origin.port, top=f"workers: {workers}",
        api=own_provider(tmp_path, HEADERS_TELL) + limit).replace(
        "{ a: { secret: env:K } }", "{ a: { secret: env:K }, b: { secret: env:K2 } }")
    wire = Wire(start(text, environment={"K2": "sk_second"}), origin)
    again = b"Retry-After: 0"
    limited, busy = b"429 Too Many Requests", b"503 Service Unavailable"
    dice = random.Random(seed)

    def sometimes(often, otherwise):
        def script(connection, incoming):
            connection.read_body(incoming)
            if dice.random() < 0.5:
                otherwise(connection)
            else:
                connection.send(often)
        return script

    origin.on("/split", split(answer(b"abc")[:-2], b"bc"))
    origin.on("/limited", sometimes(answer(b"l"), lambda connection: connection.send(
        answer(b"", again, status=limited))))
    origin.on("/busy", sometimes(answer(b"b"), lambda connection: connection.send(
        answer(b"", again, status=busy))))
    origin.on("/dies", sometimes(answer(b"d"), lambda connection: connection.close()))
    origin.on("/extra", answer(b"abc") + b"extra")
    origin.on("/slow", lambda connection, _: (
        time.sleep(0.05), connection.send(answer(b"slow"))))
    deadline = time.monotonic() + 6
    threads = [
        threading.Thread(
            target=misbehave, args=[wire, random.Random(seed + number), deadline], daemon=True)
        for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert_balanced(wire, 20)
    # What was sent in vain may yet arrive: its slots are held for a while, and then are free.
    with wire.connect(timeout=60) as client:
        wire.canary(client)
