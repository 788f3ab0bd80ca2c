"""Section G of the catalogue: what may be reached through the proxy, and what gets the key."""

import pathlib
import shutil
import socket
import subprocess
import threading
import time

import pytest

from client import Client
from proxy import SECRET, policy
from waiting import wait_until
from wire import Wire, assert_problem, request, rows


def get(target):
    return request(line=b"GET " + target.encode() + b" HTTP/1.1", host=b"any")


@pytest.mark.parametrize("host", rows(
    *((94, host, host) for host in [
        "127.0.0.1", "[::1]", "0.0.0.0", "localhost", "127.1", "2130706433", "0x7f.1",
        "017700000001", "127.255.255.254", "10.0.0.1", "192.168.0.1", "172.16.0.1",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "[::]"]),
    *((95, host, host) for host in [
        "169.254.169.254", "169.254.170.2", "[fd00:ec2::254]", "100.100.100.200",
        "168.63.129.16"]),
    *((96, host, host) for host in [
        "[::ffff:169.254.169.254]", "[::ffff:127.0.0.1]", "[::a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[2001::1]", "[fe80::1]", "[fec0::1]",
        "[ff02::1]"]),
))
def test_an_address_that_is_not_of_the_public_internet_is_refused_with_403(wire, host):
    for port in ["", ":80", ":443"]:
        wire.answers_itself([get(f"http://{host}{port}/latest/meta-data")], 403)


@pytest.mark.parametrize("target, statuses", rows(
    (95, "a metadata name", "http://metadata.google.internal/", [403, 502]),
    (94, "a name with a dot behind it", "http://localhost./", [403, 502]),
    (96, "a zone", "http://[fe80::1%25lo]/", [400, 403]),
    (94, "https to this machine", "https://127.0.0.1/", [403]),
))
def test_a_disguised_address_is_not_reached(wire, target, statuses):
    """A name that does not resolve where the tests run is a 502."""
    wire.answers_itself([get(target)], *statuses)


@pytest.mark.parametrize("port", [22, 25, 6379, 8080, 65535])
def test_an_unknown_host_is_reached_on_the_web_ports_alone(wire, port):
    wire.answers_itself([get(f"http://unknown.test:{port}/")], 403)


@pytest.mark.parametrize("name", [
    "127.0.0.1", "localhost", "[::1]", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433",
    socket.gethostname().replace("_", "-")])
@pytest.mark.parametrize("which", ["port", "admin_port"])
def test_row_99_the_proxys_own_addresses_are_refused_under_any_name(wire, name, which):
    port = getattr(wire.proxy, which)
    wire.answers_itself([get(f"http://{name}:{port}/stats")], 403)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "127.1"])
def test_row_99_an_api_cannot_make_the_admin_address_its_origin(origin, start, name):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    more = f"  self: {{ origin: 'http://{name}:{port}', hosts: [self.test] }}"
    try:
        proxy = start(policy(origin.port, more_apis=more, admin_port=port))
    except RuntimeError as refused:
        assert "policy.yaml:" in str(refused), "refused, but not for a fault of the policy"
        return
    wire = Wire(proxy, origin)
    wire.answers_itself([get("http://self.test/stats")], 403)
    raw = request(line=b"GET /self/stats HTTP/1.1", host=b"localhost")
    wire.answers_itself([raw], 403)


ADMIN_PATHS = ["/stats", "/health", "/metrics", "/"]


@pytest.mark.parametrize("path", ADMIN_PATHS)
@pytest.mark.parametrize("host", [b"127.0.0.1", b"localhost"])
def test_row_100_the_proxy_port_serves_no_admin_page(wire, path, host):
    raw = request(line=b"GET " + path.encode() + b" HTTP/1.1", host=host)
    wire.answers_itself([raw], 404)


