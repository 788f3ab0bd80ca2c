"""Row 114: the log's reader stops, and the service goes on."""

import os
import subprocess
import threading

import pytest

from client import Client
from proxy import SECRET, command, policy
from waiting import wait_until
from wire import request

REFUSED = request(line=b"GET /nobody HTTP/1.1", host=b"localhost")
COUNT = 3000


@pytest.fixture
def unread(origin, tmp_path):
    """A process whose log is a pipe that nobody reads, and its port."""
    path = tmp_path / "policy.yaml"
    path.write_text(policy(origin.port))
    process = subprocess.Popen(
        command(path), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env={**os.environ, "K": SECRET})
    port = 0
    while not port:
        line = process.stderr.readline()
        assert line, "the proxy did not start"
        if b"proxy listens on" in line:
            port = int(line.rsplit(b":", 1)[1])
    yield process, port
    process.kill()
    process.wait(10)
    process.stderr.close()


def refuse(client, count):
    for _ in range(count):
        client.send(REFUSED)
        assert client.read_answer().status == 404


def test_row_114_a_log_that_nobody_reads_stops_nothing_and_its_losses_are_told(unread):
    process, port = unread
    with Client(port) as client:
        refuse(client, COUNT)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stderr), daemon=True)
        reader.start()
        assert wait_until(lambda: len(lines) > 100)
        refuse(client, 1)
        assert wait_until(lambda: any(b"lines of the log were lost" in line for line in lines))
        assert wait_until(lambda: b" 404 " in lines[-1])
    assert all(line.endswith(b"\n") for line in lines)


def test_row_114_a_log_whose_reader_has_left_stops_nothing(unread):
    process, port = unread
    process.stderr.close()
    with Client(port) as client:
        refuse(client, 10)
    assert process.poll() is None
