"""People in the web app: found and narrowed down; one of them understood, put right, forgotten."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect

from tests.ui.browser import Tab

CAMPAIGN = "campaign=passion-fruit"
STORY_MS = 20_000  # what the worker has to do first


def _asked(tab: Tab, path: str) -> Any:
    answer = tab.page.request.get(f"{tab.url}{path}")
    assert answer.ok, answer.text()
    return answer.json()


def _count(tab: Tab, words: str = "") -> str:
    """How many people there are, as the page says it."""
    csrf = _asked(tab, "/api/session")["csrf"]
    answer = tab.page.request.post(
        f"{tab.url}/api/people/list", data={"words": words}, headers={"x-csrf-token": csrf}
    )
    return f"{answer.json()['total']:,} people"


def _of_ukraine(tab: Tab) -> list[dict[str, Any]]:
    """Customers with a name and an e-mail."""
    known = _asked(tab, "/api/people?limit=1000")["items"]
    return [one for one in known if one["name"] and one["email"].startswith("uk")]


def _has_looked(tab: Tab, pid: int) -> bool:
    """Whether they looked at pages lately, and were decided about."""
    did = _asked(tab, f"/api/people/{pid}/timeline?kinds=event&limit=20")["items"]
    looked = any(one["event"] == "Page Viewed" for one in did)
    return looked and bool(_asked(tab, f"/api/people/{pid}/why?{CAMPAIGN}")["decisions"])


def test_people_are_found_narrowed_down_and_put_in_order(tab: Tab) -> None:
    page = tab.go("/people")
    everybody = page.get_by_text(_count(tab), exact=True)
    expect(everybody).to_be_visible()
    page.get_by_role("button", name="Show more").scroll_into_view_if_needed()
    # The next part comes by itself; one row is the heading.
    expect(page.get_by_role("row").nth(60)).to_be_attached()

    page.get_by_role("searchbox").fill("uk0001")
    expect(page.get_by_text(_count(tab, "uk0001"), exact=True)).to_be_visible()
    page.get_by_role("button", name="Name").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Bonus points").check()
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader", name="Bonus points")).to_be_visible()

    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("combobox", name="Trait").click()
    page.get_by_role("option", name="City").click()
    page.get_by_role("combobox", name="Value").fill("Киї")
    page.get_by_role("option", name="Київ").click()
    page.get_by_role("button", name="Add filter").click()
    pill = page.get_by_role("button", name="City is Київ", exact=True)
    expect(pill).to_be_visible()
    assert "q=uk0001" in page.url and "order=name" in page.url

    page.reload()  # all of it is in the address, but for the columns, which are kept
    tab.ready()
    expect(pill).to_be_visible()
    expect(page.get_by_role("columnheader", name="Bonus points")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(everybody).to_be_visible()


def test_who_fits_nothing_is_told_what_to_do(tab: Tab) -> None:
    never = quote(json.dumps([{"did": "Order Completed", "at_least": 9999}]))
    page = tab.go(f"/people?where={never}")
    expect(page.get_by_role("heading", name="Nobody fits")).to_be_visible()
    expect(page.get_by_text("happened at least 9999 times")).to_be_visible()
    tab.page.get_by_role("button", name="Clear filters").last.click()
    expect(page.get_by_role("heading", name="Nobody fits")).to_be_hidden()


def test_a_profile_tells_everything_and_lets_it_be_put_right(own_tab: Tab) -> None:
    tab = own_tab
    customer = next(one for one in _of_ukraine(tab) if _has_looked(tab, one["pid"]))
    page = tab.go(f"/people?q={customer['email']}")
    page.get_by_role("table").get_by_role("link").first.click()
    page.wait_for_url("**/people/*")
    tab.ready()
    profile = f"/api/people/{customer['pid']}"
    expect(page.get_by_role("tab", name="Timeline")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Looked at a page").first).to_be_visible()
    page.get_by_text("Messages", exact=True).click()
    page.wait_for_url("**kinds=message")

    page.get_by_role("button", name="Pause marketing").click()
    page.get_by_role("menuitem", name="14 days").click()
    expect(page.get_by_text("Marketing is paused until")).to_be_visible()
    assert _asked(tab, f"{profile}/wishes")["pause_until"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Marketing is paused until")).to_be_hidden()
    assert _asked(tab, f"{profile}/wishes")["pause_until"] is None

    page.get_by_role("tab", name="Traits").click()
    page.get_by_role("button", name="Change: City").click()
    page.get_by_role("textbox", name="City").fill("Одеса")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="City Одеса Told by them")).to_be_visible()

    page.get_by_role("tab", name="Consents").click()
    page.get_by_role("button", name="Change: E-mail").first.click()
    page.get_by_role("textbox", name="Where did they say so?").fill("on the phone")
    page.get_by_role("button", name="Write down: opted out").click()
    expect(page.get_by_text("on the phone")).to_be_visible()
    words = _asked(tab, f"{profile}/consents")["items"]
    in_force = [one for one in words if one["channel"] == "email" and one["in_force"]]
    assert "opted_out" in {one["state"] for one in in_force}

    page.get_by_role("tab", name="Segments").click()
    page.get_by_role("button", name="Why: Came to the shop this quarter").click()
    expect(page.get_by_text("happened", exact=False).first).to_be_visible()

    page.get_by_role("tab", name="Why or why not").click()
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="passion-fruit").click()
    page.wait_for_url(f"**{CAMPAIGN}")
    said = _asked(tab, f"{profile}/why?{CAMPAIGN}")
    expect(page.get_by_text(said["decisions"][0]["says"])).to_be_visible()


def test_two_become_one_and_then_nobody(own_tab: Tab) -> None:
    tab, page = own_tab, own_tab.page
    kept, gone = _of_ukraine(tab)[1:3]
    path = f"/api/people/{kept['pid']}"
    tab.go(f"/people/{kept['pid']}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Merge with another person").click()
    page.get_by_role("combobox", name="Who is the same person?").fill(gone["email"])
    page.get_by_role("option").filter(has_text=gone["email"]).click()
    expect(page.get_by_role("table", name="Both people side by side")).to_be_visible()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("They are one person now")).to_be_visible()
    assert gone["pid"] in _asked(tab, path)["merged"]
    tab.go(f"/people/{gone['pid']}")
    page.wait_for_url(f"**/people/{kept['pid']}")
    tab.ready()

    page.get_by_role("button", name="More actions").click()
    with page.expect_download() as exported:
        page.get_by_role("menuitem", name="Export everything as a file").click()
    file = json.loads(exported.value.path().read_text(encoding="utf-8"))
    assert file["person"]["pid"] == kept["pid"]

    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Erase this person").click()
    name = page.get_by_role("heading", level=1).inner_text()
    forget = page.get_by_role("button", name="Erase for good")
    expect(forget).to_be_disabled()
    page.get_by_role("textbox", name="to confirm").fill(name)
    forget.click()
    expect(page.get_by_role("heading", name="Erased", exact=True)).to_be_visible(timeout=STORY_MS)
    expect(page.get_by_text("What is kept, and why")).to_be_visible()
    assert page.request.get(f"{tab.url}{path}").status == 404
