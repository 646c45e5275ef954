"""A shop in a real process, its pages on another origin with a strict policy, and what it got."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from html import escape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from maracuja.runtime.arrivals import unpack_within
from maracuja.store import inbox
from maracuja.store.engine import open_store
from tests.acceptance.served_shop import Shop

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "src" / "maracuja" / "ui" / "static" / "snippet"
SOURCES = ROOT / "web" / "snippet"
# What docs/snippet.md has shops paste before the tag.
STUB = (
    "window.analytics=window.analytics||new Proxy([],"
    "{get:(q,m)=>q[m]||((...a)=>{q.push([m,...a])})})"
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Passion fruit</title>
<script nonce="n">{before}</script>{tag}</head>
<body><h1>Passion fruit</h1><div style="height:{height}px"></div>
<p class="review">The best batch.</p><p class="review">Sour, and good.</p></body></html>"""


def build() -> None:
    """Build the snippet, where its sources have changed since; skip where that cannot be done."""
    script = BUILT / "maracuja.js"
    sources = [one for one in SOURCES.glob("*.ts") if not one.name.endswith(".test.ts")]
    if script.is_file() and script.stat().st_mtime > max(s.stat().st_mtime for s in sources):
        return
    node, web_dir = shutil.which("node"), SOURCES.parent
    vite = web_dir / "node_modules" / "vite" / "bin" / "vite.js"
    if node is None or not vite.is_file():
        pytest.skip("the snippet is not built, and `npm ci` was not run in web/")
    command = [node, str(vite), "build", "-c", "snippet/vite.config.ts"]
    subprocess.run(command, cwd=web_dir, check=True, capture_output=True, timeout=120)


class SnippetShop(Shop):
    """The shop whose inbox is looked into: nobody works on it."""

    def set_up_push(self, private_key: str) -> None:
        """Notifications of the browser, by this key."""
        settings = self.place / "maracuja.toml"
        told = {"private_key": private_key, "subject": "mailto:a@shop.example", "title": "Fruit"}
        lines = "".join(f'{name} = "{value}"\n' for name, value in told.items())
        settings.write_text(f"{settings.read_text()}\n[web_push]\n{lines}")

    def calls(self, of: str = "") -> list[dict[str, Any]]:
        """Every call that is durable, each once, in order; of one event or type, where named."""
        store = open_store(f"sqlite:///{self.place}/state.db")
        try:
            with store.read_inbox() as conn:
                waiting = unpack_within(inbox.read(conn, 0), 10_000_000)
        finally:
            store.close()
        found: dict[str, dict[str, Any]] = {}
        for body in waiting.body:
            told = json.loads(bytes(body))
            for call in told.get("batch", [told]):
                found.setdefault(call["messageId"], call)
        return [one for one in found.values() if of in ("", one.get("event"), one["type"])]

    async def got(self, of: str, n: int = 1) -> list[dict[str, Any]]:
        """The calls of an event or type, once there are so many."""
        for _ in range(150):
            found = await asyncio.to_thread(self.calls, of)
            if len(found) >= n:
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(f"no {of} among {[one.get('event', one['type']) for one in found]}")


Served = Mapping[str, tuple[str, bytes]]  # path: its type and what it holds


@asynccontextmanager
async def site(
    shop_url: Callable[[], str], key: Callable[[], str], more: Served | None = None
) -> AsyncIterator[str]:
    """Pages of the shop; their query says what their tag says, `before` what runs before it."""

    async def page(request: web.Request) -> web.Response:
        given = {"consent": "given", **request.query}
        before = given.pop("before", STUB)
        height = given.pop("height", "0")
        data = "".join(f' data-{name}="{escape(value)}"' for name, value in given.items())
        tag = f'<script async src="{shop_url()}/maracuja.js" data-key="{key()}"{data}></script>'
        text = PAGE.format(before=before, tag="" if "bare" in given else tag, height=height)
        policy = (
            f"default-src 'none'; style-src 'unsafe-inline'; worker-src 'self'; "
            f"script-src {shop_url()} 'self' 'nonce-n'; connect-src {shop_url()}"
        )
        headers = {"Content-Security-Policy": policy}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def file(request: web.Request) -> web.Response:
        kind, body = (more or {})[request.path]
        return web.Response(body=body, content_type=kind)

    async def worker(request: web.Request) -> web.Response:
        script = f'importScripts("{shop_url()}/maracuja-sw.js");'
        return web.Response(text=script, content_type="text/javascript")

    application = web.Application()
    application.router.add_get("/push.js", worker)
    for path in more or {}:
        application.router.add_get(path, file)
    application.router.add_get("/{rest:.*}", page)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}"  # another host than the shop's server
    finally:
        await runner.cleanup()
