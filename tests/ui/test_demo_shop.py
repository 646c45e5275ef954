"""From an empty workspace to the demo shop and back, with its progress wherever one is."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, Route, expect

from maracuja.app import opened
from maracuja.store import audit, people
from tests.ui.browser import Browser, Tab
from tests.ui.conftest import PASSWORD, serving

BACK_MS = 60_000  # the server starts anew
PLAYED_MS = 900_000
FEW = '{"people": 400}'
PEOPLE = 60_000  # in a file: it goes on while one walks to another page


def test_an_empty_workspace_shows_the_demo_shop_until_it_is_removed(
    browser: Browser, empty_home: Path
) -> None:
    with serving(empty_home) as url, browser.tab(url) as tab:
        page = tab.go("/")
        _claim(page)
        tab.forgive_a_new_start()
        expect(page.get_by_role("link", name="Import a CSV")).to_be_visible()
        assert tab.violations() == [] and tab.too_wide() == []
        page.route("**/api/demo-shop/load", _with_a_few)
        page.get_by_role("button", name="Load the demo shop").click()
        expect(page.get_by_role("heading", name="The demo shop is being made")).to_be_visible()
        expect(page).to_have_url(f"{url}/")
        assert tab.violations() == []
        _wait_elsewhere(page)
        tab.forgive_a_new_start()
        heading = page.get_by_role("heading", level=1, name="Маракуйя")
        expect(heading).to_be_visible(timeout=BACK_MS)
        expect(page.get_by_text("This is the demo shop")).to_be_visible()
        expect(page.get_by_text("Extra orders", exact=True)).to_be_visible()
        expect(page.get_by_text("3 campaigns")).to_be_visible()  # one of them is over
        assert tab.violations() == []
        _remove(page)
        tab.forgive_a_new_start()
    with opened(empty_home) as app, app.store.read() as conn:
        assert people.count(conn) == 0 and app.config.shop.name == "Fruit & Co"
        actions = [line.action for line in audit.newest(conn)]
        assert {"load_demo", "remove_demo"} <= set(actions)
    assert not (empty_home / "demo-shop").exists()


def _claim(page: Page) -> None:
    page.get_by_label("The shop's name").fill("Fruit & Co")
    page.get_by_label("Your e-mail").fill("olena@shop.example")
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    heading = page.get_by_role("heading", level=1, name="How do you want to begin?")
    expect(heading).to_be_visible(timeout=BACK_MS)


def _with_a_few(route: Route) -> None:
    route.continue_(post_data=FEW)


def _wait_elsewhere(page: Page) -> None:
    """On the page of people the frame tells how far it is, and that it is over."""
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("button", name="1 thing under way").click()
    expect(page.get_by_role("listitem").filter(has_text="The demo shop")).to_contain_text("%")
    page.keyboard.press("Escape")
    notice = page.get_by_role("alert").filter(has_text="The demo shop is ready")
    expect(notice).to_be_visible(timeout=PLAYED_MS)
    notice.get_by_role("link", name="See it").click()


def _remove(page: Page) -> None:
    page.get_by_role("button", name="Remove the demo shop").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the demo shop").click()
    heading = page.get_by_role("heading", level=1, name="Fruit & Co")
    expect(heading).to_be_visible(timeout=BACK_MS)
    expect(page.get_by_role("button", name="Load the demo shop")).to_be_visible()


def test_files_are_told_of_wherever_one_is(own_tab: Tab, tmp_path: Path) -> None:
    rows = "".join(f"n{n},n{n}@new.example,Олена,Київ\n" for n in range(PEOPLE))
    file = tmp_path / "new.csv"
    file.write_text(f"id,email,first_name,city\n{rows}", encoding="utf-8")
    page = own_tab.go("/settings/imports")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    _seen_elsewhere(page, "Importing new.csv", "new.csv is imported")
    expect(page.get_by_text(f"{PEOPLE:,}").first).to_be_visible()
    own_tab.go("/settings/exports")
    page.get_by_role("button", name="Make the file").click()
    _seen_elsewhere(page, "Making people-", "is ready")
    link = page.get_by_role("link", name="people-")
    with page.expect_download() as fetched:
        link.click()
    text = fetched.value.path().read_text(encoding="utf-8")
    assert f"n{PEOPLE - 1}@new.example" in text


def _seen_elsewhere(page: Page, at_work: str, over: str) -> None:
    """The frame shows it while it goes on, and a notice leads to what came of it."""
    indicator = page.get_by_role("button", name="thing under way")
    expect(indicator).to_be_visible()
    page.get_by_role("link", name="People", exact=True).click()
    page.wait_for_url("**/people")
    indicator.click()
    expect(page.get_by_text(at_work)).to_be_visible()
    page.keyboard.press("Escape")
    notice = page.get_by_role("alert").filter(has_text=over)
    expect(notice).to_be_visible(timeout=BACK_MS)
    notice.get_by_role("link", name="See it").click()