def test_row_100_the_host_field_chooses_no_admin_page(wire):
    for host in [b"admin", b"127.0.0.1:%d" % wire.proxy.admin_port]:
        raw = request(line=b"GET /stats HTTP/1.1", host=host)
        wire.answers_itself([raw], 403, 404)
    raw = request(line=b"GET http://t.test/stats HTTP/1.1", host=b"admin")
    wire.forwards([raw], b"GET /stats HTTP/1.1")


def ask_admin(wire, raw, method="GET"):
    with Client(wire.proxy.admin_port) as client:
        client.send(raw)
        answer = client.read_answer(method)
        wire.assert_no_secret(client)
        assert not [name for name, _ in answer.fields if name.startswith("access-control")]
        return answer


@pytest.mark.parametrize("path", ["/stats", "/health"])
@pytest.mark.parametrize("host", [b"127.0.0.1", b"localhost:9090", b"[::1]:1"])
def test_the_admin_port_serves_its_pages_as_json(wire, path, host):
    answer = ask_admin(wire, request(line=b"GET " + path.encode() + b" HTTP/1.1", host=host))
    assert (answer.status, answer.values("content-type")) == (200, ["application/json"])


@pytest.mark.parametrize("raw, status", rows(
    (100, "an unknown path", request(line=b"GET /nothing HTTP/1.1", host=b"localhost"), 404),
    (100, "an API's base URL", request(line=b"GET /t/p HTTP/1.1", host=b"localhost"), 404),
    (100, "a foreign Host", request(line=b"GET /stats HTTP/1.1", host=b"evil.test"), 403),
    (100, "a Host that begins like ours",
     request(line=b"GET /stats HTTP/1.1", host=b"127.0.0.1.evil.test"), 403),
    (100, "a method that writes", request(line=b"POST /stats HTTP/1.1", host=b"localhost"), 405),
    (100, "a proxy request", request(), 404),
    (100, "junk", b"junk\r\n\r\n", 400),
))
def test_the_admin_port_serves_nothing_else(wire, raw, status):
    wire.origin.forget()
    assert_problem(ask_admin(wire, raw), status)
    wire.assert_origin_saw_nothing()


# Names that lie: a resolver of the tests' own, and a public internet on loopback.

RESOLVER = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define PUBLIC "93.184.215.14"    // connects to the origin, and looks like itself afterwards
#define DIVERTED "93.184.215.15"  // connects to the origin, and looks like it afterwards

static const char *const names[][3] = {
    {"honest.test", PUBLIC}, {"inside.test", "127.0.0.1"}, {"mixed.test", "127.0.0.1", PUBLIC},
    {"mixed-late.test", PUBLIC, "10.0.0.1"}, {"diverted.test", DIVERTED},
    {"metadata.test", "169.254.169.254"}, {"both-inside.test", "10.0.0.1", "169.254.169.254"}};
static int asked;
static char public_now[65536];

static struct addrinfo *entry(const char *text, const char *service, struct addrinfo *next) {
  struct { struct addrinfo info; struct sockaddr_in address; } *both = calloc(1, sizeof *both);
  both->address.sin_family = AF_INET;
  both->address.sin_port = htons(service ? atoi(service) : 0);
  inet_pton(AF_INET, text, &both->address.sin_addr);
  both->info.ai_family = AF_INET;
  both->info.ai_socktype = SOCK_STREAM;
  both->info.ai_addrlen = sizeof both->address;
  both->info.ai_addr = (struct sockaddr *)&both->address;
  both->info.ai_next = next;
  return &both->info;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
  if (name && !strcmp(name, "hanging.test")) {
    sleep(30);
    return EAI_AGAIN;
  }
  if (name && !strcmp(name, "rebound.test")) {
    *result = entry(asked++ ? "127.0.0.1" : PUBLIC, service, NULL);
    return 0;
  }
  for (unsigned i = 0; name && i < sizeof names / sizeof *names; i++) {
    if (strcmp(name, names[i][0])) continue;
    struct addrinfo *second = names[i][2] ? entry(names[i][2], service, NULL) : NULL;
    *result = entry(names[i][1], service, second);
    return 0;
  }
  return REAL(getaddrinfo)(name, service, hints, result);
}

