import re
import signal
from pathlib import Path

from rig import processes
from rig.contenders.contender import Contender, Setup, fetch

CONFIGURATION = """\
daemon off; worker_processes {workers}; pid {folder}/proxy-{workers}.pid; error_log stderr crit;
events {{ worker_connections 20000; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 300; client_max_body_size 0;
  client_body_temp_path {folder}/proxy-body; proxy_temp_path {folder}/proxy-proxy;
  fastcgi_temp_path {folder}/proxy-fastcgi; uwsgi_temp_path {folder}/proxy-uwsgi;
  scgi_temp_path {folder}/proxy-scgi;
  limit_req_zone $http_x_api_key zone=key:1m rate=1000000r/s;
  limit_req_zone $server_port zone=parked:1m rate=1r/m;
  limit_req_zone $server_port zone=steady:1m rate=200r/s;
  upstream http {{ server 127.0.0.1:{origin.http}; keepalive 512; keepalive_requests 100000000; }}
  upstream https {{ server 127.0.0.1:{origin.https}; keepalive 512; keepalive_requests 100000000; }}
  upstream stamping {{ server 127.0.0.1:{origin.stamping}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    {tls}
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-API-Key injected;
    # Bodies stream, as everywhere else; an answer of 64 KB fits into memory.
    proxy_request_buffering off; proxy_buffers 16 8k; proxy_max_temp_file_size 0;
    location /http/ {{ limit_req zone=key burst=1000000 nodelay; proxy_pass http://http/; }}
    location /https/ {{
      limit_req zone=key burst=1000000 nodelay; proxy_pass https://https/;
      proxy_ssl_verify on; proxy_ssl_trusted_certificate {origin.ca}; proxy_ssl_name localhost;
      proxy_ssl_server_name on;
    }}
    location /parked/ {{ limit_req zone=parked burst=20000; proxy_pass http://http/; }}
    location /steady/ {{ limit_req zone=steady burst=20000; proxy_pass http://stamping/; }}
    location /status {{ stub_status; }}
  }}
}}
"""
TLS = """listen 127.0.0.1:{port} ssl backlog=4096;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;"""


class Nginx(Contender):
    name = "nginx"

    def _start(self, setup: Setup, folder: Path, workers: int):
        self._workers = workers
        configuration = folder / f"proxy-{workers}.conf"
        tls = TLS.format(port=self.tls_port, folder=setup.origin.folder) if self.tls_port else ""
        configuration.write_text(CONFIGURATION.format(
            folder=folder, origin=setup.origin, port=self.port, workers=workers, tls=tls))
        return processes.start(
            ["nginx", "-e", "stderr", "-c", configuration], self.log, at_our_death=signal.SIGTERM)

    def _until_ready(self) -> None:
        super()._until_ready()
        processes.until(lambda: len(self.pids) == self._workers, "nginx's workers stand")

    @property
    def pids(self) -> list[int]:
        """The workers; the master only waits for them."""
        return processes.children(self._process.pid)

    def waiting(self) -> int:
        """Connections that are neither idle nor ours."""
        return int(re.search(r"Writing: (\d+)", fetch(self.port, "/status"))[1]) - 1

    def stop(self) -> None:
        processes.stop(self._process)
