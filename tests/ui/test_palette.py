"""The command palette: something to do, somewhere to go, whatever carries a name, by rights."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from maracuja.app import opened
from maracuja.runtime.access import Role
from tests.ui.browser import Browser, Tab
from tests.ui.conftest import PASSWORD, Site

ANALYST = "boris@shop.example"


def _ask(tab: Tab, words: str) -> Any:
    """Open the palette and type; the dialogue."""
    found = tab.page.get_by_role("dialog", name="Find")
    expect(found).to_be_hidden()
    tab.page.keyboard.press("ControlOrMeta+k")
    found.get_by_role("textbox").fill(words)
    return found


def test_all_that_one_does_is_found_by_typing(own_tab: Tab) -> None:
    page = own_tab.go("/")
    page.wait_for_timeout(1_000)  # the palette comes after the first look
    found = _ask(own_tab, "invite")
    expect(found.get_by_role("button", name="Invite a member")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    inviting = page.get_by_role("dialog", name="Invite")
    expect(inviting.get_by_label("E-mail")).to_be_visible()
    page.keyboard.press("Escape")
    expect(inviting).to_be_hidden()
    assert page.url == own_tab.url + "/settings/team"

    _ask(own_tab, "consent topics").get_by_role("button", name="Topics and consent").click()
    page.wait_for_url("**/settings/topics")

    person = page.request.get(f"{own_tab.url}/api/people/3").json()
    name = next(one["value"] for one in person["traits"] if one["name"] == "first_name")
    found = _ask(own_tab, name)
    found.get_by_role("button", name=re.compile(f"{name}.*Person")).first.click()
    page.wait_for_url(re.compile(r"/people/\d+$"))
    own_tab.ready()

    found = _ask(own_tab, "welcome")
    found.get_by_role("button", name=re.compile("Template$")).first.click()
    page.wait_for_url("**/templates/welcome*")
    own_tab.ready()

    found = _ask(own_tab, "")
    expect(found.get_by_role("button").first).to_have_text(re.compile(name))
    expect(found.get_by_role("button").nth(1)).to_have_text(re.compile("Topics and consent"))
    assert own_tab.violations() == []
    found.get_by_role("textbox").fill("dark")
    found.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    _ask(own_tab, "Українська").get_by_role("button", name="Українська").click()
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    expect(page.get_by_role("link", name="Шаблони").first).to_be_visible()


def test_nobody_is_offered_what_they_may_not_do(browser: Browser, own_site: Site) -> None:
    with opened(own_site.home) as app:
        now = app.clock.now()
        app.team.join(app.team.invite(ANALYST, Role.ANALYST, now, "test"), PASSWORD, now)
    with browser.tab(own_site.url) as tab:
        tab.log_in(ANALYST, PASSWORD)
        page = tab.go("/")
        page.wait_for_timeout(1_000)
        found = _ask(tab, "reports")
        expect(found.get_by_role("button", name="Reports")).to_be_visible()
        for words in ("new campaign", "invite", "import people"):
            found.get_by_role("textbox").fill(words)
            expect(found.get_by_text("Nothing found")).to_be_visible()