void freeaddrinfo(struct addrinfo *list) {
  // Those of the real one are left; the process is short-lived.
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  const struct sockaddr_in *wanted = (const struct sockaddr_in *)address;
  if (address->sa_family != AF_INET) return REAL(connect)(fd, address, length);
  char text[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &wanted->sin_addr, text, sizeof text);
  FILE *log = fopen(getenv("DIALLED"), "a");
  fprintf(log, "%s\n", text);
  fclose(log);
  struct sockaddr_in real = *wanted;
  if (!strcmp(text, PUBLIC) || !strcmp(text, DIVERTED)) {
    real.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    real.sin_port = htons(atoi(getenv("ORIGIN")));
    public_now[fd] = !strcmp(text, PUBLIC);
  }
  return REAL(connect)(fd, (struct sockaddr *)&real, sizeof real);
}

int getpeername(int fd, struct sockaddr *address, socklen_t *length) {
  int code = REAL(getpeername)(fd, address, length);
  if (code == 0 && address->sa_family == AF_INET && public_now[fd])
    inet_pton(AF_INET, PUBLIC, &((struct sockaddr_in *)address)->sin_addr);
  return code;
}
"""


class Liar:
    """A process whose resolver is the one above, and the addresses it has connected to."""

    def __init__(self, origin, start, folder):
        source, library = folder / "resolver.c", folder / "resolver.so"
        source.write_text(RESOLVER)
        subprocess.run(
            [shutil.which("cc"), "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        self.log = folder / "dialled"
        declared = "".join(
            f"  {name}: {{ origin: 'http://{host}:80', hosts: [{name}.api] }}\n"
            for name, host in [("metadata", "metadata.test")])
        self.origin = origin
        self.proxy = start(policy(origin.port, more_apis=declared), environment={
            "LD_PRELOAD": str(library), "ORIGIN": str(origin.port), "DIALLED": str(self.log)})

    def get(self, host, target="/p", timeout=6.0):
        with Client(self.proxy.port, timeout=timeout) as client:
            client.send(get(f"http://{host}{target}"))
            return client.read_answer()

    def dialled(self):
        return self.log.read_text().split() if self.log.exists() else []


@pytest.fixture
def liar(origin, start, tmp_path):
    if not shutil.which("cc"):
        pytest.skip("no C compiler")
    origin.scripts.clear()
    origin.forget()
    return Liar(origin, start, tmp_path)


PUBLIC, DIVERTED = "93.184.215.14", "93.184.215.15"


def test_row_97_a_name_that_resolves_inward_the_second_time_is_refused_then(liar):
    assert liar.get("rebound.test").body == b"/p"
    assert liar.get("rebound.test").body == b"/p", "the connection was not kept"
    # libcurl keeps what it was told for 60 s, for each port.
    assert_problem(liar.get("rebound.test:443"), 403)
    assert_problem(liar.get("rebound.test:443"), 403)
    assert liar.dialled() == [PUBLIC]
    assert liar.origin.targets() == ["/p", "/p"]


@pytest.mark.parametrize("host, status, dialled", rows(
    (97, "an address of the public internet", "honest.test", 200, [PUBLIC]),
    (97, "one of this machine", "inside.test", 403, []),
    (97, "first one of this machine, then a public one", "mixed.test", 200, [PUBLIC]),
    (97, "first a public one, then a private one", "mixed-late.test", 200, [PUBLIC]),
    (97, "none that may be dialled", "both-inside.test", 403, []),
    (95, "a name for the metadata", "metadata.test", 403, []),
    (95, "a declared origin whose name is one for the metadata", "metadata.api", 403, []),
    (97, "a connection that ends elsewhere than at the address that was dialled",
     "diverted.test", 403, [DIVERTED]),
))
def test_only_addresses_that_may_be_dialled_are(liar, host, status, dialled):
    got = liar.get(host)
    if status == 200:
        assert (got.status, got.body) == (200, b"/p")
    else:
        assert_problem(got, 403)
        assert liar.origin.requests == []
    assert liar.dialled() == dialled


def test_row_116_names_whose_look_up_hangs_are_answered_in_time_and_hold_up_nobody(liar):
    answers = []

    def ask():
        begun = time.monotonic()
        got = liar.get("hanging.test", timeout=15)
        answers.append((got.status, time.monotonic() - begun))

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    slowest = count = 0
    with Client(liar.proxy.port) as client:
        while any(thread.is_alive() for thread in threads):
            begun = time.monotonic()
            client.send(request(line=b"GET http://t.test/p HTTP/1.1"))
            assert client.read_answer().status == 200
            slowest, count = max(slowest, time.monotonic() - begun), count + 1
            time.sleep(0.01)
    assert {status for status, _ in answers} <= {503, 504} and len(answers) == 20, answers
    assert all(seconds < 7.5 for _, seconds in answers), answers
    assert count > 50 and slowest < 0.5, (count, slowest)


# This machine's addresses.

def own_addresses():
    """This machine's addresses on its interfaces, IPv4 and IPv6."""
    addresses = []
    for line in pathlib.Path("/proc/net/if_inet6").read_text().splitlines():
        digits, _, _, scope, *_ = line.split()
        if scope in ["00", "10"]:
            addresses.append("[" + ":".join(digits[at:at + 4] for at in range(0, 32, 4)) + "]")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Sends nothing: it only asks which address would be used.
            probe.connect(("192.0.2.1", 9))
            addresses.append(probe.getsockname()[0])
        except OSError:
            pass
    return addresses


