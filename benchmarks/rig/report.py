"""The results as a page."""

import os
import platform
import re
import shutil
import statistics
import subprocess
import textwrap
import time
from pathlib import Path


def table(rows: list[list[str]]) -> str:
    """A Markdown table; the first row is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def wrapped(text: str) -> str:
    """Paragraphs broken at 100 columns; tables and lists as they are."""
    return "\n\n".join(
        part if part.startswith(("|", "-")) else textwrap.fill(
            part, 100, break_long_words=False, break_on_hyphens=False)
        for part in text.strip().split("\n\n"))


def spread(values: list[float], digits: int = 1) -> str:
    """Median (smallest to largest)."""
    if not values:
        return "-"
    median, *ends = (
        f"{value:,.{digits}f}" for value in (statistics.median(values), min(values), max(values)))
    return median if len(values) == 1 else f"{median} ({ends[0]} to {ends[1]})"


def figure(value: float, digits: int = 1, unit: str = "") -> str:
    return "-" if value != value else f"{value:,.{digits}f}{unit}"


def machine() -> str:
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1]) // 2**20
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return (
        f"{processor[1] if processor else platform.machine()}, {os.cpu_count()} cores, "
        f"{memory} GiB, {system}, Linux {platform.release()}")


def versions(setup, tools: Path) -> list[str]:
    """What was compared, and with what."""
    said = [
        "Penstock " + _first_line(setup.penstock, "--version"),
        _first_line("nginx", "-v").replace("nginx version: ", ""),
        "HAProxy " + (_first_line("haproxy", "-v").split() + [""] * 3)[2]
        if shutil.which("haproxy") else "",
        "Envoy " + _envoy(setup.envoy) if setup.envoy else "",
        *_limiters(tools),
        " ".join(_first_line("wrk", "-v").split()[:2]),
        " ".join(_first_line("openssl", "version").split()[:2]),
        "Python " + platform.python_version(),
    ]
    return [each for each in said if each]


def _envoy(binary: Path) -> str:
    found = re.search(r"/(\d+\.\d+\.\d+)", _first_lines(binary, "--version"))
    return found[1] if found else "of unknown version"


def _limiters(tools: Path) -> list[str]:
    python = tools / "venv" / "bin" / "python"
    if not python.is_file():
        return []
    listed = _first_lines(python, "-m", "pip", "list", "--format=freeze")
    return [line.replace("==", " ") for line in listed.splitlines()
            if line.startswith(("aiolimiter", "pyrate"))]


def _first_lines(*command) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()


def _first_line(*command) -> str:
    return _first_lines(*command).partition("\n")[0].strip()


def today() -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())


def cores() -> int:
    return os.cpu_count() or 1
