"""A resolver that hangs stops only the requests that need it."""

import asyncio
import shutil
import subprocess
import time

import pytest

from harness import policies
from harness.client import Connection, once
from harness.origin import ScriptedOrigin
from harness.processes import Penstock

APIS = """\
hanging:
  origin: http://slow.test:80
fine:
  origin: http://127.0.0.1:{port}
named:
  origin: http://localhost:{port}
"""

RESOLVER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int resolver(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
  static resolver *real;
  if (!real) real = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");
  if (name && !strcmp(name, "slow.test")) {
    sleep(30);
    return EAI_AGAIN;
  }
  return real(name, service, hints, result);
}
"""


@pytest.fixture
def resolver(tmp_path) -> str:
    """A shared object whose getaddrinfo hangs for slow.test."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    source, library = tmp_path / "resolver.c", tmp_path / "resolver.so"
    source.write_text(RESOLVER)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return str(library)


def test_row_116_a_hanging_resolver_holds_up_nobody_else(tmp_path, resolver):
    async def run():
        async with ScriptedOrigin() as origin:
            policy = policies.write(tmp_path, APIS.format(port=origin.port))
            with Penstock(policy, {"LD_PRELOAD": resolver}) as penstock:
                hanging = asyncio.gather(
                    *(once(penstock.proxy, "GET", "/hanging/x") for _ in range(8)))
                pooled = await Connection.open(penstock.proxy)
                others = []
                begun = time.monotonic()
                while not hanging.done():
                    others.append(await pooled.request("GET", "/fine/x"))
                    # A connection and a look-up of their own.
                    others.append(await once(penstock.proxy, "GET", "/named/x"))
                    assert time.monotonic() - begun < 20, "nobody was told"
                    await asyncio.sleep(0.02)
                return await hanging, others

    hanging, others = asyncio.run(run())
    slowest = max(answer.seconds for answer in others)
    print(f"\n504 after {max(answer.seconds for answer in hanging):.2f} s, meanwhile "
          f"{len(others)} others, the slowest in {slowest * 1e3:.0f} ms")
    assert {answer.status for answer in hanging} == {504}
    assert all(4 <= answer.seconds <= 6.5 for answer in hanging)
    assert {answer.status for answer in others} == {200}
    assert slowest < 0.2
    assert len(others) > 50
