"""The adversarial catalogue: its rows, and `make catalogue`, which prints what each comes to.

A test belongs to a row when its id holds "row 94: " or its name "row_94_", "rows_94_and_96_" or
"rows_94_to_96_". Run as a script, this runs those tests of Tests/Wire and Tests/Load; as pytest's
plugin (`-p catalogue --catalogue FILE`) it notes their results in a file.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SECTIONS = {
    "A": "The request line and the target",
    "B": "The header block",
    "C": "The body's framing",
    "D": "Connections, pipelining, interim answers, upgrades",
    "E": "CONNECT and interception of TLS",
    "F": "Bad origins",
    "G": "What may be reached, and what gets the key",
    "H": "Exhaustion and slow peers",
    "I": "Limits, repetition, durability",
    "J": "A cache",
}
NO_RELOAD = "a running process does not read its policy again"
NO_LEDGER = "what was spent is not kept on disk, nor shared between processes"
NO_CACHE = "answers are not cached"

# Number, section, what it is about and, for a row without a test, why.
ROWS = [
    (1, "A", "the target's host wins over Host"),
    (2, "A", "Host missing, twice, or malformed"),
    (3, "A", "target forms that do not fit the method"),
    (4, "A", "OPTIONS without a path becomes an asterisk"),
    (5, "A", "a request line of 8000 octets"),
    (6, "A", "a URL or a method of 100 KB"),
    (7, "A", "whitespace in the request line"),
    (8, "A", "odd versions"),
    (9, "A", "HTTP/0.9 and the preface of HTTP/2"),
    (10, "A", "control and non-ASCII bytes in the target"),
    (11, "A", "escapes, dots and slashes stay as they are"),
    (12, "A", "user information and fragments"),
    (13, "A", "other schemes"),
    (14, "A", "unknown methods, and lower case"),
    (15, "A", "malformed methods"),
    (16, "A", "TRACE"),
    (17, "A", "empty lines before a request"),
    (18, "A", "bare LF and bare CR as line ends"),
    (19, "B", "whitespace before a colon"),
    (20, "B", "leading whitespace and folded lines"),
    (21, "B", "lines without a colon or a name"),
    (22, "B", "control bytes in a value"),
    (23, "B", "obs-text in a value"),
    (24, "B", "names that are no tokens"),
    (25, "B", "framing names with underscores"),
    (26, "B", "too many, too long, too large"),
    (27, "B", "fields that Connection names"),
    (28, "B", "Connection names Host, framing or the key"),
    (29, "B", "fields that end at this hop"),
    (30, "B", "the caller sends the key's field"),
    (31, "B", "a request that has been here before"),
    (32, "B", "Via, and the order of fields"),
    (33, "C", "length and coding together"),
    (34, "C", "more than one length"),
    (35, "C", "malformed lengths"),
    (36, "C", "lengths with leading zeros"),
    (37, "C", "unknown and malformed codings"),
    (38, "C", "more than one coding"),
    (39, "C", "disguised codings"),
    (40, "C", "a coding in HTTP/1.0"),
    (41, "C", "malformed chunk sizes"),
    (42, "C", "chunk extensions"),
    (43, "C", "line ends of chunk lines"),
    (44, "C", "chunk data of another length"),
    (45, "C", "long extensions, tiny chunks, many trailers"),
    (46, "C", "trailers that would matter in a head"),
    (47, "C", "bodies with any method"),
    (48, "C", "POST without framing"),
    (49, "C", "bodies that end early"),
    (50, "C", "a length without a body"),
    (51, "C", "answers before the body's end"),
    (52, "C", "messages cut at every byte"),
    (53, "D", "pipelined requests, the first one waiting"),
    (54, "D", "pipelining behind a body; bad behind good"),
    (55, "D", "nothing after Connection: close"),
    (56, "D", "clients of HTTP/1.0"),
    (57, "D", "Expect while a request waits"),
    (58, "D", "odd expectations"),
    (59, "D", "a final answer before the body"),
    (60, "D", "interim answers"),
    (61, "D", "endless interim answers"),
    (62, "D", "an upgrade that is not answered by 101"),
    (63, "D", "a 101 nobody asked for"),
    (64, "D", "WebSocket"),
    (65, "D", "answers that have no body"),
    (66, "D", "a client that half-closes while it waits"),
    (67, "D", "a client that resets"),
    (68, "D", "a client that stops reading"),
    (69, "E", "malformed CONNECT targets"),
    (70, "E", "CONNECT to ports that are not allowed"),
    (71, "E", "CONNECT with a body or an expectation"),
    (72, "E", "TLS bytes together with CONNECT"),
    (73, "E", "200 to CONNECT has no framing"),
    (74, "E", "CONNECT to what cannot be reached"),
    (75, "E", "one side of a tunnel ends"),
    (76, "E", "idle tunnels, and too many"),
    (77, "E", "odd handshakes inside an interception"),
    (78, "E", "inner requests for another host"),
    (79, "E", "origins with doubtful certificates"),
    (80, "E", "CONNECT inside a tunnel, and to the proxy"),
    (81, "E", "the authority's key; many names"),
    (82, "F", "answers with malformed framing"),
    (83, "F", "answers whose body breaks"),
    (84, "F", "answers with malformed fields"),
    (85, "F", "bytes on idle connections"),
    (86, "F", "bytes behind an answer"),
    (87, "F", "a pooled connection that is dead"),
    (88, "F", "many dead connections"),
    (89, "F", "heads that are too large or no HTTP"),
    (90, "F", "origins that stall"),
    (91, "F", "compressed bodies pass untouched"),
    (92, "F", "redirects are never followed"),
    (93, "F", "HTTP/2 is never spoken to origins"),
    (94, "G", "loopback and private addresses"),
    (95, "G", "metadata addresses"),
    (96, "G", "disguised and special addresses"),
    (97, "G", "names that change their address"),
    (98, "G", "a policy that gets stricter", NO_RELOAD),
    (99, "G", "the proxy's own addresses"),
    (100, "G", "the admin pages"),
    (101, "G", "Proxy-Authorization"),
    (102, "G", "an open proxy"),
    (103, "G", "proxies of the environment"),
    (104, "G", "secrets in logs, pages, errors, the process"),
    (105, "G", "hosts that are nearly an API's"),
    (106, "H", "slow heads"),
    (107, "H", "slow bodies and slow readers"),
    (108, "H", "silent clients, stalled handshakes"),
    (109, "H", "no descriptors for clients"),
    (110, "H", "no descriptors for origins"),
    (111, "H", "full queues"),
    (112, "H", "memory under pressure"),
    (113, "H", "thousands of waiting clients reset at once"),
    (114, "H", "a log that cannot be written"),
    (115, "H", "one key with a long queue"),
    (116, "H", "a resolver that hangs"),
    (117, "I", "Retry-After in every form"),
    (118, "I", "503 with it, 429 without"),
    (119, "I", "an origin that always says 429"),
    (120, "I", "everything fails at once"),
    (121, "I", "what is sent again, and what never"),
    (122, "I", "bodies too large to be kept"),
    (123, "I", "idempotency keys"),
    (124, "I", "kill -9 at any moment", NO_LEDGER),
    (125, "I", "ending with many waiting"),
    (126, "I", "clocks that jump, processes that sleep"),
    (127, "I", "damaged state files", NO_LEDGER),
    (128, "I", "replicas that share a limit", NO_LEDGER),
    (129, "I", "a limit changed under load", NO_RELOAD),
    (130, "I", "a faulty policy at reload", NO_RELOAD),
    (131, "J", "answers to requests with a key", NO_CACHE),
    (132, "J", "what may be stored, and for how long", NO_CACHE),
    (133, "J", "a body behind a cached answer", NO_CACHE),
]

# Rows that tests outside of Tests/Wire and Tests/Load hold, as well or alone.
ELSEWHERE = {
    **dict.fromkeys(range(7, 11), "HTTPWireTests.RequestLineTests"),
    **dict.fromkeys(range(19, 26), "HTTPWireTests.FieldTests"),
    **dict.fromkeys(range(33, 46), "HTTPWireTests.FramingTests"),
    52: "HTTPWireTests.PropertyTests",
    82: "HTTPWireTests.ResponseTests",
    117: "FeedbackTests.RetryAfterTests",
}

NAMED = re.compile(r"(?<![a-z])rows?[ _](\d+(?:_(?:and|to)_\d+)*)(?=[_:\[]|$)")


def rows_of(node):
    """The numbers of the rows that a test's id names."""
    numbers = set()
    for found in NAMED.findall(node):
        for part in found.split("_and_"):
            ends = [int(each) for each in part.split("_to_")]
            numbers.update(range(ends[0], ends[-1] + 1))
    return numbers


