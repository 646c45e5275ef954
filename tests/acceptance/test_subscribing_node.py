"""Sign-up pages by tools that others wrote: axe in Chromium, TypeScript's checker, brotli."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from maracuja.api.small_script import small_script
from tests.acceptance.form_shop import FormShop, arrived, go, look, site
from tests.acceptance.page_checks import (
    CHROMIUM,
    axe_script,
    brotli_bytes,
    check_types,
    violations,
)
from tests.acceptance.test_web_push_chromium import browser
from tests.acceptance.web_chat_shop import Tab

SOURCE = Path(__file__).parents[2] / "src" / "maracuja" / "api" / "form.js"
BROTLI_BYTES_MAX = 3_000
pytestmark = [pytest.mark.slow, pytest.mark.node]
FORM = "document.querySelector('main div').shadowRoot"


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")
def test_the_script_stays_small(tmp_path: Path) -> None:
    assert brotli_bytes(small_script("form.js").plain, SOURCE, tmp_path) <= BROTLI_BYTES_MAX


def test_its_types_are_right(tmp_path: Path) -> None:
    check_types(SOURCE, tmp_path)


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_everybody_can_use_the_pages(tmp_path: Path) -> None:
    asyncio.run(_examined(tmp_path, axe_script(tmp_path)))


async def _examined(place: Path, axe: str) -> None:
    shop: FormShop | None = None
    async with site(lambda: shop.url if shop else "") as origin:
        shop = FormShop(place / "shop", origin)
        shop.serve("--no-work")
        try:
            async with browser(place / "chromium") as chromium:
                for n, dark in enumerate((False, True)):
                    address = f"p{n}@shop.example"
                    tab = await look(chromium, f"{shop.url}/f/news?lang=uk", dark=dark)
                    await chromium.ask(
                        "Emulation.setDeviceMetricsOverride", tab.session, width=320, height=640,
                        deviceScaleFactor=1, mobile=True,
                    )  # fmt: skip
                    await _clean(tab, axe, place / f"form-{dark}.png")
                    await tab.run("document.querySelector('form button').click()")
                    await arrived(tab, "!!document.querySelector('[role=alert]')")
                    await _clean(tab, axe, place / f"faults-{dark}.png")
                    await _sent(tab, address)
                    await _clean(tab, axe, place / f"thanks-{dark}.png")
                    await go(tab, shop.link(address))
                    await _clean(tab, axe, place / f"confirm-{dark}.png")
                    await tab.run("document.querySelector('form button').click()")
                    await arrived(tab, "!!document.querySelector('[role=status]')")
                    await _clean(tab, axe, place / f"confirmed-{dark}.png")
                    preferences = shop.preferences(address)
                    await go(tab, preferences)
                    await _clean(tab, axe, place / f"preferences-{dark}.png")
                    await go(tab, f"{preferences}/data")
                    await tab.run("document.querySelector('details').open = true")
                    await _clean(tab, axe, place / f"data-{dark}.png")
                await go(tab, origin + "/")
                await arrived(tab, f"!!{FORM}.querySelector('form')")
                found = await look(chromium, origin + "/")
                await arrived(found, f"!!{FORM}.querySelector('form')")
                await _clean(found, axe, place / "embedded.png")
        finally:
            shop.end()


async def _sent(tab: Tab, address: str) -> None:
    """The form is filled in and taken."""
    await tab.run(f"document.querySelector('[name=email]').value = '{address}'")
    await tab.run("document.querySelector('[name=first_name]').value = 'Олена'")
    await tab.run("document.querySelector('[name=consent]').checked = true")
    await asyncio.sleep(2.2)
    await tab.run("document.querySelector('form button').click()")
    await arrived(tab, "!document.querySelector('[name=email]')")


async def _clean(tab: Tab, axe: str, picture: Path) -> None:
    """Nothing that axe finds, nothing wider than the page, and a picture to look at."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert await tab.run(wide) is False, picture.stem
    await tab.chromium.run(tab.session, axe + "; 1")
    assert await violations(tab) == [], picture.stem
    await tab.picture(picture)
