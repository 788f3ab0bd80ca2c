"""Row 104: the keys' bytes are found nowhere; and keys that are read again while it runs."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

from certificates import make_ca, make_leaf, tls_origin
from client import Client
from origin import Origin, answer
from proxy import Proxy, command, policy
from scripts import own_provider, status
from waiting import wait_until
from wire import assert_problem, post, request, rows

BODY = b"x" * 100_000


def write(path, secret, mode=0o600):
    """A file with a secret, which replaces the one before in one step."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text(secret + "\n")
    fresh.chmod(mode)
    fresh.replace(path)
    return path


def run(*arguments, environment=None):
    binary = command("")[0]
    return subprocess.run(
        [binary, *arguments], capture_output=True, timeout=20, stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})})


def ask_admin(proxy, line, *lines, host=b"localhost", body=b""):
    with Client(proxy.admin_port) as client:
        client.send(request(
            b"Content-Length: %d" % len(body), *lines, line=line + b" HTTP/1.1", host=host,
            body=body))
        return client.read_answer()


def reload(proxy):
    """What the process says of its keys, by `api/key`."""
    got = ask_admin(proxy, b"POST /keys/reload")
    assert got.status == 200, got
    document = json.loads(got.body)
    outcomes = {f"{key['api']}/{key['key']}": key["outcome"] for key in document["keys"]}
    for word in ["changed", "unchanged", "failed"]:
        counted = [each for each in outcomes.values() if each.split(":")[0] == word]
        assert len(counted) == document[word], document
    return outcomes