def pytest_addoption(parser):
    parser.addoption("--catalogue", metavar="FILE", help="note the results of the catalogue here")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--catalogue"):
        chosen = [item for item in items if rows_of(item.nodeid)]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


def pytest_configure(config):
    if config.getoption("--catalogue"):
        config.pluginmanager.register(Notes(config.getoption("--catalogue")))


class Notes:
    """The results of one run: a word for each test that names a row."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.results = {}

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.results[report.nodeid] = "FAIL"
        elif report.skipped or report.when == "call":
            self.results.setdefault(report.nodeid, "skipped" if report.skipped else "pass")

    def pytest_collectreport(self, report):
        if report.failed:
            self.results[report.nodeid] = "FAIL"

    def pytest_sessionfinish(self):
        self.path.write_text(json.dumps(self.results))


def tally(results):
    """The words of each row's tests, counted."""
    counts = collections.defaultdict(collections.Counter)
    for node, word in results.items():
        for number in rows_of(node):
            counts[number][word] += 1
    return counts


def verdict(words, elsewhere, why_open=None):
    """What a row comes to: a word, and what stands beside it."""
    also = f"  (also {elsewhere})" if elsewhere else ""
    if words["FAIL"]:
        return "FAIL", f"{words['FAIL']} of {words.total()}"
    if words["pass"]:
        skipped = f", {words['skipped']} skipped" if words["skipped"] else ""
        return "pass", f"{words['pass']}{skipped}{also}"
    if words["skipped"]:
        return "skipped", f"{words['skipped']}{also}"
    if elsewhere:
        return "other", f"see {elsewhere}"
    return ("open", why_open) if why_open else ("FAIL", "no test names this row")


