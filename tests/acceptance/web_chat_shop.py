"""A shop served by a real process, a page with its chat on another origin, and a Chromium."""

from __future__ import annotations

import asyncio
import base64
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from maracuja.store.keys import sign_id
from tests.acceptance.served_shop import Shop
from tests.acceptance.test_web_push_chromium import Devtools

SECRET = "0123456789abcdef0123456789abcdef"
LAYOUT = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>Passion fruit</title>
<style>button{{background:red!important;font-size:40px}}p{{color:green}}body{{margin:40px;
font-family:serif}}</style></head><body><main><h1>Passion fruit</h1><p>The best batch.</p>
</main>{script}</body></html>"""
CHAT = "document.getElementById('maracuja-chat').shadowRoot"


class ChatShop(Shop):
    """The shop with a chat that may stand on the pages of `origin`."""

    def __init__(self, place: Path, origin: str) -> None:
        super().__init__(place)
        self.origin = origin
        settings = place / "maracuja.toml"
        settings.write_text(
            settings.read_text()
            + '\n[shop]\nname = "Passion Fruit"\n'
            + '[pressure]\nquiet_from = "00:00"\nquiet_until = "00:00"\n'
            + f'[web_chat]\nsecret = "{SECRET}"\norigins = ["{origin}"]\n'
            + 'greeting = {en = "Hello! How can we help?", uk = "Вітаємо! Чим допомогти?"}\n'
        )

    def kill(self) -> None:
        """End the server as a crash does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def proof(self, user: str) -> str:
        """What the shop's own server signs for its pages."""
        return sign_id(self.keys["browser signing secret"], user)

    async def send(self, address: str, text: str, **more: Any) -> dict[str, Any]:
        """One single message to an address in the chat; what the API answers."""
        body = {"to": {"address": address}, "channel": "web_chat", "text": text, **more}
        body.setdefault("idempotency_key", text)
        return await asyncio.to_thread(self.ask, "/v1/messages", body, key="server key")  # type: ignore[no-any-return]

    async def ladder(self, number: str) -> list[str]:
        """What became of a single message."""
        told = await asyncio.to_thread(self.ask, f"/v1/messages/{number}", key="server key")
        return [step["status"] for step in told["events"]]


@dataclass
class Tab:
    """One tab of the browser, on the shop's page."""

    chromium: Devtools
    session: str
    faults: list[str] = field(default_factory=list)

    async def run(self, script: str) -> Any:
        """The value of an expression in the page; `$` finds in the chat."""
        return await self.chromium.run(
            self.session, script.replace("$(", f"{CHAT}.querySelector(")
        )

    async def until(self, script: str, expected: Any = True, *, seconds: float = 20) -> None:
        """Wait until the expression has this value."""
        found = None
        for _ in range(int(seconds * 10)):
            found = await self.run(script)
            if found == expected:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{script} is {found!r}, not {expected!r}")

    async def texts(self) -> list[str]:
        """What stands in the thread, from above; what waits ends with an ellipsis."""
        found = await self.run(
            f"[...{CHAT}.querySelectorAll('.line')].map((one) => (one.querySelector('p') || one)"
            ".textContent + (one.classList.contains('waits') ? '…' : ''))"
        )
        return list(found)

    async def write(self, text: str) -> None:
        """Type into the field and press Enter, as a person does."""
        await self.run("$('textarea').focus()")
        await self.chromium.ask("Input.insertText", self.session, text=text)
        for kind in ("keyDown", "keyUp"):
            await self.chromium.ask(
                "Input.dispatchKeyEvent", self.session, type=kind, key="Enter", code="Enter",
                windowsVirtualKeyCode=13, **({"text": "\r"} if kind == "keyDown" else {}),
            )  # fmt: skip

    async def press(self, key: str) -> None:
        """Press a key such as Escape or Tab."""
        for kind in ("keyDown", "keyUp"):
            await self.chromium.ask(
                "Input.dispatchKeyEvent", self.session, type=kind, key=key, code=key,
                windowsVirtualKeyCode={"Escape": 27, "Tab": 9, "Enter": 13}[key],
            )  # fmt: skip

    async def picture(self, path: Path) -> None:
        """A screenshot, to be looked at."""
        shot = await self.chromium.ask("Page.captureScreenshot", self.session, format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


async def open_tab(
    chromium: Devtools, url: str, *, wide: bool = True, dark: bool = False, chat: bool = True
) -> Tab:
    """A new tab with the page at `url`, which has the chat or not."""
    made = await chromium.ask("Target.createTarget", url="about:blank")
    attached = await chromium.ask("Target.attachToTarget", targetId=made["targetId"], flatten=True)
    tab = Tab(chromium, attached["sessionId"])
    await chromium.ask("Page.enable", tab.session)
    width, height = (1000, 760) if wide else (390, 780)
    await chromium.ask(
        "Emulation.setDeviceMetricsOverride", tab.session, width=width, height=height,
        deviceScaleFactor=1, mobile=not wide,
    )  # fmt: skip
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    await chromium.ask("Emulation.setEmulatedMedia", tab.session, features=[scheme])
    await chromium.ask("Emulation.setFocusEmulationEnabled", tab.session, enabled=True)
    if chat:
        await go(tab, url)
    return tab


async def go(tab: Tab, url: str) -> None:
    """Load a page, and wait for its chat."""
    await tab.chromium.ask("Page.navigate", tab.session, url=url)
    for _ in range(200):
        await asyncio.sleep(0.05)
        found = await tab.chromium.ask(
            "Runtime.evaluate", tab.session, returnByValue=True,
            expression="location.href !== 'about:blank' && !!window.maracujaChat",
        )  # fmt: skip
        if found["result"].get("value"):
            return
    raise AssertionError("the chat never came")


@asynccontextmanager
async def pages(script: Callable[[], str]) -> AsyncIterator[tuple[str, Callable[..., str]]]:
    """A site with the shop's page; its origin, and what makes an address of its page.

    `script` is the address of the snippet.
    """

    async def page(request: web.Request) -> web.Response:
        told = {name: value for name, value in request.query.items() if name != "lang"}
        given = "".join(f' data-{name}="{escape(value)}"' for name, value in told.items())
        tag = f'<script src="{script()}"{given} defer></script>'
        text = LAYOUT.format(lang=escape(request.query.get("lang", "en")), script=tag)
        return web.Response(text=text, content_type="text/html")

    async def picture(request: web.Request) -> web.Response:
        return web.Response(text="", status=404)

    application = web.Application()
    application.router.add_get("/", page)
    application.router.add_get("/{rest:.*}", picture)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield origin, lambda **given: str(aiohttp.client.URL(f"{origin}/").with_query(given))
    finally:
        await runner.cleanup()


@asynccontextmanager
async def chatting(place: Path, *told: str) -> AsyncIterator[tuple[ChatShop, Callable[..., str]]]:
    """A shop that is served so, and what makes addresses of its page with the chat on it."""
    shop: ChatShop | None = None
    async with pages(lambda: f"{shop.url if shop else ''}/w/web_chat/main.js") as (origin, page):
        shop = ChatShop(place / "shop", origin)
        shop.serve(*told)
        try:
            yield shop, page
        finally:
            shop.end()
