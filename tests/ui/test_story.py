"""A person who never saw it: from an empty workspace to a campaign, by what is on the screen."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from maracuja.app import opened
from maracuja.store import definitions
from tests.ui.browser import Browser, Tab
from tests.ui.conftest import PASSWORD, serving

BACK_MS = 30_000  # the server starts anew with the shop's settings, or counts everybody
ROWS = "".join(
    f"u{n},p{n}@shop.example,Олена,uk,{'Київ' if n % 2 else 'Львів'},yes\n" for n in range(60)
)
CSV = f"id,email,first_name,language,city,news\n{ROWS}"


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option).first.click()


def _claim(page: Page) -> None:
    page.get_by_label("The shop's name").fill("Fruit & Co")
    _choose(page, "Languages of your customers", "Ukrainian")
    page.keyboard.press("Escape")
    page.get_by_label("Your name").fill("Olena")
    page.get_by_label("Your e-mail").fill("olena@shop.example")
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Look around first").click(timeout=BACK_MS)
    expect(page.get_by_text("First steps")).to_be_visible()


def _topic(page: Page) -> None:
    page.get_by_role("link", name="Say what people can agree to").click()
    page.get_by_role("button", name="New topic").first.click()
    page.get_by_label("Name · English").fill("News")
    page.get_by_label("Name · Ukrainian").fill("Новини")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="News")).to_be_visible()


def _people(page: Page, file: Path) -> None:
    page.get_by_role("link", name="Bring your people").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(file)
    page.get_by_role("combobox", name="What news becomes").fill("consent.news.email")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Would be taken")).to_be_visible(timeout=BACK_MS)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported", exact=True).first).to_be_visible(timeout=BACK_MS)


def _segment(page: Page) -> None:
    page.get_by_role("link", name="Segments").first.click()
    page.get_by_role("link", name="New segment").first.click()
    page.get_by_role("textbox", name="Name").fill("Kyiv")
    page.get_by_role("button", name="Add condition").last.click()
    page.get_by_role("menuitem", name="A trait").click()
    _choose(page, "trait", "City")
    page.get_by_role("combobox", name="is", exact=True).fill("Київ")
    page.get_by_role("option", name="Київ").click()
    live = page.get_by_role("complementary", name="What it comes to")
    expect(live).to_contain_text("30", timeout=BACK_MS)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/segments/kyiv")


def _message(page: Page) -> None:
    page.get_by_role("link", name="Templates").first.click()
    page.get_by_role("link", name="Write a template").first.click()
    page.get_by_label("Name", exact=True).fill("Ripe fruit")
    page.get_by_label("Subject", exact=True).fill("Ripe fruit is here")
    page.get_by_label("Words", exact=True).nth(0).fill("It is ripe")
    page.get_by_label("Words", exact=True).nth(1).fill("Come and taste it.")
    page.get_by_role("button", name="Ukrainian missing").click()
    page.get_by_role("menuitem", name="Copy from: English").click()
    page.get_by_label("Subject", exact=True).fill("Стиглі фрукти вже тут")
    page.get_by_label("Words", exact=True).nth(0).fill("Вони стиглі")
    page.get_by_label("Words", exact=True).nth(1).fill("Приходьте скуштувати.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 1 is kept").first).to_be_visible()


def _goal(page: Page) -> None:
    page.get_by_role("link", name="Settings").first.click()
    page.get_by_role("link", name="Goals").first.click()
    page.get_by_role("button", name="New goal").first.click()
    page.get_by_label("Name", exact=True).fill("An order")
    page.get_by_role("combobox", name="Event").fill("Order Completed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="An order")).to_be_visible()


def _campaign(page: Page) -> None:
    page.get_by_role("link", name="Campaigns").first.click()
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Ripe this week")
    _choose(page, "Topic", "News")
    _choose(page, "A segment", "Kyiv")
    page.get_by_role("link", name="What", exact=True).last.click()
    _choose(page, "Template", "Ripe fruit")
    page.get_by_role("link", name="Where", exact=True).last.click()
    page.get_by_role("radio", name="E-mail").check()
    page.get_by_role("link", name="When", exact=True).last.click()
    page.get_by_role("link", name="How much", exact=True).last.click()
    page.get_by_role("textbox", name="Share held back").fill("20")
    page.get_by_role("link", name="Goal", exact=True).last.click()
    _choose(page, "Goal", "An order")
    page.get_by_role("button", name="Check and launch").click()
    expect(page.get_by_role("table", name="Who does not hear it, and why")).to_be_visible(
        timeout=BACK_MS
    )


def test_from_nothing_to_a_campaign_in_two_languages_with_a_control_group(
    browser: Browser, empty_home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(CSV, encoding="utf-8")
    with serving(empty_home, work=True) as url, browser.tab(url) as tab:
        _told(tab, file)
    with opened(empty_home) as app, app.store.read() as conn:
        kept = {kind: definitions.current(conn, kind) for kind in ("template", "campaign")}
    (template,), (campaign,) = kept["template"], kept["campaign"]
    assert b"\xd1\x84" in template.body and campaign.id == "ripe-this-week"
    assert b'"holdout":0.2' in campaign.body.replace(b" ", b"")


def _told(tab: Tab, file: Path) -> None:
    page = tab.go("/")
    _claim(page)
    _topic(page)
    tab.go("/")
    _people(page, file)
    _segment(page)
    _message(page)
    _goal(page)
    _campaign(page)
    tab.forgive_a_new_start()
