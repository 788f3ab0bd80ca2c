"""Valid requests and what is done to them: by their grammar, and by their bytes."""

import random
import re
import zlib

from words import (
    CODINGS, CONTROLS, ENDS, FRAMING_NAMES, HOP_NAMES, HOP_VALUES, HOSTS, LENGTHS, METHODS,
    NAMES, ODD_METHODS, PATHS, SIZES, SMUGGLED, TRAILERS, VALUES, VERSIONS)


class Draft:
    """A request in its parts; valid until something is done to it."""

    def __init__(self, rng, name, port):
        self.rng = rng
        self.before = b""
        self.method = rng.choice(METHODS)
        self.path = b"/%s" % name
        self.version = b"HTTP/1.1"
        self.space = [b" ", b" "]
        if rng.random() < 0.2:
            self.start, self.host = b"/t", b"127.0.0.1:%d" % port
        else:
            self.start, self.host = b"http://t.test", b"t.test"
        self.fields = [[rng.choice(NAMES[:8]), b": ", b"v%d" % rng.randrange(99), b"\r\n"]
                       for _ in range(rng.randrange(4))]
        self.insert([b"Host", b": ", self.host, b"\r\n"])
        self.end = b"\r\n"
        self.chunks = None
        self.body = b""
        if self.method in METHODS[1:4] + METHODS[6:] or rng.random() < 0.1:
            self.frame()

    def frame(self):
        rng = self.rng
        body = rng.choice([b"", b"hello", b"x" * rng.randrange(3000), SMUGGLED, b"0\r\n\r\n",
                           rng.randbytes(rng.randrange(200))])
        if rng.random() < 0.5:
            self.body = body
            field = [b"Content-Length", b": ", b"%d" % len(body), b"\r\n"]
        else:
            cut = rng.randrange(len(body) + 1)
            self.chunks = [
                [b"%x" % len(part), b"\r\n", part, b"\r\n"] for part in (body[:cut], body[cut:])
                if part] + [[b"0", b"\r\n", b"", b"\r\n"]]
            field = [b"Transfer-Encoding", b": ", b"chunked", b"\r\n"]
        self.insert(field)

    def insert(self, field):
        self.fields.insert(self.rng.randrange(len(self.fields) + 1), field)

    def bytes(self):
        body = self.body
        if self.chunks is not None:
            body = b"".join(b"".join(chunk) for chunk in self.chunks)
        fields = b"".join(b"".join(field) for field in self.fields)
        return (self.before + self.method + self.space[0] + self.start + self.path + self.space[1]
                + self.version + b"\r\n" + fields + self.end + body)

    def framing(self):
        names = (b"content-length", b"transfer-encoding")
        return [field for field in self.fields if field[0].lower() in names]


def formatted(form, number):
    """`number` in a form that may take it once, twice or not at all."""
    return form % ((number,) * form.count(b"%"))


def change_target(draft, rng):
    which = rng.randrange(6)
    if which < 3:
        draft.path += rng.choice(PATHS)
    elif which == 3:
        draft.start = rng.choice([
            b"HTTP://t.test", b"http://T.test:80", b"https://t.test", b"http:/", b"ftp://t.test",
            b"http://u@t.test", b"http://", b"", b"t.test:80", b"//t.test", b"http://t.test:8080",
            b"http://t.test?", b"http://t.test:", b"/t/", b"/T", b"/%74", b"*"])
    elif which == 4:
        draft.start, draft.path = b"http://t.test", rng.choice([b"", b"?", b"*"])
    else:
        draft.space[rng.randrange(2)] = rng.choice([b"  ", b"\t", b"", b" \t", b"\x0b", b"\xa0"])


def change_line(draft, rng):
    if rng.random() < 0.6:
        draft.method = rng.choice(METHODS + ODD_METHODS)
    else:
        draft.version = rng.choice(VERSIONS)


def change_before(draft, rng):
    draft.before = rng.choice([
        b"\r\n", b"\r\n\r\n", b"\n", b"\r", b" ", b"\r\n" * 3, b"\x00", b"X\r\n"])


def change_host(draft, rng):
    for field in draft.fields:
        if field[0] == b"Host":
            field[2] = rng.choice(HOSTS)
    if rng.random() < 0.3:
        draft.fields.append([b"Host", b": ", rng.choice([draft.host, *HOSTS]), b"\r\n"])
    elif rng.random() < 0.1:
        draft.fields = [field for field in draft.fields if field[0] != b"Host"]


def add_field(draft, rng):
    field = [rng.choice(NAMES), rng.choice([b": ", b":", b":\t", b":  "]),
             rng.choice(VALUES[:13]), b"\r\n"]
    draft.insert(field)


def add_odd_field(draft, rng):
    names = NAMES + [b"", b"X Y", b"X\x00", b"\x80", b"X:", b"(x)", b" X", b"X\t"]
    field = [rng.choice(names), rng.choice([b": ", b":", b" : ", b"", b"\t:", b":\x0b", b"="]),
             rng.choice(VALUES), b"\r\n"]
    draft.insert(field)


def add_hop_field(draft, rng):
    draft.insert([
        rng.choice(HOP_NAMES), b": ", rng.choice(HOP_VALUES), b"\r\n"])


