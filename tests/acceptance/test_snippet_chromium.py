"""The shop's snippet in a real Chromium, on a page of another origin with a strict policy."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from maracuja.app import opened
from maracuja.runtime import fact_reports
from maracuja.store import people
from tests.acceptance.form_shop import go
from tests.acceptance.page_checks import CHROMIUM
from tests.acceptance.served_shop import run
from tests.acceptance.snippet_shop import BUILT, SOURCES, STUB, SnippetShop, build, site
from tests.acceptance.test_web_push_chromium import Devtools, browser
from tests.acceptance.web_chat_shop import Tab, open_tab

BYTES_MAX = 3_000
READY = "Object.hasOwn(window.analytics || {}, 'consent')"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


def test_the_script_weighs_at_most_three_kilobytes() -> None:
    build()
    assert len(gzip.compress((BUILT / "maracuja.js").read_bytes(), 9)) <= BYTES_MAX


@asynccontextmanager
async def scene(place: Path, push: str = "") -> AsyncIterator[tuple[SnippetShop, str, Devtools]]:
    """A shop that is served, the origin of its pages, and a browser; `push` is the key of push."""
    await asyncio.to_thread(build)
    shop = await asyncio.to_thread(SnippetShop, place / "shop")
    if push:
        shop.set_up_push(push)
    async with site(lambda: shop.url, lambda: shop.keys["browser key"]) as origin:
        try:
            await asyncio.to_thread(shop.serve, "--no-work")
            async with browser(place / "chromium") as chromium:
                yield shop, origin, chromium
        finally:
            shop.end()


async def visit(chromium: Devtools, origin: str, path: str = "/", **data: str) -> Tab:
    """A tab with a page of the shop, whose snippet has loaded."""
    tab = await open_tab(chromium, origin, chat=False)
    await go(tab, f"{origin}{path}?{urlencode(data)}")
    await tab.until(READY)
    return tab


def test_calls_from_before_it_loaded_and_pages_that_never_load(tmp_path: Path) -> None:
    asyncio.run(_calls(tmp_path))


async def _calls(place: Path) -> None:
    async with scene(place) as (shop, origin, chromium):
        early = f"{STUB};analytics.track('Early', {{n: 1}})"
        tab = await visit(chromium, origin, "/fruit", before=early, utm_source="news")
        (told,) = await shop.got("Early")
        (view,) = await shop.got("page")
        assert told["properties"] == {"n": 1}
        assert told["anonymousId"] == view["anonymousId"]
        assert view["properties"]["path"] == "/fruit"
        assert view["context"]["campaign"] == {"source": "news"}
        assert view["context"]["device"] == {"type": "desktop"}
        await tab.run("history.pushState(null, '', '/tea'), document.title = 'Tea', true")
        pages = await shop.got("page", 2)
        assert [page["properties"]["title"] for page in pages] == ["Passion fruit", "Tea"]
        assert pages[1]["context"]["page"]["referrer"].startswith(f"{origin}/fruit")
        await tab.run("history.back(), true")
        assert (await shop.got("page", 3))[2]["properties"]["path"] == "/fruit"


def test_a_tag_container_loads_it_too(tmp_path: Path) -> None:
    asyncio.run(_container(tmp_path))


async def _container(place: Path) -> None:
    page = (SOURCES.parents[1] / "docs" / "snippet.md").read_text(encoding="utf-8")
    loads, agrees = re.findall(
        r"<script>\s*(.*?)\s*</script>", page.split("## Into a tag")[1], re.S
    )
    async with scene(place) as (shop, origin, chromium):
        tab = await open_tab(chromium, origin, chat=False)
        await go(tab, f"{origin}/?bare=1&before=")
        loads = loads.replace("https://go.shop.example", shop.url)
        await tab.run(loads.replace("mrc_browser_...", shop.keys["browser key"]))
        await tab.run(f"{agrees} true")
        await tab.until(READY)
        (view,) = await shop.got("page")
        assert view["context"]["library"]["name"] == "maracuja.js"


def facts_of(shop: SnippetShop, who: str) -> dict[str, Any]:
    """The computed facts of somebody a minute from now: this one does not count yet."""
    with opened(shop.place) as app:
        with app.store.read() as conn:
            pid = int(people.find(conn, ["external_id"], [who])[0])
        soon = app.clock.now() + timedelta(minutes=1)
        return {one.name: one.value for one in fact_reports.of_person(app.ground, pid, soon)}


def test_what_it_tells_becomes_facts_about_the_person(tmp_path: Path) -> None:
    asyncio.run(_facts(tmp_path))


async def _facts(place: Path) -> None:
    async with scene(place) as (shop, origin, chromium):
        tab = await visit(chromium, origin, utm_source="news", pages="manual")
        await tab.run("analytics.identify('c1', {email: 'olena@shop.example'}), true")
        await tab.run("analytics.productViewed({product_id: 'p1', category: 'fruit'}), true")
        await asyncio.sleep(2.2)
        await tab.run("analytics.productAdded({product_id: 'p1', category: 'fruit'}), true")
        await go(tab, f"{origin}/next?pages=manual")
        await shop.got("Product Dwelled")
        worked = await asyncio.to_thread(run, "work", "-w", str(shop.place), "--until-idle")
        assert worked.returncode == 0, worked.stderr
        facts = await asyncio.to_thread(facts_of, shop, "c1")
        assert facts["dwell_seconds"] in (2, 3) and facts["longest_product"] == "p1"
        assert (facts["first_source"], facts["device"]) == ("news", "desktop")
        assert facts["funnel_step"] == "added"
        refused = await asyncio.to_thread(shop.ask, "/api/events/refused")
        assert refused["items"] == []


def test_nothing_is_stored_or_sent_before_consent_nor_after_it_is_taken_back(
    tmp_path: Path,
) -> None:
    asyncio.run(_consent(tmp_path))


KEPT = "[Object.keys(localStorage).length, document.cookie, Object.keys(sessionStorage).length]"


async def _consent(place: Path) -> None:
    async with scene(place) as (shop, origin, chromium):
        tab = await visit(chromium, origin, consent="ask", exit="", user="u1", proof="5f0c")
        await tab.run("analytics.productViewed({product_id: 'p1'}), true")
        await asyncio.sleep(1)
        await tab.run("history.pushState(null, '', '/next'), true")
        await asyncio.sleep(0.5)
        assert await tab.run(KEPT) == [0, "", 0]
        assert await tab.run("indexedDB.databases().then((all) => all.length)") == 0
        assert await asyncio.to_thread(shop.calls) == []
        await tab.run("analytics.consent(true), true")
        (viewed,) = await shop.got("Product Viewed")
        assert viewed["userId"] == "u1" and viewed["context"]["signature"] == "5f0c"
        await go(tab, f"{origin}/later?consent=ask")
        await shop.got("page", 3)
        await tab.run("analytics.consent(false), true")
        assert await tab.run(KEPT) == [0, "", 0]
        before = len(await asyncio.to_thread(shop.calls))
        await tab.run("analytics.track('Unheard'), true")
        await go(tab, f"{origin}/last?consent=ask")
        await asyncio.sleep(1)
        assert len(await asyncio.to_thread(shop.calls)) == before


def test_a_look_counts_while_the_page_is_seen_and_is_told_when_it_is_hidden(
    tmp_path: Path,
) -> None:
    asyncio.run(_dwell(tmp_path))


async def _dwell(place: Path) -> None:
    async with scene(place) as (shop, origin, chromium):
        tab = await visit(chromium, origin)
        await chromium.ask("Emulation.setFocusEmulationEnabled", tab.session, enabled=False)
        await tab.run("analytics.productViewed({product_id: 'p1', category: 'fruit'}), true")
        await asyncio.sleep(2.5)
        other = await open_tab(chromium, "about:blank", chat=False)
        await tab.until("document.visibilityState", "hidden")
        (first,) = await shop.got("Product Dwelled")
        assert first["properties"] in (
            {"product_id": "p1", "category": "fruit", "seconds": seconds} for seconds in (2, 3)
        )
        await asyncio.sleep(4)  # nobody looks
        await other.chromium.ask("Page.close", other.session)
        await tab.chromium.ask("Page.bringToFront", tab.session)
        await tab.until("document.visibilityState", "visible")
        await asyncio.sleep(1.5)
        await go(tab, f"{origin}/next")
        _, second = await shop.got("Product Dwelled", 2)
        assert second["properties"]["seconds"] in (1, 2)


def test_no_call_is_lost_when_the_page_ends_or_the_line_is_cut(tmp_path: Path) -> None:
    asyncio.run(_unload(tmp_path))


async def _offline(tab: Tab, *, yes: bool) -> None:
    speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    await tab.chromium.ask("Network.emulateNetworkConditions", tab.session, offline=yes, **speed)


async def _unload(place: Path) -> None:
    async with scene(place) as (shop, origin, chromium):
        tab = await visit(chromium, origin, pages="manual")
        await tab.run("analytics.track('On Leaving'), location.href = 'about:blank', true")
        await shop.got("On Leaving")

        await go(tab, f"{origin}/?pages=manual")
        await tab.until(READY)
        await chromium.ask("Network.enable", tab.session)
        await _offline(tab, yes=True)
        await tab.run("analytics.track('Offline'), analytics.track('Offline Too'), true")
        await asyncio.sleep(1)
        assert await asyncio.to_thread(shop.calls, "Offline") == []
        await _offline(tab, yes=False)
        await shop.got("Offline")
        await shop.got("Offline Too")

        await asyncio.to_thread(shop.end)  # the server is away, and the page is left
        await tab.run("analytics.track('Into Nothing'), true")
        await asyncio.sleep(0.5)
        await go(tab, f"{origin}/?pages=manual&bare=1")
        port = shop.url.rpartition(":")[2]
        await asyncio.to_thread(shop.serve, "--no-work", "--port", port)
        await go(tab, f"{origin}/?pages=manual")
        await shop.got("Into Nothing")
        names = [call["event"] for call in await asyncio.to_thread(shop.calls)]
        assert sorted(names) == ["Into Nothing", "Offline", "Offline Too", "On Leaving"]
