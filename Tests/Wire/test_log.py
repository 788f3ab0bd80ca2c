"""Row 114: the log's reader stops or its disk is full, and the service goes on."""

import json
import os
import socket
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


def refuse_on_many(port, count):
    """A connection serves a thousand requests at most."""
    for _ in range(0, count, 500):
        with Client(port) as client:
            refuse(client, 500)


def test_row_114_a_log_that_nobody_reads_stops_nothing_and_its_losses_are_told(unread):
    process, port = unread
    refuse_on_many(port, COUNT)
    with Client(port) as client:
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


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Deaf:
    """A process that cannot tell its ports: standard streams are closed or lead to a full disk."""

    def __init__(self, text, folder, redirections):
        self.port, self.admin_port = free_port(), free_port()
        path = folder / "policy.yaml"
        path.write_text(text.replace("127.0.0.1:0, admin: 127.0.0.1:0", (
            f"127.0.0.1:{self.port}, admin: 127.0.0.1:{self.admin_port}")))
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" {redirections}', "sh", *command(path)],
            env={**os.environ, "K": SECRET})
        assert wait_until(self.listens, 20), "the proxy did not start"

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.admin_port)).close()
            return True
        except ConnectionRefusedError:
            return False

    def lost(self):
        with Client(self.admin_port) as client:
            client.send(request(line=b"GET /stats HTTP/1.1", host=b"localhost"))
            return json.loads(client.read_answer().body)["lost_log_lines"]

    def leads(self, number):
        """Where a descriptor of the process leads."""
        return os.readlink(f"/proc/{self.process.pid}/fd/{number}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)


def test_row_114_a_full_disk_loses_lines_that_are_counted(origin, tmp_path):
    with Deaf(policy(origin.port), tmp_path, "2>/dev/full") as deaf, Client(deaf.port) as client:
        before = deaf.lost()
        assert before >= 2, "the lines of the start could not be written"
        refuse(client, 100)
        assert deaf.lost() == before + 100


@pytest.mark.parametrize("redirections", ["<&- >&- 2>&-", ">&-", "2>&-"])
def test_row_114_closed_streams_are_nobody_elses(origin, tmp_path, redirections):
    with Deaf(policy(origin.port), tmp_path, redirections) as deaf, Client(deaf.port) as client:
        closed = [int(word[0]) if word[0].isdigit() else "<>".index(word[0])
                  for word in redirections.split()]
        for number in closed:
            assert deaf.leads(number) == "/dev/null", number
        refuse(client, 10)
        client.send(request(line=b"GET http://t.test/p HTTP/1.1"))
        assert client.read_answer().status == 200
        assert deaf.process.poll() is None
