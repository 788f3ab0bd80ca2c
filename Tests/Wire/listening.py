"""Listeners of every kind, and clients for them."""

import base64
import re
import signal
import socket
import ssl
import subprocess

import pytest

from client import Client
from proxy import command
from waiting import wait_until
from wire import request

# What `openssl passwd -6` made of these passwords; the slow one has 300000 rounds.
PASSWORDS = {"ada": "correct horse", "slow": "slow secret"}
HASHES = {
    "ada": "$6$saltsalt$hRM5XZ86KXEw9UOmjigeVqFgULtFB2sgpC9lXQDfMib3Zgw7mEiUvBJI2EplzfAqxL5Vvwp2sc"
           "Ftv/uamSo5z0",
    "slow": "$6$rounds=300000$saltsalt$YP/N/snclqcpysAg5J4eflno4IrMM8DvdHsBIZwskbzG1.pVDewHQP55o9Ko"
            "C3WIwxSrGcUoe0v5K/cRhfc9V1",
}


def listen(text, proxy=None, admin=None):
    """The policy `text` with other listeners."""
    if proxy is not None:
        text = text.replace("proxy: 127.0.0.1:0", f"proxy: {proxy}")
    if admin is not None:
        text = re.sub(r"admin: 127.0.0.1:\d+", lambda _: f"admin: {admin}", text)
    return text


def users_file(folder, *names):
    """A file of these users."""
    path = folder / "users"
    path.write_text("".join(f"{name}:{HASHES[name]}\n" for name in names))
    path.chmod(0o600)
    return path


def basic(user, password):
    """The field that names a user and a password."""
    token = base64.b64encode(f"{user}:{password}".encode())
    return b"Proxy-Authorization: Basic " + token


def listeners(proxy, what=b"proxy"):
    """Where the process listens, as its log says it."""
    return [each.decode() for each in re.findall(rb"%s listens on (\S+)" % what, proxy.log)]


def ports(proxy, what=b"proxy"):
    """The TCP ports among them."""
    return [
        int(each.rsplit(":", 1)[1])
        for each in listeners(proxy, what) if not each.startswith("unix:")]


def drain(proxy, seconds=10):
    """Ends the process as an operator does; its exit status."""
    proxy.process.send_signal(signal.SIGTERM)
    assert wait_until(lambda: not proxy.is_alive(), seconds), proxy.log.decode()
    return proxy.process.returncode


class OtherClient(Client):
    """A client on a socket of another kind."""

    def __init__(self, connected, timeout=6.0):
        self.socket = connected
        self.socket.settimeout(timeout)
        self.received = bytearray()
        self.used = 0


def unix(path, timeout=6.0):
    connected = socket.socket(socket.AF_UNIX)
    connected.connect(str(path))
    return OtherClient(connected, timeout)


def from_address(host, port, timeout=6.0):
    """A client that comes from another address of this machine."""
    return OtherClient(
        socket.create_connection(("127.0.0.1", port), timeout, source_address=(host, 0)), timeout)


def over_tls(port, authority, name="proxy.test", certificate=None, timeout=6.0):
    """A client that checks the listener's certificate, and shows one of its own if it has one."""
    context = ssl.create_default_context(cafile=str(authority))
    if certificate:
        context.load_cert_chain(*map(str, certificate))
    plain = socket.create_connection(("127.0.0.1", port), timeout)
    return OtherClient(context.wrap_socket(plain, server_hostname=name), timeout)


def unix_proxy(path, mode=None):
    return f"{{ address: 'unix:{path}'" + (f", mode: '{mode}' }}" if mode else " }")


def status(client, raw=request()):
    with client:
        client.send(raw)
        return client.read_answer().status


def refusal(start, text, **options):
    with pytest.raises(RuntimeError) as refused:
        start(text, **options)
    return str(refused.value)


def live(admin, *options):
    binary = command("x")[0]
    return subprocess.run(
        [binary, "explain", "GET", "http://t.test/p", "--live", admin, *options],
        capture_output=True, text=True, timeout=20, check=False)
