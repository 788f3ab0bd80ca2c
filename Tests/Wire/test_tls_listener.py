"""Listeners that speak TLS, and callers with certificates."""

import os
import select
import shutil
import subprocess
import time

import pytest

from certificates import make_ca, make_leaf
from client import Client
from listening import listen, over_tls, ports, refusal, status, unix_proxy
from proxy import policy
from waiting import wait_until
from wire import Wire, request

GET = request()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    for authority in ("ca", "other-ca"):
        make_ca(folder, authority)
    make_leaf(folder, "ca", "server", "DNS:proxy.test,IP:127.0.0.1")
    make_leaf(folder, "ca", "anna", "DNS:anna.test")
    make_leaf(folder, "other-ca", "eve", "DNS:eve.test")
    make_leaf(folder, "ca", "late", "DNS:late.test", days="-1")
    for key in folder.glob("*.key"):
        key.chmod(0o600)
    return folder


def tls(folder, clients=False, host="127.0.0.1"):
    asks = f", clients: {folder}/ca.pem" if clients else ""
    return (f"{{ address: '{host}:0', "
            f"tls: {{ certificate: {folder}/server.pem, key: {folder}/server.key{asks} }} }}")


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
class TestTLS:
    @pytest.fixture
    def proxy(self, origin, start, certificates):
        return self.serve(origin, start, certificates, "2s")

    def serve(self, origin, start, certificates, span):
        """An open listener, one with a certificate, and one that asks for the client's."""
        text = listen(policy(origin.port, top=f"bounds: {{ handshake-time: {span} }}"), ", ".join([
            "[127.0.0.1:0", tls(certificates), tls(certificates, clients=True) + "]"]))
        proxy = start(text)
        self.ca = certificates / "ca.pem"
        self.folder = certificates
        self.plain, self.port, self.asking = ports(proxy)
        assert proxy.log.count(b" (tls)\n") == 2, proxy.log
        return proxy

    def pair(self, name):
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def test_clients_that_trust_the_certificate_are_served(self, proxy):
        with over_tls(self.port, self.ca) as client:
            for number in range(3):
                client.send(request(line=b"GET http://t.test/%d HTTP/1.1" % number))
                assert client.read_answer().body == b"/%d" % number

    def test_a_large_body_goes_both_ways(self, origin, proxy):
        def echo(connection, incoming):
            connection.read_body(incoming)
            size = len(incoming.body)
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            connection.send(incoming.body)

        origin.on("/echo", echo)
        body = os.urandom(1 << 20) * 4
        with over_tls(self.port, self.ca, timeout=20) as client:
            client.send(request(
                b"Content-Length: %d" % len(body), line=b"POST http://t.test/echo HTTP/1.1",
                body=body))
            assert client.read_answer().body == body

    @pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
    @pytest.mark.parametrize("authority, code", [("ca", 0), ("other-ca", 60)])
    def test_curl_takes_it_for_a_proxy_it_trusts_or_not(self, proxy, authority, code):
        said = subprocess.run(
            ["curl", "-sS", "--max-time", "10", "--proxy", f"https://127.0.0.1:{self.port}",
             "--proxy-cacert", self.folder / f"{authority}.pem", "http://t.test/curl"],
            capture_output=True, check=False)
        assert said.returncode == code, said
        assert said.stdout == (b"/curl" if code == 0 else b"")

    @pytest.mark.parametrize("version, works", [("tls1_1", False), ("tls1_2", True),
                                                ("tls1_3", True)])
    def test_old_versions_are_refused(self, proxy, version, works):
        said = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", f"-{version}",
             "-CAfile", self.ca, "-verify_return_error", "-cipher", "DEFAULT:@SECLEVEL=0",
             "-quiet", "-ign_eof"],
            input=request(b"Connection: close"), capture_output=True, timeout=20, check=False)
        assert (b"HTTP/1.1 200" in said.stdout) == works, said

    @pytest.mark.parametrize("name", [None, "eve", "late"])
    def test_a_client_without_a_good_certificate_is_turned_away(self, origin, proxy, name):
        origin.forget()
        certificate = self.pair(name) if name else None
        with pytest.raises(OSError):
            # TLS 1.3 tells the client with its first read.
            with over_tls(self.asking, self.ca, certificate=certificate) as client:
                client.socket.sendall(GET)
                client.read_answer()
                raise AssertionError("the client was served")
        assert not origin.requests
        assert wait_until(lambda: b"certificate" in proxy.log.split(b"admin listens")[1])
        assert status(Client(self.plain)) == 200

    def test_a_client_certificate_is_the_caller(self, origin, proxy):
        origin.on("/batch", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        raw = request(b"Penstock-Batch: b1", line=b"GET http://t.test/batch HTTP/1.1")
        anna = self.pair("anna")
        assert status(over_tls(self.asking, self.ca, certificate=anna), raw) == 400
        origin.scripts.clear()
        assert status(over_tls(self.asking, self.ca, certificate=anna), raw) == 424
        assert status(over_tls(self.port, self.ca), raw) == 200
        server = self.pair("server")
        assert status(over_tls(self.asking, self.ca, certificate=server), raw) == 200

    @pytest.mark.parametrize("first", [
        GET, b"\x00" * 100, b"\x16\x03\x01\xff\xff" + b"x" * 100, b"PROXY TCP4 ", b"\x80\x2e\x01"],
        ids=["plain HTTP", "zeros", "a record of nothing", "another protocol", "SSL 2"])
    def test_what_is_no_tls_is_closed(self, origin, proxy, first):
        origin.forget()
        with Client(self.port) as client:
            client.send(first)
            client.socket.settimeout(5)
            try:
                data = client.socket.recv(1000)
            except ConnectionResetError:
                data = b""
            assert not data.startswith(b"HTTP"), data
        assert not origin.requests
        assert wait_until(lambda: b"127.0.0.1:%d (tls): " % self.port in
                          proxy.log.split(b"admin listens")[1]), proxy.log
        assert status(over_tls(self.port, self.ca)) == 200

    @pytest.mark.parametrize("first", [b"", b"\x16", b"\x16\x03\x01\x00\xc8\x01"],
                             ids=["row 108: nothing", "row 108: a byte", "row 108: half a hello"])
    def test_a_handshake_that_stalls_is_closed_in_time(self, proxy, first):
        with Client(self.port) as client:
            client.send(first)
            began = time.monotonic()
            client.socket.settimeout(8)
            try:
                client.socket.recv(100)
            except ConnectionResetError:
                pass
            assert 1.5 < time.monotonic() - began < 5
        assert wait_until(lambda: b"took too long" in proxy.log), proxy.log

    def test_row_106_a_handshake_that_drips_is_closed_in_time(self, proxy):
        hello = b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"a" * 100
        with Client(self.port) as client:
            began = time.monotonic()
            for at in range(len(hello)):
                client.send(hello[at:at + 1])
                if select.select([client.socket], [], [], 0.1)[0]:
                    break
            assert 1.5 < time.monotonic() - began < 5
            assert client.is_closed()
        assert wait_until(lambda: b"took too long" in proxy.log), proxy.log

    def test_row_106_stalled_handshakes_hold_up_nobody(self, origin, start, certificates):
        proxy = self.serve(origin, start, certificates, "8s")
        wire = Wire(proxy, origin)
        began = time.monotonic()
        stalled = [Client(self.port) for _ in range(200)]
        assert wait_until(lambda: proxy.descriptors() >= 200), proxy.descriptors()
        spans = []
        for _ in range(20):
            start = time.monotonic()
            assert status(over_tls(self.port, self.ca)) == 200
            wire.canary()
            spans.append(time.monotonic() - start)
        assert sorted(spans)[10] < 0.5, spans
        for client in stalled:
            client.is_closed(15)
        assert 7 < time.monotonic() - began < 30
        assert wait_until(lambda: proxy.descriptors() < 40), proxy.descriptors()
        lines = proxy.log.count(b"took too long")
        assert 1 <= lines <= 40, f"{lines} lines for 200 handshakes"
        for client in stalled:
            client.socket.close()

    def test_row_102_client_certificates_are_enough_for_other_machines(
            self, origin, start, certificates):
        proxy = start(listen(
            policy(origin.port), tls(certificates, clients=True, host="0.0.0.0")))
        anna = (certificates / "anna.pem", certificates / "anna.key")
        client = over_tls(ports(proxy)[0], certificates / "ca.pem", certificate=anna)
        assert status(client) == 200

    def test_row_102_a_certificate_of_its_own_alone_is_not(self, origin, start, certificates):
        said = refusal(start, listen(policy(origin.port), tls(certificates, host="0.0.0.0")))
        assert "reachable from other machines" in said, said

    @pytest.mark.parametrize("fault", ["another key", "no certificate", "open key", "no file"])
    def test_files_that_cannot_be_used_are_told_before_anything_listens(
            self, origin, start, certificates, tmp_path, path, fault):
        certificate, key = tmp_path / "c.pem", tmp_path / "k.key"
        shutil.copy(certificates / "server.pem", certificate)
        shutil.copy(certificates / "server.key", key)
        key.chmod(0o600)
        if fault == "another key":
            shutil.copy(certificates / "anna.key", key)
        elif fault == "no certificate":
            certificate.write_text("none")
        elif fault == "open key":
            key.chmod(0o644)
        else:
            key.unlink()
        words = f"{{ address: '127.0.0.1:0', tls: {{ certificate: {certificate}, key: {key} }} }}"
        said = refusal(start, listen(policy(origin.port), f"[{unix_proxy(path)}, {words}]"))
        assert str(certificate if fault == "no certificate" else key) in said, said
        assert not path.exists()
