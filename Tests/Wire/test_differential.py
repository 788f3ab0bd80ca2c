"""Section A to C once more, at random: a short run of Tests/Differential, and its judges judged."""

import asyncio
import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).parents[1] / "Differential"))

import judge  # noqa: E402
import run as differential  # noqa: E402
from mutants import Flight  # noqa: E402
from peers import H11, Refusal, Server  # noqa: E402
from reading import RequestReader  # noqa: E402
from recorder import Recorder, Recording  # noqa: E402

SEED = "20261121"


def test_mutants_that_are_forwarded_mean_the_same_to_h11_nginx_and_haproxy():
    assert asyncio.run(differential.run(3_000, SEED)) == []


def recorded(meant, sent):
    """A recording whose bytes are `sent`, of which we believe that they mean `meant`."""
    recording = Recording()
    recording.messages = RequestReader().feed(meant)
    assert recording.messages
    recording.messages[0].raw = sent
    for message in recording.messages[1:]:
        message.raw = b""
    return recording


def post(*lines, body=b"", target=b"/p"):
    return b"\r\n".join([b"POST " + target + b" HTTP/1.1", b"Host: h", *lines]) + b"\r\n\r\n" + body


MEANT = post(b"Content-Length: 2", body=b"ab")
PLANTED = [
    ("another body", MEANT, post(b"Content-Length: 2", body=b"ac")),
    ("another value", MEANT, post(b"Content-Length: 2", b"X: 1", body=b"ab")),
    ("another target", MEANT, post(b"Content-Length: 2", body=b"ab", target=b"/q")),
    ("a request in a body", post(b"Content-Length: %d" % len(MEANT), body=MEANT),
     post(b"Content-Length: 0", body=MEANT)),
    ("a body that is a request", post(b"Content-Length: 0") + MEANT,
     post(b"Content-Length: %d" % len(MEANT), body=MEANT)),
    ("half a body", MEANT, post(b"Content-Length: 3", body=b"ab")),
    ("two lengths", MEANT, post(b"Content-Length: 2", b"Content-Length: 1", body=b"ab")),
]


@pytest.mark.parametrize("what, meant, sent", [pytest.param(*row, id=row[0]) for row in PLANTED])
def test_a_planted_difference_is_found_by_every_peer(tmp_path, what, meant, sent):
    async def read():
        peers = [H11(), *(Server(name, tmp_path, seconds=1) for name in ("nginx", "haproxy"))]
        found = []
        for peer in peers:
            if isinstance(peer, Server):
                await peer.start()
            try:
                recording = recorded(meant, sent)
                found.append(bool(
                    judge.judge_reading(peer.name, recording, await peer.read(recording))))
            except judge.Difference:
                found.append(True)
            finally:
                if isinstance(peer, Server):
                    peer.stop()
        return found

    assert asyncio.run(read()) == [True, True, True]


def flight(raw):
    """A connection of one mutant with these bytes."""
    made = Flight(SEED, 0, 1)
    made.mutants = [raw]
    made.raw = raw
    made.pieces = [raw]
    return made


OK = b"HTTP/1.1 200 OK\r\nX-Seq: 1\r\nContent-Length: 0\r\n\r\n"
WRONG_ANSWERS = [
    ("no answer", b""),
    ("no HTTP", b"hello\r\n\r\n"),
    ("half an answer", OK[:-4]),
    ("an answer behind the end", OK.replace(b"X-Seq", b"Connection: close\r\nX-Seq") + OK),
    ("a status of no refusal", b"HTTP/1.1 302 Found\r\nConnection: close\r\n\r\n"),
    ("an end without a word", OK),
]


@pytest.mark.parametrize("raw", [pytest.param(raw, id=what) for what, raw in WRONG_ANSWERS])
def test_a_planted_wrong_answer_is_found(raw):
    with pytest.raises(judge.Difference):
        judge.judge_answers(flight(MEANT), raw, was_cut=False)


CLIENTS = b"POST http://t.test/p HTTP/1.1\r\nHost: t.test\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab"
WRONG_REQUESTS = [
    ("another method", b"PUT /p HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab"),
    ("another path", b"POST /q HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab"),
    ("another body", b"POST /p HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nac"),
    ("another value", b"POST /p HTTP/1.1\r\nHost: h\r\nX-A: 2\r\nContent-Length: 2\r\n\r\nab"),
    ("a field lost", b"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"),
]


@pytest.mark.parametrize("raw", [pytest.param(raw, id=what) for what, raw in WRONG_REQUESTS])
def test_a_request_that_was_forwarded_as_another_is_found(raw):
    recorder = Recorder(most=9)
    (message,) = RequestReader().feed(raw)
    recorder.answer(message, is_last=False)
    finals = judge.judge_answers(
        flight(CLIENTS), OK.replace(b"X-Seq", b"Connection: close\r\nX-Seq"), was_cut=False)
    with pytest.raises(judge.Difference):
        list(judge.judge_forwarded(flight(CLIENTS), finals, False, recorder))


def test_more_requests_than_the_client_sent_are_found():
    recorder = Recorder(most=9)
    for message in RequestReader().feed(
            WRONG_REQUESTS[0][1].replace(b"PUT", b"POST") + b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"):
        recorder.answer(message, is_last=False)
    answers = OK + OK.replace(b"X-Seq: 1", b"Connection: close\r\nX-Seq: 2")
    finals = judge.judge_answers(flight(CLIENTS), answers, was_cut=False)
    with pytest.raises(judge.Difference):
        list(judge.judge_forwarded(flight(CLIENTS), finals, False, recorder))


def test_an_honest_forwarding_is_no_difference(tmp_path):
    async def read():
        peer = Server("haproxy", tmp_path)
        await peer.start()
        try:
            recording = recorded(MEANT + MEANT, MEANT + MEANT)
            readings = await peer.read(recording)
            assert not any(isinstance(each, Refusal) for each in readings)
            return judge.judge_reading("haproxy", recording, readings)
        finally:
            peer.stop()

    assert asyncio.run(read()) == []
