"""The proxies that are compared, a class each: started with its limits on and N workers.

`name`; `port` that answers /http/..., /https/... and /parked/...; `pids` whose CPU and memory
count; `waiting()`, the requests parked now; `parks_by`, what those wait for; `stop()`.
"""

from rig.contenders.contender import Contender, Setup
from rig.contenders.envoy import Envoy
from rig.contenders.haproxy import HAProxy
from rig.contenders.nginx import Nginx
from rig.contenders.penstock import Penstock

ALL: list[type[Contender]] = [Penstock, Nginx, HAProxy, Envoy]

__all__ = ["ALL", "Contender", "Envoy", "HAProxy", "Nginx", "Penstock", "Setup"]
