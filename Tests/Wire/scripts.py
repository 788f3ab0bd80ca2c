"""What origins answer in several tests, and policies with a provider of a test's own."""

import threading
import time

from origin import answer

OK = answer(b"ok")


def status(line, *fields, body=b""):
    """An answer of this status line, such as b"502 Bad Gateway"."""
    return answer(body, *fields, status=line)


def in_turn(*answers):
    """A script that gives these answers in turn, then 200.

    An answer is bytes, or a function of the connection.
    """
    left = list(answers)
    lock = threading.Lock()

    def script(connection, incoming):
        incoming.seen = time.monotonic()
        connection.read_body(incoming)
        with lock:
            raw = left.pop(0) if left else OK
        if callable(raw):
            raw(connection)
        else:
            connection.send(raw)

    return script


def own_provider(folder, text):
    """The words for a policy that names a provider with this content."""
    path = folder / "own.yaml"
    path.write_text(text)
    return f"    provider: file:{path}\n"
