"""Several workers: one set of limits, queues and bounds, whichever thread a connection comes to."""

import collections
import contextlib
import json
import signal
import socket
import threading
import time

import pytest

from client import Client
from listening import (
    basic, drain, from_address, listen, listeners, refusal, status, unix, unix_proxy, users_file)
from origin import answer
from proxy import policy
from waiting import wait_until
from wire import request

ONE = "    limits: [ { name: one, per: key, kind: concurrency, allow: 1 } ]"
PATIENT = "    lanes: { other: { max-wait: 1h } }"


def several(port, workers, **options):
    top = options.pop("top", "")
    return policy(port, top=f"workers: {workers}\n{top}", **options)


def stats(proxy):
    with Client(proxy.admin_port) as client:
        client.send(request(line=b"GET /stats HTTP/1.1", host=b"localhost"))
        return json.loads(client.read_answer().body)


def lanes(proxy, what):
    return sum(lane[what] for lane in stats(proxy)["apis"]["t"]["lanes"].values())


def waiting(proxy):
    return lanes(proxy, "waiting")


def clients_of(proxy):
    """The open clients of each worker."""
    return [each["clients"] for each in stats(proxy)["workers"]["each"]]


def get(target, *lines):
    return request(*lines, line=b"GET http://t.test%s HTTP/1.1" % target.encode())


@contextlib.contextmanager
def spread(proxy, count):
    """Connections that stand at every worker: as many as are asked for, and more if luck wants."""
    others = clients_of(proxy)
    clients = []

    def stand():
        return [now - before for now, before in zip(clients_of(proxy), others)]

    try:
        while len(clients) < count or 0 in stand():
            clients.append(Client(proxy.port, timeout=30))
            assert wait_until(lambda: sum(stand()) == len(clients))
        yield clients
    finally:
        for client in clients:
            client.socket.close()


@pytest.fixture
def held(origin):
    """Answers `/held` when the event is set."""
    release = threading.Event()

    def hold(connection, _):
        release.wait(20)
        connection.send(answer(b"held"))

    origin.scripts.clear()
    origin.forget()
    origin.on("/held", hold)
    yield release
    release.set()


def take_the_place(proxy, origin):
    """A client whose request holds the only place."""
    client = Client(proxy.port, timeout=30)
    client.send(get("/held"))
    assert wait_until(lambda: "/held" in origin.targets())
    return client


