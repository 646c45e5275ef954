"""Campaigns in the web app: written in steps, rehearsed, launched and ended; kept in order."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.ui.browser import Tab

LONG_MS = 30_000  # a dry run of everybody, or what the worker has to do


def _asked(tab: Tab, path: str) -> Any:
    answer = tab.page.request.get(f"{tab.url}{path}")
    assert answer.ok, answer.text()
    return answer.json()


def _written(tab: Tab, name: str) -> Any:
    return _asked(tab, f"/api/definitions/campaign/{name}")["body"]


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def _write(page: Page) -> None:
    """A campaign on Telegram, from the first step to the check before the launch."""
    page.get_by_role("textbox", name="Name", exact=True).fill("Once more, with fruit")
    _choose(page, "Topic", "News and invitations")
    _choose(page, "A segment", "Came to the shop this quarter")
    page.get_by_role("link", name="What", exact=True).last.click()
    _choose(page, "Template", "The best batch of the year")
    page.get_by_role("link", name="Where", exact=True).last.click()
    page.get_by_role("radio", name="Telegram").check()
    page.get_by_role("link", name="When", exact=True).last.click()
    expect(page.get_by_role("radio", name="As soon as it is launched")).to_be_checked()
    page.get_by_role("link", name="How much", exact=True).last.click()
    page.get_by_role("textbox", name="Share held back").fill("20")
    page.get_by_role("link", name="Test", exact=True).last.click()
    expect(page.get_by_text("There is only one text")).to_be_visible()
    page.get_by_role("link", name="Goal", exact=True).last.click()
    _choose(page, "Goal", "An order within a week")


def test_a_campaign_is_written_rehearsed_launched_and_ended(own_tab: Tab) -> None:
    page = own_tab.go("/campaigns")
    page.get_by_role("link", name="New campaign").click()
    _write(page)
    page.reload()  # what was written is still there
    own_tab.ready()
    expect(page.get_by_role("heading", level=1)).to_have_text("Once more, with fruit")
    page.get_by_role("button", name="Check and launch").click()

    sound = page.get_by_text("Nothing keeps it from being launched.")
    expect(sound).to_be_visible(timeout=LONG_MS)
    table = page.get_by_role("table", name="Who does not hear it, and why")
    row = table.get_by_role("row", name=re.compile("No address|never agreed")).first
    number = row.get_by_role("link")
    expect(number).to_be_visible(timeout=LONG_MS)
    many = number.inner_text()
    number.click()
    expect(page.get_by_text(re.compile(f"^{many} pe"))).to_be_visible(timeout=LONG_MS)
    page.go_back()

    written = _written(own_tab, "once-more-with-fruit")
    assert written["channel"] == "telegram" and written["holdout"] == 0.2
    assert written["goals"] == ["purchase"] and written["audience"] == "visitors"
    launch = page.get_by_role("button", name="Launch", exact=True)
    expect(launch).to_be_enabled(timeout=LONG_MS)
    launch.click()
    sending = page.get_by_role("dialog").get_by_role("button", name=re.compile("^Send to"))
    people = re.sub(r"\D", "", sending.inner_text())
    sending.click()
    expect(page).to_have_url(re.compile("/campaigns/once-more-with-fruit$"))
    path = "/api/campaigns/once-more-with-fruit"
    assert len(_asked(own_tab, path)["items"]) == 1 and int(people) > 0

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused", exact=True).first).to_be_visible(timeout=LONG_MS)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Cancel campaign").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel campaign").click()
    expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible(timeout=LONG_MS)
    assert _asked(own_tab, path)["items"][0]["state"] == "cancelled"


def test_what_the_steps_do_not_show_stays_and_is_changed_as_a_file(own_tab: Tab) -> None:
    before = _written(own_tab, "passion-fruit")
    page = own_tab.go("/campaigns/passion-fruit/edit")
    page.get_by_role("textbox", name="Name", exact=True).fill("The best batch, again")
    page.get_by_role("link", name="As a file").click()
    text = page.get_by_role("textbox", name="The campaign as a file")
    text.fill(f"{text.input_value()}\nutm: {{content: top}}\n")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The best batch, again is saved")).to_be_visible()
    after = _written(own_tab, "passion-fruit")
    assert after == {**before, "name": "The best batch, again", "utm": {"content": "top"}}
    text.fill("kind: [")
    expect(text).to_have_attribute("aria-invalid", "true")
    assert _written(own_tab, "passion-fruit") == after


def test_two_who_write_at_once_do_not_write_over_each_other(own_tab: Tab) -> None:
    page = own_tab.go("/campaigns/passion-fruit/edit")
    page.get_by_role("textbox", name="Name", exact=True).fill("Mine")
    csrf = _asked(own_tab, "/api/session")["csrf"]
    theirs = {**_written(own_tab, "passion-fruit"), "name": "Theirs"}
    answer = page.request.put(
        f"{own_tab.url}/api/definitions/campaign/passion-fruit",
        data={"definition": theirs},
        headers={"x-csrf-token": csrf},
    )
    assert answer.ok, answer.text()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else has saved it meanwhile")).to_be_visible()
    assert _written(own_tab, "passion-fruit")["name"] == "Theirs"
    page.get_by_role("button", name="Save mine").click()
    expect(page.get_by_text("Somebody else has saved it meanwhile")).to_be_hidden()
    assert _written(own_tab, "passion-fruit")["name"] == "Mine"


def test_the_list_is_kept_in_order_and_everything_is_stopped(own_tab: Tab) -> None:
    page = own_tab.go("/campaigns")
    row = page.get_by_role("row", name=re.compile("An abandoned cart"))
    row.get_by_role("button").click()
    page.get_by_role("menuitem", name="Labels").click()
    labels = page.get_by_role("dialog").get_by_role("combobox", name="Labels")
    labels.fill("carts")
    labels.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.locator("label", has_text="carts").click()
    expect(page).to_have_url(re.compile("label=carts"))
    expect(page.get_by_role("row")).to_have_count(2)

    page.get_by_role("button", name="Stop everything").click()
    page.get_by_role("textbox", name="Why, for your colleagues").fill("wrong price")
    page.get_by_role("button", name="Stop now").click()
    expect(page.get_by_text("wrong price")).to_be_visible()
    assert _asked(own_tab, "/api/sending")["stopped"] is True
    page.get_by_role("button", name="Let sending go on").click()
    expect(page.get_by_text("wrong price")).to_be_hidden()
    assert _asked(own_tab, "/api/sending")["stopped"] is False


def test_the_calendar_shows_what_was_sent(tab: Tab) -> None:
    [run] = _asked(tab, "/api/campaigns/passion-fruit")["items"]
    page = tab.go(f"/calendar?day={run['planned'][:10]}")
    page.get_by_role("link", name=re.compile("The best batch of the year")).click()
    expect(page).to_have_url(re.compile("/campaigns/passion-fruit$"))
