"""Certificates of a test's own, made with openssl."""

import subprocess


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_ca(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", f"/CN=Test {name}", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", "-addext", "basicConstraints=critical,CA:TRUE")


def make_leaf(folder, ca, name, names, days="2"):
    (folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey",
            f"{ca}.key", "-CAcreateserial", "-days", days, "-extfile", f"{name}.ext",
            "-out", f"{name}.pem")
