"""The team in the web app: rights that change at once, a second factor that all have to have."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from tests.ui.browser import Browser, Tab

THEIRS = "five words without any sense"


def _set_up(page: Page) -> None:
    """Turn the second factor on, with an app that has the secret."""
    page.get_by_role("button", name="Turn on").click()
    secret = page.locator("code").first.inner_text()
    padded = secret + "=" * (-len(secret) % 8)
    totp = TOTP(base64.b32decode(padded), 6, SHA1(), 30, enforce_key_length=False)
    now = int(page.evaluate("Date.now()")) // 1000
    page.get_by_label("Six digits of the app").fill(totp.generate(now).decode())
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("button", name="I have kept it").click()


def _looked_at(tab: Tab) -> None:
    """A page that nobody else comes to: light and dark, on a telephone, in the longest words."""
    for dark in (False, True):
        tab.colours(dark=dark)
        assert tab.violations() == []
    tab.resize("phone")
    for language in ("Русский", "Монгол", "English"):
        tab.page.get_by_role("button", name=language).click()
        expect(tab.page.get_by_role("button", name=language)).to_have_attribute(
            "aria-current", "true"
        )
        assert tab.too_wide() == []
        assert tab.violations() == []
    tab.resize("desktop")


def _invited(tab: Tab, email: str, role: str) -> str:
    """The link with which somebody comes in."""
    page = tab.go("/settings/team")
    page.get_by_role("button", name="Invite somebody").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("E-mail").fill(email)
    dialogue.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name=role).click()
    dialogue.get_by_role("button", name="Invite somebody").click()
    link = dialogue.get_by_text("/join?token=").inner_text()
    dialogue.get_by_role("button", name="I have given it").click()
    return link


def _joined(tab: Tab, link: str) -> Page:
    tab.page.goto(link)
    tab.page.get_by_label("Password", exact=False).first.fill(THEIRS)
    tab.page.locator("button[type=submit]").click()
    return tab.page


def test_rights_differ_from_the_role_and_somebody_is_locked_out(
    file_tab: Tab, browser: Browser
) -> None:
    link = _invited(file_tab, "petro@shop.example", "Analyst")
    with browser.tab(file_tab.url) as theirs:
        joining = _joined(theirs, link)
        expect(joining.get_by_role("link", name="Reports")).to_be_visible()
        expect(joining.get_by_role("link", name="Replies")).to_have_count(0)
        page = file_tab.page
        row = page.get_by_role("row").filter(has_text="petro@shop.example")
        row.get_by_role("button", name="Change").click()
        dialogue = page.get_by_role("dialog")
        dialogue.get_by_role("button", name="Rights that differ").click()
        dialogue.get_by_role("combobox", name="Replies").click()
        page.get_by_role("option", name="Change").click()
        assert file_tab.violations() == []
        dialogue.get_by_role("button", name="Save").click()
        expect(dialogue).to_have_count(0)
        joining.reload()
        expect(joining.get_by_role("link", name="Replies")).to_be_visible()
        (member,) = [
            one
            for one in file_tab.asked("/api/team")["items"]
            if one["email"] == "petro@shop.example"
        ]
        assert (member["role"], member["rights"]["conversations"]) == ("analyst", 2)
        row.get_by_role("button", name="Change").click()
        expect(dialogue.get_by_role("combobox", name="Replies")).to_have_value("Change")
        dialogue.get_by_role("button", name="Lock out").click()
        expect(page.get_by_text("petro@shop.example is locked out")).to_be_visible()
        joining.reload()
        expect(joining).to_have_url(f"{file_tab.url}/login?back=%2F")
        theirs.wrong.clear()


def test_everybody_has_to_have_a_second_factor(file_tab: Tab, browser: Browser) -> None:
    link = _invited(file_tab, "marta@shop.example", "Marketer")
    page = file_tab.page
    everybody = page.get_by_role("switch", name="Everybody has to have one")
    expect(everybody).to_be_disabled()
    expect(page.get_by_text("Set up your own second factor first")).to_be_visible()
    page = file_tab.go("/settings/me")
    expect(page.get_by_text("What changes about your log-in is written to")).to_be_visible()
    _set_up(page)
    expect(page.get_by_role("button", name="Turn off")).to_be_visible()
    page = file_tab.go("/settings/team")
    everybody.click(force=True)
    expect(everybody).to_be_checked()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert file_tab.violations() == []
    assert file_tab.asked("/api/team/rules")["second_factor"] is True

    with browser.tab(file_tab.url) as theirs:
        joining = _joined(theirs, link)
        expect(joining).to_have_url(f"{file_tab.url}/second-factor")
        expect(joining.get_by_role("heading", level=1)).to_contain_text("a second factor")
        _looked_at(theirs)
        refused = joining.request.get(f"{file_tab.url}/api/campaigns")
        assert (refused.status, refused.json()["where"]) == (403, "second_factor")
        joining.goto(f"{file_tab.url}/campaigns")
        expect(joining).to_have_url(f"{file_tab.url}/second-factor")
        _set_up(joining)
        expect(joining.get_by_role("link", name="Campaigns")).to_be_visible()
        assert joining.request.get(f"{file_tab.url}/api/campaigns").ok
        theirs.wrong.clear()
    lines = file_tab.asked("/api/audit?actor=server")["items"]
    assert {one["action"] for one in lines} <= {"told", "not_told"} and lines
