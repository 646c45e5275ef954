"""What the shop means, in the web app: topics, goals, links and codes for print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.ui.browser import Tab

PNG = b"\x89PNG\r\n\x1a\n"


def _row(page: Page, name: str) -> tuple[str, ...]:
    """The cells of the row of this name, once it is there."""
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_have_count(1)
    return tuple(row.get_by_role("cell").all_inner_texts())


def _kept(tab: Tab, kind: str, name: str) -> list[dict[str, Any]]:
    """The bodies of the definition that are in force: one or none."""
    items = tab.asked(f"/api/definitions?kind={kind}&limit=1000")["items"]
    return [one["body"] for one in items if one["id"] == name]


def test_a_topic_is_made_and_its_words_get_a_new_version(file_tab: Tab) -> None:
    page = file_tab.go("/settings/topics")
    page.get_by_role("button", name="New topic").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_role("button", name="Save")).to_be_disabled()
    dialogue.get_by_label("Name · English").fill("Early harvest")
    dialogue.get_by_label("What people agree to · English").fill("Tell me of the first fruit")
    channels = dialogue.get_by_role("combobox", name="Channels")
    channels.click()
    page.get_by_role("option", name="Telegram", exact=True).click()
    channels.press("Tab")
    expect(dialogue.get_by_role("textbox", name="Id", exact=True)).to_have_value("early-harvest")
    assert file_tab.violations() == []
    dialogue.get_by_role("button", name="Save").click()
    expect(dialogue).to_have_count(0)
    assert _row(page, "Early harvest")[:3] == ("Early harvest", "Marketing", "E-mail, Telegram")
    (topic,) = _kept(file_tab, "topic", "early-harvest")
    assert topic["channels"] == ["email", "telegram"]
    assert topic.get("text_version", "1") == "1"

    row = page.get_by_role("row").filter(has_text="Early harvest")
    row.get_by_role("button", name="Change").click()
    dialogue.get_by_label("What people agree to · English").fill(
        "Tell me of the first fruit, often"
    )
    expect(dialogue.get_by_text("they become version 2")).to_be_visible()
    dialogue.get_by_role("button", name="Save").click()
    expect(dialogue).to_have_count(0)
    (topic,) = _kept(file_tab, "topic", "early-harvest")
    assert (topic["text_version"], topic["texts"]) == (
        "2",
        {"en": "Tell me of the first fruit, often"},
    )

    row.get_by_role("button", name="Change").click()
    dialogue.get_by_role("button", name="Take away").click()
    page.get_by_role("dialog", name="Take early-harvest away?").get_by_role(
        "button", name="Take away"
    ).click()
    expect(row).to_have_count(0)
    assert _kept(file_tab, "topic", "early-harvest") == []
    page.get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)
    assert _kept(file_tab, "topic", "early-harvest") == [topic]


def test_a_topic_that_is_in_use_stays_and_says_by_whom(file_tab: Tab) -> None:
    page = file_tab.go("/settings/topics")
    (topic,) = _kept(file_tab, "topic", "news")
    row = page.get_by_role("row").filter(has_text=topic["names"]["en"])
    row.get_by_role("button", name="Change").click()
    page.get_by_role("dialog").get_by_role("button", name="Take away").click()
    page.get_by_role("dialog").last.get_by_role("button", name="Take away").click()
    refusal = page.get_by_role("alert").filter(has_text="The topic `news` is still in use")
    expect(refusal).to_contain_text("campaign abandoned-cart")
    assert _kept(file_tab, "topic", "news") == [topic]


def test_a_goal_says_what_success_is(file_tab: Tab) -> None:
    page = file_tab.go("/settings/goals")
    page.get_by_role("button", name="New goal").first.click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("textbox", name="Name").fill("Cart within two days")
    event = dialogue.get_by_label("Event")
    event.fill("Product")
    page.get_by_role("option", name="Product Added").click()
    dialogue.get_by_label("Within").fill("48")
    dialogue.get_by_role("combobox", name="Unit of time").click()
    page.get_by_role("option", name="hours").click()
    dialogue.get_by_label("Where its worth stands").fill("price")
    dialogue.get_by_label("Where its worth stands").press("Tab")
    assert file_tab.violations() == []
    dialogue.get_by_role("button", name="Save").click()
    expect(dialogue).to_have_count(0)
    cells = _row(page, "Cart within two days")
    assert cells[:4] == ("Cart within two days", "Product Added", "48 hours", "price")
    (goal,) = _kept(file_tab, "goal", "cart-within-two-days")
    assert (goal["event"], goal["window"], goal["value"]) == ("Product Added", "48 hours", "price")

    row = page.get_by_role("row").filter(has_text="Cart within two days")
    row.get_by_role("button", name="Change").click()
    dialogue.get_by_label("Within").fill("3")
    dialogue.get_by_role("combobox", name="Unit of time").click()
    page.get_by_role("option", name="days").click()
    dialogue.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("3 days")
    (goal,) = _kept(file_tab, "goal", "cart-within-two-days")
    assert goal["window"] == "3 days"


def test_a_code_for_print_opens_the_shops_chat(file_tab: Tab, tmp_path: Path) -> None:
    page = file_tab.go("/settings/links")
    page.get_by_label("Where it will hang").fill("window-lviv")
    link = page.get_by_text("https://t.me/maracuja_demo_bot")
    expect(link).to_contain_text("window-lviv")
    page.get_by_label("Width in print, mm").fill("60")
    page.get_by_role("combobox", name="Dirt it bears").click()
    page.get_by_role("option", name="30 %").click()
    expect(page).to_have_url(f"{file_tab.url}/settings/links?source=window-lviv&size=60&dirt=H")
    code = page.get_by_role("img", name="QR code of the link")
    expect(code).to_have_attribute(
        "src", "/api/channels/telegram/link?form=svg&source=window-lviv&size_mm=60&correction=H"
    )
    assert code.evaluate("one => one.decode().then(() => one.naturalWidth > 0)")
    assert file_tab.violations() == []
    for name, begins in (("PNG", PNG), ("SVG, for any size", b"<?xml")):
        with page.expect_download() as coming:
            page.get_by_role("link", name=name).click()
        assert coming.value.suggested_filename.startswith("window-lviv.")
        file = tmp_path / coming.value.suggested_filename
        coming.value.save_as(file)
        assert file.read_bytes().startswith(begins)
    svg = (tmp_path / "window-lviv.svg").read_text(encoding="utf-8")
    assert 'width="60.0mm"' in svg
