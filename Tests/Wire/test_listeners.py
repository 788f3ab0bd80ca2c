"""Several listeners at once, and Unix sockets."""

import concurrent.futures
import json
import os
import shutil
import socket
import stat
import subprocess

import pytest

from client import Client
from listening import drain, listen, listeners, live, ports, refusal, status, unix, unix_proxy
from proxy import policy
from wire import Wire, request


def test_several_listeners_serve_at_once(origin, start, path):
    proxy = start(listen(
        policy(origin.port), f"[127.0.0.1:0, '[::1]:0', {unix_proxy(path)}, 127.0.0.2:0]"))
    first, second, third, fourth = listeners(proxy)
    assert second.startswith("[::1]:") and third == f"unix:{path}"
    assert fourth.startswith("127.0.0.2:")
    assert status(Client(ports(proxy)[0])) == 200
    assert status(unix(path)) == 200
    wire = Wire(proxy, origin)
    for port in ports(proxy):
        raw = request(line=b"GET http://127.0.0.1:%d/ HTTP/1.1" % port, host=b"x")
        wire.answers_itself([raw], 403)


def test_row_99_no_tcp_listener_is_reached_through_another(origin, start):
    proxy = start(listen(policy(origin.port), "[127.0.0.1:0, 127.0.0.1:0, '[::1]:0']"))
    wire = Wire(proxy, origin)
    for each in listeners(proxy) + listeners(proxy, b"admin"):
        port = int(each.rsplit(":", 1)[1])
        for name in ("127.0.0.1", "localhost", "[::1]"):
            raw = request(line=b"GET http://%s:%d/ HTTP/1.1" % (name.encode(), port), host=b"x")
            wire.answers_itself([raw], 403)


class TestUnix:
    @pytest.mark.parametrize("mode, umask", [
        (None, 0o022), ("0600", 0o000), ("0660", 0o077), ("0770", 0o777)])
    def test_the_file_has_the_modes_bits(self, origin, start, path, mode, umask):
        before = os.umask(umask)
        try:
            start_in = listen(policy(origin.port), unix_proxy(path, mode))
        finally:
            os.umask(before)
        start(start_in, wrapper=["sh", "-c", f'umask {umask:o}; exec "$@"', "sh"])
        found = os.lstat(path)
        assert stat.S_ISSOCK(found.st_mode)
        assert stat.S_IMODE(found.st_mode) == int(mode or "0660", 8)

    def test_clients_are_served(self, origin, start, path):
        proxy = start(listen(policy(origin.port), unix_proxy(path)))
        with unix(path) as client:
            for number in range(3):
                client.send(request(line=b"GET http://t.test/%d HTTP/1.1" % number))
                assert client.read_answer().body == b"/%d" % number
        assert proxy.is_alive()

    @pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
    def test_curl_is_served_by_the_base_url(self, origin, start, path):
        start(listen(policy(origin.port), unix_proxy(path)))
        said = subprocess.run(
            ["curl", "-sS", "--max-time", "5", "--unix-socket", path, "http://localhost/t/curl"],
            check=True, capture_output=True)
        assert said.stdout == b"/curl"

    def test_the_callers_user_is_the_caller(self, origin, start, path, tmp_path):
        admin = tmp_path / "admin.sock"
        start(listen(policy(origin.port), unix_proxy(path), unix_proxy(admin)))
        said = live(f"unix:{admin}", "--json")
        assert json.loads(said.stdout)["caller"] == f"uid:{os.getuid()}", said

    def test_the_file_is_removed_at_the_end(self, origin, start, path, tmp_path):
        admin = tmp_path / "admin.sock"
        proxy = start(listen(policy(origin.port), unix_proxy(path), unix_proxy(admin)))
        assert path.exists() and admin.exists()
        assert drain(proxy) == 0
        assert not path.exists() and not admin.exists()

    def test_another_file_at_the_path_is_left_there(self, origin, start, path):
        proxy = start(listen(policy(origin.port), unix_proxy(path)))
        path.unlink()
        path.write_text("mine")
        assert drain(proxy) == 0
        assert path.read_text() == "mine"

    def test_the_file_of_a_dead_process_is_replaced(self, origin, start, path):
        text = listen(policy(origin.port), unix_proxy(path))
        start(text).stop()
        assert path.exists(), "a killed process cannot have removed it"
        start(text)
        assert status(unix(path)) == 200

    def test_a_process_that_lives_keeps_its_socket(self, origin, start, path):
        text = listen(policy(origin.port), unix_proxy(path))
        start(text)
        said = refusal(start, text)
        assert f"listen on unix:{path}, where another process listens" in said, said
        assert status(unix(path)) == 200

    def test_a_process_that_does_not_accept_keeps_its_socket(self, origin, start, path):
        """Its backlog is full, so that a connect finds no room."""
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
            other.listen(0)
            fillers = [socket.socket(socket.AF_UNIX) for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(str(path))
            said = refusal(start, listen(policy(origin.port), unix_proxy(path)))
            for filler in fillers:
                filler.close()
        assert "another process listens" in said, said
        assert path.exists()

    @pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling link", "datagrams"])
    def test_what_is_no_stream_socket_is_left_alone(self, origin, start, path, tmp_path, kind):
        other = tmp_path / "other"
        sockets = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)]
        if kind == "file":
            path.write_text("mine")
        elif kind == "folder":
            path.mkdir()
        elif kind == "datagrams":
            sockets[0].bind(str(path))
        else:
            if kind == "link":
                other.write_text("mine")
            path.symlink_to(other)
        before = os.lstat(path)
        said = refusal(start, listen(policy(origin.port), unix_proxy(path)))
        expected = "another process" if kind == "datagrams" else "no socket"
        assert expected in said and f"unix:{path}" in said, said
        assert os.lstat(path).st_ino == before.st_ino
        sockets[0].close()

    def test_a_folder_that_is_not_there_is_named(self, origin, start, tmp_path):
        said = refusal(
            start, listen(policy(origin.port), unix_proxy(tmp_path / "none" / "proxy.sock")))
        assert f"{tmp_path}/none/proxy.sock" in said and "No such file" in said, said

    def test_of_two_that_find_a_stale_file_one_begins(self, origin, start, path):
        text = listen(policy(origin.port), unix_proxy(path))
        start(text).stop()

        def attempt(_):
            try:
                return start(text)
            except RuntimeError as refused:
                assert "another process listens" in str(refused), refused
                return None

        for _ in range(3):
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                begun = [each for each in pool.map(attempt, range(4)) if each]
            assert len(begun) == 1
            assert status(unix(path)) == 200
            begun[0].stop()

    def test_a_later_fault_leaves_no_file(self, origin, start, path):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            said = refusal(
                start, listen(policy(origin.port, admin_port=taken.getsockname()[1]),
                              unix_proxy(path)))
        assert "Address already in use" in said and not path.exists()
