"""The origin: an nginx that answers 160 bytes of JSON, over HTTP and over HTTPS with an own CA."""

import socket
import subprocess
from pathlib import Path

from rig import processes

BODY = '{"id":"' + "a" * 151 + '"}'

CONFIGURATION = """\
daemon off; worker_processes 1; pid {folder}/origin.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 300;
  client_body_temp_path {folder}/origin-body; proxy_temp_path {folder}/origin-proxy;
  fastcgi_temp_path {folder}/origin-fastcgi; uwsgi_temp_path {folder}/origin-uwsgi;
  scgi_temp_path {folder}/origin-scgi;
  server {{
    listen 127.0.0.1:{http};
    listen 127.0.0.1:{https} ssl;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
    location / {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Origin:
    """Listens on `http` and `https`; `ca` is the PEM file that vouches for it."""

    def __init__(self, folder: Path):
        assert len(BODY) == 160
        self.http, self.https = free_port(), free_port()
        self.ca = folder / "ca.pem"
        _certify(folder)
        configuration = folder / "origin.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=folder, http=self.http, https=self.https, body=BODY))
        self._process = processes.start(
            ["nginx", "-e", "stderr", "-c", str(configuration)], folder / "origin.log")
        processes.until(lambda: is_open(self.https), "the origin listens")

    def stop(self) -> None:
        processes.stop(self._process)


def _certify(folder: Path) -> None:
    """An own CA and a certificate for localhost."""
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Penstock benchmark CA")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (folder / "server.ext").write_text("subjectAltName = DNS:localhost, IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "server.pem", "-days", "2", "-extfile", "server.ext")