def repeat_field(draft, rng):
    if draft.fields:
        field = list(rng.choice(draft.fields))
        field[0] = rng.choice([field[0], field[0].upper(), field[0].swapcase()])
        draft.insert(field)


def change_case(draft, rng):
    for field in draft.fields:
        field[0] = bytes(rng.choice([letter, letter.swapcase()])[0] for letter in (
            field[0][at:at + 1] for at in range(len(field[0]))))


def shuffle(draft, rng):
    rng.shuffle(draft.fields)


def change_framing(draft, rng):
    framing = draft.framing()
    which = rng.randrange(4)
    if not framing or which == 0:
        name = rng.choice(FRAMING_NAMES)
        value = rng.choice(CODINGS + [b"chunked"] if b"ransfer" in name.lower() else [b"0", b"5"])
        draft.insert([name, b": ", value, b"\r\n"])
    elif which == 1:
        framing[0][0] = rng.choice(FRAMING_NAMES)
    elif framing[0][2].isdigit():
        framing[0][2] = formatted(rng.choice(LENGTHS), int(framing[0][2]))
    else:
        framing[0][2] = rng.choice(CODINGS)


def change_length(draft, rng):
    """Another true length: what is left becomes a request, what is missing is taken from one."""
    for field in draft.framing():
        if field[2].isdigit():
            field[2] = b"%d" % max(0, int(field[2]) + rng.choice([-60, -5, -1, 1, 5, 60]))


def change_chunks(draft, rng):
    if draft.chunks is None:
        return
    chunk = rng.choice(draft.chunks)
    which = rng.randrange(6)
    if which == 0:
        chunk[rng.choice([1, 3])] = rng.choice(ENDS)
    elif which == 1:
        draft.chunks[-1][3] = rng.choice(TRAILERS) + b"\r\n"
    elif which == 2:
        chunk[2] += rng.choice([b"x", b"\r\n", b"0\r\n\r\n"])
    else:
        chunk[0] = formatted(rng.choice(SIZES), len(chunk[2]))


def change_end(draft, rng):
    if draft.fields and rng.random() < 0.7:
        rng.choice(draft.fields)[3] = rng.choice(ENDS)
    else:
        draft.end = rng.choice(ENDS)


OF_GRAMMAR = [
    change_target, change_target, change_line, change_before, change_host, add_field, add_field,
    add_field, add_odd_field, add_hop_field, add_hop_field, repeat_field, change_case, shuffle,
    change_framing, change_framing, change_length, change_chunks, change_chunks, change_end]


def change_bytes(raw, rng):
    at = rng.randrange(len(raw)) if raw else 0
    which = rng.randrange(5)
    if which == 0:
        return raw[:at] + rng.choice(CONTROLS) + raw[at:]
    if which == 1:
        return raw[:at] + rng.choice(CONTROLS) + raw[at + 1:]
    if which == 2:
        return raw[:at] + raw[at + 1:]
    if which == 3:
        return raw[:at] + bytes([raw[at] ^ 1 << rng.randrange(8)]) + raw[at + 1:]
    end = min(len(raw), at + rng.randrange(1, 30))
    return raw[:end] + raw[at:end] + raw[end:]


def mutant(rng, name, port):
    """One request, mutated zero to four times."""
    draft = Draft(rng, name, port)
    count = rng.choices([0, 1, 2, 3, 4], [25, 45, 20, 7, 3])[0]
    by_bytes = sum(rng.random() < 0.12 for _ in range(count))
    for _ in range(count - by_bytes):
        rng.choice(OF_GRAMMAR)(draft, rng)
    raw = draft.bytes()
    for _ in range(by_bytes):
        raw = change_bytes(raw, rng)
    return raw


def cuts(raw, rng):
    """The pieces in which a connection's bytes are sent."""
    which = rng.random()
    if which < 0.6:
        return [raw]
    if which < 0.62:
        return [raw[at:at + 1] for at in range(min(len(raw), 1500))] + [raw[1500:]]
    places = sorted(rng.randrange(len(raw) + 1) for _ in range(rng.randrange(1, 6)))
    return [raw[start:end] for start, end in zip([0, *places], [*places, len(raw)])]


def name_of(number, at):
    """A path that tells its connection, with a check: what was mutated tells nothing."""
    name = b"k%dx%d" % (number, at)
    return b"%sz%08x" % (name, zlib.crc32(name))


def number_in(target):
    """The connection a target names; None when it names none for sure."""
    found = re.search(rb"/(k(\d+)x\d+)z([0-9a-f]{8})", target)
    return int(found[2]) if found and zlib.crc32(found[1]) == int(found[3], 16) else None


class Flight:
    """The mutants of one connection, one behind the other, and a canary behind them."""

    def __init__(self, seed, number, port):
        rng = random.Random(f"{seed}/{number}")
        self.number = number
        self.mutants = [
            mutant(rng, name_of(number, at), port)
            for at in range(rng.choices([1, 2, 4, 8], [35, 30, 20, 15])[0])]
        self.canary = b"/canary-%d" % number
        self.raw = b"".join(self.mutants) + (
            b"GET http://t.test%s HTTP/1.1\r\nHost: t.test\r\nConnection: close\r\n\r\n"
            % self.canary)
        self.pieces = cuts(self.raw, rng)
