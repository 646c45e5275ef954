"""From an empty workspace to the overview, by what stands on the screen alone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from maracuja.app import opened
from tests.ui.browser import Browser
from tests.ui.conftest import PASSWORD, serving

BACK_MS = 30_000  # the server starts anew with the shop's settings


def test_a_shop_is_claimed_once_and_shows_its_first_steps(
    browser: Browser, empty_home: Path
) -> None:
    with serving(empty_home) as url:
        with browser.tab(url, language="uk") as tab:
            page = tab.go("/people")  # whatever is asked for first
            expect(page).to_have_url(f"{url}/first-run")
            assert tab.violations() == [] and tab.too_wide() == []
            page.get_by_label("Назва магазину").fill("Фруктова лавка")
            page.get_by_label("Ваше ім’я").fill("Олена")
            page.get_by_label("Ваша ел. пошта").fill("olena@shop.example")
            page.get_by_label("Пароль", exact=False).first.fill("short")
            page.get_by_role("button", name="Почати").click()
            expect(page.get_by_text("Щонайменше 12 знаків").last).to_be_visible()
            page.get_by_label("Пароль", exact=False).first.fill(PASSWORD)
            page.get_by_role("button", name="Почати").click()
            asked = page.get_by_role("heading", level=1, name="З чого почати?")
            expect(asked).to_be_visible(timeout=BACK_MS)
            tab.forgive_a_new_start()
            assert tab.violations() == [] and tab.too_wide() == []
            page.get_by_role("link", name="Спершу роззирнутися").click()
            heading = page.get_by_role("heading", level=1, name="Фруктова лавка")
            expect(heading).to_be_visible()
            expect(page.get_by_text("Перші кроки")).to_be_visible()
            assert tab.violations() == []
        with browser.tab(url) as tab:
            page = tab.go("/first-run")
            expect(page).to_have_url(f"{url}/login?back=%2F")  # nobody claims it twice
    with opened(empty_home) as app:
        shop = app.config.shop
        assert (shop.name, shop.language, shop.time_zone) == (
            "Фруктова лавка",
            "uk",
            "Europe/Kyiv",
        )
