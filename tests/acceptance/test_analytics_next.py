"""Segment's own browser client, unmodified, pointed at the server from a page in Chromium."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.form_shop import go
from tests.acceptance.page_checks import CHROMIUM
from tests.acceptance.snippet_shop import SnippetShop, site
from tests.acceptance.test_web_push_chromium import browser
from tests.acceptance.web_chat_shop import open_tab
from tests.contract.node_peer import npm_install

CLIENT = "@segment/analytics-next@1.84.3"
LOAD = """window.client = AnalyticsNext.AnalyticsBrowser.load(
  {writeKey: "%s", cdnURL: "%s"}, {integrations: {"Segment.io": {deliveryStrategy: %s}}})"""
ONE_BY_ONE = "{}"
BATCHES = '{strategy: "batching", config: {size: 3, timeout: 200}}'
CALLS = """client.page("Fruit", "Passion fruit"), client.identify("u1", {plan: "gold"}),
client.track("Product Viewed", {product_id: "p7", price: 120}), client.group("g1", {size: 2}),
client.alias("u2", "u1"), client.screen("Cart"), true"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.node,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


@pytest.mark.parametrize("strategy", [ONE_BY_ONE, BATCHES], ids=["one by one", "in batches"])
def test_the_unmodified_client_finds_its_way(tmp_path: Path, strategy: str) -> None:
    asyncio.run(_all_calls(tmp_path, strategy))


async def _all_calls(place: Path, strategy: str) -> None:
    modules = await asyncio.to_thread(npm_install, place, CLIENT)
    built = modules / "@segment" / "analytics-next" / "dist" / "umd"
    served = {f"/umd/{file.name}": ("text/javascript", file.read_bytes())
              for file in built.glob("*.js")}  # fmt: skip
    shop = await asyncio.to_thread(SnippetShop, place / "shop")
    key = shop.keys["browser key"]
    async with site(lambda: shop.url, lambda: key, served) as origin:
        try:
            await asyncio.to_thread(shop.serve, "--no-work")
            async with browser(place / "chromium") as chromium:
                tab = await open_tab(chromium, origin, chat=False)
                await chromium.ask("Network.enable", tab.session)
                await go(tab, f"{origin}/fruit?bare=1&utm_source=news")
                script = f"{origin}/umd/index.js"
                await tab.run(f"import({script!r}).then(() => true)")
                await tab.run(LOAD % (key, shop.url, strategy) + ", true")
                await tab.run(CALLS)
                (view,) = await shop.got("page")
                assert view["context"]["campaign"] == {"source": "news"}
                (viewed,) = await shop.got("Product Viewed")
                assert viewed["properties"] == {"product_id": "p7", "price": 120}
                assert viewed["userId"] == "u1"
                for verb in ("identify", "group", "alias", "screen"):
                    await shop.got(verb)
                asked = {
                    one["params"]["request"]["url"]
                    for one in chromium.events
                    if one["method"] == "Network.requestWillBeSent"
                }
                assert f"{shop.url}/v1/projects/{key}/settings" in asked
                ours = (shop.url, origin)
                assert all(url.startswith(ours) for url in asked), "it asked somebody else"
        finally:
            shop.end()
