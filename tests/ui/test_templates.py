"""A text is written as blocks and for a messenger, seen as people, kept, and taken back."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.ui.browser import Tab

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"/>'
SHOP = "https://shop.example/"  # whose pictures a letter shows


def _kept(tab: Tab, name: str) -> dict[str, Any]:
    answer = tab.page.request.get(f"{tab.url}/api/definitions/template/{name}")
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return found


def _letter(page: Page) -> Any:
    """The letter within the preview: a frame in a frame."""
    return page.frame_locator("iframe").frame_locator("iframe").locator("body")


def _save(page: Page, version: int) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Version {version} is kept").first).to_be_visible()


def test_a_letter_is_written_in_two_languages_and_for_telegram(own_tab: Tab) -> None:
    page = own_tab.go("/templates")
    picture = {"status": 200, "content_type": "image/svg+xml", "body": PICTURE}
    own_tab.may_ask.append(SHOP)
    page.route(f"{SHOP}**", lambda route: route.fulfill(**picture))
    page.get_by_role("link", name="Write a template").click()
    own_tab.ready()
    page.get_by_label("Name", exact=True).fill("Tea is here")
    page.get_by_label("Subject", exact=True).fill(
        "Tea for {{ person.first_name | nominative | or_else: 'you' }}"
    )
    page.get_by_label("Words", exact=True).nth(0).fill("Fresh tea")
    page.get_by_label("Words", exact=True).nth(1).fill("It came **today**.")
    page.get_by_role("button", name="Add a block").click()
    page.get_by_role("menuitem", name="Product").click()
    page.get_by_role("button", name="Move block 5 up").click()
    expect(_letter(page)).to_contain_text("It came today.")
    expect(page.frame_locator("iframe").locator("h2")).to_have_text("Tea for Helen")

    page.get_by_role("button", name="As Helen").click()
    page.get_by_role("button", name="somebody unknown").click()
    expect(page.frame_locator("iframe").locator("h2")).to_have_text("Tea for you")

    page.get_by_role("button", name="Ukrainian missing").click()
    page.get_by_role("menuitem", name="Copy from: English").click()
    page.get_by_label("Words", exact=True).nth(0).fill("Свіжий чай")
    page.get_by_label("Words", exact=True).nth(1).fill("Його привезли сьогодні.")
    expect(_letter(page)).to_contain_text("Свіжий чай")

    page.get_by_role("button", name="Channel", exact=True).click()
    page.get_by_role("menuitem", name="Telegram").click()
    page.get_by_label("Text", exact=True).fill("Чай уже тут")
    page.get_by_role("button", name="Add a part").click()
    page.get_by_role("menuitem", name="Buttons").click()
    page.get_by_label("Words on it", exact=True).fill("Показати")
    page.get_by_label("Address", exact=True).fill("https://shop.example/tea")
    expect(page.frame_locator("iframe").locator(".inline .key")).to_have_text("Показати")
    _save(page, 1)

    kept = _kept(own_tab, "tea-is-here")["body"]
    assert kept["facts"]["looked_at"]["last"] == "Product Viewed"
    english, ukrainian, telegram = kept["variants"]
    assert "<b>today</b>" in english["mjml"] and "<b>today</b>" in english["html"]
    assert english["mjml"].index("products[facts.looked_at]") < english["mjml"].index(
        "unsubscribe"
    )
    assert "Свіжий чай" in ukrainian["html"] and ukrainian["language"] == "uk"
    assert (telegram["channel"], telegram["text"]) == ("telegram", "Чай уже тут")
    assert telegram["buttons"] == [{"text": "Показати", "url": "https://shop.example/tea"}]


def test_changes_are_undone_kept_as_versions_and_brought_back(own_tab: Tab) -> None:
    page = own_tab.go("/templates/welcome-1?language=en")
    text = page.get_by_label("Subject", exact=True)
    before = text.input_value()
    text.fill("Good morning")
    page.get_by_role("button", name="Undo").click()
    expect(text).to_have_value(before)
    page.get_by_role("button", name="Redo").click()
    page.reload()  # what is not yet kept by the server is kept here
    own_tab.ready()
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Good morning")
    _save(page, 2)
    page.get_by_role("button", name="Versions").click()
    changes = page.locator("dl dd")
    expect(changes.nth(1)).to_have_text("Good morning")
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_label("Subject", exact=True)).to_have_value(before)
    _save(page, 3)
    assert _kept(own_tab, "welcome-1")["version"] == 3


def test_blocks_are_dragged_and_lifted_by_the_keyboard(own_tab: Tab) -> None:
    page = own_tab.go("/templates/new")
    words = page.get_by_label("Words", exact=True)
    page.get_by_label("Name", exact=True).fill("Tea is here")
    words.nth(0).fill("Fresh tea")
    words.nth(1).fill("It came")
    handle, first = page.get_by_role("button", name="Drag block 2"), page.locator("ol li").first
    handle.hover()
    page.mouse.down()
    page.mouse.move(600, _middle(first), steps=4)
    expect(first).to_have_attribute("data-drop", "above")
    page.mouse.up()
    expect(words.nth(0)).to_have_value("It came")
    expect(words.nth(1)).to_have_value("Fresh tea")
    page.get_by_role("button", name="Undo").click()
    expect(words.nth(0)).to_have_value("Fresh tea")

    page.get_by_role("button", name="Drag block 1").press("Space")
    page.keyboard.press("ArrowDown")
    said = page.get_by_role("status")
    expect(said.get_by_text("Heading would come to place 2 of 4.")).to_be_attached()
    page.keyboard.press("Space")
    expect(said.get_by_text("Heading stands at place 2 of 4.")).to_be_attached()
    expect(page.get_by_role("button", name="Drag block 2")).to_be_focused()
    _save(page, 1)
    (variant,) = _kept(own_tab, "tea-is-here")["body"]["variants"]
    assert variant["mjml"].index("It came") < variant["mjml"].index("Fresh tea")


def _middle(one: Locator) -> float:
    box = one.bounding_box()
    assert box is not None
    return box["y"] + box["height"] / 2


def test_what_is_wrong_stands_at_its_field_and_a_trial_is_answered(own_tab: Tab) -> None:
    page = own_tab.go("/templates/passion-fruit?language=uk&channel=sms")
    expect(page.get_by_text(re.compile(r"^\d SMS$"))).to_be_visible()
    page.get_by_label("Text", exact=True).fill(
        "Привіт {{ person.first_name | upcase | nominativ }}"
    )
    told = page.locator("[data-level=error]").filter(has_text="nominativ")
    expect(told.first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="E-mail").click()
    page.get_by_role("button", name="Send to me").click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.get_by_role("dialog").get_by_text("It was not sent")).to_be_visible()
