"""The results as a page."""

import os
import platform
import re
import statistics
import subprocess
import time
from pathlib import Path


def table(rows: list[list[str]]) -> str:
    """A Markdown table; the first row is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def spread(values: list[float], unit: str = "") -> str:
    """Median (smallest to largest)."""
    return f"{statistics.median(values):.1f}{unit} ({min(values):.1f} to {max(values):.1f})"


def machine() -> str:
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1]) // 2**20
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return (
        f"{processor[1] if processor else platform.machine()}, {os.cpu_count()} cores, "
        f"{memory} GiB, {system}, Linux {platform.release()}")


def versions(penstock: Path) -> list[str]:
    return [
        "Penstock " + _first_line(str(penstock), "--version"),
        _first_line("nginx", "-v").replace("nginx version: ", ""),
        " ".join(_first_line("wrk", "-v").split()[:2]),
        " ".join(_first_line("openssl", "version").split()[:2]),
    ]


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout + done.stderr).partition("\n")[0].strip()


def today() -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
