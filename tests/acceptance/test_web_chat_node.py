"""The snippet by tools that others wrote: axe in Chromium, TypeScript's checker, brotli."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import msgspec
import pytest

from maracuja.api.small_script import small_script
from maracuja.channels.web_chat_token import public_id
from maracuja.clock import SystemClock
from maracuja.model import micros
from maracuja.store import web_chat
from maracuja.store.engine import open_store
from maracuja.store.web_chat import New, Side
from tests.acceptance.page_checks import (
    CHROMIUM,
    axe_script,
    brotli_bytes,
    check_types,
    violations,
)
from tests.acceptance.test_web_push_chromium import browser
from tests.acceptance.web_chat_shop import CHAT, SECRET, Tab, chatting, open_tab

SOURCE = Path(__file__).parents[2] / "src" / "maracuja" / "api" / "web_chat.js"
BROTLI_BYTES_MAX = 8_000
pytestmark = [pytest.mark.slow, pytest.mark.node]
CHAT_ALONE = '{include: [["#maracuja-chat"]]}'  # the page around it is none of ours


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")
def test_it_stays_small(tmp_path: Path) -> None:
    assert brotli_bytes(small_script("web_chat.js").plain, SOURCE, tmp_path) <= BROTLI_BYTES_MAX


def test_its_types_are_right(tmp_path: Path) -> None:
    check_types(SOURCE, tmp_path)


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_everybody_can_use_it(tmp_path: Path) -> None:
    asyncio.run(_examined(tmp_path, axe_script(tmp_path)))


async def _examined(place: Path, axe: str) -> None:
    async with chatting(place, "--no-work") as (shop, page):
        fill(place / "shop")
        key = shop.keys["browser key"]
        async with browser(place / "chromium") as chromium:
            for user, dark in (("u1", False), ("u2", True)):
                url = page(key=key, user=user, proof=shop.proof(user))
                tab = await open_tab(chromium, url, dark=dark)
                await chromium.run(tab.session, axe + "; 1")
                await tab.until("$('.badge').hidden", False)
                assert await violations(tab, CHAT_ALONE) == [], "closed"
                await tab.run("maracujaChat.open()")
                await tab.until("!!$('.cards')")
                await asyncio.sleep(0.4)  # it has come up
                assert await violations(tab, CHAT_ALONE) == [], f"open, dark: {dark}"
                await _by_keyboard(tab)


async def _by_keyboard(tab: Tab) -> None:
    """Open it, it has the cursor; Escape closes it, and the bubble has the focus again."""
    active = f"{CHAT}.activeElement.tagName + '.' + {CHAT}.activeElement.className"
    assert await tab.run(active) == "TEXTAREA."
    await tab.press("Escape")
    assert await tab.run("$('.panel').hidden") is True
    assert await tab.run(active) == "BUTTON.launcher"
    await tab.run("$('.launcher').click()")
    assert await tab.run("$('.launcher').getAttribute('aria-expanded')") == "true"


def fill(place: Path) -> None:
    """One message with everything that the chat can show, and one in the visitor's words."""
    named = public_id(SECRET, f"{'0a' * 16}.1.1")
    body = {
        "id": named,
        "title": "Passion fruit -20 %",
        "text": "Only for *you*: https://shop.example/fruit",
        "formatted": True,
        "link": "https://shop.example/",
        "buttons": [
            {"text": "Order", "url": "https://shop.example/o"},
            {"text": "Copy SALE20", "copy": "SALE20"},
            {"text": "Later", "reply": "later"},
        ],
        "cards": [
            {"title": "Colombian", "text": "Sweet", "url": "https://shop.example/c",
             "buttons": [{"text": "Take it", "reply": "c"}]},
            {"title": "Kenya", "text": "New"},
        ],
        "keyboard": [{"text": "1 kg", "reply": "1"}, {"text": "2 kg", "reply": "2"}],
        "leave": "https://shop.example/u",
        "lang": "en",
    }  # fmt: skip
    said = msgspec.json.encode({"id": "visitor-0001", "text": "See https://shop.example/"})
    shown = msgspec.json.encode(body)
    rows = [
        row
        for user in ("user:u1", "user:u2")
        for row in (
            New(user, b"v" * 16, 0, 0, Side.VISITOR, 0, said),
            New(user, b"\x0a" * 16, 1, 1, Side.SHOP, 0, shown),
        )
    ]
    store = open_store(f"sqlite:///{place}/state.db")
    with store.write() as conn:
        web_chat.add(conn, rows, micros(SystemClock().now()))
    store.close()
