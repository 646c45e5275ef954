"""The chat in a real Chromium: written, answered, broken, reloaded, in two tabs, unread, read."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import msgspec
import pytest

from maracuja.clock import SystemClock
from maracuja.model import micros
from maracuja.store import web_chat
from maracuja.store.engine import open_store
from maracuja.store.web_chat import New, Side
from tests.acceptance.test_web_push_chromium import browser
from tests.acceptance.web_chat_shop import CHAT, ChatShop, Tab, chatting, go, open_tab

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]
BADGE = "$('.badge').hidden ? '' : $('.badge').textContent"
BAR = "$('.bar').hidden"
EVIL = "<img src=x onerror=window.caught=1><script>window.caught=1</script>"


def test_a_visitor_writes_is_answered_and_loses_nothing(tmp_path: Path) -> None:
    asyncio.run(_conversation(tmp_path))


async def _conversation(place: Path) -> None:
    async with chatting(place) as (shop, page), browser(place / "chromium") as chromium:
        url = page(key=shop.keys["browser key"])
        tab = await open_tab(chromium, url)
        assert await tab.run("localStorage.length") == 0, "nobody is asked for beforehand"
        await tab.run("maracujaChat.open()")
        await tab.until("$('.log').textContent.includes('How can we help')")
        await tab.write("When does it arrive?")
        await tab.until("!!$('.you') && !$('.waits')")
        visitor = await tab.run("maracujaChat.visitor")
        assert visitor.startswith("guest:")

        sent = await shop.send(visitor, "In a *week*, see https://shop.example/fruit.")
        await tab.until("$('.shop p') && $('.shop p').textContent.startsWith('In a')")
        assert await tab.run("$('.shop p a').href") == "https://shop.example/fruit"
        await _until_ladder(shop, sent["id"], "read")

        # The server dies in the middle of the chat; what is written waits.
        port = shop.url.rpartition(":")[2]
        shop.kill()
        await tab.until(BAR, False)
        await tab.write("Are you there?")
        await tab.until("$('.waits p') && $('.waits p').textContent", "Are you there?")
        shop.serve("--port", port)
        await tab.until(BAR, True, seconds=60)
        await tab.until("$('.waits') === null")
        said = await tab.texts()
        assert said == [
            "When does it arrive?",
            "In a *week*, see https://shop.example/fruit.",
            "Are you there?",
        ]

        # Another tab of the same browser, and a reload: the same thread in both.
        other = await open_tab(chromium, url)
        await other.run("maracujaChat.open()")
        await other.until(f"{CHAT}.querySelectorAll('.line').length", 3)
        await tab.run("$('textarea').value = ''")
        await tab.run("$('textarea').focus()")
        await chromium.ask("Input.insertText", tab.session, text="A draft")
        await go(tab, url)
        await tab.run("maracujaChat.open()")
        await tab.until("$('textarea').value", "A draft")
        await tab.until(f"{CHAT}.querySelectorAll('.line').length", 3)
        assert await tab.texts() == await other.texts() == said
        await other.write("From the other tab")
        await tab.until(f"{CHAT}.querySelectorAll('.line').length", 4)


async def _until_ladder(shop: ChatShop, number: str, status: str) -> list[str]:
    steps: list[str] = []
    for _ in range(100):
        steps = await shop.ladder(number)
        if status in steps:
            return steps
        await asyncio.sleep(0.2)
    raise AssertionError(f"{status} is not in {steps}")


def test_a_message_waits_until_it_is_seen(tmp_path: Path) -> None:
    asyncio.run(_unread(tmp_path))


async def _unread(place: Path) -> None:
    async with chatting(place) as (shop, page):
        sent = await shop.send("user:u17", EVIL, buttons=[{"text": "Yes", "reply": "yes"}])
        await _until_ladder(shop, sent["id"], "sent")
        assert "delivered" not in await shop.ladder(sent["id"])
        async with browser(place / "chromium") as chromium:
            key = shop.keys["browser key"]
            proven = page(key=key, user="u17", proof=shop.proof("u17"), lang="uk")
            tab = await open_tab(chromium, proven)
            await tab.until(BADGE, "1")
            label = "$('.launcher').getAttribute('aria-label')"
            assert await tab.run(label) == "Чат. Непрочитаних: 1"
            steps = await _until_ladder(shop, sent["id"], "delivered")
            assert "read" not in steps, "it has arrived, nobody has looked"

            other = await open_tab(chromium, proven)
            await other.until(BADGE, "1")
            await tab.run("maracujaChat.open()")
            await tab.until(BADGE, "")
            await other.until(BADGE, "")  # the other tab knows
            await _until_ladder(shop, sent["id"], "read")
            assert await tab.run("$('.shop p').textContent") == EVIL
            assert await tab.run("window.caught || 0") == 0
            assert await tab.run(f"{CHAT}.querySelectorAll('.log img, .log script').length") == 0

            await tab.run("$('.keys .key').click()")
            await tab.until("$('.you p') && $('.you p').textContent", "Yes")
            await _until_ladder(shop, sent["id"], "clicked")

            await _harmless(place / "shop", tab)

            # Logged out: nothing of hers is left; with a proof that is none neither.
            guest = await open_tab(chromium, page(key=key))
            await guest.run("maracujaChat.open()")
            await guest.until("maracujaChat.visitor.startsWith('guest:')")
            assert await guest.texts() == ["Hello! How can we help?"]
            forged = await open_tab(chromium, page(key=key, user="u17", proof="00" * 32))
            await forged.run("maracujaChat.open()")
            await forged.until("maracujaChat.visitor.startsWith('guest:')")
            assert "Yes" not in await forged.texts()


async def _harmless(place: Path, tab: Tab) -> None:
    """Addresses that would run a script lead nowhere, whoever wrote them."""
    trap = "javascript:window.caught=1"
    body = {
        "id": "trap", "title": EVIL, "text": trap, "link": trap, "leave": trap, "by": EVIL,
        "media": [{"kind": kind, "url": trap, "name": EVIL} for kind in ("picture", "file")],
        "buttons": [{"text": EVIL, "url": trap}],
        "cards": [{"title": EVIL, "text": EVIL, "url": trap, "picture": trap}],
    }  # fmt: skip
    store = open_store(f"sqlite:///{place}/state.db")
    with store.write() as conn:
        row = New("user:u17", b"t" * 16, 1, 1, Side.SHOP, 0, msgspec.json.encode(body))
        web_chat.add(conn, [row], micros(SystemClock().now()))
    store.close()
    await tab.until("!!$('[data-id=trap]')")
    where = "'a[href^=javascript], img[src^=javascript], .card img, script'"
    assert await tab.run(f"{CHAT}.querySelectorAll({where}).length") == 0
    assert await tab.run("$('[data-id=trap] .key').tagName") == "SPAN"
    assert await tab.run("window.caught || 0") == 0


def test_where_no_socket_opens_http_does_the_same(tmp_path: Path) -> None:
    asyncio.run(_without_sockets(tmp_path))


async def _without_sockets(place: Path) -> None:
    async with chatting(place) as (shop, page), browser(place / "chromium") as chromium:
        blank = await open_tab(chromium, f"{shop.origin}/blank", chat=False)
        closed = (
            "window.WebSocket = class { constructor() "
            "{ setTimeout(() => this.onclose({code: 1006})); } close() {} }"
        )
        await chromium.ask("Page.addScriptToEvaluateOnNewDocument", blank.session, source=closed)
        await go(blank, page(key=shop.keys["browser key"]))
        await blank.run("maracujaChat.open()")
        await blank.until("$('.log').textContent.includes('How can we help')")
        await blank.write("Over HTTP")
        await blank.until("!!$('.you') && !$('.waits')")
        visitor = await blank.run("maracujaChat.visitor")
        sent = await shop.send(visitor, "It works")
        await blank.until("$('.shop p') && $('.shop p').textContent", "It works")
        await _until_ladder(shop, sent["id"], "read")
        assert await blank.texts() == ["Over HTTP", "It works"]
        assert await blank.run(BAR) is True
