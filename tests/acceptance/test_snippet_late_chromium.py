"""What the snippet loads later, in a real Chromium: reviews, the way out, notifications."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.acceptance.form_shop import arrived, go
from tests.acceptance.page_checks import CHROMIUM, axe_script, violations
from tests.acceptance.served_shop import run
from tests.acceptance.snippet_shop import SnippetShop
from tests.acceptance.test_snippet_chromium import scene, visit
from tests.acceptance.test_web_push_chromium import Devtools
from tests.acceptance.web_chat_shop import Tab
from tests.contract.channel_cases.web_push import CASE, PRIVATE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]
LOADED = "performance.getEntriesByType('resource').filter((one) => /late-/.test(one.name)).length"
QUESTION = "document.getElementById('maracuja-question')"
# A browser without a push service: what it would hold.
HOLDS = f"""for (const name of ["getSubscription", "subscribe"])
  Object.defineProperty(PushManager.prototype, name, {{
    value: async () => ({{toJSON: () => ({CASE.address})}}), configurable: true}})"""


def test_reviews_count_once_they_were_in_view_for_a_while(tmp_path: Path) -> None:
    asyncio.run(_reviews(tmp_path))


async def _reviews(place: Path) -> None:
    async with scene(place) as (shop, origin, chromium):
        tab = await visit(chromium, origin, reviews=".review", height="2000")
        await tab.until(LOADED, 1)
        await tab.run("analytics.productViewed({product_id: 'p1', category: 'fruit'}), true")
        await asyncio.sleep(3)  # they are far below
        await tab.run("scrollTo(0, 5000), true")
        await asyncio.sleep(3.5)
        await go(tab, f"{origin}/next")
        (read,) = await shop.got("Reviews Read")
        assert read["properties"] == {"product_id": "p1", "category": "fruit", "reviews": 2}


def test_the_way_out_is_told_once_and_the_page_hears_it(tmp_path: Path) -> None:
    asyncio.run(_exit(tmp_path))


async def _exit(place: Path) -> None:
    async with scene(place) as (shop, origin, chromium):
        tab = await visit(chromium, origin, exit="")
        await tab.until(LOADED, 1)
        await tab.run("analytics.productViewed({product_id: 'p1'}), window.exits = 0")
        await tab.run("document.addEventListener('maracuja:exit', () => exits++)")
        for y in (300, 5, -3, 300, -3):
            await chromium.ask(
                "Input.dispatchMouseEvent", tab.session, type="mouseMoved", x=200, y=y
            )
        # What Chromium itself says when the pointer of a real screen leaves the window.
        out = "document.dispatchEvent(new MouseEvent('mouseout', {clientY: -1, bubbles: true}))"
        await tab.run(f"{out}, {out}")
        await tab.until("exits", 1)
        (told,) = await shop.got("Exit Intent")
        assert told["properties"] == {"product_id": "p1"}


def test_a_page_that_asks_for_none_of_it_loads_none_of_it(tmp_path: Path) -> None:
    asyncio.run(_none(tmp_path))


async def _none(place: Path) -> None:
    async with scene(place) as (shop, origin, chromium):
        tab = await visit(chromium, origin)
        await shop.got("page")
        assert await tab.run(LOADED) == 0


def test_notifications_are_asked_for_twice_and_never_without_a_press(tmp_path: Path) -> None:
    asyncio.run(_push(tmp_path))


async def _press(tab: Tab, button: str) -> None:
    """Press a button of our question, as a person does."""
    found = f"{QUESTION}.shadowRoot.querySelector('{button}').getBoundingClientRect().toJSON()"
    box: dict[str, Any] = await tab.run(found)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for kind in ("mousePressed", "mouseReleased"):
        await tab.chromium.ask(
            "Input.dispatchMouseEvent", tab.session, type=kind, x=x, y=y, button="left",
            clickCount=1,
        )  # fmt: skip


async def _push(place: Path) -> None:
    async with scene(place, push=PRIVATE) as (shop, origin, chromium):
        tab = await visit(chromium, origin)
        await chromium.ask("Page.addScriptToEvaluateOnNewDocument", tab.session, source=HOLDS)
        await chromium.ask(
            "Browser.setPermission", permission={"name": "notifications"}, setting="prompt",
            origin=origin,
        )  # fmt: skip
        asked = f"{origin}/?push=news&push-after=1"
        axe = await asyncio.to_thread(axe_script, place)
        await _declined(tab, asked, axe)
        await _agreed(shop, chromium, tab, origin, asked)


async def _declined(tab: Tab, asked: str, axe: str) -> None:
    """It comes by itself after a while, and not again after a "not now"."""
    await go(tab, asked)
    await arrived(tab, f"!!{QUESTION}")
    await tab.chromium.run(tab.session, f"{axe}; true")
    assert await violations(tab, "document.getElementById('maracuja-question')") == []
    await _press(tab, "button:not(.yes)")
    await tab.until(f"{QUESTION} === null")
    assert await tab.run("Notification.permission") == "default"
    await go(tab, asked)
    await asyncio.sleep(3)
    assert await tab.run(f"{QUESTION} === null")


async def _agreed(
    shop: SnippetShop, chromium: Devtools, tab: Tab, origin: str, asked: str
) -> None:
    """The page may ask when it likes; after a yes the browser is asked, and all is told."""
    await tab.run("analytics.askPush(), true")
    await arrived(tab, f"!!{QUESTION}")
    await chromium.ask(
        "Browser.setPermission", permission={"name": "notifications"}, setting="granted",
        origin=origin,
    )  # fmt: skip
    await _press(tab, "button.yes")
    (word,) = await shop.got("Subscription Updated")
    told = word["properties"]
    assert (told["topic"], told["channel"], told["state"]) == ("news", "web_push", "opted_in")
    assert told["language"] == "en" and told["text"].startswith("Shall we let you know?")
    (named,) = await shop.got("identify")
    assert named["context"]["web_push"] == msgspec.json.decode(CASE.address)
    await _taken(shop, named["anonymousId"])
    registered = "navigator.serviceWorker.ready.then((one) => one.active.scriptURL)"
    assert await tab.run(registered) == f"{origin}/push.js"


async def _taken(shop: SnippetShop, visitor: str) -> None:
    """The worker takes it all: the browser is where notifications go, and the word counts."""
    worked = await asyncio.to_thread(run, "work", "-w", str(shop.place), "--until-idle")
    assert worked.returncode == 0, worked.stderr
    refused = await asyncio.to_thread(shop.ask, "/api/events/refused")
    assert refused["items"] == []
    (person,) = (await asyncio.to_thread(shop.ask, f"/api/people?who={visitor}"))["items"]
    place = f"/api/people/{person['pid']}"
    (word,) = (await asyncio.to_thread(shop.ask, f"{place}/consents"))["items"]
    assert (word["topic"], word["channel"], word["state"]) == ("news", "web_push", "opted_in")
    assert word["in_force"]
    (device,) = (await asyncio.to_thread(shop.ask, f"{place}/devices"))["items"]
    assert (device["channel"], device["app"]) == ("web_push", "localhost")
