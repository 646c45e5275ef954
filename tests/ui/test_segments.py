"""Segments in the web app: built while its count follows, written as a file, explained, kept."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.ui.browser import Tab

CITY = "Київ"


def _asked(tab: Tab, path: str) -> Any:
    answer = tab.page.request.get(f"{tab.url}{path}")
    assert answer.ok, answer.text()
    return answer.json()


def _told(tab: Tab, method: str, path: str, body: dict[str, Any]) -> Any:
    """Something done over the API, as somebody else might meanwhile."""
    csrf = _asked(tab, "/api/session")["csrf"]
    answer = tab.page.request.fetch(
        f"{tab.url}{path}", method=method, data=body, headers={"x-csrf-token": csrf}
    )
    assert answer.ok, answer.text()
    return answer.json()


def _count(tab: Tab, where: list[dict[str, Any]]) -> str:
    return f"{_told(tab, 'POST', '/api/segments/count', {'where': where})['people']:,}"


def _add(page: Page, what: str) -> None:
    page.get_by_role("button", name="Add condition").last.click()
    page.get_by_role("menuitem", name=what).click()


def test_a_segment_is_built_counted_explained_and_kept(own_tab: Tab) -> None:
    page = own_tab.go("/segments")
    page.get_by_role("link", name="New segment").click()
    page.get_by_role("textbox", name="Name").fill("Kyiv looks at fruit")
    live = page.get_by_role("complementary", name="What it comes to")
    expect(live).to_contain_text("add a condition")

    _add(page, "A trait")
    expect(live).to_contain_text("not finished")
    page.get_by_role("combobox", name="trait", exact=True).click()
    page.get_by_role("option", name="City").click()
    page.get_by_role("combobox", name="is", exact=True).fill(CITY[:3])
    page.get_by_role("option", name=CITY).click()
    city = {"trait": "city", "is": CITY}
    expect(live).to_contain_text(_count(own_tab, [city]))
    expect(live).to_contain_text("Everybody for whom “city” is “Київ”.")
    expect(live).to_contain_text(f"City: {CITY}")  # why each of the examples is in

    _add(page, "They did something")
    page.get_by_role("combobox", name="Events").fill("Product Viewed")
    page.keyboard.press("Enter")
    did = {"did": "Product Viewed", "within": "30 days"}
    expect(live).to_contain_text(_count(own_tab, [city, did]))

    page.reload()  # what was written is kept in the browser
    own_tab.ready()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Kyiv looks at fruit")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/segments/kyiv-looks-at-fruit")
    stored = _asked(own_tab, "/api/definitions/segment/kyiv-looks-at-fruit")
    assert (stored["body"]["where"], stored["version"]) == ([city, did], 1)

    person = _told(own_tab, "POST", "/api/segments/sample", {"where": [city]})[0]
    own_tab.go(f"/segments/kyiv-looks-at-fruit?view=explain&person={person['pid']}")
    expect(page.get_by_text("“city” is “Київ”")).to_be_visible()

    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Put into the archive").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Segments").last.click()
    expect(page.get_by_role("link", name="Kyiv looks at fruit")).to_be_visible()


def test_the_file_and_the_conditions_are_the_same(own_tab: Tab) -> None:
    page = own_tab.go("/segments/fruit-lovers?view=yaml")
    text = page.get_by_role("textbox", name="YAML")
    expect(text).to_contain_text("top: Product Viewed")
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("  - sequence: [{did: Product Viewed}]\n")
    wrong = page.get_by_role("alert")
    expect(wrong).to_contain_text("A sequence has 2 to")  # beside its line

    page.get_by_role("tab", name="Conditions").click()
    expect(page.get_by_role("alert")).to_contain_text("A sequence has 2 to")  # beside its row
    page.get_by_role("button", name="Add step").click()
    page.get_by_role("combobox", name="Events").last.fill("Order Completed")
    page.keyboard.press("Enter")
    live = page.get_by_role("complementary", name="What it comes to")
    expect(live).to_contain_text("then “Order Completed”")

    page.get_by_role("tab", name="YAML").click()
    expect(text).to_contain_text("did: Order Completed")
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("  - [")
    page.get_by_role("tab", name="Conditions").click()
    expect(page.get_by_text("cannot be read yet")).to_be_visible()
    page.get_by_role("link", name="Change it as YAML").click()
    expect(text).to_contain_text("- [")  # nothing that was typed is lost
    page.get_by_role("button", name="Discard changes").click()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()


def test_who_saves_second_sees_what_the_first_has_changed(own_tab: Tab) -> None:
    page = own_tab.go("/segments/lapsed")
    page.get_by_role("textbox", name="What it is for").fill("To win them back")
    body = _asked(own_tab, "/api/definitions/segment/lapsed")["body"]
    body["where"][1]["within"] = "60 days"
    _told(own_tab, "PUT", "/api/definitions/segment/lapsed", {"definition": body, "base": 1})

    page.get_by_role("button", name="Save").click()
    conflict = page.get_by_role("alert")
    expect(conflict).to_contain_text("where[1].within")
    expect(conflict).to_contain_text("60 days")
    expect(page.get_by_role("textbox", name="What it is for")).to_have_value("To win them back")
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.get_by_role("button", name="Discard changes")).to_be_hidden()
    stored = _asked(own_tab, "/api/definitions/segment/lapsed")
    assert (stored["version"], stored["body"]["about"]) == (3, "To win them back")

    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="What changed").last.click()
    expect(page.get_by_text("60 days")).to_be_visible()
