"""Settings in the web app: a file imported, channels and rules set, somebody invited."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import expect

from maracuja.config import load_config
from tests.ui.browser import Browser, Tab
from tests.ui.conftest import PASSWORD, Site

BACK_MS = 40_000  # the server starts anew with other settings
ROWS = """id;E-mail;Имя;Бонусы
new-1;anna@import.example;Анна;100
new-2;no address;Борис;200
;;Никто;
"""


def test_a_file_is_tried_and_imported(own_tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(ROWS, encoding="cp1251")
    page = own_tab.go("/settings/imports")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(file)

    expect(page.get_by_role("heading", level=1, name="customers.csv")).to_be_visible()
    became = page.get_by_role("combobox", name="What Имя becomes")
    expect(became).to_have_value("traits.first_name")
    expect(page.get_by_text("Анна · Борис · Никто")).to_be_visible()
    page.get_by_role("combobox", name="What Бонусы becomes").fill("traits.bonus")
    assert own_tab.violations() == []
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Would be taken")).to_be_visible()
    refused = page.get_by_role("table", name="Why rows were refused")
    expect(refused.get_by_role("row").filter(has_text="E-mail")).to_be_visible()
    assert own_tab.violations() == []
    assert own_tab.asked("/api/people?who=anna@import.example")["items"] == []

    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported", exact=True).first).to_be_visible()
    expect(page.get_by_role("link", name="All of them, as CSV")).to_be_visible()
    (found,) = own_tab.asked("/api/people?who=anna@import.example")["items"]
    traits = {
        one["name"]: one["value"] for one in own_tab.asked(f"/api/people/{found['pid']}")["traits"]
    }
    assert traits["bonus"] == 100
    page = own_tab.go("/settings/imports")
    expect(page.get_by_role("row").filter(has_text="customers.csv")).to_be_visible()


def test_a_channel_is_set_up_and_taken_away(own_tab: Tab, own_site: Site) -> None:
    page = own_tab.go("/settings/channels")
    page.get_by_role("listitem").filter(has_text="Webhook").get_by_role("link").click()
    page.get_by_label("Address of the system").fill("https://10.1.2.3/in")
    page.get_by_role("button", name="Make one up").click()
    page.get_by_role("button", name="Save").click()
    own_tab.wrong.clear()  # a refusal is an answer of 400
    expect(page.get_by_text("is no https address of the internet")).to_be_visible()
    assert own_tab.violations() == []
    own_tab.wrong.clear()
    assert "webhook" not in load_config(own_site.home).channels

    page = own_tab.go("/settings/channels/web_chat")
    page.get_by_role("button", name="Make one up").click()
    page.get_by_role("button", name="Save").click()
    take = page.get_by_role("button", name="Take Web chat away")
    expect(take).to_be_visible(timeout=BACK_MS)
    own_tab.wrong.clear()  # the server was away for a moment
    kept = load_config(own_site.home).channels["web_chat"]
    assert len(kept.secret) == 64  # type: ignore[attr-defined]  # its own
    page.get_by_role("button", name="Show the line for your pages").click()
    expect(page.get_by_text("/w/web_chat/main.js")).to_be_visible()
    take.click()
    page.get_by_role("dialog").get_by_role("button", name="Take Web chat away").click()
    expect(page).to_have_url(f"{own_tab.url}/settings/channels", timeout=BACK_MS)
    own_tab.wrong.clear()
    assert "web_chat" not in load_config(own_site.home).channels


def test_the_shop_gets_other_rules(own_tab: Tab, own_site: Site) -> None:
    page = own_tab.go("/settings/shop")
    page.get_by_label("At most so many messages").fill("2")
    page.get_by_label("Quiet from").fill("25:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("note")).to_contain_text("pressure")
    page.get_by_label("Quiet from").fill("20:30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=BACK_MS)
    own_tab.wrong.clear()
    rules = load_config(own_site.home).pressure
    assert (rules.messages, rules.quiet_from) == (2, "20:30")


def test_somebody_is_invited_and_comes_in_with_a_role(own_tab: Tab, browser: Browser) -> None:
    page = own_tab.go("/settings/team")
    page.get_by_role("button", name="Invite somebody").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("E-mail").fill("ivan@shop.example")
    dialogue.get_by_role("textbox", name="Name").fill("Іван")
    dialogue.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name="Operator").click()
    dialogue.get_by_role("button", name="Invite somebody").click()
    link = dialogue.get_by_text("/join?token=").inner_text()
    assert own_tab.violations() == []
    dialogue.get_by_role("button", name="I have given it").click()
    row = page.get_by_role("row").filter(has_text="ivan@shop.example")
    expect(row).to_contain_text("Invited")

    with browser.tab(own_tab.url) as theirs:
        joining = theirs.page
        joining.goto(link)
        joining.get_by_label("Password", exact=False).first.fill("five words without any sense")
        joining.locator("button[type=submit]").click()
        expect(joining.get_by_role("link", name="Replies")).to_be_visible()
        expect(joining.get_by_role("link", name="Templates")).to_have_count(0)
        joining.goto(f"{own_tab.url}/settings/keys")
        expect(joining.get_by_text("You have no right to see this")).to_be_visible()
        theirs.wrong.clear()


def test_a_second_factor_is_asked_from_now_on(own_tab: Tab, browser: Browser) -> None:
    page = own_tab.go("/settings/me")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("img", name="QR code of the secret")).to_be_visible()
    secret = page.locator("code").first.inner_text()
    padded = secret + "=" * (-len(secret) % 8)
    totp = TOTP(base64.b32decode(padded), 6, SHA1(), 30, enforce_key_length=False)
    now = _now(own_tab)
    page.get_by_label("Six digits of the app").fill(totp.generate(now).decode())
    assert own_tab.violations() == []
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("Spare codes").first).to_be_visible()
    spare = page.locator("code").first.inner_text().split()
    assert len(spare) == 10
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_role("button", name="Turn off")).to_be_visible()
    asked = {"email": "olena@shop.example", "password": PASSWORD}
    refused = page.request.post(f"{own_tab.url}/api/session", data=asked)
    assert (refused.status, refused.json()["where"]) == (401, "code")
    with browser.tab(own_tab.url) as other:
        taken = other.page.request.post(
            f"{own_tab.url}/api/session", data={**asked, "code": spare[0]}
        )
        assert taken.ok, taken.text()


def _now(tab: Tab) -> int:
    """The second at which the server and the browser are."""
    return int(tab.page.evaluate("Date.now()")) // 1000


def test_a_key_is_shown_once_and_taken_back(own_tab: Tab) -> None:
    page = own_tab.go("/settings/keys")
    page.get_by_role("button", name="Make a key").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("textbox", name="Name").fill("till 7")
    dialogue.get_by_role("button", name="Make a key").click()
    secret = dialogue.locator("code").first.inner_text()
    assert secret.startswith("mrc_server_")
    dialogue.get_by_role("button", name="I have kept it").click()
    row = page.get_by_role("row").filter(has_text="till 7")
    row.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(row).to_contain_text("taken back")
    (key,) = [one for one in own_tab.asked("/api/keys")["items"] if one["name"] == "till 7"]
    assert key["revoked"] is not None
