"""What systemd gives and is told: sockets, the begin and the end."""

import fcntl
import os
import socket

import pytest

from client import Client
from listening import basic, drain, listen, listeners, ports, refusal, status, unix, users_file
from proxy import policy
from waiting import wait_until
from wire import request

STATS = request(line=b"GET /stats HTTP/1.1", host=b"localhost")


class Activation:
    """Starts the process as systemd does, with sockets from descriptor 3 on."""

    def __init__(self, *sockets, names=None, process="$$", count=None):
        # High numbers, so that moving one to its place does not cover another.
        self.high = [fcntl.fcntl(each, fcntl.F_DUPFD, 100) for each in sockets]
        moves = " ".join(f"{3 + at}<&{each}" for at, each in enumerate(self.high))
        moves = f"exec {moves};" if moves else ""
        close = " ".join(f"{each}<&-" for each in self.high)
        words = f"LISTEN_PID={process} LISTEN_FDS={len(sockets) if count is None else count} "
        if names is not None:
            words += f"LISTEN_FDNAMES={names} "
        close = f"exec {close};" if close else ""
        self.options = {
            "wrapper": ["bash", "-c", f'{moves} {close} {words} exec "$@"', "bash"],
            "passed": self.high}

    def __enter__(self):
        return self.options

    def __exit__(self, *_):
        for each in self.high:
            os.close(each)


@pytest.fixture
def tcp():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


