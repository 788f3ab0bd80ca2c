"""Section H of the catalogue: clients that are slow or many. All slow ones run side by side."""

import errno
import select
import socket
import threading
import time

import pytest

from client import Broken, Client
from origin import Origin, answer
from proxy import Proxy, policy
from waiting import wait_until
from wire import Wire, assert_problem, post, request


BOUNDS = """bounds:
  head-time: 2s
  keep-alive: 3s
  body-idle: 2s
  body-time: 4s
  write-idle: 2s
  answer-idle: 2s
  connect-time: 1s
"""


class Slow:
    """One slow client and, once it is over, how it ended and when."""

    def __init__(self, wire, first, drip=b"", answers=1, every=0.25, reads=True):
        self.wire = wire
        self.answers = answers
        self.first = first
        self.drip = drip
        self.every = every
        self.reads = reads
        self.status = None
        self.seconds = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        with self.wire.connect(timeout=20, receive_buffer=None if self.reads else 4096) as client:
            self.client = client
            began = time.monotonic()
            client.send(self.first)
            if not self.reads:
                return self.measure(client, began)
            while not select.select([client.socket], [], [], self.every)[0]:
                if time.monotonic() - began > 15:
                    return
                client.send(self.drip)
            try:
                for _ in range(self.answers):
                    self.answer = client.read_answer()
                    self.status = self.answer.status
            except (Broken, ConnectionResetError):
                self.status = "closed"
            self.seconds = time.monotonic() - began

    def measure(self, client, began):
        """Reads nothing; asks the system when the proxy has ended the connection."""
        gone = select.poll()
        gone.register(client.socket, 0)
        gone.poll(15_000)
        self.seconds = time.monotonic() - began
        self.status = "closed"

    def ended(self):
        self.thread.join(20)
        return self.status, self.seconds


@pytest.fixture(scope="module")
def proxy(origin, tmp_path_factory):
    proxy = Proxy(policy(origin.port, top=BOUNDS), tmp_path_factory.mktemp("slow"))
    yield proxy
    proxy.stop()


def stall(connection, _):
    """Half an answer, and then nothing."""
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    connection.wait_for_leave(15)


def drip_answer(connection, _):
    """An answer whose pieces come within the bound, and take longer than it in all."""
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    for byte in b"drips":
        time.sleep(0.8)
        connection.send(bytes([byte]))


def read_slowly(connection, incoming):
    """Takes the body a piece at a time: slower than the client's bounds, and no fault of its."""
    incoming.slow = time.monotonic()
    for _ in range(26):
        time.sleep(0.2)
        connection.rest += connection.receive(1 << 20)
    connection.read_body(incoming)
    connection.send(answer(b"at last"))


def never(connection, _):
    connection.wait_for_leave(15)


def endless(connection, _):
    """An answer far larger than every buffer on its way."""
    try:
        connection.send(answer(b"x" * (64 << 20)))
    except OSError:
        pass


@pytest.fixture(scope="module")
def crowd(module_wire):
    wire = module_wire
    scripts = {
        "/never": never, "/stall": stall, "/drip": drip_answer, "/slow-origin": read_slowly,
        "/endless": endless}
    wire.origin.scripts.update(scripts)
    wire.crowd_resident = wire.proxy.resident()
    drip = b"GET http://t.test/p HTTP/1.1\r\nX: "
    huge = b"a" * (32 << 20)
    slow = {
        "silent": [Slow(wire, b"") for _ in range(100)],
        "drip": [Slow(wire, drip, b"a") for _ in range(100)],
        "drip of empty lines": [Slow(wire, b"\r\n\r\nG")],
        "second head": [Slow(wire, request() + b"GET http", answers=2)],
        "idle": [Slow(wire, request(), answers=2)],
        "no body": [Slow(wire, post(b"Content-Length: 999999999"))],
        "no chunk": [Slow(wire, post(b"Transfer-Encoding: chunked", body=b"5\r\nhe"))],
        "drip of a body": [Slow(wire, post(b"Content-Length: 1000"), b"a") for _ in range(50)],
        "drip of chunks": [Slow(wire, post(b"Transfer-Encoding: chunked"), b"1\r\na\r\n")],
        "no reader": [Slow(wire, request(line=b"GET http://t.test/endless HTTP/1.1"), reads=False)
                      for _ in range(4)],
        "no answer": [Slow(wire, request(line=b"GET http://t.test/never HTTP/1.1"))],
        "half an answer": [Slow(wire, request(line=b"GET http://t.test/stall HTTP/1.1"))],
        "drip of an answer": [Slow(wire, request(line=b"GET http://t.test/drip HTTP/1.1"))],
        "slow origin": [Slow(
            wire, post(b"Content-Length: %d" % len(huge), body=huge, path=b"/slow-origin"))],
    }
    assert wait_until(lambda: wire.proxy.descriptors() >= wire.descriptors + 200)
    wire.crowd_grown = wire.proxy.resident() - wire.crowd_resident
    yield slow
    for each in sum(slow.values(), []):
        each.thread.join(20)


