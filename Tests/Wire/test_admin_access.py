"""Who may use the admin pages: rows 99 and 100."""

import json

import pytest

from client import Client
from listening import listen, live, status, unix, unix_proxy
from proxy import policy
from wire import assert_problem, request


class TestAdmin:
    TOKEN = "0123456789abcdef0123456789abcdef"

    @pytest.fixture
    def guarded(self, origin, start, tmp_path):
        self.file = tmp_path / "token"
        self.file.write_text(self.TOKEN + "\n")
        self.file.chmod(0o600)
        proxy = start(listen(
            policy(origin.port), admin=f"{{ address: 127.0.0.1:0, token: 'file:{self.file}' }}"))
        yield proxy
        assert self.TOKEN.encode() not in proxy.log

    def ask(self, proxy, *lines, host=b"localhost", line=b"GET /stats HTTP/1.1"):
        with Client(proxy.admin_port) as client:
            client.send(request(*lines, line=line, host=host))
            answer = client.read_answer()
            assert not [name for name, _ in answer.fields if name.startswith("access-control")]
            return answer

    @pytest.mark.parametrize("lines", [
        [], [b"Authorization: Bearer"], [b"Authorization: Bearer 0123456789abcdef"],
        [b"Authorization: Bearer 0123456789abcdef0123456789abcdeF"],
        [b"Authorization: Bearer 0123456789abcdef0123456789abcdef0"],
        [b"Authorization: Bearer 0123456789abcdef0123456789abcdef" * 2],
        [b"Authorization: Basic 0123456789abcdef0123456789abcdef"],
        [b"Authorization: Bearer 0123456789abcdef0123456789abcdef"] * 2,
        [b"Proxy-Authorization: Bearer 0123456789abcdef0123456789abcdef"],
    ], ids=lambda lines: f"row 99: {len(lines)} {lines[0].decode()[:60] if lines else 'none'}")
    @pytest.mark.parametrize("line", [
        b"GET /stats HTTP/1.1", b"GET /health HTTP/1.1", b"POST /accounts/t/a/close HTTP/1.1",
        b"GET /nothing HTTP/1.1"])
    def test_without_the_token_nothing_is_told(self, guarded, lines, line):
        answer = self.ask(guarded, *lines, line=line)
        assert_problem(answer, 401)
        assert answer.values("www-authenticate") == ['Bearer realm="penstock"']

    @pytest.mark.parametrize("scheme", [b"Bearer", b"bearer", b"BEARER "])
    def test_row_100_with_the_token_and_a_local_name_all_is_served(self, guarded, scheme):
        token = b"Authorization: %s %s" % (scheme, self.TOKEN.encode())
        assert self.ask(guarded, token).status == 200
        assert_problem(self.ask(guarded, token, host=b"evil.test"), 403)

    def test_row_100_options_is_no_method_of_the_pages(self, guarded):
        token = b"Authorization: Bearer " + self.TOKEN.encode()
        origin = b"Origin: http://evil.test"
        for page in (b"/stats", b"/health", b"/explain", b"/accounts/t/a/open"):
            answer = self.ask(
                guarded, token, origin, b"Access-Control-Request-Method: GET",
                line=b"OPTIONS %s HTTP/1.1" % page)
            assert_problem(answer, 405)

    def test_explain_live_brings_the_token(self, guarded):
        admin = f"127.0.0.1:{guarded.admin_port}"
        said = live(admin)
        assert said.returncode == 1 and "admin token" in said.stderr, said
        said = live(admin, "--token-file", self.file)
        assert said.returncode == 0 and "127.0.0.1" in said.stdout, said
        self.file.write_text("0123456789abcdef0123456789abcdee")
        assert live(admin, "--token-file", self.file).returncode == 1

    @pytest.mark.parametrize("content", ["", "a\r\nX: y", None])
    def test_a_token_file_that_holds_none_is_refused(self, tmp_path, content):
        path = tmp_path / "bad"
        if content is not None:
            path.write_text(content)
            path.chmod(0o600)
        said = live("127.0.0.1:1", "--token-file", path)
        assert said.returncode != 0 and str(path) in said.stderr, said
        assert not content or content not in said.stderr

    def test_a_unix_socket_is_asked_under_any_name(self, origin, start, tmp_path):
        path = tmp_path / "admin.sock"
        start(listen(policy(origin.port), admin=unix_proxy(path)))
        for host in (b"localhost", b"penstock", b"evil.test"):
            assert status(unix(path), request(line=b"GET /stats HTTP/1.1", host=host)) == 200
        said = live(f"unix:{path}")
        assert said.returncode == 0 and "uid:" in said.stdout, said

    def test_the_page_of_a_live_process_that_is_gone_is_missed(self, tmp_path):
        said = live(f"unix:{tmp_path}/none.sock")
        assert said.returncode == 1 and "cannot connect to unix:" in said.stderr, said

    def test_the_token_is_read_again_with_the_keys(self, guarded):
        fresh = "fedcba9876543210" * 2
        old, new = ([b"Authorization: Bearer " + each.encode()] for each in [self.TOKEN, fresh])
        self.file.write_text(fresh)
        line = b"POST /keys/reload HTTP/1.1"
        assert_problem(self.ask(guarded, *new, line=line), 401)
        answer = self.ask(guarded, *old, line=line)
        assert json.loads(answer.body)["admin_token"] == "changed", answer
        assert_problem(self.ask(guarded, *old), 401)
        assert self.ask(guarded, *new).status == 200
        self.file.unlink()
        answer = self.ask(guarded, *new, line=line)
        assert json.loads(answer.body)["admin_token"].startswith("failed: "), answer
        assert self.ask(guarded, *new).status == 200
        assert fresh.encode() not in guarded.log
