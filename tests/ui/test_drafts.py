"""What people write outlives a page, a broken line and a closed dialogue; a secret does not."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.ui.browser import Tab

DOWN = "The line to the server is down"


def _kept_here(page: Page) -> str:
    """All that the browser keeps."""
    kept: str = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    return kept


def test_what_is_written_while_the_line_is_cut_is_saved_when_it_is_back(own_tab: Tab) -> None:
    page = own_tab.go("/templates/welcome-1?language=en")
    subject = page.get_by_label("Subject", exact=True)
    page.wait_for_timeout(1_000)  # the line is up
    page.context.set_offline(True)
    expect(page.get_by_text(DOWN)).to_be_visible(timeout=10_000)
    subject.fill("Good morning")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The server cannot be reached").first).to_be_visible()
    expect(subject).to_have_value("Good morning")

    page.context.set_offline(False)
    page.reload()
    own_tab.ready()
    expect(page.get_by_text(DOWN)).to_be_hidden()
    expect(subject).to_have_value("Good morning")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 2 is kept").first).to_be_visible()
    kept = page.request.get(f"{own_tab.url}/api/definitions/template/welcome-1").json()
    assert "Good morning" in [one.get("subject") for one in kept["body"]["variants"]]
    own_tab.wrong[:] = [one for one in own_tab.wrong if "ERR_INTERNET" not in one]


def test_dialogues_of_the_settings_keep_what_was_begun(own_tab: Tab) -> None:
    page = own_tab.go("/settings/goals?new")
    goal = page.get_by_role("dialog")
    goal.get_by_label("Name", exact=True).fill("Came back")
    page.reload()
    own_tab.ready()
    expect(goal.get_by_label("Name", exact=True)).to_have_value("Came back")
    page.keyboard.press("Escape")
    expect(goal).to_be_hidden()
    page.get_by_role("button", name="New goal").click()
    expect(goal.get_by_label("Name", exact=True)).to_have_value("Came back")
    goal.get_by_role("button", name="Discard").click()
    expect(goal.get_by_label("Name", exact=True)).to_be_empty()
    goal.get_by_label("Name", exact=True).fill("Visited")
    goal.get_by_label("Event").fill("Store Visited")
    page.keyboard.press("Tab")
    goal.get_by_role("button", name="Save").click()
    expect(goal).to_be_hidden()
    assert "Visited" not in _kept_here(page)
    stored = page.request.get(f"{own_tab.url}/api/definitions/goal/visited").json()
    assert stored["body"]["event"] == "Store Visited"


def test_a_channel_keeps_what_was_written_but_no_secret(own_tab: Tab) -> None:
    page = own_tab.go("/settings/channels/telegram")
    token = page.get_by_label("Token")
    bot = page.get_by_label("User name of the bot")
    before = bot.input_value()
    token.fill("17:open-sesame")
    bot.fill("maracuja_bot")
    assert "maracuja_bot" in _kept_here(page) and "sesame" not in _kept_here(page)
    page.reload()
    own_tab.ready()
    expect(bot).to_have_value("maracuja_bot")
    expect(token).to_be_empty()
    page.get_by_role("button", name="Discard").click()
    expect(bot).to_have_value(before)
    assert "maracuja_bot" not in _kept_here(page)
