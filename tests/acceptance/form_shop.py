"""A shop with a form in a real process, its page on another origin with a strict policy."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from sqlalchemy import select

from maracuja.app import key_ring, opened
from maracuja.links.tokens import Purpose, Ticket
from maracuja.store import people
from maracuja.store.engine import open_store
from maracuja.store.schema import posted
from tests.acceptance.served_shop import Shop, run
from tests.acceptance.test_web_push_chromium import Devtools
from tests.acceptance.web_chat_shop import Tab, open_tab

FORM = """
kind: topic
id: harvest
names: {en: The harvest, uk: Урожай}
channels: [email]
---
kind: form
id: news
topics: [harvest]
titles: {en: When the passion fruit comes, uk: Коли приїде маракуя}
sent: {en: One mail when a batch arrives.}
often: {en: About once a month.}
consent: {en: Fruit & Co may write to me.}
fields:
  - {trait: first_name, labels: {en: First name, uk: "Ім'я"}}
  - {trait: likes, labels: {en: You like}, type: choice, options: [{value: sour}, {value: sweet}]}
questions:
  - {trait: birthday, labels: {en: Birthday}, type: date}
bonus: {says: {en: 50 points}, points: 50}
look: {colour: "#ffcc00"}
origins: ["%s"]
"""


class FormShop(Shop):
    """The shop whose form may stand on the pages of `origin`."""

    def __init__(self, place: Path, origin: str) -> None:
        super().__init__(place)
        settings = place / "maracuja.toml"
        settings.write_text(settings.read_text() + '\n[shop]\nname = "Fruit & Co"\n')
        written = place / "written"
        written.mkdir()
        (written / "form.yaml").write_text(FORM % origin, encoding="utf-8")
        done = run("apply", str(written), "-w", str(place))
        assert done.returncode == 0, done.stdout + done.stderr

    def link(self, address: str) -> str:
        """The address that the letter to somebody asks to press."""
        store = open_store(f"sqlite:///{self.place}/state.db")
        with store.read() as conn:
            mine = posted.c.value == address
            body = conn.execute(select(posted.c.body).where(mine)).scalar_one()
        store.close()
        text = msgspec.json.decode(body)["text"]
        found = re.search(r"http://[^/\s]+(/y/\S+)", text)
        assert found, text
        return self.url + found[1]

    def preferences(self, address: str) -> str:
        """The address of somebody's preference page."""
        with opened(self.place) as app, app.store.read() as conn:
            pid = int(people.find(conn, ["email"], [address])[0])
            ticket = Ticket(purpose=Purpose.PREFERENCES, message=b"m" * 16, pid=pid, channel=1)
            return f"{self.url}/p/{key_ring(app).sign(ticket)}"

    async def said(self, address: str) -> list[str]:
        """What somebody's ledger says of the harvest, in order."""
        found = (await asyncio.to_thread(self.ask, f"/api/people?who={address}"))["items"]
        if not found:
            return []
        path = f"/api/people/{found[0]['pid']}/consents"
        return [word["state"] for word in (await asyncio.to_thread(self.ask, path))["items"]]


async def look(chromium: Devtools, url: str, *, wide: bool = True, dark: bool = False) -> Tab:
    """A tab with a page that has loaded."""
    tab = await open_tab(chromium, url, wide=wide, dark=dark, chat=False)
    await go(tab, url)
    return tab


async def go(tab: Tab, url: str) -> None:
    """Load a page."""
    await tab.chromium.ask("Page.navigate", tab.session, url=url)
    await arrived(tab, "true")


async def arrived(tab: Tab, true: str) -> Any:
    """Wait until a page stands on which this holds."""
    for _ in range(200):
        await asyncio.sleep(0.05)
        found = await tab.chromium.ask(
            "Runtime.evaluate", tab.session, returnByValue=True,
            expression="location.href !== 'about:blank' && document.readyState === 'complete' && "
            f"({true})",
        )  # fmt: skip
        if found["result"].get("value"):
            return found["result"]["value"]
    raise AssertionError(f"never: {true}")


@asynccontextmanager
async def site(shop_url: Callable[[], str]) -> AsyncIterator[str]:
    """A page of the shop on an origin of its own that lets nothing in but our script."""

    async def embedded(request: web.Request) -> web.Response:
        ours = shop_url()
        text = (
            '<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1>'
            f'<script src="{ours}/f/news.js" data-source="landing" defer></script></main></html>'
        )
        policy = f"default-src 'none'; script-src {ours}; connect-src {ours}"
        headers = {"Content-Security-Policy": policy}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def plain(request: web.Request) -> web.Response:
        text = (
            f'<!doctype html><title>Shop</title><form method="post" action="{shop_url()}/f/news">'
            '<input type="email" name="email"><button>Sign up</button></form>'
        )
        return web.Response(text=text, content_type="text/html")

    application = web.Application()
    application.router.add_get("/", embedded)
    application.router.add_get("/plain", plain)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
