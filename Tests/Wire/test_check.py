"""What `penstock check` says of a policy, and policies nothing starts with."""

import os
import pathlib
import subprocess

import pytest

from proxy import ROOT, command

TOKEN = "tok_0123456789abcdef"
HASH = "$6$salt$" + "x" * 86


def penstock(*words, environment=None):
    """Runs the binary to its end."""
    binary = command("none")[0]
    return subprocess.run(
        [binary, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60, env={**os.environ, "TOKEN": TOKEN, **(environment or {})})


def written(folder, text):
    path = pathlib.Path(folder) / "policy.yaml"
    path.write_text(text)
    return path


@pytest.fixture
def users(tmp_path):
    path = tmp_path / "users"
    path.write_text(f"# people\nada:{HASH}\n")
    path.chmod(0o640)
    return path


def full(users):
    return f"""\
listen:
  proxy:
    - 127.0.0.1:0
    - {{ address: 0.0.0.0:0, users: required }}
  admin: {{ address: 127.0.0.1:0, token: env:TOKEN }}
users: {users}
apis:
  t: {{ origin: https://t.test, provider: tokportal, keys: {{ k: {{ secret: env:TOKEN }} }} }}
"""


def test_what_is_printed_reads_back_the_same_and_has_no_secret(tmp_path, users):
    first = penstock("check", "--print", "--config", written(tmp_path, full(users)))
    assert (first.returncode, first.stderr) == (0, "")
    assert "secret: env:TOKEN" in first.stdout and f"users: {users}" in first.stdout
    assert TOKEN not in first.stdout and HASH not in first.stdout
    second = penstock("check", "--print", "--config", written(tmp_path, first.stdout))
    assert (second.returncode, second.stdout) == (0, first.stdout)


def test_every_bound_is_printed(tmp_path):
    text = "apis: { t: { origin: https://t.test } }"
    shown = penstock("check", "--print", "--config", written(tmp_path, text)).stdout
    documented = (ROOT / "conf/penstock.yaml").read_text().split("\nbounds:\n")[1]
    documented = documented.split("\n# The upstreams.")[0]
    bounds = [line.split("#")[0].split() for line in documented.splitlines() if line]
    assert len(bounds) > 30
    assert all(f"\n  {word} {value}\n" in shown for word, value in bounds)


@pytest.mark.parametrize("verb", ["run", "check"])
@pytest.mark.parametrize("address", ["0.0.0.0:0", "'[::]:0'"])
def test_row_102_nothing_listens_for_other_machines_unasked(tmp_path, verb, address):
    text = f"listen: {{ proxy: {address} }}\napis: {{ t: {{ origin: https://t.test }} }}\n"
    ended = penstock(verb, "--config", written(tmp_path, text))
    assert ended.returncode == 2 and not ended.stdout
    assert ":1:18: " in ended.stderr
    assert "is reachable from other machines and asks nobody who they are" in ended.stderr


def test_a_users_file_everybody_may_read_is_refused_and_not_shown(tmp_path, users):
    users.chmod(0o644)
    ended = penstock("check", "--config", written(tmp_path, full(users)))
    assert ended.returncode == 2 and HASH not in ended.stderr
    assert "others may use it (mode 0644), allowed: mode 0640 or less" in ended.stderr


def test_a_weak_hash_is_refused_and_not_shown(tmp_path, users):
    users.write_text("ada:secret\n")
    ended = penstock("check", "--config", written(tmp_path, full(users)))
    assert ended.returncode == 2 and "secret" not in ended.stderr
    assert ended.stderr.startswith(f"{users}:1:5: this user's hash is no hash of a strong method")
