"""Clients people use, through HTTPS_PROXY: intercepted, each request limited, and tunnelled."""

import os
import shutil
import subprocess
import sys
import time

import pytest

from certificates import NEEDS_OPENSSL, make_ca, make_leaf, tls_origin
from far_end import lanes
from origin import answer
from proxy import SECRET, Proxy, policy

pytestmark = NEEDS_OPENSSL
COUNT = 3


class Secure:
    def __init__(self, folder, plain):
        self.folder = folder
        make_ca(folder, "local")
        make_ca(folder, "origin-ca")
        make_leaf(folder, "origin-ca", "good", "IP:127.0.0.1,DNS:tunnel.test")
        self.origin = tls_origin(folder, "good")
        usual = (f"origin: 'https://127.0.0.1:{self.origin.port}', "
                 f"tls: {{ ca: {folder / 'origin-ca.pem'} }}")
        apis = f"""\
  api: {{ {usual}, hosts: [api.test], credential: {{ header: X-API-Key }},
    keys: {{ b: {{ secret: env:K }} }},
    limits: [ {{ name: window, per: key, kind: sliding-window, allow: 2/s }} ] }}
  tunnel: {{ {usual}, hosts: [tunnel.test], connect: tunnel }}
"""
        ca = f"ca: {{ certificate: {folder}/local.pem, key: {folder}/local.key }}"
        self.proxy = Proxy(policy(plain.port, top=ca, more_apis=apis), folder)

    def stop(self):
        self.proxy.stop()
        self.origin.stop()


@pytest.fixture(scope="module")
def secure(origin, tmp_path_factory):
    secure = Secure(tmp_path_factory.mktemp("https-proxy"), origin)
    yield secure
    secure.stop()


@pytest.fixture(scope="module")
def proxy(secure):
    return secure.proxy


@pytest.fixture
def run(wire, secure, tmp_path):
    """Runs a program that finds proxy and authority in its environment; gives what it writes."""
    seen = []

    def count(connection, incoming):
        seen.append(time.monotonic())
        connection.read_body(incoming)
        assert incoming.is_complete
        connection.send(answer(incoming.body or b"hello", b"Content-Type: text/plain"))

    secure.origin.on("/p", count)
    secure.origin.forget()

    def run(*arguments, authority="local", more=None):
        address = f"http://127.0.0.1:{secure.proxy.port}"
        file = str(secure.folder / f"{authority}.pem")
        environment = {key: value for key, value in os.environ.items()
                       if not key.lower().endswith("_proxy")}
        environment |= {
            "HTTPS_PROXY": address, "https_proxy": address, "SSL_CERT_FILE": file,
            "CURL_CA_BUNDLE": file, "REQUESTS_CA_BUNDLE": file, **(more or {})}
        done = subprocess.run(
            arguments, capture_output=True, timeout=120, env=environment, cwd=tmp_path)
        assert done.returncode == 0, done.stderr.decode()
        assert SECRET.encode() not in done.stdout + done.stderr
        return done.stdout.decode()

    run.seen = seen
    run.folder = tmp_path
    run.authority = secure.folder / "local.pem"
    run.proxy = secure.proxy
    run.requests = lambda: secure.origin.requests
    yield run
    secure.origin.drop_connections()


def assert_limited(run, output):
    """Every request got its answer and its key, and none came before its time."""
    assert output.split() == ["hello"] * (COUNT - 1) + ["posted"], output
    assert len(run.requests()) == COUNT
    for seen in run.requests():
        assert seen.values("x-api-key") == [SECRET.encode()]
    # Two a second are allowed; the origin's own clock may be late by a little.
    assert run.seen[2] - run.seen[0] > 0.9, run.seen


def python(module):
    """An interpreter that has the module."""
    for each in (sys.executable, "/usr/bin/python3"):
        if shutil.which(each) and not subprocess.run(
                [each, "-c", f"import {module}"], capture_output=True).returncode:
            return each
    pytest.skip(f"no Python here has {module}")


def program(name):
    if not (path := shutil.which(name)):
        pytest.skip(f"{name} is not installed")
    return path


def test_curl(run):
    url = "https://api.test/p"
    gets = [part for _ in range(COUNT - 1) for part in ("-w", "\\n", url, "--next", "-sS")]
    output = run(program("curl"), "-sS", *gets, "-d", "posted", url)
    assert_limited(run, output)


def test_curl_through_a_tunnel(run):
    before = lanes(run.proxy, "tunnel")["granted"]
    url = "https://tunnel.test/p"
    output = run(program("curl"), "-sS", url, url, authority="origin-ca")
    assert output == "hellohello"
    assert [seen.values("x-api-key") for seen in run.requests()] == [[], []]
    assert lanes(run.proxy, "tunnel")["granted"] == before + 1


