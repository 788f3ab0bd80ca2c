"""Load tests: the real binary, real sockets, no mercy. See README.md."""

import resource

import pytest

from harness import processes

_, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(_hard, 20_000), _hard))


@pytest.fixture(scope="session", autouse=True)
def the_binary() -> str:
    """Without a binary nothing can be said, so nothing passes."""
    return processes.binary()
