"""The shop in the web app: what is sold, codes that are put in, places that are written down."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.ui.browser import Tab


def _asked(tab: Tab, path: str) -> Any:
    answer = tab.page.request.get(f"{tab.url}{path}")
    assert answer.ok, answer.text()
    return answer.json()


def test_a_product_is_found_by_a_part_of_its_name(tab: Tab) -> None:
    page = tab.go("/shop/products")
    first = _asked(tab, "/api/products?limit=1")["items"][0]
    page.get_by_role("searchbox", name="Name or article number").fill(first["title"][1:].upper())
    found = page.get_by_role("table", name="Products")
    expect(found.get_by_role("row")).to_have_count(2)  # one is the heading
    expect(found.get_by_role("link", name=first["title"])).to_be_visible()
    page.get_by_role("searchbox", name="Name or article number").fill("nothing at all")
    page.get_by_role("button", name="Show all").click()
    expect(found.get_by_role("row").nth(10)).to_be_attached()


def test_a_pool_is_made_and_filled(own_tab: Tab) -> None:
    page = own_tab.go("/shop/coupons")
    page.get_by_role("button", name="New pool").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Ten in spring")
    page.get_by_role("textbox", name="Short name").fill("Spring 10")
    page.get_by_role("button", name="Save").click()
    pool = page.get_by_role("row", name="Ten in spring")
    pool.get_by_role("button", name="Add codes").click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox", name="Codes").fill("A-1\nA-2\nnot a code!\nA-3")
    form.get_by_role("button", name="Add codes").click()
    expect(form).to_contain_text("1 line was not taken")
    form.get_by_text("Make them", exact=True).click()
    form.get_by_role("textbox", name="How many").fill("20")
    form.get_by_role("button", name="Make codes").click()
    expect(pool).to_contain_text("23 of 23")
    pools = {one["pool"]: one["codes"] for one in _asked(own_tab, "/v1/shop/coupons")["items"]}
    assert pools["spring-10"] == 23


def test_an_outlet_is_written_down_changed_and_removed_with_a_way_back(own_tab: Tab) -> None:
    page = own_tab.go("/shop/outlets")
    page.get_by_role("button", name="Add an outlet").click()
    page.get_by_role("textbox", name="Short name").fill("podil")
    page.get_by_role("textbox", name="Name", exact=True).fill("Podil")
    page.get_by_role("textbox", name="Hours").fill("daily 00:00-24:00")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row", name="Podil")
    expect(row).to_contain_text("mon-sun 00:00-24:00")
    expect(row).to_contain_text("Open")
    row.get_by_role("button", name="Change").click()
    page.get_by_role("textbox", name="City").fill("Kyiv")
    page.get_by_role("button", name="Save").click()
    expect(row.get_by_role("link", name="On the map")).to_have_attribute(
        "href", "https://www.openstreetmap.org/search?query=Kyiv"
    )
    row.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("There are no outlets yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("Kyiv")
    (kept,) = _asked(own_tab, "/v1/shop/outlets")["items"]
    assert (kept["city"], kept["hours"]) == ("Kyiv", "mon-sun 00:00-24:00")


def test_a_balance_and_what_advertising_returned(own_tab: Tab) -> None:
    csrf = _asked(own_tab, "/api/session")["csrf"]
    person = _asked(own_tab, "/api/people/3")
    (known,) = [one["value"] for one in person["identities"] if one["kind"] == "external_id"]
    entry = {"external_id": known, "source": "till", "key": "7", "amount": 500, "note": "Birthday"}
    told = own_tab.page.request.post(
        f"{own_tab.url}/v1/shop/bonus/entries",
        data={"entries": [entry]},
        headers={"x-csrf-token": csrf},
    )
    assert told.ok, told.text()
    page = own_tab.go("/shop/bonuses?person=3")
    expect(page.get_by_role("row", name="Birthday")).to_contain_text("+500")

    own_tab.go("/shop/spend")
    page.get_by_role("button", name="Write down spending").click()
    page.get_by_role("textbox", name="Source").fill("fishing-forum")
    page.get_by_role("textbox", name="Cost").fill("1500.5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="fishing-forum")).to_contain_text("₴1,501")
