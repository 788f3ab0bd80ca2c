"""A scripted origin and Penstock before it."""

from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path

from harness import policies
from harness.origin import Script, ScriptedOrigin
from harness.processes import Penstock


@asynccontextmanager
async def serving(
    folder: Path, policy: Callable[[int], str], script: Script | None = None,
    secrets: dict[str, str] | None = None, top: str = "",
):
    """Both of them; `policy` makes the APIs' YAML from the origin's port."""
    async with ScriptedOrigin(script) as origin:
        with Penstock(policies.write(folder, policy(origin.port), top), secrets) as penstock:
            yield origin, penstock