class Leaky:
    """A process with keys from everywhere, once it has seen all kinds of traffic."""

    canaries = {
        "env": "canary-env-91c2e7a04d", "file": "canary-file-55d0aa81f3",
        "new": "canary-new-3e6b10c97f", "credential": "canary-cred-0b8f31d26a",
        "tls": "canary-tls-c47a9950eb", "refused": "canary-refused-82fd6613b0"}

    def __init__(self, folder):
        make_ca(folder, "ca")
        make_leaf(folder, "ca", "good", "IP:127.0.0.1")
        self.plain = Origin()
        self.tls = tls_origin(folder, "good")
        self.file = write(folder / "key", self.canaries["file"])
        write(folder / "tls-key", self.canaries["tls"])
        write(folder / "refused", self.canaries["refused"], 0o644)
        (folder / "credentials").mkdir()
        write(folder / "credentials" / "key", self.canaries["credential"], 0o440)
        plain, secure = f"http://127.0.0.1:{self.plain.port}", f"https://127.0.0.1:{self.tls.port}"
        bearer = "{ header: Authorization, scheme: Bearer }"
        apis = [
            ("e", plain, "{ header: X-API-Key }", "env:CANARY", ""),
            ("again", plain, bearer, "env:CANARY", ""),
            ("f", plain, bearer, f"file:{self.file}", ""),
            ("c", plain, bearer, "credential:key", ""),
            ("s", secure, bearer, f"file:{folder / 'tls-key'}",
             f", tls: {{ ca: {folder / 'ca.pem'} }}"),
            ("down", "http://127.0.0.1:1", bearer, "env:CANARY", "")]
        self.path = folder / "policy.yaml"
        text = "listen: { proxy: 127.0.0.1:0, admin: 127.0.0.1:0 }\napis:\n" + "".join(
            f"  {name}: {{ origin: '{origin}', hosts: [{name}.test], credential: {credential}, "
            f"keys: {{ a: {{ secret: '{source}' }} }}{more} }}\n"
            for name, origin, credential, source, more in apis)
        self.environment = {
            "CANARY": self.canaries["env"], "CREDENTIALS_DIRECTORY": str(folder / "credentials")}
        self.proxy = Proxy(text, folder, environment=self.environment)
        self.names = [name for name, *_ in apis]
        self.problems = b""
        for origin in [self.plain, self.tls]:
            self.teach(origin)
        for name in self.names:
            self.use(name)
        self.write_and_reload()
        # Last of all, so that nothing has been written over what it may leave.
        self.use("s")
        self.pages = b"".join(self.page(*each) for each in [
            (b"GET /stats",), (b"GET /health",), (b"GET /none",), (b"POST /keys/reload",),
            *((b"POST /explain", request(line=b"GET http://%s.test/ HTTP/1.1" % name.encode()))
              for name in self.names)])

    def teach(self, origin):
        limited = iter([status(b"429 Too Many Requests", b"Retry-After: 0")] * 2)

        def refuse(connection, incoming):
            connection.read_body(incoming)
            connection.send(next(limited, answer(b"ok")))

        def leave(connection, incoming):
            connection.close()

        origin.on("/429", refuse)
        origin.on("/leave", leave)
        origin.on("/early", lambda connection, _: connection.send(
            status(b"413 Content Too Large", b"Connection: close")))
        for code in [400, 401, 404, 500, 503]:
            origin.on(f"/{code}", status(b"%d No" % code))
        origin.on("/bad", b"HTTP/1.1 200 OK\r\nno field\r\n\r\n")

    def use(self, name):
        """Every kind of exchange there is, one after the other."""
        host = f"{name}.test".encode()
        base = b"http://" + host

        def get(target, *lines):
            return request(b"Prefer: wait=1", *lines, line=b"GET " + target + b" HTTP/1.1",
                           host=host)

        def put(target, *lines, body=b""):
            return request(b"Prefer: wait=1", *lines, line=b"PUT " + target + b" HTTP/1.1",
                           host=host, body=body)

        length = b"Content-Length: %d" % len(BODY)
        # Twice, so that a connection is used again.
        messages = [get(base + b"/ok"), get(base + b"/ok"), get(base + b"/429")]
        messages += [get(base + b"/%d" % code) for code in [400, 401, 404, 500, 503]]
        messages += [
            get(base + b"/leave"), get(base + b"/bad"),
            put(base + b"/ok", length, body=BODY),
            put(base + b"/ok", b"Transfer-Encoding: chunked",
                body=b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n"),
            put(base + b"/ok", b"Transfer-Encoding: chunked",
                body=b"".join(b"7\r\n1234567\r\n" for _ in range(900)) + b"0\r\n\r\n"),
            put(base + b"/429", b"Content-Length: 4", body=b"body"),
            put(base + b"/early", length, body=BODY),
            get(base + b"/ok", b"Authorization: Bearer mine", b"X-API-Key: mine"),
            get(b"http://" + host + b".evil/"), get(base + b":1/"), get(base + b"/ok", b"X: \x00"),
            b"junk\r\n\r\n", request(line=b"TRACE " + base + b"/ HTTP/1.1", host=host)]
        for message in messages:
            with Client(self.proxy.port, timeout=15) as client:
                client.send(message)
                if client.read_answer().values("content-type") == ["application/problem+json"]:
                    self.problems += client.received
        # A caller that leaves before its request is whole, and one that leaves before its answer.
        for message in [put(base + b"/ok", length, body=BODY[:70_000]), get(base + b"/ok")]:
            client = Client(self.proxy.port)
            client.send(message)
            client.reset()

    def write_and_reload(self):
        write(self.file, self.canaries["new"])
        assert reload(self.proxy)["f/a"] == "changed"
        self.use("f")
        self.file.chmod(0o644)
        assert reload(self.proxy)["f/a"].startswith("failed: others may use it")
        self.file.chmod(0o600)

    def page(self, line, body=b""):
        got = ask_admin(self.proxy, line, b"Content-Type: message/http", body=body)
        return got.body + str(got.fields).encode()

    def found_in(self, data):
        return [name for name, secret in self.canaries.items() if secret.encode() in data]

    def stop(self):
        self.proxy.stop()
        self.plain.stop()
        self.tls.stop()


@pytest.fixture(scope="module")
def leaky(tmp_path_factory):
    leaky = Leaky(tmp_path_factory.mktemp("secrets"))
    yield leaky
    leaky.stop()


def test_row_104_each_key_reached_its_origin_and_no_other(leaky):
    """Without this, nothing below would mean anything."""
    seen = {"plain": bytes(leaky.plain.received), "tls": bytes(leaky.tls.received)}
    assert leaky.found_in(seen["plain"]) == ["env", "file", "new", "credential"]
    assert leaky.found_in(seen["tls"]) == ["tls"]


def test_row_104_no_key_is_logged(leaky):
    assert b"keys: 1 changed" in leaky.proxy.log
    assert leaky.found_in(leaky.proxy.log) == []


def test_row_104_no_key_is_in_an_answer_of_the_proxys_own(leaky):
    assert leaky.problems.count(b"urn:penstock:problem:") > 40
    assert leaky.found_in(leaky.problems) == []


def test_row_104_no_key_is_on_an_admin_page(leaky):
    assert b'"keys"' in leaky.pages
    assert leaky.found_in(leaky.pages) == []


@pytest.mark.parametrize("arguments", [
    ["check"], ["explain", "GET", "http://f.test/"], ["explain", "GET", "/e/x", "--json"]])
def test_row_104_no_command_prints_a_key(leaky, arguments):
    done = run(*arguments, "--config", str(leaky.path), environment=leaky.environment)
    assert done.returncode == 0, done
    assert leaky.found_in(done.stdout + done.stderr) == []


def test_row_104_a_file_that_others_may_read_is_a_fault_that_does_not_show_it(leaky, tmp_path):
    source = leaky.path.parent / "refused"
    path = tmp_path / "policy.yaml"
    path.write_text(policy(1).replace("env:K", f"file:{source}"))
    done = run("check", "--config", str(path))
    assert done.returncode == 2
    assert b"others may use it (mode 0644), allowed: mode 0600 or 0400" in done.stderr, done
    assert leaky.found_in(done.stdout + done.stderr) == []


@pytest.mark.parametrize("what", ["environ", "cmdline"])
def test_row_104_no_key_is_shown_by_the_system(leaky, what):
    data = pathlib.Path(f"/proc/{leaky.proxy.pid}/{what}").read_bytes()
    assert data
    assert leaky.found_in(data) == []


@pytest.mark.skipif(not shutil.which("gcore"), reason="gdb is not installed")
def test_row_104_no_key_is_in_a_core_dump(leaky, tmp_path):
    """What a reading of the whole memory finds, but for the pages that are kept out of dumps."""
    for origin in [leaky.plain, leaky.tls]:
        origin.drop_connections()
    core = tmp_path / "core"
    done = subprocess.run(
        ["gcore", "-o", str(core), str(leaky.proxy.pid)], capture_output=True, timeout=120)
    dumps = list(tmp_path.glob("core.*"))
    assert len(dumps) == 1, done
    data = dumps[0].read_bytes()
    dumps[0].unlink()
    # The policy's own words are in it, so it is the process's memory.
    assert b"again.test" in data
    near = {
        name: [data[max(0, at.start() - 120):at.end() + 60]
               for at in re.finditer(re.escape(secret.encode()), data)]
        for name, secret in leaky.canaries.items()}
    assert not any(near.values()), near


# Keys that are read again.

@pytest.fixture
def rotating(origin, start, tmp_path):
    """A process with one key in a file and one in the environment, the file, and the origin."""
    origin.scripts.clear()
    origin.forget()
    path = write(tmp_path / "key", "sk_first")
    api = f"  f: {{ origin: 'http://127.0.0.1:{origin.port}', hosts: [f.test], " \
          f"credential: {{ header: X-API-Key }}, keys: {{ b: {{ secret: 'file:{path}' }} }} }}"
    return start(policy(origin.port, more_apis=api)), path, origin


def get(proxy, host="f.test", target="/p", *lines):
    with Client(proxy.port) as client:
        client.send(request(
            *lines, line=f"GET http://{host}{target} HTTP/1.1".encode(), host=host.encode()))
        return client.read_answer()


def keys_used(origin):
    return [each.values("x-api-key")[0].decode() for each in origin.requests]


def by_command(proxy):
    done = run("keys", "reload", "--live", f"http://127.0.0.1:{proxy.admin_port}")
    assert (done.returncode, done.stderr) == (0, b""), done
    assert done.stdout == b"t/a: unchanged\nf/b: changed\n1 changed, 1 unchanged, 0 failed\n"


def by_signal(proxy):
    os.kill(proxy.pid, signal.SIGHUP)
    assert wait_until(lambda: b"keys: 1 changed, 1 unchanged, 0 failed" in proxy.log)


def by_page(proxy):
    assert reload(proxy) == {"t/a": "unchanged", "f/b": "changed"}


@pytest.mark.parametrize("how", [by_command, by_signal, by_page])
def test_row_98_a_pooled_connection_carries_the_new_key_after_a_reload(rotating, how):
    proxy, path, origin = rotating
    assert get(proxy).status == 200
    write(path, "sk_second")
    assert get(proxy).status == 200, "not before it is told to"
    how(proxy)
    assert get(proxy).status == get(proxy, "t.test").status == 200
    assert keys_used(origin) == ["sk_first", "sk_first", "sk_second", "sk_secret"]
    first, *_, third, _ = origin.requests
    assert first.connection is third.connection
    assert proxy.is_alive()


def remove(path):
    path.unlink()


@pytest.mark.parametrize("spoil, reason", [
    (remove, "there is no such file"),
    (lambda path: path.chmod(0o640), "others may use it (mode 0640), allowed: mode 0600 or 0400"),
    (lambda path: write(path, ""), "the file's content is empty, allowed: a secret"),
    (lambda path: write(path, "sk\nsecond"), "the file's content cannot stand in a header"),
    (lambda path: write(path, "k" * 9000), "it is larger than 8194 bytes"),
])
def test_a_key_that_cannot_be_read_again_keeps_its_secret(rotating, spoil, reason):
    proxy, path, origin = rotating
    spoil(path)
    outcomes = reload(proxy)
    assert outcomes["t/a"] == "unchanged"
    assert outcomes["f/b"].startswith(f"failed: {reason}"), outcomes
    done = run("keys", "reload", "--live", f"127.0.0.1:{proxy.admin_port}")
    assert done.returncode == 1
    assert f"f/b: failed: {reason}".encode() in done.stdout
    assert f"key f/b is kept as it was: {reason}".encode() in proxy.log
    assert get(proxy).status == 200
    assert keys_used(origin) == ["sk_first"]
    write(path, "sk_second")
    assert reload(proxy)["f/b"] == "changed"


NO_KEY = """\
credential: { header: X-API-Key }
dialect:
  statuses: { 401: { class: permanent, scope: key } }
"""


def test_a_key_that_was_turned_away_is_tried_at_once_with_its_new_secret(
        origin, start, tmp_path):
    origin.scripts.clear()
    origin.forget()
    path = write(tmp_path / "key", "sk_old")
    text = policy(origin.port, api=own_provider(tmp_path, NO_KEY))
    proxy = start(text.replace("env:K", f"file:{path}"))

    def check(connection, incoming):
        connection.read_body(incoming)
        is_new = incoming.values("x-api-key") == [b"sk_new"]
        connection.send(answer(b"ok") if is_new else status(b"401 Unauthorized"))

    origin.on("/p", check)
    assert get(proxy, "t.test").status == 401
    assert_problem(get(proxy, "t.test", "/p", b"Prefer: wait=1"), 503)
    write(path, "sk_new")
    assert reload(proxy)["t/a"] == "changed"
    assert get(proxy, "t.test", "/p", b"Prefer: wait=1").body == b"ok"
    assert keys_used(origin) == ["sk_old", "sk_new"]


@pytest.mark.parametrize("line, lines, host, expected", rows(
    (100, "another method", b"GET /keys/reload", [], b"localhost", 405),
    (100, "a page of a browser", b"POST /keys/reload", [b"Origin: http://evil.test"],
     b"localhost", 403),
    (100, "a name that was made to resolve to us", b"POST /keys/reload", [], b"evil.test", 403),
))
def test_keys_are_reloaded_for_operators_alone(rotating, line, lines, host, expected):
    proxy, path, _ = rotating
    write(path, "sk_second")
    assert_problem(ask_admin(proxy, line, *lines, host=host), expected)
    assert reload(proxy)["f/b"] == "changed", "the request before has not done it"


def test_row_100_the_proxy_port_reloads_no_key(rotating):
    proxy, path, _ = rotating
    write(path, "sk_second")
    with Client(proxy.port) as client:
        client.send(post(path=b"/keys/reload").replace(b"http://t.test", b"").replace(
            b"Host: t.test", b"Host: localhost"))
        assert_problem(client.read_answer(), 404)
    assert reload(proxy)["f/b"] == "changed"


def test_a_process_that_is_not_there_is_told_in_words(tmp_path):
    done = run("keys", "reload", "--live", "127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.startswith(b"penstock: cannot connect to 127.0.0.1:1"), done


@pytest.mark.parametrize("value, reason", [
    ("", "the variable's value is empty, allowed: a secret"),
    ("sk 1 ", "the variable's value cannot stand in a header"),
    ("k" * 9000, "the variable's value is longer than a secret may be, allowed: 8192 bytes"),
])
def test_a_variable_that_is_no_secret_is_a_fault_that_does_not_show_it(tmp_path, value, reason):
    path = tmp_path / "policy.yaml"
    path.write_text(policy(1))
    done = run("check", "--config", str(path), environment={"K": value})
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done
    assert reason.encode() in done.stderr and b"sk 1" not in done.stderr


@pytest.mark.parametrize("arguments, code, said", [
    (["keys", "reload", "--live", "127.0.0.1:1", "--token-file", "/none"], 1,
     b"penstock: cannot read /none: there is no such file"),
    (["explain", "GET", "/t/x", "--live", "127.0.0.1:1", "--token-file", "/none"], 1,
     b"penstock: cannot read /none: there is no such file"),
    (["explain", "GET", "/t/x", "--config", "/none", "--token-file", "/none"], 64,
     b"--token-file is for --live"),
])
def test_a_token_that_cannot_be_read_is_told_before_anything_is_asked(arguments, code, said):
    done = run(*arguments)
    assert done.returncode == code and said in done.stderr, done
