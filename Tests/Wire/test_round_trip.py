"""The round trip the system has seen shortens windows below 10 s, and is asked for sparingly."""

import shutil
import subprocess

import pytest

from proxy import policy
from scripts import in_turn
from wire import Wire

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Tells a round trip of 600 ms, and notes each time it is asked. */
int getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
  int (*real)(int, int, int, void *, socklen_t *) = dlsym(RTLD_NEXT, "getsockopt");
  int result = real(fd, level, name, value, length);
  if (level == IPPROTO_TCP && name == TCP_INFO && *length >= 152) {
    uint32_t microseconds = 600000;
    memcpy((char *)value + 148, &microseconds, 4);
    int notes = open(getenv("NOTES"), O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (write(notes, "x", 1) == 1) close(notes);
  }
  return result;
}
"""
WINDOW = "    limits: [{ name: w, per: key, kind: sliding-window, allow: %s }]\n"


@pytest.fixture
def far(origin, start, tmp_path):
    """A process whose way to the origin seems long, and how often it asked."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "a C compiler is needed"
    library = tmp_path / "shim.so"
    (tmp_path / "shim.c").write_text(SHIM)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", library, tmp_path / "shim.c", "-ldl"], check=True)

    def far(allow):
        origin.scripts.clear()
        notes = tmp_path / "notes"
        notes.write_bytes(b"")
        environment = {"LD_PRELOAD": str(library), "NOTES": str(notes)}
        proxy = start(policy(origin.port, api=WINDOW % allow), environment=environment)
        return Wire(proxy, origin), lambda: notes.stat().st_size

    return far


def test_a_short_window_is_shortened_by_the_round_trip(far):
    wire, asked = far("1/2s")
    wire.origin.on("/p", in_turn())
    for _ in range(3):
        assert wire.get("/p").status == 200
    first, second, third = (each.seen for each in wire.origin.requests)
    assert 1.3 < second - first < 1.9 and 1.3 < third - second < 1.9
    # One connection carries all but the warm-up.
    assert asked() == 2


def test_the_system_is_not_asked_for_every_request(far):
    wire, asked = far("10000/s")
    wire.origin.drop_connections()
    before = asked()
    with wire.connect() as client:
        for _ in range(50):
            wire.canary(client)
    assert asked() == before + 1


def test_long_windows_need_no_round_trip(far):
    wire, asked = far("1000/min")
    for _ in range(5):
        wire.canary()
    assert asked() == 0
