"""Section H of the catalogue: what happens when descriptors, memory, names or the log run out."""

import json
import os
import select
import shutil
import subprocess
import threading
import time

import pytest

from client import Client
from origin import Origin, answer
from proxy import policy
from test_parked import LIMIT, waiting
from waiting import wait_until
from wire import Wire, assert_problem, request

RESOLVER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int resolver(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
  static resolver *real;
  if (!real) real = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");
  if (name && !strncmp(name, "hang", 4)) {
    while (access(getenv("HANG"), F_OK) == 0) usleep(20000);
    return EAI_AGAIN;
  }
  return real(name && !strncmp(name, "good", 4) ? "127.0.0.1" : name, service, hints, result);
}
"""


def admin(proxy, page="stats"):
    with Client(proxy.admin_port) as client:
        client.send(request(line=b"GET /%s HTTP/1.1" % page.encode(), host=b"localhost"))
        return json.loads(client.read_answer().body)


def threads(proxy):
    return len(os.listdir(f"/proc/{proxy.pid}/task"))


class Names:
    """A process for which names that begin with `hang` are looked up until they are let go."""

    def __init__(self, proxy, wire, flag):
        self.proxy, self.wire, self.flag = proxy, wire, flag

    def ask(self, host):
        client = self.wire.connect(timeout=15)
        client.send(request(line=f"GET http://{host}/p HTTP/1.1".encode(), host=host.encode()))
        client.began = time.monotonic()
        return client

    def let_go(self):
        self.flag.unlink()


@pytest.fixture
def names(origin, tmp_path, start):
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    source, library = tmp_path / "resolver.c", tmp_path / "resolver.so"
    source.write_text(RESOLVER)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    flag = tmp_path / "hang"
    flag.touch()
    hosts = ", ".join(f"hang{number}.test" for number in range(40))
    more = f"""
  good: {{ origin: 'http://good.test:{origin.port}' }}
  better: {{ origin: 'http://good2.test:{origin.port}' }}
