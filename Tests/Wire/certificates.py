"""Certificates of the tests' own, and origins that show them; needs the openssl program."""

import shutil
import ssl
import subprocess

import pytest

from origin import Origin

NEEDS_OPENSSL = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_ca(folder, name, days="2", hosts=()):
    """An authority in NAME.pem and NAME.key, for all hosts or for these."""
    names = ",".join(f"permitted;DNS:{host}" for host in hosts)
    more = ["-addext", f"nameConstraints=critical,{names}"] if hosts else []
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", days, "-subj", f"/CN=Test {name}", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign", *more)
    (folder / f"{name}.key").chmod(0o600)


def make_leaf(folder, ca, name, names, days="2"):
    """A certificate in NAME.pem and NAME.key, such as for `IP:127.0.0.1,DNS:localhost`."""
    (folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey",
            f"{ca}.key", "-CAcreateserial", "-days", days, "-extfile", f"{name}.ext",
            "-out", f"{name}.pem")


def tls_origin(folder, name, oldest=ssl.TLSVersion.TLSv1_2, newest=ssl.TLSVersion.TLSv1_3,
               protocols=()):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = oldest
    context.maximum_version = newest
    if protocols:
        context.set_alpn_protocols(protocols)
    return Origin(context)
