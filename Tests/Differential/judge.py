"""What must hold of every connection, and of every reading of what was forwarded."""

import json

from mutants import number_in
from peers import Refusal, read_with_h11
from reading import Misread, read_answers, values

# Fields that end at the proxy, or that it writes itself.
OURS = {
    b"host", b"via", b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer",
    b"upgrade", b"proxy-authorization", b"proxy-authenticate", b"expect", b"max-forwards",
    b"penstock-batch",
    b"content-length", b"transfer-encoding", b"x-api-key", b"x_api_key", b"x-api_key", b"x_api-key"}


class Difference(Exception):
    """Two readings of the same bytes that are not the same, or an answer that should not be."""


def path_of(message):
    """The target in origin form, as the proxy is to send it."""
    target = message.target
    if target[:7].lower() == b"http://":
        rest = target[7:]
        ends = [at for at in (rest.find(b"/"), rest.find(b"?")) if at >= 0]
        target = rest[min(ends):] if ends else b""
        if not target and message.method == b"OPTIONS":
            return b"*"
    else:
        target = target.removeprefix(b"/t")
    return target if target.startswith(b"/") else b"/" + target


def end_to_end(message):
    named = {
        name.strip(b" \t").lower() for value in values(message.fields, b"connection")
        for name in value.split(b",")}
    return sorted(
        (pair for pair in message.fields if pair[0] not in OURS and pair[0] not in named),
        key=lambda pair: pair[0])


def judge_answers(flight, received, was_cut):
    """The answers of one connection; `was_cut`: the client ended its side before the canary's."""
    try:
        answers, is_whole = read_answers(received)
    except Misread as fault:
        raise Difference(f"the answers cannot be read: {fault}") from None
    if not is_whole and not was_cut:
        raise Difference("the last answer is cut off")
    finals = [answer for answer in answers if answer.status >= 200]
    for at, answer in enumerate(finals):
        if answer.number is None:
            judge_own(answer)
        if answer.closes and at != len(finals) - 1:
            raise Difference("something follows an answer that ends the connection")
    # The body of a refused request is waited for, for 2 s: then the end comes without a word.
    may_give_up = bool(finals) and finals[-1].number is None and len(flight.pieces) > 1
    if not was_cut and not may_give_up and not (finals and finals[-1].closes):
        raise Difference("the connection ended without a word")
    return finals


def judge_own(answer):
    """An answer of the proxy's own: a refusal with a problem document, or to OPTIONS."""
    if answer.status in (200, 204):
        return
    if not 400 <= answer.status < 600:
        raise Difference(f"an answer of the proxy's own with status {answer.status}")
    if answer.body and json.loads(answer.body)["status"] != answer.status:
        raise Difference("the problem document tells another status")


def judge_forwarded(flight, finals, was_cut, recorder):
    """That each client got the answers to its own requests, and that these are what it meant."""
    meant = None
    requests = []
    for at, answer in enumerate(finals):
        if answer.number is None:
            continue
        message = recorder.messages.pop(answer.number, None)
        if message is None:
            raise Difference(f"answer {answer.number} was given twice")
        requests.append(message)
        if number_in(message.target) not in (None, flight.number):
            raise Difference(f"the answer is another client's: {message.target!r}")
        if meant is None:
            meant = read_with_h11(flight.raw)
        yield message, judge_meant(meant, at, message)
    if was_cut or not requests or finals[-1].number is None:
        return
    may_end = b"close" in b"".join(flight.mutants).lower() or b"HTTP/1.0" in flight.raw
    if requests[-1].target != flight.canary and not may_end:
        raise Difference("the connection is out of step: the canary is not what came last")


def judge_meant(meant, at, message):
    """Compares with what h11 reads in the client's bytes; gives its refusal if it read none."""
    other = meant[min(at, len(meant) - 1)] if meant else Refusal("nothing")
    if isinstance(other, Refusal):
        return other
    if at >= len(meant):
        raise Difference("more requests were forwarded than h11 reads in the client's bytes")
    for what, ours, theirs in (
            ("method", message.method, other.method), ("path", message.target, path_of(other)),
            ("body", message.body, other.body), ("fields", end_to_end(message), end_to_end(other))):
        if ours != theirs:
            raise Difference(
                f"what was forwarded has another {what} than the client sent: {ours!r}, "
                f"h11 reads {theirs!r}")
    return None


def judge_reading(name, recording, readings):
    """Compares a peer's reading with ours; gives the requests it refused."""
    refused = []
    ours = recording.messages
    taken = list(readings)
    if len(taken) > len(ours) and isinstance(taken[-1], Refusal):
        taken.pop()  # of what is no whole request
    if len(taken) != len(ours):
        raise Difference(f"{name} reads {len(taken)} requests, {len(ours)} were sent")
    for message, theirs in zip(ours, taken):
        if isinstance(theirs, Refusal):
            refused.append((message, theirs))
        elif theirs.meaning != message.meaning:
            raise Difference(
                f"{name} reads {theirs.meaning!r:.2000}\n  we meant {message.meaning!r:.2000}")
    return refused
