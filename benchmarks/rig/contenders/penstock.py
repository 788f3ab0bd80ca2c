import json
import re
from pathlib import Path

from rig import processes
from rig.contenders.contender import Contender, Setup, fetch

POLICY = """\
listen: {{ proxy: 127.0.0.1:0, admin: 127.0.0.1:0 }}
unknown-hosts: refuse
queues: {{ per-lane: 20000, total: 40000 }}
bounds: {{ requests-per-connection: 100000000, keep-alive: 5m, idle-time: 5m, connection-age: 1d }}
{head}
apis:
  http:
    origin: http://127.0.0.1:{origin.http}
    {rest}
  https:
    origin: https://localhost:{origin.https}
    tls: {{ ca: {origin.ca} }}
    connect: {connect}
    {rest}
  parked:
    origin: http://127.0.0.1:{origin.http}
    hosts: [parked.test]
    limits: [ {{ name: rate, per: api, kind: token-bucket, allow: 1/min, burst: 1 }} ]
    lanes: {{ other: {{ max-wait: 300d }} }}
  steady:
    origin: http://127.0.0.1:{origin.stamping}
    hosts: [steady.test]
    limits: [ {{ name: rate, per: api, kind: token-bucket, allow: 200/s, burst: 20 }} ]
    lanes: {{ other: {{ max-wait: 1d }} }}
"""
# On, and never in the way.
LIMITS = """credential: { header: X-API-Key }
    keys: { a: { secret: env:BENCHMARK_KEY } }
    limits: [ { name: rate, per: key, kind: token-bucket, allow: 1000000/s, burst: 1000000 } ]"""


class Penstock(Contender):
    """`tls`: callers speak TLS inside CONNECT, which it intercepts with an authority of its own."""

    name = "Penstock"
    pace = 1.00025

    def __init__(self, setup: Setup, folder: Path, workers: int = 1, tls: bool = False):
        super().__init__(setup, folder, workers, tls)
        self.port = self._port("proxy")
        self._admin = self._port("admin")
        if tls:
            self.tls_port = self.port
            self.connect = f"localhost:{setup.origin.https}"

    def _start(self, setup: Setup, folder: Path, workers: int):
        policy = folder / f"penstock-{workers}.yaml"
        head = f"workers: {workers}\n" if workers > 1 else ""
        if self.tls_port:
            head += f"ca: {{ certificate: {folder}/local.pem, key: {folder}/local.key }}\n"
        policy.write_text(POLICY.format(
            origin=setup.origin, rest=LIMITS, head=head,
            connect="intercept" if self.tls_port else "refuse"))
        if self.tls_port:
            processes.run([setup.penstock, "ca", "init", "--config", policy], 20)
        return processes.start(
            [setup.penstock, "run", "--config", policy], self.log, {"BENCHMARK_KEY": "injected"})

    def _until_ready(self) -> None:
        processes.until(
            lambda: self._process.poll() is not None or self._said("admin"), "Penstock listens")
        self._must_run()

    def _said(self, what: str):
        return re.search(rf"{what} listens on \S+:(\d+)", self.log.read_text())

    def _port(self, what: str) -> int:
        processes.until(lambda: self._said(what), f"Penstock's {what} listens")
        return int(self._said(what)[1])

    def waiting(self) -> int:
        apis = json.loads(fetch(self._admin, "/stats"))["apis"].values()
        return sum(lane["waiting"] for api in apis for lane in api["lanes"].values())
