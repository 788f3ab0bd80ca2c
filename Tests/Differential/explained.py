"""What a peer refuses by right, though it is HTTP: a stricter taste, not another reading."""

import re

# What nginx takes once (ngx_http_process_unique_header_line).
ONCE = {
    b"authorization", b"content-range", b"content-type", b"date", b"depth", b"destination",
    b"if-match", b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since",
    b"keep-alive", b"overwrite", b"range", b"referer", b"user-agent", b"x-real-ip"}


def repeats(message):
    names = [name for name, _ in message.fields if name in ONCE]
    return len(names) != len(set(names))


def leaves_root(message):
    """Whether the path's dots lead above its root, or its escapes are none, as nginx sees it."""
    path = message.target.split(b"?")[0]
    if re.search(rb"%(?![0-9A-Fa-f]{2})|%00", path):
        return True
    depth = 0
    decoded = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), path)
    for part in re.split(rb"/+", decoded.lstrip(b"/")):
        depth += -1 if part == b".." else 0 if part in (b"", b".") else 1
        if depth < 0:
            return True
    return False


# h11 as a reader of what the client sent, not of what was forwarded.
CLIENTS_BYTES = "h11, of the client's bytes"

REASONS = [
    ("nginx", "a method that has other than capitals",
     lambda message, _: not re.fullmatch(rb"[A-Z_-]+", message.method)),
    ("nginx", "a field twice that it takes once", lambda message, _: repeats(message)),
    ("nginx", "a path above the root, or with a bad escape",
     lambda message, _: leaves_root(message)),
    ("nginx", "an asterisk as target", lambda message, _: message.target == b"*"),
    ("haproxy", "PRI, the method of HTTP/2's preface",
     lambda message, _: message.method == b"PRI"),
    # RFC 9112 section 7.1.1 allows it: chunk-ext = *( BWS ";" ...
    (CLIENTS_BYTES, "a space before a chunk's extension",
     lambda _, refusal: refusal.status == "illegal chunk header"),
]


def explain(peer, message, refusal):
    """Why the peer may refuse this message; None where nothing is known that would excuse it."""
    for name, why, holds in REASONS:
        if name == peer and holds(message, refusal):
            return why
    return None