class TestActivation:
    def test_the_sockets_are_taken_by_their_names(self, origin, start, tcp, path):
        with socket.socket(socket.AF_UNIX) as second, socket.create_server(("::1", 0), family=(
                socket.AF_INET6)) as admin:
            second.bind(str(path))
            second.listen()
            text = listen(policy(origin.port), "systemd:proxy", "systemd:control")
            with Activation(tcp, admin, second, names="proxy:control:proxy") as options:
                proxy = start(text, **options)
            assert listeners(proxy) == [f"127.0.0.1:{tcp.getsockname()[1]}", f"unix:{path}"]
            port = tcp.getsockname()[1]
            assert status(Client(port)) == 200
            assert status(unix(path)) == 200
            with socket.create_connection(("::1", admin.getsockname()[1])) as raw:
                raw.sendall(STATS)
                assert raw.recv(100).startswith(b"HTTP/1.1 200")
            own = request(line=b"GET http://127.0.0.1:%d/ HTTP/1.1" % port, host=b"x")
            assert status(Client(port), own) == 403, "its own address is reached through it"
            # Ours is closed, theirs listens on: who connects now waits for the next process.
            assert drain(proxy) == 0
            assert path.exists(), "systemd's file is not ours to remove"
            Client(port).socket.close()
            with Activation(tcp, admin, second, names="proxy:control:proxy") as options:
                start(text, **options)
            assert status(unix(path)) == 200

    def test_without_names_all_are_called_unknown(self, origin, start, tcp):
        with Activation(tcp) as options:
            proxy = start(listen(policy(origin.port), "systemd:unknown"), **options)
        assert status(Client(ports(proxy)[0])) == 200

    def test_a_socket_that_nobody_wants_is_told_and_closed(self, origin, start, tcp):
        with Activation(tcp, names="web") as options:
            proxy = start(policy(origin.port), **options)
        tcp.close()
        assert b'passed the socket "web", which no listener of the policy names' in proxy.log
        assert wait_until(lambda: b"admin listens" in proxy.log)
        assert status(Client(proxy.port)) == 200

    @pytest.mark.parametrize("names, words", [
        ("web:x", ['no socket is called "proxy"', '"web", "x"']),
        ("web", ["LISTEN_FDNAMES has 1 names for 2 sockets"]),
        ("", ["LISTEN_FDNAMES has 1 names for 2 sockets"]),
        ("a:b:c", ["LISTEN_FDNAMES has 3 names for 2 sockets"]),
    ])
    def test_missing_names_are_told_with_those_there_are(self, origin, start, tcp, names, words):
        with socket.create_server(("127.0.0.1", 0)) as second:
            with Activation(tcp, second, names=names) as options:
                said = refusal(start, listen(policy(origin.port), "systemd:proxy"), **options)
        assert all(each in said for each in words), said

    @pytest.mark.parametrize("process, count, words", [
        ("1", 1, "for another process"), ("x", 1, "LISTEN_PID is no number"),
        ("$$", "x", "LISTEN_FDS is no number"), ("$$", -1, "LISTEN_FDS is no number"),
        ("$$", 99999999999, "LISTEN_FDS is no number"), ("$$", 0, "systemd passed no sockets"),
    ])
    def test_variables_that_are_wrong_are_told(self, origin, start, tcp, process, count, words):
        with Activation(tcp, process=process, count=count) as options:
            said = refusal(start, listen(policy(origin.port), "systemd:proxy"), **options)
        assert words in said, said

    def test_without_systemd_the_start_is_refused(self, origin, start):
        said = refusal(start, listen(policy(origin.port), "systemd:proxy"))
        assert "systemd passed no sockets to this process" in said, said

    @pytest.mark.parametrize("kind", ["datagrams", "connected", "not listening", "closed"])
    def test_what_does_not_listen_is_refused(self, origin, start, tcp, kind):
        if kind == "datagrams":
            passed = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
        elif kind == "connected":
            passed = [socket.create_connection(tcp.getsockname())]
        else:
            passed = [socket.socket()]
        count = 2 if kind == "closed" else 1
        if kind == "closed":
            passed = [tcp.dup()]
        names = "proxy:proxy" if count == 2 else "proxy"
        with Activation(*passed, names=names, count=count) as options:
            said = refusal(start, listen(policy(origin.port), "systemd:proxy"), **options)
        passed[0].close()
        assert '"proxy"' in said and "listening stream" in said, said

    def test_row_102_an_open_socket_for_other_machines_is_refused(self, origin, start, tmp_path):
        with socket.create_server(("0.0.0.0", 0)) as wide:
            with Activation(wide, names="proxy") as options:
                said = refusal(start, listen(policy(origin.port), "systemd:proxy"), **options)
            assert "reachable from other machines" in said and "users: required" in said, said
            with Activation(wide, names="admin") as options:
                said = refusal(
                    start, listen(policy(origin.port), admin="systemd:admin"), **options)
            assert "allowed for admin" in said, said
            users = users_file(tmp_path, "ada")
            text = listen(
                policy(origin.port, top=f"users: {users}"),
                "{ address: 'systemd:proxy', users: required }")
            with Activation(wide, names="proxy") as options:
                start(text, **options)
            port = wide.getsockname()[1]
            assert status(Client(port)) == 407
            assert status(Client(port), request(basic("ada", "correct horse"))) == 200


class TestServiceManager:
    @pytest.mark.parametrize("is_abstract", [False, True])
    def test_it_is_told_of_the_begin_and_the_end(self, origin, start, tmp_path, is_abstract):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            name = f"@penstock-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
            manager.bind("\0" + name[1:] if is_abstract else name)
            manager.settimeout(10)
            proxy = start(policy(origin.port), environment={"NOTIFY_SOCKET": name})
            assert manager.recv(100) == b"READY=1"
            assert proxy.is_open, "the listeners come first"
            assert drain(proxy) == 0
            assert manager.recv(100) == b"STOPPING=1"

    def test_nothing_is_ready_when_the_start_fails(self, origin, start, tmp_path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(tmp_path / "notify"))
            refusal(
                start, listen(policy(origin.port), "systemd:proxy"),
                environment={"NOTIFY_SOCKET": str(tmp_path / "notify")})
            manager.setblocking(False)
            with pytest.raises(BlockingIOError):
                manager.recv(100)

    def test_one_that_is_gone_keeps_nobody_from_serving(self, origin, start, tmp_path):
        proxy = start(policy(origin.port), environment={"NOTIFY_SOCKET": str(tmp_path / "none")})
        assert wait_until(lambda: b"cannot tell systemd READY=1" in proxy.log)
        assert status(Client(proxy.port)) == 200
