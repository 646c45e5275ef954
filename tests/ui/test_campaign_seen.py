"""Before a campaign goes: its message on the customer's own screen, and what it will cost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser import Tab

LONG_MS = 30_000  # a dry run of everybody
ONE_CHANNEL = {
    "kind": "campaign",
    "name": "By one channel",
    "topic": "news",
    "audience": "visitors",
    "template": "passion-fruit",
    "holdout": 0.1,
    "goals": ["purchase"],
}


def _sent(tab: Tab, method: str, path: str, data: dict[str, Any]) -> Any:
    """The answer of the server to somebody who is logged in."""
    csrf = tab.page.request.get(f"{tab.url}/api/session").json()["csrf"]
    answer = tab.page.request.fetch(
        f"{tab.url}{path}", method=method, data=data, headers={"x-csrf-token": csrf}
    )
    assert answer.ok, answer.text()
    return answer.json()


def _cost(tab: Tab, name: str) -> Any:
    return _sent(tab, "POST", f"/api/campaigns/{name}/dry-run", {})["cost"]


def _written(tab: Tab, channel: str) -> str:
    """A campaign on one channel; its id."""
    name = f"by-{channel.replace('_', '-')}"
    definition = {**ONE_CHANNEL, "id": name, "channel": channel}
    _sent(tab, "PUT", f"/api/definitions/campaign/{name}", {"definition": definition})
    return name


def test_the_message_is_seen_on_each_channel_in_each_language_as_anybody(own_tab: Tab) -> None:
    page = own_tab.go("/campaigns/passion-fruit/edit?step=what")
    seen = page.frame_locator("iframe").locator("body")
    expect(seen).to_contain_text("Viber Business", timeout=LONG_MS)
    page.get_by_role("button", name="SMS", exact=True).click()
    expect(seen).to_contain_text("SMS", timeout=LONG_MS)
    page.get_by_role("button", name="Ukrainian", exact=True).click()
    expect(seen).to_contain_text("маракуй", timeout=LONG_MS)
    page.get_by_role("button", name="English", exact=True).click()
    expect(seen).to_contain_text("passion fruit", timeout=LONG_MS)

    page.get_by_role("button", name=re.compile("^As ")).click()
    some = page.get_by_role("dialog")
    expect(some.get_by_text("Some of this audience")).to_be_visible()
    body = {"where": [{"segment": "visitors"}], "words": "", "order": "-created"}
    [one, *_] = _sent(own_tab, "POST", "/api/people/list", body)["items"]
    some.get_by_role("button").filter(has_text=one["name"] or one["email"]).first.click()
    expect(page).to_have_url(re.compile(f"as={one['pid']}"))
    asked = {
        "template": "passion-fruit",
        "channel": "sms",
        "language": "en",
        "person": f"pid:{one['pid']}",
    }
    read = _sent(own_tab, "POST", "/api/templates/screen", asked)["preview"]["text"]
    expect(seen).to_contain_text(read.split("\n")[0], timeout=LONG_MS)


def test_a_campaign_by_sms_tells_its_parts_and_its_price_before_the_launch(own_tab: Tab) -> None:
    name = _written(own_tab, "sms")
    page = own_tab.go(f"/campaigns/{name}/edit?step=review")
    table = page.get_by_role("table", name="What it costs")
    expect(table).to_be_visible(timeout=LONG_MS)
    cost = _cost(own_tab, name)
    assert cost["each"] and cost["total"] == pytest.approx(cost["messages"] * cost["each"])
    row = table.get_by_role("row").last
    expect(row).to_contain_text(f"{cost['messages']:,}")
    expect(row).to_contain_text(f"{round(cost['messages'] * cost['parts']):,}")
    expect(page.get_by_text(f"By {cost['read']:,} texts as they will be written")).to_be_visible()
    page.get_by_role("button", name="Launch", exact=True).click()
    asked = page.get_by_role("dialog")
    expect(asked.get_by_text(re.compile("^It costs .*₴"))).to_be_visible()
    expect(asked.get_by_role("button", name=re.compile(f"{cost['people']:,} p"))).to_be_visible()


def test_where_no_price_is_set_the_way_to_set_it_stands(own_tab: Tab) -> None:
    name = _written(own_tab, "viber_business")
    page = own_tab.go(f"/campaigns/{name}/edit?step=review")
    table = page.get_by_role("table", name="What it costs")
    expect(table).to_be_visible(timeout=LONG_MS)
    assert _cost(own_tab, name)["total"] is None
    table.get_by_role("link", name="No price is set").click()
    expect(page).to_have_url(re.compile("/settings/channels/viber_business"))
    expect(page.get_by_role("textbox", name="Price of a message")).to_be_visible()


def test_a_channel_without_a_price_per_message_says_so(own_tab: Tab) -> None:
    name = _written(own_tab, "telegram")
    page = own_tab.go(f"/campaigns/{name}/edit?step=review")
    expect(page.get_by_text("No price per message")).to_be_visible(timeout=LONG_MS)
    assert _cost(own_tab, name)["total"] == 0