def test_row_99_an_origin_that_is_our_own_port_on_any_of_this_machines_addresses_is_refused(
        origin, start):
    """The policy may name such an address: only when it is dialled is it known to be ours."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    addresses = own_addresses() + ["[::ffff:127.0.0.1]", "127.8.9.10", "[::]"]
    more = "".join(
        f"  self{at}: {{ origin: 'http://{address}:{port}', hosts: [self{at}.test] }}\n"
        for at, address in enumerate(addresses))
    try:
        proxy = start(policy(origin.port, more_apis=more, admin_port=port))
    except RuntimeError as refused:
        pytest.fail(str(refused))
    wire = Wire(proxy, origin)
    for at, _ in enumerate(addresses):
        wire.answers_itself([get(f"http://self{at}.test/stats")], 403)


def test_row_103_the_environments_proxies_are_ignored(origin, start):
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as trap:
        def catch():
            try:
                seen.append(trap.accept())
            except OSError:
                pass

        thread = threading.Thread(target=catch, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{trap.getsockname()[1]}"
        names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
        proxy = start(
            policy(origin.port), environment={**dict.fromkeys(names, url), "no_proxy": ""})
        Wire(proxy, origin).canary()
        assert not seen
        trap.shutdown(socket.SHUT_RDWR)
        thread.join(5)


CANARIES = [b"canary-query-5d1", b"canary-auth-5d2", b"canary-cookie-5d3", b"canary-proxy-5d4"]
SECRETS = [b"Authorization: Bearer canary-auth-5d2", b"Cookie: s=canary-cookie-5d3",
           b"Proxy-Authorization: Basic canary-proxy-5d4"]


@pytest.mark.parametrize("line, lines", rows(
    (104, "an answer", b"GET http://t.test/p?api_key=canary-query-5d1 HTTP/1.1", []),
    (104, "a bad answer", b"GET http://t.test/bad?api_key=canary-query-5d1 HTTP/1.1", []),
    (104, "an origin that cannot be reached",
     b"GET http://unknown.test/?api_key=canary-query-5d1 HTTP/1.1", []),
    (104, "a prohibited port",
     b"GET http://unknown.test:1/?api_key=canary-query-5d1 HTTP/1.1", []),
    (104, "an unknown API", b"GET /canary-query-5d1?api_key=canary-query-5d1 HTTP/1.1", []),
    (104, "a malformed field",
     b"GET http://t.test/p?api_key=canary-query-5d1 HTTP/1.1", [b"X: canary-query-5d1\x00"]),
    (104, "a malformed line", b"GET http://canary-query-5d1@t.test/p HTTP/1.1", []),
    (104, "a method", b"canary-query-5d1 /canary-query-5d1 HTTP/1.1", []),
    (104, "CONNECT", b"CONNECT canary-query-5d1:443 HTTP/1.1", []),
))
def test_a_secret_of_the_caller_is_neither_logged_nor_answered(wire, line, lines):
    wire.origin.on("/bad?api_key=canary-query-5d1", b"HTTP/1.1 200 canary-query-5d1\r\nX\r\n\r\n")
    with wire.connect() as client:
        host = b"t.test" if b"t.test" in line else b"localhost"
        client.send(request(*SECRETS, *lines, line=line, host=host))
        answer = client.read_answer()
    stats = ask_admin(wire, request(line=b"GET /stats HTTP/1.1", host=b"localhost")).body
    wire.canary()
    command = pathlib.Path(f"/proc/{wire.proxy.pid}/cmdline").read_bytes()
    own = b"" if answer.status == 200 else bytes(client.received)
    for canary in [*CANARIES, SECRET.encode()]:
        assert canary not in own
        assert canary not in stats
        assert canary not in wire.proxy.log
        assert canary not in command


@pytest.mark.parametrize("target", rows(
    *((105, url, url) for url in [
        "http://t.test.evil/", "http://t.test./", "http://x.t.test/", "http://xt.test/",
        "http://t.test:8080/", "http://t.test:1/", "https://t.test/", "https://t.test:443/",
        "http://t.tes/"])))
def test_a_host_that_is_not_exactly_an_apis_never_gets_its_key(wire, target):
    wire.answers_itself([get(target)], 400, 403, 502)


@pytest.mark.parametrize("target", rows(
    *((105, url, url) for url in ["http://T.TEST/p", "http://t.test:80/p", "http://t.TeSt/p"])))
def test_the_same_host_written_otherwise_is_the_apis(wire, target):
    wire.forwards([get(target)], b"GET /p HTTP/1.1")


def test_unknown_hosts_can_be_refused(origin, start):
    proxy = start(policy(origin.port, top="unknown-hosts: refuse"))
    wire = Wire(proxy, origin)
    for url in ["http://unknown.test/", "http://127.0.0.1/", "http://t.test.evil/"]:
        wire.answers_itself([get(url)], 403)


def test_one_apis_key_is_never_sent_to_another(origin, start):
    more = f"""
  u:
    origin: http://127.0.0.1:{origin.port}
    hosts: [u.test]
    credential: {{ header: X-API-Key }}
    keys: {{ b: {{ secret: env:L }} }}
  bare: {{ origin: 'http://127.0.0.1:{origin.port}', hosts: [bare.test] }}
"""
    proxy = start(policy(origin.port, more_apis=more), environment={"L": "sk_other"})
    wire = Wire(proxy, origin)
    with wire.connect() as client:
        for host in ["t.test", "u.test", "bare.test", "t.test", "u.test"]:
            client.send(request(line=f"GET http://{host}/{host} HTTP/1.1".encode()))
            assert client.read_answer().status == 200
    assert wait_until(lambda: len(origin.requests) == 5)
    keys = [request.values("x-api-key") for request in origin.requests]
    assert keys == [[b"sk_secret"], [b"sk_other"], [], [b"sk_secret"], [b"sk_other"]]
