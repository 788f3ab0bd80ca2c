"""The proxies that are compared, each with its limits on: one worker, keep-alive to the origin."""

import json
import re
import signal
import time
import urllib.request
from pathlib import Path

from rig import processes
from rig.origin import Origin, free_port, is_open

PENSTOCK = """\
listen: {{ proxy: 127.0.0.1:0, admin: 127.0.0.1:0 }}
unknown-hosts: refuse
queues: {{ per-lane: 20000, total: 40000 }}
apis:
  http:
    origin: http://127.0.0.1:{origin.http}
    {rest}
  https:
    origin: https://localhost:{origin.https}
    tls: {{ ca: {origin.ca} }}
    {rest}
  parked:
    origin: http://127.0.0.1:{origin.http}
    hosts: [parked.test]
    limits: [ {{ name: rate, per: api, kind: token-bucket, allow: 1/min, burst: 1 }} ]
    lanes: {{ other: {{ max-wait: 300d }} }}
"""
# On, and never in the way.
PENSTOCK_LIMITS = """credential: { header: X-API-Key }
    keys: { a: { secret: env:BENCHMARK_KEY } }
    limits: [ { name: rate, per: key, kind: token-bucket, allow: 1000000/s, burst: 1000000 } ]"""

NGINX = """\
daemon off; worker_processes 1; pid {folder}/proxy.pid; error_log stderr crit;
events {{ worker_connections 20000; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 300;
  client_body_temp_path {folder}/proxy-body; proxy_temp_path {folder}/proxy-proxy;
  fastcgi_temp_path {folder}/proxy-fastcgi; uwsgi_temp_path {folder}/proxy-uwsgi;
  scgi_temp_path {folder}/proxy-scgi;
  limit_req_zone $http_x_api_key zone=key:1m rate=1000000r/s;
  limit_req_zone $server_port zone=parked:1m rate=1r/m;
  upstream http {{ server 127.0.0.1:{origin.http}; keepalive 256; keepalive_requests 100000000; }}
  upstream https {{ server 127.0.0.1:{origin.https}; keepalive 256; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port};
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-API-Key injected;
    location /http/ {{ limit_req zone=key burst=1000000 nodelay; proxy_pass http://http/; }}
    location /https/ {{
      limit_req zone=key burst=1000000 nodelay; proxy_pass https://https/;
      proxy_ssl_verify on; proxy_ssl_trusted_certificate {origin.ca}; proxy_ssl_name localhost;
      proxy_ssl_server_name on;
    }}
    location /parked/ {{ limit_req zone=parked burst=20000; proxy_pass http://http/; }}
    location /status {{ stub_status; }}
  }}
}}
"""


class Penstock:
    name = "Penstock"

    def __init__(self, binary: Path, folder: Path, origin: Origin):
        policy = folder / "penstock.yaml"
        policy.write_text(PENSTOCK.format(origin=origin, rest=PENSTOCK_LIMITS))
        log = folder / "penstock.log"
        self._process = processes.start(
            [str(binary), "run", "--config", str(policy)], log, {"BENCHMARK_KEY": "injected"},
            signal.SIGKILL)
        self._log = log
        self.worker = self._process.pid
        self.port = self._port("proxy")
        self._admin = self._port("admin")

    def _port(self, what: str) -> int:
        deadline = time.monotonic() + 10
        while not (found := re.search(rf"{what} listens on \S+:(\d+)", self._log.read_text())):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Penstock did not start:\n{self._log.read_text()}")
            time.sleep(0.05)
        return int(found[1])

    def waiting(self) -> int:
        """Requests parked now."""
        url = f"http://127.0.0.1:{self._admin}/stats"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as answer:
            lanes = json.load(answer)["apis"]["parked"]["lanes"]
        return sum(lane["waiting"] for lane in lanes.values())

    def stop(self) -> None:
        # Nothing it still holds is worth a drain.
        self._process.kill()
        self._process.wait()


class Nginx:
    name = "nginx limit_req"

    def __init__(self, folder: Path, origin: Origin):
        self.port = free_port()
        configuration = folder / "proxy.conf"
        configuration.write_text(NGINX.format(folder=folder, origin=origin, port=self.port))
        self._process = processes.start(
            ["nginx", "-e", "stderr", "-c", str(configuration)], folder / "proxy.log")
        processes.until(lambda: is_open(self.port), "nginx listens")
        (self.worker,) = processes.children(self._process.pid)

    def waiting(self) -> int:
        """Requests parked now: connections that are neither idle nor ours."""
        url = f"http://127.0.0.1:{self.port}/status"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as answer:
            text = answer.read().decode()
        return int(re.search(r"Writing: (\d+)", text)[1]) - 1

    def stop(self) -> None:
        processes.stop(self._process)
