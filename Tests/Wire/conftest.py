"""Fixtures: one origin and one process per module; the process is judged when the module ends."""

import itertools
import time

import pytest

from origin import Origin
from proxy import SECRET, Proxy, policy
from waiting import wait_until
from wire import Wire


# What the buffers and tables of an idle process may keep for later.
GROWTH = 16 << 20


@pytest.fixture(scope="module")
def origin():
    origin = Origin()
    yield origin
    origin.stop()


@pytest.fixture(scope="module")
def proxy(origin, tmp_path_factory):
    proxy = Proxy(policy(origin.port), tmp_path_factory.mktemp("penstock"))
    yield proxy
    proxy.stop()


@pytest.fixture(scope="module")
def module_wire(proxy, origin):
    wire = Wire(proxy, origin)
    yield wire
    assert_healthy(wire)


@pytest.fixture
def wire(module_wire):
    """The module's proxy and origin, with nothing left of the test before."""
    module_wire.origin.scripts.clear()
    module_wire.origin.forget()
    return module_wire


@pytest.fixture
def start(tmp_path):
    """Starts processes with policies of a test's own."""
    started = []
    numbers = itertools.count()

    def start(text, **options):
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        started.append(Proxy(text, folder, **options))
        return started[-1]

    yield start
    for proxy in started:
        proxy.stop()


@pytest.fixture
def path(tmp_path):
    """Where a Unix socket may stand."""
    return tmp_path / "proxy.sock"


def assert_healthy(wire):
    """After all tests of a module: alive, idle, no descriptor kept, no secret said."""
    proxy = wire.proxy
    assert proxy.is_alive(), proxy.log.decode()
    wire.canary()
    wire.origin.drop_connections()
    assert wait_until(lambda: proxy.descriptors() <= wire.descriptors, 5), (
        f"{proxy.descriptors()} descriptors are open, {wire.descriptors} were at first")
    used = proxy.cpu()
    time.sleep(0.2)
    assert proxy.cpu() - used < 0.1, "the idle process uses the processor"
    grown = proxy.resident() - wire.resident
    assert grown < GROWTH, f"the idle process has grown by {grown >> 20} MiB"
    assert SECRET.encode() not in proxy.log