@pytest.fixture
def wire(module_wire):
    """The module's proxy and origin; the crowd's scripts stay."""
    return module_wire


def test_rows_106_and_108_slow_clients_hold_up_nobody(wire, crowd):
    used, began = wire.proxy.cpu(), time.monotonic()
    for _ in range(50):
        wire.canary()
    assert time.monotonic() - began < 2
    assert wire.proxy.cpu() - used < 1
    assert wire.crowd_grown < 280 * 64 * 1024


def test_row_108_a_client_that_sends_nothing_is_closed_at_the_heads_time(crowd):
    for each in crowd["silent"]:
        status, seconds = each.ended()
        assert status == "closed" and 1.9 < seconds < 4, (status, seconds)


@pytest.mark.parametrize("kind", ["drip", "drip of empty lines", "second head"])
def test_row_106_a_head_that_takes_too_long_in_all_is_answered_408(crowd, kind):
    for each in crowd[kind]:
        status, seconds = each.ended()
        assert status == 408 and 1.9 < seconds < 4, (status, seconds)


def test_row_108_a_connection_without_another_request_is_closed(crowd):
    (each,) = crowd["idle"]
    status, seconds = each.ended()
    assert status == "closed" and 2.9 < seconds < 5, (status, seconds)


@pytest.mark.parametrize("kind", ["no body", "no chunk"])
def test_row_50_a_body_that_does_not_come_is_answered_408(crowd, kind):
    (each,) = crowd[kind]
    status, seconds = each.ended()
    assert status == 408 and 1.9 < seconds < 4, (status, seconds)


@pytest.mark.parametrize("kind", ["drip of a body", "drip of chunks"])
def test_row_107_a_body_that_drips_is_answered_408_when_its_whole_time_is_over(crowd, kind):
    for each in crowd[kind]:
        status, seconds = each.ended()
        assert status == 408 and 3.9 < seconds < 6, (status, seconds)
        assert each.answer.values("connection") == ["close"]


def test_row_107_a_body_that_an_origin_takes_slowly_is_no_fault_of_the_clients(crowd):
    (each,) = crowd["slow origin"]
    status, seconds = each.ended()
    assert (status, each.answer.body) == (200, b"at last") and seconds > 4.5, (status, seconds)


def test_rows_68_and_107_a_client_that_reads_nothing_is_closed(wire, crowd):
    for each in crowd["no reader"]:
        status, seconds = each.ended()
        assert status == "closed" and 1.9 < seconds < 6, (status, seconds)
    assert all(each.connection.peer_left.wait(5)
               for each in wire.origin.requests if each.target == "/endless")


def test_row_90_an_origin_that_is_silent_is_answered_for(wire, crowd):
    (each,) = crowd["no answer"]
    status, seconds = each.ended()
    assert status == 504 and 1.9 < seconds < 4, (status, seconds)
    (each,) = crowd["half an answer"]
    status, seconds = each.ended()
    assert status == "closed" and 1.9 < seconds < 4, (status, seconds)
    (each,) = crowd["drip of an answer"]
    status, seconds = each.ended()
    assert (status, each.answer.body) == (200, b"drips") and seconds > 3.5, (status, seconds)


def test_row_50_no_origin_holds_a_body_for_whole_that_was_not(wire, crowd):
    for each in sum(crowd.values(), []):
        each.ended()
    wire.canary()
    assert not [
        each for each in wire.origin.requests
        if each.target == "/p" and each.is_complete and each.body]


