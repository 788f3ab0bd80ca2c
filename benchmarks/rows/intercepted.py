"""HTTPS that the proxy ends for its callers: handshakes, and requests on kept connections."""

from rig import load, report
from rig.bench import Bench, Section, median
from rig.contenders import Nginx, Penstock

CONNECTIONS = 64
TEXT = """\
Callers speak TLS 1.3 to the proxy, the proxy speaks TLS to the origin (kept connections).
Penstock intercepts CONNECT; nginx is an ordinary TLS server before `proxy_pass https`, so it has
one round trip less. Certificates of P-256, no session is resumed. {connections} connections, 160
B; median of {repeats} interleaved runs of {seconds} s. The client shares the cores: handshakes
per CPU-second of the proxy is the figure to compare.

{table}
"""


def measure(bench: Bench) -> Section:
    repeats, seconds = (2, 1) if bench.quick else (3, 2)
    with bench.contending([Penstock, Nginx], tls=True) as running:
        fresh, kept = (
            bench.in_turn(
                running, repeats, lambda each: _run(bench, each, words, seconds),
                f"intercepted, {what}")
            for what, words in (("fresh", ["--fresh"]), ("kept", [])))
    rows = [["", "handshakes/s", "CPU a handshake and its request, us", "handshakes/CPU-s",
             "CPU a request, kept, us", "requests/s, kept"]]
    for contender in running:
        new, old = fresh.get(contender, []), kept.get(contender, [])
        rows.append([
            contender.name, report.figure(median(new, "rate"), 0),
            report.spread([sample.cpu for sample in new], 0),
            report.figure(1e6 / median(new, "cpu"), 0), report.spread([s.cpu for s in old]),
            report.figure(median(old, "rate"), 0)])
    figures = {
        "intercepted handshake to nginx": _ratio(fresh), "intercepted kept to nginx": _ratio(kept)}
    text = TEXT.format(
        connections=CONNECTIONS, repeats=repeats, seconds=seconds, table=report.table(rows))
    return Section("Intercepted HTTPS", text, figures)


def _run(bench: Bench, contender, words: list, seconds: int) -> load.Sample:
    tunnel = ["--connect", contender.connect] if contender.connect else []
    # Inside CONNECT it is the origin's path, before nginx that of the location.
    path = "/x" if contender.connect else "/https/x"
    return load.measured(contender, lambda: load.client(
        bench.tools, "--port", contender.tls_port, "--tls", "localhost", "--host", "localhost",
        "--path", path, "--connections", CONNECTIONS, "--seconds", seconds, *tunnel, *words))


def _ratio(samples: dict) -> float:
    by_name = {contender.name: median(each, "cpu") for contender, each in samples.items()}
    nan = float("nan")
    return by_name.get("Penstock", nan) / by_name.get("nginx", nan)
