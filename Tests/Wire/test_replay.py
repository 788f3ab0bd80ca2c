"""Bodies kept for another attempt have one bound for all requests together."""

import contextlib
import socket
import threading

from client import Broken
from origin import answer
from proxy import policy
from waiting import wait_until
from wire import Wire, post

MEBIBYTE = 1 << 20
ROOM = 256
COUNT = 300


def test_row_122_bodies_beyond_the_room_for_all_are_sent_once(origin, start):
    wire = Wire(start(policy(origin.port)), origin)
    origin.keeps_bytes = False
    all_here = threading.Barrier(COUNT)

    def busy(connection, incoming):
        connection.read_body(incoming)
        incoming.body = b""
        all_here.wait(60)
        connection.send(answer(b"{}", b"Retry-After: 50", status=b"429 Too Many Requests"))

    origin.on("/busy", busy)
    first = wire.proxy.resident()
    clients = [wire.connect(timeout=60) for _ in range(COUNT)]
    answers = []

    def ask(client):
        client.send(post(b"Content-Length: %d" % MEBIBYTE, body=b"x" * MEBIBYTE, path=b"/busy"))
        try:
            answers.append(client.read_answer())
        except (OSError, Broken):
            pass

    threads = [threading.Thread(target=ask, args=[client], daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: len(answers) >= COUNT - ROOM, 60)
    assert wire.proxy.resident() - first < (ROOM + 100) * MEBIBYTE
    # A body whose room ran out while others grew gives back what it had: a few less may be kept.
    assert len(answers) <= COUNT - ROOM + 8
    for each in answers:
        assert each.status == 503 and each.values("retry-after"), each
    for client in clients:
        with contextlib.suppress(OSError):
            client.socket.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(10)
    origin.keeps_bytes = True
    kept = (ROOM // 2) * MEBIBYTE
    assert wait_until(lambda: wire.proxy.resident() - first < kept), "memory is not given back"
