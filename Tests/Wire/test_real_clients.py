"""Clients people use: curl, Python's requests and urllib3, Node's http."""

import json
import os
import shutil
import subprocess

import pytest

from origin import answer
from proxy import SECRET

MEGABYTES = os.urandom(10_000_000)
DOCUMENT = {"name": "Grüße", "list": [1, 2, 3]}
BLOCKED = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}


@pytest.fixture
def echo(wire):
    """An origin that gives back what it gets, and 10 MB under /download."""
    def give_back(connection, incoming):
        connection.read_body(incoming)
        assert incoming.is_complete
        connection.send(answer(incoming.body, b"Content-Type: application/octet-stream"))

    wire.origin.on("/echo", give_back)
    wire.origin.on("/download", answer(MEGABYTES))
    return wire


def run(*arguments, data=b""):
    """Runs a program, with no proxy but the one it is told, and gives its output."""
    environment = {key: value for key, value in os.environ.items() if key.lower() not in BLOCKED}
    done = subprocess.run(
        arguments, input=data, capture_output=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def assert_upload(wire, *, chunked):
    (seen,) = wire.origin.requests
    assert seen.values("x-api-key") == [SECRET.encode()]
    assert bool(seen.values("transfer-encoding")) == chunked
    return seen


class TestCurl:
    pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")

    def curl(self, wire, *arguments, data=b""):
        return run("curl", "-sS", "-x", f"http://127.0.0.1:{wire.proxy.port}", *arguments,
                   data=data)

    def test_get(self, echo):
        assert self.curl(echo, "http://t.test/p?q=1") == b"/p?q=1"

    def test_post_json(self, echo):
        text = json.dumps(DOCUMENT)
        got = self.curl(
            echo, "-H", "Content-Type: application/json", "-d", text, "http://t.test/echo")
        assert json.loads(got) == DOCUMENT
        assert_upload(echo, chunked=False)

    def test_a_chunked_upload(self, echo):
        got = self.curl(
            echo, "-T", "-", "-X", "POST", "http://t.test/echo", data=MEGABYTES[:3_000_000])
        assert got == MEGABYTES[:3_000_000]
        assert_upload(echo, chunked=True)

    def test_an_upload_that_expects_100(self, echo):
        got = self.curl(
            echo, "-H", "Expect: 100-continue", "--data-binary", "@-", "http://t.test/echo",
            data=MEGABYTES[:2_000_000])
        assert got == MEGABYTES[:2_000_000]

    def test_head(self, echo):
        head = self.curl(echo, "-I", "http://t.test/download").decode().lower()
        assert head.startswith("http/1.1 200 ok") and "content-length: 10000000" in head

    def test_a_download_of_10_mb(self, echo):
        assert self.curl(echo, "http://t.test/download") == MEGABYTES

    def test_connections_are_kept(self, echo):
        got = self.curl(
            echo, "-w", "%{num_connects}", *["http://t.test/p"] * 3)
        assert got == b"/p1/p0/p0"


class TestRequests:
    @pytest.fixture
    def session(self, echo):
        requests = pytest.importorskip("requests", reason="requests is not installed")
        with requests.Session() as session:
            session.trust_env = False
            session.proxies = {"http": f"http://127.0.0.1:{echo.proxy.port}"}
            yield session

    def test_get(self, session):
        assert session.get("http://t.test/p", timeout=10).text == "/p"

    def test_post_json(self, echo, session):
        got = session.post("http://t.test/echo", json=DOCUMENT, timeout=10)
        assert got.json() == DOCUMENT
        assert_upload(echo, chunked=False)

    def test_a_chunked_upload(self, echo, session):
        parts = (MEGABYTES[at:at + 10_000] for at in range(0, 1_000_000, 10_000))
        got = session.post("http://t.test/echo", data=parts, timeout=20)
        assert got.content == MEGABYTES[:1_000_000]
        assert_upload(echo, chunked=True)

    def test_head(self, session):
        got = session.head("http://t.test/download", timeout=10)
        assert (got.status_code, got.headers["Content-Length"]) == (200, "10000000")
        assert session.get("http://t.test/p", timeout=10).text == "/p"

    def test_a_download_of_10_mb(self, session):
        assert session.get("http://t.test/download", timeout=20).content == MEGABYTES


class TestUrllib3:
    @pytest.fixture
    def manager(self, echo):
        urllib3 = pytest.importorskip("urllib3", reason="urllib3 is not installed")
        with urllib3.ProxyManager(
                f"http://127.0.0.1:{echo.proxy.port}", retries=False, timeout=20) as manager:
            yield manager

    def test_get(self, manager):
        assert manager.request("GET", "http://t.test/p").data == b"/p"

    def test_post_json(self, echo, manager):
        got = manager.request(
            "POST", "http://t.test/echo", body=json.dumps(DOCUMENT),
            headers={"Content-Type": "application/json"})
        assert json.loads(got.data) == DOCUMENT
        assert_upload(echo, chunked=False)

    def test_a_chunked_upload(self, echo, manager):
        got = manager.request(
            "POST", "http://t.test/echo", body=iter([MEGABYTES[:100_000]] * 10), chunked=True)
        assert got.data == MEGABYTES[:100_000] * 10
        assert_upload(echo, chunked=True)

    def test_head(self, manager):
        got = manager.request("HEAD", "http://t.test/download")
        assert (got.status, got.headers["Content-Length"]) == (200, "10000000")

    def test_a_download_of_10_mb(self, manager):
        assert manager.request("GET", "http://t.test/download").data == MEGABYTES


NODE = """
const http = require('http');
const [port, method, path, chunked] = process.argv.slice(1);
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  const body = Buffer.concat(chunks);
  const headers = {};
  if (body.length && chunked !== 'chunked') headers['Content-Length'] = body.length;
  const request = http.request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    const length = answer.headers['content-length'] || '';
    process.stdout.write(answer.statusCode + ' ' + length + '\\n');
    answer.pipe(process.stdout);
  });
  request.on('error', (error) => { console.error(error); process.exit(1); });
  for (let at = 0; at < body.length; at += 100000) request.write(body.subarray(at, at + 100000));
  request.end();
});
"""


class TestNode:
    pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")

    def node(self, wire, *arguments, data=b""):
        output = run("node", "-e", NODE, str(wire.proxy.port), *arguments, data=data)
        line, body = output.split(b"\n", 1)
        return line, body

    def test_get(self, echo):
        assert self.node(echo, "GET", "/t/p") == (b"200 2", b"/p")

    def test_post_json(self, echo):
        text = json.dumps(DOCUMENT).encode()
        assert self.node(echo, "POST", "/t/echo", data=text)[1] == text
        assert_upload(echo, chunked=False)

    def test_a_chunked_upload(self, echo):
        data = MEGABYTES[:1_000_000]
        assert self.node(echo, "POST", "/t/echo", "chunked", data=data)[1] == data
        assert_upload(echo, chunked=True)

    def test_head(self, echo):
        assert self.node(echo, "HEAD", "/t/download") == (b"200 10000000", b"")

    def test_a_download_of_10_mb(self, echo):
        assert self.node(echo, "GET", "/t/download") == (b"200 10000000", MEGABYTES)
