import csv
import shutil
import socket
from pathlib import Path

from rig import processes
from rig.contenders.contender import Contender, Setup

CONFIGURATION = """\
global
  nbthread {workers}
  maxconn {most}
  stats socket {socket} level admin
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 1d
  timeout queue 1d
  timeout http-keep-alive 300s
  http-reuse always
frontend callers
  bind 127.0.0.1:{port} backlog 4096
  stick-table type string len 64 size 10k expire 60s store http_req_rate(1s)
  http-request track-sc0 req.hdr(X-API-Key)
  http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt 1000000 }}
  http-request set-header X-API-Key injected
  use_backend https if {{ path_beg /https/ }}
  use_backend parked if {{ path_beg /parked/ }}
  default_backend http
backend http
  server origin 127.0.0.1:{origin.http}
backend https
  default-server ssl verify required ca-file {origin.ca} verifyhost localhost sni str(localhost)
  server origin 127.0.0.1:{origin.https}
backend parked
  server origin 127.0.0.1:{origin.silent} maxconn 1
"""


class HAProxy(Contender):
    """It cannot wait for a rate: its parked requests wait for the one connection of a server."""

    name = "HAProxy"
    parks_by = "connection"

    def _start(self, setup: Setup, folder: Path, workers: int):
        configuration = folder / f"haproxy-{workers}.cfg"
        self._socket = folder / f"haproxy-{workers}.sock"
        configuration.write_text(CONFIGURATION.format(
            origin=setup.origin, port=self.port, workers=workers, socket=self._socket,
            # Two descriptors for each, or it does not start.
            most=min(20000, (processes.raise_descriptor_limit(0) - 200) // 2)))
        return processes.start(["haproxy", "-db", "-f", configuration], self.log)

    @classmethod
    def absent(cls, setup: Setup) -> bool:
        return shutil.which("haproxy") is None

    def waiting(self) -> int:
        with socket.socket(socket.AF_UNIX) as stats:
            stats.connect(str(self._socket))
            stats.sendall(b"show stat\n")
            page = b"".join(iter(lambda: stats.recv(65536), b"")).decode()
        rows = csv.DictReader(page.lstrip("# ").splitlines())
        return sum(int(row["qcur"] or 0) for row in rows if row["svname"] == "BACKEND")
