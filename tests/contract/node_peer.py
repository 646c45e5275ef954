"""Servers that others wrote, in processes of their own: packages of npm, and Prism among them.

Each is installed into the test's directory; a test skips where that cannot be done.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

PRISM = "@stoplight/prism-cli@5.14.2"


def npm_install(place: Path, *packages: str) -> Path:
    """Install packages of npm; the directory that holds them."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no Node.js")
    made = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--silent", *packages],
        cwd=place, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("the package index cannot be reached")
    return place / "node_modules"


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def serving(
    command: Sequence[str], port: int, place: Path, env: dict[str, str] | None = None
) -> Iterator[str]:
    """The address of a process that listens at the port."""
    with subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, env=env) as running:
        try:
            for _ in range(600):
                with socket.socket() as asking:
                    if asking.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)  # noqa: TID251
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()


@contextmanager
def prism(place: Path, description: Path) -> Iterator[str]:
    """Prism on a vendor's description: the address at which it answers."""
    if not description.is_file():
        pytest.skip("the vendor's description is not here")
    program = npm_install(place, PRISM) / "@stoplight/prism-cli/dist/index.js"
    port = free_port()
    asked = ["mock", str(description), "-p", str(port), "-h", "127.0.0.1"]
    with serving(["node", str(program), *asked], port, place) as base:
        yield base
