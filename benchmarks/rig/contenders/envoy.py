import json
import re
from pathlib import Path

from rig import processes
from rig.contenders.contender import Contender, Setup, fetch
from rig.origin import free_port

TYPES = "type.googleapis.com/envoy.extensions"


class Envoy(Contender):
    """It cannot wait for a rate: its parked requests wait for the one connection of a cluster."""

    name = "Envoy"
    parks_by = "connection"

    def _start(self, setup: Setup, folder: Path, workers: int):
        self._admin = free_port()
        configuration = folder / f"envoy-{workers}.json"
        configuration.write_text(json.dumps(_bootstrap(setup.origin, self.port, self._admin)))
        return processes.start(
            [setup.envoy, "-c", configuration, "--concurrency", workers, "--disable-hot-restart",
             "--log-level", "error"], self.log)

    @classmethod
    def absent(cls, setup: Setup) -> bool:
        return setup.envoy is None

    def waiting(self) -> int:
        page = fetch(self._admin, "/stats?filter=cluster.parked.upstream_rq_pending_active")
        return int(re.search(r": (\d+)", page)[1])


def _address(port: int) -> dict:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _bootstrap(origin, port: int, admin: int) -> dict:
    return {
        "admin": {"address": _address(admin)},
        "static_resources": {
            "listeners": [{
                "name": "callers", "address": _address(port), "tcp_backlog_size": 4096,
                "filter_chains": [{"filters": [_manager()]}]}],
            "clusters": [
                _cluster("http", origin.http),
                _cluster("https", origin.https, tls=_tls(origin)),
                _cluster("parked", origin.silent, most=1)]}}


def _manager() -> dict:
    """HTTP for callers: the limit, then the router; nothing that the others do not do either."""
    routes = [
        {"match": {"prefix": f"/{name}/"},
         "route": {"cluster": name, "prefix_rewrite": "/", "timeout": "0s"}}
        for name in ("http", "https", "parked")]
    key = {"header": {"key": "x-api-key", "value": "injected"},
           "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    return {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": {
            "@type": f"{TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "callers", "generate_request_id": False, "stream_idle_timeout": "0s",
            "route_config": {
                "request_headers_to_add": [key],
                "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
            "http_filters": [_limit(), {
                "name": "envoy.filters.http.router",
                "typed_config": {
                    "@type": f"{TYPES}.filters.http.router.v3.Router",
                    "suppress_envoy_headers": True}}]}}


def _limit() -> dict:
    everything = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return {
        "name": "envoy.filters.http.local_ratelimit",
        "typed_config": {
            "@type": f"{TYPES}.filters.http.local_ratelimit.v3.LocalRateLimit",
            "stat_prefix": "limit",
            "token_bucket": {
                "max_tokens": 1000000, "tokens_per_fill": 1000000, "fill_interval": "1s"},
            "filter_enabled": everything, "filter_enforced": everything}}


def _cluster(name: str, port: int, most: int = 20000, tls: dict | None = None) -> dict:
    threshold = {"max_connections": most, "max_pending_requests": 20000, "max_requests": 20000}
    endpoint = {"endpoint": {"address": _address(port)}}
    cluster = {
        "name": name, "type": "STATIC", "connect_timeout": "5s",
        "circuit_breakers": {"thresholds": [threshold]},
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}}
    return {**cluster, "transport_socket": tls} if tls else cluster


def _tls(origin) -> dict:
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": f"{TYPES}.transport_sockets.tls.v3.UpstreamTlsContext", "sni": "localhost",
            "common_tls_context": {"validation_context": {
                "trusted_ca": {"filename": str(origin.ca)},
                "match_typed_subject_alt_names": [
                    {"san_type": "DNS", "matcher": {"exact": "localhost"}}]}}}}