""" + "".join(f"  hang{number}: {{ origin: 'http://hang{number}.test' }}\n" for number in range(40))
    proxy = start(
        policy(origin.port, top="bounds: { resolving: 12, connect-time: 1s }", more_apis=more),
        environment={"LD_PRELOAD": str(library), "HANG": str(flag)})
    return Names(proxy, Wire(proxy, origin), flag)


def test_row_116_500_requests_for_a_name_that_hangs_take_four_threads(names):
    base = threads(names.proxy)
    crowd = [names.ask("hang0.test") for _ in range(500)]
    good = names.ask("good.test")
    assert good.read_answer().status == 200, "another name has to wait"
    for client in crowd:
        assert_problem(client.read_answer(), 504)
        assert time.monotonic() - client.began < 4
        client.socket.close()
    for _ in range(8):
        assert_problem(names.ask("hang0.test").read_answer(), 504)
        assert threads(names.proxy) - base <= 4
    assert admin(names.proxy)["connections"]["names_looked_up"] <= 4
    names.let_go()
    assert wait_until(lambda: admin(names.proxy)["connections"]["names_looked_up"] == 0)
    assert wait_until(lambda: threads(names.proxy) <= base)
    names.wire.canary()


def test_row_116_many_names_that_hang_take_the_threads_there_are_and_no_more(names):
    base = threads(names.proxy)
    assert names.ask("good.test").read_answer().status == 200
    crowd = [names.ask(f"hang{number}.test") for number in range(40)]
    # Those for which no thread is left are told at once, and when to come back.
    statuses = [client.read_answer() for client in crowd]
    refused = [each for each in statuses if each.status == 503]
    assert len(refused) == 28 and {each.status for each in statuses} == {503, 504}
    assert all(each.values("retry-after") == ["1"] for each in refused)
    assert json.loads(refused[0].body)["type"] == "urn:penstock:problem:dns_busy"
    assert threads(names.proxy) - base <= 12
    # An address, a name that is known and one's own name need no thread.
    names.wire.canary()
    names.wire.origin.drop_connections()
    assert names.ask("good.test").read_answer().status == 200
    busy = names.ask("good2.test").read_answer()
    assert busy.status == 503, busy
    names.let_go()
    assert wait_until(lambda: admin(names.proxy)["connections"]["names_looked_up"] == 0)
    assert names.ask("good2.test").read_answer().status == 200
    assert wait_until(lambda: threads(names.proxy) <= base)


def test_row_110_without_descriptors_requests_are_refused_and_those_that_wait_unaffected(
        origin, start):
    other = Origin()
    more = f"  u: {{ origin: 'http://127.0.0.1:{other.port}', hosts: [u.test] }}"
    wire = Wire(start(policy(
        origin.port, top="bounds: { clients: 64 }", api=LIMIT, more_apis=more),
        descriptors=128), origin)
    release = threading.Event()

    def hold(connection, _):
        release.wait(20)
        connection.send(answer(b"held"))

    origin.on("/p", hold)
    other.on("/p", hold)
    patient = [wire.connect(timeout=20) for _ in range(4)]
    for client in patient:
        client.send(request())
    assert wait_until(lambda: waiting(wire) == 3)
    many = [wire.connect(timeout=20) for _ in range(60)]
    for client in many:
        client.send(request(line=b"GET http://u.test/p HTTP/1.1", host=b"u.test"))
    refused = []

    def some_are_refused():
        ready, _, _ = select.select([each.socket for each in many], [], [], 0)
        refused[:] = [each for each in many if each.socket in ready]
        return len(refused) + len(other.requests) == len(many)

    assert wait_until(some_are_refused, 10), (len(refused), len(other.requests))
    assert refused and other.requests
    assert admin(wire.proxy, "health")["status"] == "ok", "no descriptor is left for the operator"
    for client in refused:
        got = client.read_answer()
        assert_problem(got, 503)
        assert got.values("retry-after") == ["1"]
    used = wire.proxy.cpu()
    assert not patient[1].is_closed(0.3) and waiting(wire) == 3
    assert wire.proxy.cpu() - used < 0.1
    release.set()
    for client in (*patient, *many):
        if client not in refused:
            assert client.read_answer().body == b"held"
        client.socket.close()
    other.stop()
    origin.scripts.clear()
    wire.canary()


def test_row_111_the_heads_of_requests_that_wait_have_a_bound(origin, start):
    wire = Wire(start(policy(
        origin.port, top="bounds: { parked-bytes: 65536 }", api=LIMIT)), origin)
    release = threading.Event()
    origin.on("/p", lambda connection, _: (
        release.wait(20), connection.send(answer(b"held"))))
    clients = [wire.connect(timeout=20) for _ in range(5)]
    origin.forget()
    for number, client in enumerate(clients[:4]):
        client.send(request(b"X: " + b"a" * 15_000, b"Y: " + b"a" * 9_000))
        assert wait_until(lambda: len(origin.requests) == 1 and waiting(wire) >= min(number, 2))
    got = clients[3].read_answer()
    assert_problem(got, 503)
    assert got.values("retry-after") == ["1"]
    assert json.loads(got.body)["type"] == "urn:penstock:problem:queue-full"
    assert 40_000 < admin(wire.proxy)["memory"]["parked_bytes"] <= 65_536
    clients[4].send(request())
    assert wait_until(lambda: waiting(wire) == 3), "a small one still fits"
    release.set()
    for client in (*clients[:3], clients[4]):
        assert client.read_answer().body == b"held"
        client.socket.close()
    assert admin(wire.proxy)["memory"]["parked_bytes"] == 0
    origin.scripts.clear()


def park(wire, count):
    """Clients that wait with a large head each."""
    clients = []
    for _ in range(count):
        client = Client(wire.proxy.port, timeout=30)
        client.send(request(b"X: " + b"a" * 16_000, b"Y: " + b"a" * 12_000))
        clients.append(client)
    return clients


def test_row_112_near_the_bound_of_memory_new_requests_are_refused_and_those_that_wait_kept(
        origin, start):
    trial = Wire(start(policy(origin.port)), origin)
    base = trial.proxy.resident()
    trial.proxy.stop()
    bound = base + (24 << 20)
    wire = Wire(start(policy(
        origin.port, top=f"bounds: {{ memory: {bound} }}", api=LIMIT)), origin)
    release = threading.Event()
    origin.on("/p", lambda connection, _: (
        release.wait(30), connection.send(answer(b"held"))))
    held = wire.connect(timeout=30)
    held.send(request())
    idle = wire.connect(timeout=30)
    parked = []
    while admin(wire.proxy)["memory"]["pressure"] != "overloaded":
        parked += park(wire, 20)
        assert len(parked) < 4000, admin(wire.proxy)["memory"]
        time.sleep(0.05)
    assert admin(wire.proxy, "health")["status"] == "degraded"
    assert idle.is_closed(3), "an idle connection was kept"
    kept = waiting(wire)
    got = wire.get("/late")
    assert_problem(got, 503)
    assert got.values("retry-after") == ["5"] and got.values("connection") == ["close"]
    assert json.loads(got.body)["type"] == "urn:penstock:problem:overloaded"
    assert waiting(wire) == kept and kept > 0, "those that wait were not kept"
    first, *others = parked
    for client in others:
        client.reset()
    release.set()
    assert held.read_answer().body == b"held"
    assert first.read_answer().body == b"held"
    assert wait_until(lambda: admin(wire.proxy)["memory"]["pressure"] == "none", 15), (
        admin(wire.proxy)["memory"])
    assert admin(wire.proxy, "health")["status"] == "ok"
    origin.scripts.clear()
    wire.canary()
