"""PyPI's `mockpost`, an emulator of messengers by others, in a process of its own.

It is installed into the test's directory: its many dependencies are none of ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.node_peer import free_port, serving

VERSION = "mockpost==0.3.0"
# Its HTTP part alone: as a whole it opens ports for mail and files too.
PROGRAM = """
import sys
from contextlib import asynccontextmanager
import uvicorn
from fastapi import FastAPI
from mockpost import db
from mockpost.routers import push_native, telegram, whatsapp

@asynccontextmanager
async def lifespan(app):
    await db.init_db()
    yield
    await db.close_db()

app = FastAPI(lifespan=lifespan)
for one in (push_native, telegram, whatsapp):
    app.include_router(one.router)
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


@contextmanager
def mockpost(place: Path) -> Iterator[str]:
    """The address at which it answers; skips where it cannot be installed."""
    packages = place / "packages"
    made = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--target", str(packages), VERSION],
        capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("mockpost cannot be installed from the package index")
    environment = {**os.environ, "PYTHONPATH": str(packages)}  # noqa: TID251
    environment["MOCKPOST_DB_PATH"] = str(place / "mockpost.sqlite")
    port = free_port()
    command = [sys.executable, "-c", PROGRAM, str(port)]
    with serving(command, port, place, environment) as base:
        yield base