def test_row_125_a_drain_closes_a_connection_inside_a_head_without_an_answer(origin, start):
    wire = Wire(start(policy(origin.port)), origin)
    with wire.connect() as half, wire.connect() as silent, wire.connect() as used:
        wire.canary(used)
        half.send(b"GET http://t.test/p HTTP/1.1\r\nHost: t")
        wire.canary(used)
        wire.proxy.process.terminate()
        for client in (half, silent, used):
            assert client.is_closed(5), bytes(client.received)
        assert not half.received
    assert wire.proxy.process.wait(5) == 0


def blackhole():
    """A listener whose backlog is full: a connect to it is never answered."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = []
    for _ in range(8):
        filler = socket.socket()
        filler.setblocking(False)
        assert filler.connect_ex(listener.getsockname()) in (0, errno.EINPROGRESS)
        fillers.append(filler)
    return listener, fillers


def test_row_90_an_origin_that_cannot_be_connected_to_is_answered_in_time(origin, start):
    listener, fillers = blackhole()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        closed_port = closed.getsockname()[1]
    hole = listener.getsockname()[1]
    more = f"""
  hole: {{ origin: 'http://127.0.0.1:{hole}', hosts: [hole.test] }}
  shut: {{ origin: 'http://127.0.0.1:{closed_port}', hosts: [shut.test] }}
"""
    proxy = start(policy(origin.port, top=BOUNDS, more_apis=more))
    wire = Wire(proxy, origin)
    with wire.connect(timeout=10) as client, wire.connect() as other:
        began = time.monotonic()
        client.send(request(line=b"GET http://hole.test/p HTTP/1.1"))
        # Refused dials are repeated for as long as the caller waits.
        other.send(request(b"Prefer: wait=1", line=b"GET http://shut.test/p HTTP/1.1"))
        assert_problem(other.read_answer(), 502)
        wire.canary(other)
        assert_problem(client.read_answer(), 504)
        assert 0.9 < time.monotonic() - began < 2
        wire.canary(client)
    for each in [listener, *fillers]:
        each.close()


@pytest.fixture
def narrow(origin, start):
    """A process that may open 64 descriptors."""
    return Wire(start(policy(origin.port), descriptors=64), origin)


def test_row_109_more_clients_than_descriptors_are_all_served_in_turn(narrow):
    clients = []
    with narrow.proxy.asleep():
        for number in range(200):
            client = Client(narrow.proxy.port, timeout=20)
            target = f"/client-{number}"
            client.send(request(
                b"Connection: close", line=b"GET http://t.test%s HTTP/1.1" % target.encode()))
            clients.append((client, target))
    for client, target in clients:
        answer = client.read_answer()
        assert (answer.status, answer.body) == (200, target.encode()), answer
        client.socket.close()
    narrow.canary()


def test_row_110_idle_connections_to_some_origins_leave_descriptors_for_others(origin, start):
    others = [Origin(), Origin()]
    more = "\n".join(
        f"  {name}: {{ origin: 'http://127.0.0.1:{each.port}', hosts: [{name}.test] }}"
        for name, each in zip(("second", "third"), others))
    narrow = Wire(start(policy(origin.port, more_apis=more), descriptors=64), origin)
    clients = [narrow.connect() for _ in range(15)]
    for name, each in zip(("t", "second", "third"), [origin, *others]):
        all_here = threading.Barrier(len(clients))

        def reply(connection, incoming, all_here=all_here):
            connection.read_body(incoming)
            all_here.wait(10)
            connection.send(answer(b"ok"))

        each.on("/p", reply)
        for client in clients:
            client.send(request(line=f"GET http://{name}.test/p HTTP/1.1".encode()))
        statuses = [client.read_answer().status for client in clients]
        assert statuses == [200] * len(clients), f"{name}: {statuses}"
    for client in clients:
        client.socket.close()
    for each in others:
        each.stop()


def test_row_109_a_paused_listener_costs_nothing_and_resumes(narrow):
    with narrow.proxy.asleep():
        holders = [Client(narrow.proxy.port) for _ in range(200)]
    waiting = narrow.connect()
    waiting.send(request(line=b"GET http://t.test/waiting HTTP/1.1"))
    used = narrow.proxy.cpu()
    assert not select.select([waiting.socket], [], [], 0.3)[0], "more were accepted than fit"
    assert narrow.proxy.cpu() - used < 0.1, "the paused listener spins"
    assert narrow.proxy.descriptors() < 60, "no descriptor is left for an origin"
    for holder in holders:
        holder.socket.close()
    with waiting:
        assert waiting.read_answer().body == b"/waiting"
    narrow.canary()
