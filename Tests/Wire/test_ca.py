"""`penstock ca`: the authority that interception signs with, made and shown by the real command."""

import os
import stat

import pytest

from certificates import NEEDS_OPENSSL, openssl
from test_check import penstock, written

pytestmark = NEEDS_OPENSSL


@pytest.fixture
def files(tmp_path):
    """A policy whose key's variable is not set, and the files its `ca` names."""
    certificate, key = tmp_path / "ca.pem", tmp_path / "ca.key"
    path = written(tmp_path, f"""\
ca: {{ certificate: {certificate}, key: {key} }}
apis:
  a: {{ origin: https://api.test, credential: {{ header: X-Key }},
       keys: {{ k: {{ secret: env:NOT_SET_ANYWHERE }} }} }}
""")
    return path, certificate, key


def test_an_authority_is_made_for_the_intercepted_hosts(files, tmp_path):
    policy, certificate, key = files
    done = penstock("ca", "init", "--config", policy)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and "PRIVATE KEY" in key.read_text()
    text = tmp_path / "text"
    openssl(tmp_path, "x509", "-in", str(certificate), "-noout", "-text", "-out", str(text))
    for word in ["DNS:api.test", "CA:TRUE, pathlen:0", "prime256v1", "Name Constraints: critical"]:
        assert word in text.read_text(), text.read_text()
    shown = penstock("ca", "show", "--config", policy)
    assert shown.returncode == 0 and "api.test" in shown.stdout, shown
    for word in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "keytool"]:
        assert word in shown.stdout, shown.stdout
    assert "PRIVATE" not in shown.stdout


def test_an_authority_that_is_there_is_replaced_only_when_told_to(files):
    policy, certificate, _ = files
    assert penstock("ca", "init", "--config", policy).returncode == 0
    before = certificate.read_bytes()
    again = penstock("ca", "init", "--config", policy)
    assert again.returncode == 1 and "--replace" in again.stderr, again
    assert certificate.read_bytes() == before
    assert penstock("ca", "init", "--config", policy, "--replace").returncode == 0
    assert certificate.read_bytes() != before


def test_row_81_a_key_that_others_may_read_is_refused(files):
    policy, _, key = files
    assert penstock("ca", "init", "--config", policy).returncode == 0
    os.chmod(key, 0o644)
    shown = penstock("ca", "show", "--config", policy)
    assert shown.returncode == 1 and "0644" in shown.stderr, shown
