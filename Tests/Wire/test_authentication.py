"""Rows 101 and 102: listeners that ask who one is, and the start that is refused without it."""

import base64
import select
import shutil
import subprocess
import time

import pytest
import requests

from client import Client
from listening import (
    HASHES, PASSWORDS, basic, from_address, listen, ports, refusal, users_file)
from proxy import Proxy, policy
from wire import Wire, assert_problem, post, request, rows

ADA = basic("ada", PASSWORDS["ada"])
CHALLENGE = ['Basic realm="penstock", charset="UTF-8"']


def two_listeners(origin, users):
    """One listener that asks nobody, and one that asks for a user."""
    guarded = "[127.0.0.1:0, { address: 127.0.0.1:0, users: required }]"
    return listen(policy(origin.port, top=f"users: {users}"), guarded)


class GuardedWire(Wire):
    """A Wire whose canaries take the open listener, and what is tested the guarded one."""

    def __init__(self, proxy, origin):
        super().__init__(proxy, origin)
        self.guarded = ports(proxy)[1]

    def ask(self, *lines, source="127.0.0.1", **options):
        """One request on a connection of its own to the guarded listener."""
        with from_address(source, self.guarded, timeout=30) as client:
            client.send(request(*lines, **options))
            return client.read_answer()


@pytest.fixture(scope="module")
def module_wire(origin, tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    proxy = Proxy(two_listeners(origin, users_file(folder, "ada")), folder)
    yield GuardedWire(proxy, origin)
    for secret in secrets():
        assert secret not in proxy.log
    proxy.stop()


@pytest.fixture
def slow_wire(origin, start, tmp_path):
    """A process whose users' passwords take about a tenth of a second to check."""
    return GuardedWire(start(two_listeners(origin, users_file(tmp_path, "slow"))), origin)


def secrets():
    """Passwords, the fields that bring them, and hashes."""
    for user, password in PASSWORDS.items():
        yield password.encode()
        yield basic(user, password).split()[-1]
        yield HASHES[user].encode()


def assert_challenged(answer):
    assert_problem(answer, 407)
    assert answer.values("proxy-authenticate") == CHALLENGE, answer
    for secret in secrets():
        assert secret not in answer.body


def token(raw):
    return b"Proxy-Authorization: Basic " + base64.b64encode(raw)


@pytest.mark.parametrize("lines", rows(
    (101, "no credential", []),
    (101, "a wrong password", [basic("ada", "correct horsf")]),
    (101, "a password cut off", [basic("ada", "correct hors")]),
    (101, "an empty password", [basic("ada", "")]),
    (101, "a stranger", [basic("eve", PASSWORDS["ada"])]),
    (101, "an empty user", [basic("", PASSWORDS["ada"])]),
    (101, "the user in capitals", [basic("ADA", PASSWORDS["ada"])]),
    (101, "a NUL behind the password", [token(b"ada:correct horse\0")]),
    (101, "a NUL and more behind it", [token(b"ada:correct horse\0:x")]),
    (101, "an oversized one", [token(b"ada:" + b"x" * 1100)]),
    (101, "the right one behind 1 KiB of spaces",
     [ADA.replace(b"Basic ", b"Basic" + b" " * 1024)]),
    (101, "an empty field", [b"Proxy-Authorization:"]),
    (101, "the scheme alone", [b"Proxy-Authorization: Basic"]),
    (101, "the scheme and a space", [b"Proxy-Authorization: Basic "]),
    (101, "another scheme", [ADA.replace(b"Basic", b"Bearer")]),
    (101, "a scheme that begins like it", [ADA.replace(b"Basic ", b"Basics ")]),
    (101, "no base64", [b"Proxy-Authorization: Basic ada:correct horse"]),
    (101, "base64 without its padding",
     [b"Proxy-Authorization: Basic YWRhOmNvcnJlY3QgaG9yc2VzIQ"]),
    (101, "base64 of the other alphabet", [b"Proxy-Authorization: Basic YWRhOl8_-_8="]),
    (101, "base64 with a space inside", [ADA[:-8] + b" " + ADA[-8:]]),
    (101, "no colon", [token(b"ada correct horse")]),
    (101, "Authorization in its place", [ADA.replace(b"Proxy-", b"")]),
))
def test_who_is_not_known_is_challenged_and_stays_connected(wire, lines):
    with from_address(f"127.0.1.{len(str(lines)) % 250 + 1}", wire.guarded) as client:
        client.send(request(*lines))
        assert_challenged(client.read_answer())
        client.send(request(ADA, line=b"GET http://t.test/after HTTP/1.1"))
        answer = client.read_answer()
        assert (answer.status, answer.body) == (200, b"/after"), answer
    assert wire.origin.targets() == ["/after"]


@pytest.mark.parametrize("field", rows(
    (101, "as clients send it", ADA),
    (101, "the scheme in any case", ADA.replace(b"Basic", b"bASIC")),
    (101, "more than one space", ADA.replace(b"Basic ", b"Basic   ")),
    (101, "the field's name in any case", ADA.replace(b"Proxy-Auth", b"pROXY-aUTH")),
))
def test_who_is_known_is_served_and_the_credential_goes_no_further(wire, field):
    answer = wire.ask(field)
    assert (answer.status, answer.body) == (200, b"/p"), answer
    (seen,) = wire.origin.requests
    assert not seen.values("proxy-authorization"), seen
    assert ADA.split()[-1] not in wire.origin.received


def test_row_101_two_credentials_are_malformed(wire):
    with Client(wire.guarded) as client:
        client.send(request(ADA, ADA))
        assert_problem(client.read_answer(), 400)
        assert client.is_closed()
    wire.assert_origin_saw_nothing()


def test_row_101_every_request_of_a_connection_is_asked(wire):
    with Client(wire.guarded) as client:
        for number in range(20):
            known = number % 3 != 1
            client.send(request(
                *([ADA] if known else []), line=b"GET http://t.test/%d HTTP/1.1" % number))
            answer = client.read_answer()
            if known:
                assert answer.body == b"/%d" % number, answer
            else:
                assert_challenged(answer)


@pytest.mark.parametrize("raw, method", rows(
    (101, "CONNECT", request(line=b"CONNECT t.test:443 HTTP/1.1", host=b"t.test:443"), "CONNECT"),
    (101, "a base URL", request(line=b"GET /t/p HTTP/1.1", host=b"localhost"), "GET"),
    (101, "OPTIONS that go no further",
     request(b"Max-Forwards: 0", line=b"OPTIONS http://t.test/ HTTP/1.1"), "OPTIONS"),
    (101, "TRACE", request(line=b"TRACE http://t.test/ HTTP/1.1"), "TRACE"),
    (101, "an unknown host", request(line=b"GET http://10.0.0.1/ HTTP/1.1", host=b"x"), "GET"),
))
def test_nothing_else_is_understood_before(wire, raw, method):
    with Client(wire.guarded) as client:
        client.send(raw)
        assert_challenged(client.read_answer(method))
    wire.assert_origin_saw_nothing()


def test_row_101_connect_with_a_credential_is_not_challenged(wire):
    with Client(wire.guarded) as client:
        client.send(request(ADA, line=b"CONNECT t.test:443 HTTP/1.1", host=b"t.test:443"))
        assert client.read_head().status != 407


def test_row_101_head_is_challenged_without_a_body(wire):
    with Client(wire.guarded) as client:
        client.send(request(line=b"HEAD http://t.test/p HTTP/1.1"))
        answer = client.read_answer("HEAD")
        assert (answer.status, answer.values("proxy-authenticate")) == (407, CHALLENGE)
        client.send(request(ADA))
        assert client.read_answer().status == 200


@pytest.mark.parametrize("raw, keeps", rows(
    (101, "a small body", post(b"Content-Length: 5", body=b"hello"), True),
    (101, "a body that waits for its 100",
     post(b"Content-Length: 5", b"Expect: 100-continue"), False),
    (101, "a large body", post(b"Content-Length: 1000000"), False),
    (101, "chunks", post(b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n"), False),
))
def test_a_body_is_not_taken_from_strangers(wire, raw, keeps):
    with Client(wire.guarded) as client:
        client.send(raw)
        answer = client.read_answer()
        assert_challenged(answer)
        assert not answer.interim
        assert answer.values("connection") == ([] if keeps else ["close"])
        if keeps:
            client.send(request(ADA))
            assert client.read_answer().status == 200


def test_row_101_a_user_is_a_caller_of_its_own(wire):
    """The rest of a batch fails with its first request, for the caller that sent it alone."""
    wire.origin.on("/batch", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    batch = b"Penstock-Batch: b1"
    line = b"GET http://t.test/batch HTTP/1.1"
    assert wire.ask(ADA, batch, line=line).status == 400
    wire.origin.scripts.clear()
    assert wire.ask(ADA, batch, line=line, source="127.0.0.3").status == 424
    assert wire.get("/batch", batch).status == 200


def test_row_101_ten_wrong_passwords_are_enough_for_a_while(wire):
    eve = "127.0.0.66"
    for number in range(10):
        answer = wire.ask(basic("ada", f"guess {number}"), source=eve)
        assert_challenged(answer)
        assert not answer.values("retry-after"), f"{number}: {answer}"
    used = wire.proxy.cpu()
    for number in range(100):
        answer = wire.ask(basic("ada", f"another {number}"), source=eve)
        assert_challenged(answer)
        assert answer.values("retry-after") == ["120"], answer
    assert wire.proxy.cpu() - used < 0.3, "each guess is still computed"
    # Who is known stays known there, and others are not held responsible.
    assert wire.ask(ADA, source=eve).status == 200
    answer = wire.ask(basic("ada", "a slip"), source="127.0.0.67")
    assert not answer.values("retry-after"), answer


def test_row_101_a_known_user_costs_nothing_again(slow_wire):
    field = basic("slow", PASSWORDS["slow"])
    assert slow_wire.ask(field).status == 200
    used = slow_wire.proxy.cpu()
    for _ in range(50):
        assert slow_wire.ask(field).status == 200
    assert slow_wire.proxy.cpu() - used < 1, "each connection pays for the check again"


def test_row_101_many_who_come_with_one_password_pay_for_one_check(slow_wire):
    used = slow_wire.proxy.cpu()
    clients = [Client(slow_wire.guarded, timeout=20) for _ in range(60)]
    for client in clients:
        client.send(request(basic("slow", PASSWORDS["slow"])))
    assert {client.read_answer().status for client in clients} == {200}
    assert slow_wire.proxy.cpu() - used < 1.5
    for client in clients:
        client.socket.close()


def test_row_101_a_stranger_takes_as_long_as_a_user(slow_wire):
    def cost(user):
        used = slow_wire.proxy.cpu()
        for number in range(5):
            assert slow_wire.ask(basic(user, f"x{number}")).status == 407
        return slow_wire.proxy.cpu() - used

    known, stranger = cost("slow"), cost("nobody")
    assert 0.5 < stranger / known < 2, (known, stranger)


def test_row_101_wrong_passwords_hold_up_nobody(slow_wire):
    """A hundred guessers at once: two are checked, 64 wait, the rest is told to come back."""
    clients = [
        from_address(f"127.0.2.{number + 1}", slow_wire.guarded, timeout=60)
        for number in range(100)]
    with slow_wire.proxy.asleep():
        for number, client in enumerate(clients):
            client.send(request(basic("slow", f"guess {number}")))
    spans = []
    while not select.select([clients[0].socket], [], [], 0)[0] or len(spans) < 10:
        began = time.monotonic()
        assert slow_wire.get("/other").status == 200
        spans.append(time.monotonic() - began)
    answers = [client.read_answer() for client in clients]
    for client in clients:
        client.socket.close()
    busy = [answer for answer in answers if answer.status == 503]
    for answer in busy:
        assert_problem(answer, 503)
        assert answer.values("retry-after") == ["1"]
    wrong = [answer for answer in answers if answer.status == 407]
    for answer in wrong:
        assert_challenged(answer)
    assert (len(wrong), len(busy)) == (66, 34)
    # On the loop's thread the checks would have taken seconds in one piece.
    assert sorted(spans)[len(spans) // 2] < 0.25, spans
    slow_wire.canary()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("options, code", rows(
    (101, "the right password", ["--proxy-user", "ada:correct horse"], "200"),
    (101, "after being asked", ["--proxy-anyauth", "--proxy-user", "ada:correct horse"], "200"),
    (101, "a wrong password", ["--proxy-user", "ada:wrong"], "407"),
    (101, "none", [], "407"),
))
def test_curl_is_served_as_it_deserves(wire, options, code):
    said = subprocess.run(
        ["curl", "-sS", "--max-time", "10", "--interface", "127.0.0.5", "-o", "/dev/null",
         "-w", "%{http_code}", "--proxy", f"http://127.0.0.1:{wire.guarded}", *options,
         "http://t.test/curl"],
        capture_output=True, text=True, check=True)
    assert said.stdout == code, said


@pytest.mark.parametrize("user, code", rows(
    (101, "the right password", "ada:correct%20horse@", 200),
    (101, "a wrong password", "ada:wrong@", 407),
    (101, "none", "", 407),
))
def test_requests_is_served_as_it_deserves(wire, user, code):
    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"http": f"http://{user}127.0.0.1:{wire.guarded}"}
        assert [session.get("http://t.test/r").status_code for _ in range(3)] == [code] * 3


@pytest.mark.parametrize("address", ["0.0.0.0:0", "'[::]:0'"])
def test_row_102_an_open_listener_for_other_machines_is_refused(origin, start, address):
    said = refusal(start, listen(policy(origin.port), address))
    assert "reachable from other machines" in said and "users: required" in said, said


def test_row_102_with_users_other_machines_are_served(origin, start, tmp_path):
    users = users_file(tmp_path, "ada")
    text = listen(
        policy(origin.port, top=f"users: {users}"), "{ address: 0.0.0.0:0, users: required }")
    proxy = start(text)
    with Client(ports(proxy)[0]) as client:
        client.send(request())
        assert_challenged(client.read_answer())
        client.send(request(ADA))
        assert client.read_answer().status == 200


@pytest.mark.parametrize("address", ["0.0.0.0:0", "'[::]:0'"])
def test_row_102_the_admin_pages_are_for_this_machine(origin, start, address):
    said = refusal(start, listen(policy(origin.port), admin=address))
    assert "reachable from other machines" in said, said


@pytest.mark.parametrize("hash", ["$1$abcdefgh$rgm3GJHlq/RqBrBzqaVlU/", "plain text", "*", ""])
def test_row_102_a_hash_that_is_none_is_refused_and_not_repeated(origin, start, tmp_path, hash):
    users = tmp_path / "users"
    users.write_text(f"eve:{hash}\n")
    users.chmod(0o600)
    said = refusal(start, two_listeners(origin, users))
    assert "users:1:5:" in said and "eve" not in said, said
    assert not hash or hash == "*" or hash not in said, said
