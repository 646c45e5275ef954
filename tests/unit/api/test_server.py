"""The one application: what is loaded when, and an end that cuts nobody off."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import httpx
import pytest

from maracuja.api.answers import Turns
from maracuja.api.here import Pages
from maracuja.api.server import Server
from maracuja.errors import Overloaded
from maracuja.ui import home
from tests.unit.api.api_world import World

HEAVY = ("polars", "pyarrow", "duckdb", "scipy", "fastapi", "pydantic", "maracuja.ui.home")


def test_the_server_stays_small_until_it_is_asked_for_something() -> None:
    program = (
        "import sys, maracuja.app, maracuja.api.server, maracuja.api.serving;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_who_asked_before_the_end_is_answered_and_nobody_after(world: World) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow_pages() -> Pages:
        asked.set()
        assert go_on.wait(30)
        return home

    async def play() -> tuple[int, int]:
        server = Server(world.app, slow_pages)
        transport = httpx.ASGITransport(server)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            early = asyncio.create_task(client.get("/docs"))
            await asyncio.to_thread(asked.wait, 30)
            ending = asyncio.create_task(server.drained(30, asyncio.Event()))
            await asyncio.sleep(0)
            late = await client.get("/healthz")
            assert not ending.done()
            go_on.set()
            answered = await early
            await ending
            server.close()
            return answered.status_code, late.status_code

    assert asyncio.run(play()) == (200, 503)


def test_a_second_signal_does_not_wait(world: World) -> None:
    async def play() -> None:
        server = Server(world.app, lambda: home)
        server._under_way = 1
        forced = asyncio.Event()
        forced.set()
        await server.drained(3600, forced)
        server.close()

    asyncio.run(play())


def test_long_work_goes_on_one_piece_at_a_time() -> None:
    turns = Turns(wait_s=0.0)
    with turns.long():
        with pytest.raises(Overloaded) as refused, turns.long():
            pass
        assert refused.value.http_status == 503 and refused.value.retry_after_s > 0
    with turns.long():
        pass