REQUESTS = """
import requests, sys
with requests.Session() as session:
    for _ in range({gets}):
        print(session.get(sys.argv[1], timeout=20).text)
    print(session.post(sys.argv[1], data=b"posted", timeout=20).text)
"""


def test_requests(run):
    script = REQUESTS.format(gets=COUNT - 1)
    assert_limited(run, run(python("requests"), "-c", script, "https://api.test/p"))


def test_requests_through_a_tunnel(run):
    before = lanes(run.proxy, "tunnel")["granted"]
    output = run(python("requests"), "-c", REQUESTS.format(gets=1), "https://tunnel.test/p",
                 authority="origin-ca")
    assert output.split() == ["hello", "posted"]
    assert [seen.values("x-api-key") for seen in run.requests()] == [[], []]
    assert lanes(run.proxy, "tunnel")["granted"] == before + 1


def test_httpx(run):
    script = f"""
import httpx, ssl, sys
with httpx.Client(verify=ssl.create_default_context(cafile=sys.argv[2]), timeout=20) as client:
    for _ in range({COUNT - 1}):
        print(client.get(sys.argv[1]).text)
    print(client.post(sys.argv[1], content=b"posted").text)
"""
    assert_limited(run, run(
        python("httpx"), "-c", script, "https://api.test/p", str(run.authority)))


def test_aiohttp(run):
    script = f"""
import aiohttp, asyncio, ssl, sys

async def main():
    context = ssl.create_default_context(cafile=sys.argv[2])
    async with aiohttp.ClientSession(trust_env=True) as session:
        for _ in range({COUNT - 1}):
            async with session.get(sys.argv[1], ssl=context) as answer:
                print(await answer.text())
        async with session.post(sys.argv[1], data=b"posted", ssl=context) as answer:
            print(await answer.text())

asyncio.run(main())
"""
    assert_limited(run, run(
        python("aiohttp"), "-c", script, "https://api.test/p", str(run.authority)))


NODE = """
const fs = require('fs'), http = require('http'), tls = require('tls'), https = require('https');
const [authority, count] = process.argv.slice(1);
const proxy = new URL(process.env.HTTPS_PROXY);
http.request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: 'api.test:443' })
  .on('connect', (answer, socket) => {
    if (answer.statusCode !== 200) throw new Error(answer.statusCode);
    const inside = tls.connect({ socket, servername: 'api.test', ca: fs.readFileSync(authority) });
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    agent.createConnection = () => inside;
    const next = (left) => {
      const body = left === 1 ? 'posted' : '';
      https.request({
        agent, host: 'api.test', path: '/p', method: body ? 'POST' : 'GET',
        headers: body ? { 'Content-Length': body.length } : {},
      }, (answer) => {
        answer.setEncoding('utf8');
        let text = '';
        answer.on('data', (part) => { text += part; }).on('end', () => {
          console.log(text);
          if (left > 1) next(left - 1); else inside.end();
        });
      }).on('error', (error) => { console.error(error); process.exit(1); }).end(body);
    };
    next(Number(count));
  }).end();
"""


def test_node(run):
    assert_limited(run, run(program("node"), "-e", NODE, str(run.authority), str(COUNT)))


JAVA = """
import java.net.*;
import java.net.http.*;

class Ask {
  public static void main(String[] arguments) throws Exception {
    URI proxy = URI.create(System.getenv("HTTPS_PROXY"));
    HttpClient client = HttpClient.newBuilder()
        .proxy(ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort()))).build();
    for (int left = %d; left > 0; left--) {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://api.test/p"));
      if (left == 1) request.POST(HttpRequest.BodyPublishers.ofString("posted"));
      System.out.println(
          client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body());
    }
  }
}
"""


def test_java(run):
    java, keytool = program("java"), program("keytool")
    run(keytool, "-importcert", "-noprompt", "-alias", "local", "-file", str(run.authority),
        "-keystore", "trust.p12", "-storetype", "PKCS12", "-storepass", "password")
    (run.folder / "Ask.java").write_text(JAVA % COUNT)
    assert_limited(run, run(
        java, "-Djavax.net.ssl.trustStore=trust.p12",
        "-Djavax.net.ssl.trustStorePassword=password", "Ask.java"))


GO = """
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func show(answer *http.Response, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	body, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	fmt.Println(string(body))
}

func main() {
	for left := %d; left > 1; left-- {
		show(http.Get("https://api.test/p"))
	}
	show(http.Post("https://api.test/p", "text/plain", strings.NewReader("posted")))
}
"""


def test_go(run):
    go = program("go")
    (run.folder / "ask.go").write_text(GO % COUNT)
    home = {"GOFLAGS": "-mod=mod", "GOCACHE": str(run.folder / "cache"), "GO111MODULE": "off",
            "GOPATH": str(run.folder / "go"), "HOME": str(run.folder)}
    assert_limited(run, run(go, "run", "ask.go", more=home))
