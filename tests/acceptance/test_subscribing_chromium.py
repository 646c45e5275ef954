"""Signing up in a real Chromium: the hosted form, the form in another site's page, preferences."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.form_shop import FormShop, arrived, go, look, site
from tests.acceptance.page_checks import CHROMIUM, WIDE
from tests.acceptance.test_web_push_chromium import browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]
FORM = "document.querySelector('main div').shadowRoot"


def test_the_hosted_form_from_the_first_look_to_the_bonus(tmp_path: Path) -> None:
    asyncio.run(_hosted(tmp_path))


async def _hosted(place: Path) -> None:
    shop = FormShop(place / "shop", "https://shop.example")
    shop.serve("--no-work")
    try:
        async with browser(place / "chromium") as chromium:
            tab = await look(chromium, f"{shop.url}/f/news?source=poster", wide=False)
            await chromium.ask("Emulation.setScriptExecutionDisabled", tab.session, value=True)
            await go(tab, f"{shop.url}/f/news?source=poster")
            assert await tab.run(WIDE) is False
            await tab.run("document.querySelector('[name=email]').value = 'a@shop.example'")
            await tab.run("document.querySelector('[name=first_name]').value = 'Olena'")
            await asyncio.sleep(2.2)  # as long as a person needs
            await tab.run("document.querySelector('form button').click()")
            await arrived(tab, "!!document.querySelector('[role=alert]')")
            assert await tab.run("document.querySelector('[name=first_name]').value") == "Olena"
            await tab.run("document.querySelector('[name=consent]').checked = true")
            await asyncio.sleep(2.2)
            await tab.run("document.querySelector('form button').click()")
            await arrived(tab, "document.querySelector('h1').textContent === 'Thank you'")
            assert await shop.said("a@shop.example") == ["pending"]

            await go(tab, shop.link("a@shop.example"))
            assert await shop.said("a@shop.example") == ["pending"]
            await tab.run("document.querySelector('form button').click()")
            await arrived(tab, "document.querySelector('h1').textContent === 'It is done'")
            assert await shop.said("a@shop.example") == ["pending", "opted_in"]
            await tab.run("document.querySelector('[name=birthday]').value = '1990-05-01'")
            await tab.run("document.querySelector('form button').click()")
            text = "document.querySelector('[role=status]').textContent.includes('50 points')"
            await arrived(tab, text)

            await _preferences(shop, tab)
    finally:
        shop.end()


async def _preferences(shop: FormShop, tab: object) -> None:
    """The preference page and the page behind it, by the same person at a phone's width."""
    from tests.acceptance.web_chat_shop import Tab

    assert isinstance(tab, Tab)
    address = shop.preferences("a@shop.example")
    await go(tab, address)
    assert await tab.run(WIDE) is False
    await tab.run("document.querySelector('[name=\"often.harvest\"]').value = '30'")
    await tab.run("document.querySelector('[name=from]').value = '540'")
    await tab.run("document.querySelector('[name=until]').value = '1200'")
    await tab.run("document.querySelector('button[value=save]').click()")
    await arrived(tab, "!!document.querySelector('[role=status]')")
    assert await tab.run("document.querySelector('[name=\"often.harvest\"]').value") == "30"
    await tab.run("document.querySelector('a[href*=\"/data\"]').click()")
    await arrived(tab, "document.querySelector('h1').textContent === 'Why do you have this?'")
    assert await tab.run(WIDE) is False
    shown = await tab.run("document.querySelector('main').textContent")
    assert "1990-05-01" in shown and "Fruit & Co may write to me." in shown
    assert "a@shop.example" not in shown
    await tab.run(
        "[...document.querySelectorAll('form')].find((f) => f.elements.name && "
        "f.elements.name.value === 'birthday' && f.elements.do.value === 'delete')"
        ".querySelector('button').click()"
    )
    await arrived(tab, "document.querySelector('[role=status]')?.textContent.startsWith('Taken')")
    assert "1990-05-01" not in await tab.run("document.querySelector('main').textContent")


def test_the_form_stands_in_a_page_of_another_origin_with_a_strict_policy(tmp_path: Path) -> None:
    asyncio.run(_embedded(tmp_path))


async def _embedded(place: Path) -> None:
    shop: FormShop | None = None
    async with site(lambda: shop.url if shop else "") as origin:
        shop = FormShop(place / "shop", origin)
        shop.serve("--no-work")
        try:
            async with browser(place / "chromium") as chromium:
                tab = await look(chromium, origin + "/", wide=False)
                await arrived(tab, f"!!{FORM}.querySelector('form')")
                assert await tab.run(f"{FORM}.querySelector('h2').textContent") == (
                    "When the passion fruit comes"
                )
                colour = f"getComputedStyle({FORM}.querySelector('button')).backgroundColor"
                assert await tab.run(colour) == "rgb(255, 204, 0)", "its style got past the policy"
                await tab.run(f"{FORM}.querySelector('[name=email]').focus()")
                await chromium.ask("Input.insertText", tab.session, text="b@shop.example")
                await asyncio.sleep(2.2)
                await tab.run(f"{FORM}.querySelector('button').click()")
                fault = f"{FORM}.querySelector('#fault-consent').textContent"
                await tab.until(f"!!{fault}")
                assert await tab.run(f"{FORM}.activeElement.name") == "consent"
                await tab.run(f"{FORM}.querySelector('[name=consent]').checked = true")
                await asyncio.sleep(2.2)
                await tab.run(f"{FORM}.querySelector('button').click()")
                await tab.until(f"{FORM}.querySelector('h2').textContent", "Thank you")
                assert await shop.said("b@shop.example") == ["pending"]
                await asyncio.sleep(1.5)  # counts are written once a second
                told = await asyncio.to_thread(shop.ask, "/api/forms/news/report")
                (landing,) = told["sources"]
                assert landing["source"] == "landing"
                steps = (landing["shown"], landing["begun"], landing["submitted"])
                assert steps == (1, 1, 1)

                await go(tab, f"{origin}/plain")
                await tab.run("document.querySelector('input').value = 'c@shop.example'")
                await tab.run("document.querySelector('button').click()")
                await arrived(tab, "!!document.querySelector('[name=consent]')")
                held = await tab.run("document.querySelector('[name=email]').value")
                assert held == "c@shop.example" and await shop.said("c@shop.example") == []
        finally:
            shop.end()


def test_a_page_that_is_no_origin_of_the_form_gets_none(tmp_path: Path) -> None:
    asyncio.run(_elsewhere(tmp_path))


async def _elsewhere(place: Path) -> None:
    shop: FormShop | None = None
    async with site(lambda: shop.url if shop else "") as origin:
        shop = FormShop(place / "shop", "https://other.example")
        shop.serve("--no-work")
        try:
            async with browser(place / "chromium") as chromium:
                tab = await look(chromium, origin + "/")
                await arrived(tab, "!!document.querySelector('main div')")
                await asyncio.sleep(1)
                assert await tab.run(f"{FORM}.querySelector('form') === null")
        finally:
            shop.end()
