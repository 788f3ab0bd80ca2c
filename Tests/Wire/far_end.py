"""The far end of tunnels: a listener whose connections the test itself drives."""

import json
import socket

from client import Client
from wire import request


class FarEnd:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.listener.settimeout(5)
        self.port = self.listener.getsockname()[1]

    def accept(self):
        """The next connection of the proxy."""
        sock, _ = self.listener.accept()
        sock.settimeout(5)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def is_alone(self):
        """Whether no connection waits to be accepted."""
        self.listener.settimeout(0.2)
        try:
            self.listener.accept()[0].close()
            return False
        except TimeoutError:
            return True
        finally:
            self.listener.settimeout(5)

    def close(self):
        self.listener.close()


def take(sock, count):
    """Exactly so many bytes; fewer at the end of the connection."""
    data = b""
    while len(data) < count and (more := sock.recv(min(1 << 20, count - len(data)))):
        data += more
    return data


def connect_line(host, port=443):
    """A CONNECT with nothing more than it needs."""
    authority = f"{host}:{port}".encode()
    return request(line=b"CONNECT " + authority + b" HTTP/1.1", host=authority)


def stats(proxy):
    with Client(proxy.admin_port) as client:
        client.send(request(line=b"GET /stats HTTP/1.1", host=b"localhost"))
        return json.loads(client.read_answer().body)


def tunnels(proxy):
    """How many tunnels are open now, from /stats."""
    return stats(proxy)["connections"]["tunnels"]


def lanes(proxy, api):
    """What became of an API's requests, from /stats, over all lanes."""
    found = stats(proxy)["apis"][api]["lanes"].values()
    return {name: sum(lane[name] for lane in found) for name in ("waiting", "granted", "refused")}
