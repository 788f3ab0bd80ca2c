"""Policy files for the tests; the words are those of conf/penstock.yaml."""

import textwrap
from pathlib import Path

TOP = """\
listen: { proxy: 127.0.0.1:0, admin: 127.0.0.1:0 }
unknown-hosts: refuse
"""


def write(folder: Path, apis: str, top: str = "") -> Path:
    """Writes a policy whose `apis` are the given YAML; `top` holds further top-level words."""
    path = folder / "policy.yaml"
    text = TOP + top + "apis:\n" + textwrap.indent(textwrap.dedent(apis), "  ")
    path.write_text(text)
    return path