@pytest.mark.parametrize("workers", [2, 4])
def test_limits_hold_in_sum(start, origin, workers):
    allow, span = 40, 1.0
    limit = f"    limits: [ {{ name: w, per: key, kind: sliding-window, allow: {allow}/1s }} ]"
    proxy = start(several(origin.port, workers, api=limit))
    arrivals = []
    lock = threading.Lock()

    def script(connection, incoming):
        with lock:
            arrivals.append(time.monotonic())
            recent = sum(1 for each in arrivals if each > arrivals[-1] - span)
        connection.send(answer(b"", status=b"200 OK" if recent <= allow else b"429 Too Many"))

    origin.scripts.clear()
    origin.on("/w", script)
    statuses = collections.Counter()

    def serve(client):
        for _ in range(8):
            client.send(get("/w"))
            result = client.read_answer().status
            with lock:
                statuses[result] += 1

    with spread(proxy, 24) as clients:
        began = time.monotonic()
        threads = [threading.Thread(target=serve, args=[each]) for each in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        total = 8 * len(clients)
        took = time.monotonic() - began
    assert statuses == {200: total}
    assert lanes(proxy, "absorbed_429") == 0
    arrivals.sort()
    for first, beyond in zip(arrivals, arrivals[allow:]):
        assert beyond - first >= span, (first, beyond)
    # The allowance is used, too: nothing is lost between the workers.
    assert took < (total / allow) * span * 1.5 + 2


@pytest.mark.parametrize("workers", [2, 4])
def test_an_account_is_served_in_order_and_accounts_in_turn(start, origin, held, workers):
    accounts = f"    account: [{{ header: X-Account }}]\n{PATIENT}\n{ONE}"
    proxy = start(several(origin.port, workers, api=accounts))
    with take_the_place(proxy, origin), spread(proxy, 16) as clients:
        # Whoever comes first is first, at whichever worker: all of `a`, then all of `b`.
        for number, client in enumerate(clients):
            account = b"a" if number < len(clients) // 2 else b"b"
            client.send(get(f"/{number}", b"X-Account: " + account))
            assert wait_until(lambda: waiting(proxy) == number + 1)
        held.set()
        for number, client in enumerate(clients):
            assert client.read_answer().body == b"/%d" % number
        order = [int(target[1:]) for target in origin.targets() if target != "/held"]
        half = len(clients) // 2
        a, b = [n for n in order if n < half], [n for n in order if n >= half]
        assert a == sorted(a) and b == sorted(b), order
        # Neither account waits until the other is done: after each of one comes one of the other.
        for at in range(0, 2 * min(len(a), len(b)) - 1, 2):
            assert (order[at] < half) != (order[at + 1] < half), order


@pytest.mark.parametrize("workers", [2, 4])
def test_clients_that_leave_while_they_wait_give_their_places_back(start, origin, held, workers):
    proxy = start(several(origin.port, workers, api=f"{PATIENT}\n{ONE}"))
    with take_the_place(proxy, origin) as first:
        with spread(proxy, 40) as clients:
            for client in clients:
                client.send(get("/gone"))
            assert wait_until(lambda: waiting(proxy) == len(clients))
            # Half are gone before there is room, half in the middle of it.
            half = len(clients) // 2
            for client in clients[:half]:
                client.reset()
            assert wait_until(lambda: waiting(proxy) == len(clients) - half)
            held.set()
            for client in clients[half:]:
                client.reset()
            assert first.read_answer().body == b"held"
        assert wait_until(lambda: waiting(proxy) == 0)
    # The one place is there, for every worker.
    with spread(proxy, 8) as clients:
        for _ in range(3):
            for client in clients:
                client.send(get("/p"))
            assert [client.read_answer().status for client in clients] == [200] * len(clients)
    report = stats(proxy)["apis"]["t"]
    assert report["keys"]["a"]["in_flight"] == 0


def test_slots_come_back_from_a_storm_of_clients_that_leave(start, origin):
    """Grants are on their way between the workers while those they are for hang up."""
    few = "    limits: [ { name: few, per: key, kind: concurrency, allow: 3 } ]"
    proxy = start(several(origin.port, 2, api=f"{PATIENT}\n{few}"))
    origin.scripts.clear()
    for _ in range(12):
        clients = [Client(proxy.port, timeout=30) for _ in range(60)]
        for client in clients:
            client.send(get("/storm"))
        for number, client in enumerate(clients):
            if number % 3:
                client.reset()
            else:
                assert client.read_answer().status == 200
                client.socket.close()
    assert wait_until(lambda: waiting(proxy) == 0)
    assert wait_until(lambda: stats(proxy)["apis"]["t"]["keys"]["a"]["in_flight"] == 0, 15)
    limit = next(each for name, each in stats(proxy)["apis"]["t"]["limits"].items()
                 if name == "few")
    assert wait_until(
        lambda: all(bucket["left"] == 3 for bucket in
                    stats(proxy)["apis"]["t"]["limits"]["few"]["fullest"]), 15), limit
    assert stats(proxy)["exchanges"]["open"] == 0


def test_who_is_refused_with_a_batch_is_told_why_at_every_worker(start, origin):
    proxy = start(several(origin.port, 4, api=PATIENT))
    origin.scripts.clear()
    told = threading.Event()

    def fail(connection, _):
        told.wait(20)
        connection.send(answer(b"no", status=b"422 Unprocessable Content"))

    origin.on("/batch", fail)
    for number in range(6):
        told.clear()
        origin.forget()
        # The clients of the round before are not to be counted.
        assert wait_until(lambda: sum(clients_of(proxy)) == 0)
        member = get("/batch", b"Penstock-Batch: b%d" % number)
        with spread(proxy, 16) as clients, Client(proxy.port, timeout=30) as first:
            first.send(member)
            assert wait_until(lambda: origin.targets() == ["/batch"])
            for client in clients:
                client.send(member)
            assert wait_until(lambda: waiting(proxy) == len(clients))
            told.set()
            assert first.read_answer().status == 422
            for client in clients:
                refused = client.read_answer()
                assert refused.status == 424
                assert json.loads(refused.body)["first"]["status"] == 422


def test_draining_ends_every_worker(start, origin, held):
    proxy = start(several(origin.port, 2, api=f"{PATIENT}\n{ONE}"))
    with take_the_place(proxy, origin) as first, spread(proxy, 12) as clients:
        idle = clients[10:]
        for client in clients[:10]:
            client.send(get("/p"))
        assert wait_until(lambda: waiting(proxy) == 10)
        proxy.process.send_signal(signal.SIGTERM)
        # Who is between two requests is let go at once, who waits is served.
        assert all(client.is_closed() for client in idle)
        assert b"draining: 11 under way, 10 waiting" in proxy.log
        held.set()
        assert first.read_answer().body == b"held"
        answers = [client.read_answer() for client in clients[:10]]
        assert [each.status for each in answers] == [200] * 10
        assert all(each.values("connection") == ["close"] for each in answers)
    assert wait_until(lambda: not proxy.is_alive(), 10), proxy.log.decode()
    assert proxy.process.returncode == 0


def test_idle_workers_end_at_once(start, origin):
    proxy = start(several(origin.port, 4))
    with spread(proxy, 8):
        assert drain(proxy, 5) == 0


def test_a_second_signal_ends_all_at_once(start, origin, held):
    proxy = start(several(origin.port, 2))
    with take_the_place(proxy, origin):
        proxy.process.send_signal(signal.SIGTERM)
        assert wait_until(lambda: b"draining" in proxy.log)
        proxy.process.send_signal(signal.SIGTERM)
        assert wait_until(lambda: not proxy.is_alive())
    assert proxy.process.returncode == 128 + signal.SIGTERM


def test_the_admin_pages_show_the_sum_and_each_worker(start, origin, held):
    proxy = start(several(origin.port, 3))
    with spread(proxy, 9) as clients:
        for client in clients:
            client.send(get("/one"))
            assert client.read_answer().status == 200
        clients[0].send(get("/held"))
        assert wait_until(lambda: "/held" in origin.targets())
        document = stats(proxy)
        each = document["workers"]["each"]
        assert document["workers"]["count"] == len(each) == 3
        assert sum(one["clients"] for one in each) == len(clients)
        assert document["connections"]["clients"] == len(clients)
        assert document["exchanges"] == {"open": 1, "total": len(clients) + 1}
        assert sorted(one["exchanges"] for one in each) == [0, 0, 1]
        assert document["longest_turn_ms"] == max(one["longest_turn_ms"] for one in each) > 0
        assert document["connections"]["idle_upstream"] >= 2


def test_auto_is_as_many_as_there_are_processors(start, origin):
    proxy = start(several(origin.port, "auto"), wrapper=("taskset", "-c", "0"))
    assert stats(proxy)["workers"]["count"] == 1


@pytest.mark.parametrize("first, second", [(2, 2), (2, 1), (1, 2)])
def test_a_port_is_one_process_s(start, origin, first, second):
    proxy = start(several(origin.port, first))
    text = listen(several(origin.port, second), proxy=f"127.0.0.1:{proxy.port}")
    said = refusal(start, text)
    assert f"listen on 127.0.0.1:{proxy.port}: Address already in use" in said, said
    assert status(Client(proxy.port)) == 200


def test_one_worker_shares_its_port_with_nobody(start, origin):
    proxy = start(several(origin.port, 1))
    other = socket.socket()
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    with other, pytest.raises(OSError):
        other.bind(("127.0.0.1", proxy.port))


def test_a_unix_socket_serves_through_all_workers(start, origin, path):
    text = listen(several(origin.port, 2), proxy=f"[ 127.0.0.1:0, {unix_proxy(path)} ]")
    proxy = start(text)
    clients = [unix(path) for _ in range(60)]
    for client in clients:
        client.send(request())
        assert client.read_answer().status == 200
    assert len(listeners(proxy)) == 2
    assert stats(proxy)["connections"]["clients"] == 60
    for client in clients:
        client.socket.close()
    assert drain(proxy) == 0
    assert not path.exists()


def test_all_workers_use_a_key_that_was_reloaded(start, origin, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("sk_first_secret")
    secret.chmod(0o600)
    text = several(origin.port, 2).replace("env:K", f"file:{secret}")
    proxy = start(text)
    origin.scripts.clear()
    origin.forget()
    with spread(proxy, 8) as clients:
        for value in (b"sk_first_secret", b"sk_second_secret"):
            for client in clients:
                client.send(get("/key"))
                assert client.read_answer().status == 200
            assert {each.values("x-api-key")[0] for each in origin.requests} == {value}
            origin.forget()
            secret.write_text("sk_second_secret")
            proxy.process.send_signal(signal.SIGHUP)
            assert wait_until(lambda: b"keys: " in proxy.log)


def test_the_bound_of_clients_holds_in_sum(start, origin):
    proxy = start(several(origin.port, 2, top="bounds: { clients: 5 }"))
    clients = [Client(proxy.port) for _ in range(40)]
    assert wait_until(lambda: sum(clients_of(proxy)) == 5)
    assert sorted(clients_of(proxy)) == [2, 3]
    for client in clients:
        client.socket.close()
    # Those that waited in the backlog come and go; the places are there again.
    assert wait_until(lambda: sum(clients_of(proxy)) == 0)
    for _ in range(20):
        assert status(Client(proxy.port)) == 200


def test_more_workers_than_clients_leave_some_workers_without_any(start, origin):
    proxy = start(several(origin.port, 4, top="bounds: { clients: 2 }"))
    for _ in range(20):
        assert status(Client(proxy.port)) == 200


def test_the_bound_of_tunnels_holds_in_sum(start, origin):
    far = socket.create_server(("127.0.0.1", 0), backlog=64)
    with far:
        port = far.getsockname()[1]
        more = (f"  far: {{ origin: 'https://127.0.0.1:{port}', connect: tunnel, "
                "credential: { header: X, from: caller } }")
        proxy = start(several(
            origin.port, 2, top="bounds: { tunnels: 3 }", more_apis=more))
        connect = b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (port, port)
        with spread(proxy, 12) as clients:
            statuses = collections.Counter()
            for client in clients:
                client.send(connect)
                statuses[client.read_head().status] += 1
            assert statuses == {200: 3, 503: len(clients) - 3}
            assert stats(proxy)["connections"]["tunnels"] == 3


def test_wrong_passwords_count_wherever_they_come(start, origin, tmp_path):
    users = users_file(tmp_path, "ada")
    text = listen(
        several(origin.port, 4, top=f"users: {users}"),
        proxy="{ address: 127.0.0.1:0, users: required }")
    proxy = start(text)
    for number in range(10):
        with Client(proxy.port) as client:
            client.send(request(basic("ada", f"guess {number}")))
            assert client.read_answer().status == 407
    # Barred at every worker, with the right password too; others are not.
    for _ in range(12):
        with Client(proxy.port) as client:
            client.send(request(basic("ada", "correct horse")))
            refused = client.read_answer()
            assert refused.status == 407 and refused.values("retry-after"), refused
    with from_address("127.0.0.2", proxy.port) as client:
        client.send(request(basic("ada", "correct horse")))
        assert client.read_answer().status == 200