def table(results):
    """The catalogue's table as lines, and whether no row fails."""
    counts, words = tally(results), collections.Counter()
    lines = []
    for section, title in SECTIONS.items():
        lines += ["", f"{section}  {title}"]
        for number, _, what, *why in (row for row in ROWS if row[1] == section):
            word, beside = verdict(counts[number], ELSEWHERE.get(number), *why)
            words[word] += 1
            lines.append(f"{number:6}  {what:48}  {word:8}{beside}")
    known = {row[0] for row in ROWS} | {0}
    lines += [f"no such row: {number}" for number in sorted(set(counts) - known)]
    failed = sorted(node for node, word in results.items() if word == "FAIL")
    lines += ["", *(f"FAIL  {node}" for node in failed)]
    lines.append(f"{len(ROWS)} rows, {len(results)} cases: " + ", ".join(
        f"{count} {word}" for word, count in words.items()))
    return lines, not failed and not words["FAIL"] and not set(counts) - known


def main():
    here = pathlib.Path(__file__).parent
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, tests in enumerate([here, here.parent / "Load"]):
            path = pathlib.Path(folder) / f"{number}.json"
            subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "catalogue",
                 "--catalogue", path, *sys.argv[1:], tests],
                env={**os.environ, "PYTHONPATH": str(here)}, check=False)
            if not path.exists():
                sys.exit(f"pytest did not run {tests}")
            results |= json.loads(path.read_text())
    lines, is_good = table(results)
    print("\n".join(lines))
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
