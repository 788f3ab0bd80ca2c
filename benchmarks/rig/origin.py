"""The origin: an nginx with small and large answers, over HTTP and over HTTPS with an own CA.

Every path below any prefix answers 160 bytes of JSON, but: .../64k answers 64 KiB, and .../post
answers once it has read the request's body.
"""

import signal
import socket
import subprocess
from pathlib import Path

from rig import processes

BODY = '{"id":"' + "a" * 151 + '"}'

CONFIGURATION = """\
daemon off; worker_processes 1; pid {folder}/origin.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 300; client_max_body_size 0;
  client_body_temp_path {folder}/origin-body; proxy_temp_path {folder}/origin-proxy;
  fastcgi_temp_path {folder}/origin-fastcgi; uwsgi_temp_path {folder}/origin-uwsgi;
  scgi_temp_path {folder}/origin-scgi;
  upstream self {{ server 127.0.0.1:{http}; keepalive 256; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{http} backlog=4096;
    listen 127.0.0.1:{https} ssl backlog=4096;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
    location / {{ default_type application/json; return 200 '{body}'; }}
    location ~ /64k$ {{ default_type application/json; alias {folder}/64k.json; }}
    location ~ /post$ {{
      # nginx reads a body only for an upstream: this one is itself, and gets none.
      client_body_buffer_size 2m; proxy_pass_request_body off;
      proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Content-Length "";
      proxy_method GET; rewrite ^ /x break; proxy_pass http://self;
    }}
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
    """Listens on `http` and `https`; `ca` is the PEM file that vouches for it.

    `silent` is a port where connections stand and no answer ever comes; `stamping` one that is
    free for a row that wants an origin of its own.
    """

    name = "straight"
    pids: list[int] = []

    def __init__(self, folder: Path):
        assert len(BODY) == 160
        self.folder = folder
        self.http, self.https, self.stamping = free_port(), free_port(), free_port()
        self.port = self.http
        self.ca = folder / "ca.pem"
        # The kernel makes the connections; nobody accepts them.
        self._silent = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.silent = self._silent.getsockname()[1]
        _certify(folder)
        (folder / "64k.json").write_text('{"id":"' + "a" * (65536 - 9) + '"}')
        configuration = folder / "origin.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=folder, http=self.http, https=self.https, body=BODY))
        log = folder / "origin.log"
        self._process = processes.start(
            ["nginx", "-e", "stderr", "-c", configuration], log, at_our_death=signal.SIGTERM)
        processes.until(
            lambda: self._process.poll() is not None or is_open(self.https), "the origin listens")
        if self._process.poll() is not None:
            raise processes.Trouble(f"the origin did not start: {log.read_text().strip()}")

    def stop(self) -> None:
        self._silent.close()
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
