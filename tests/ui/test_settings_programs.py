"""What programs have to do with the shop: webhooks both ways, refused events, keys, the log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Locator, expect
from playwright.sync_api import Page as Opened

from tests.ui.browser import Tab

KEYS_MS = 1_200  # within which the server has read all keys anew
EXAMPLE = {"id": 7, "type": "visit", "contact": {"id": "crm-17", "email": "maria@crm.example"}}


def _copied(within: Opened | Locator, label: str) -> str:
    """The text beside the button that copies it."""
    button = within.get_by_role("button", name=f"Copy: {label}")
    return button.locator("xpath=..").locator("code").inner_text()


def _sent(tab: Tab, key: str, call: dict[str, Any]) -> APIResponse:
    """A call of the shop's server, with its key."""
    said = {"batch": [call], "writeKey": key}
    answer: APIResponse = tab.page.request.post(
        f"{tab.url}/v1/batch", headers={"cookie": ""}, data=said
    )
    return answer


def _made_key(tab: Tab, kind: str, name: str) -> str:
    """A key, made as the page makes it."""
    page = tab.go("/settings/keys")
    page.get_by_role("button", name="Make a key").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("textbox", name="Name").fill(name)
    dialogue.get_by_role("combobox", name="For").click()
    page.get_by_role("option", name=kind).click()
    dialogue.get_by_role("button", name="Make a key").click()
    key = _copied(dialogue, "The key")
    dialogue.get_by_role("button", name="I have kept it").click()
    page.wait_for_timeout(KEYS_MS)
    return key


def test_a_crm_is_understood_by_an_example(file_tab: Tab) -> None:
    page = file_tab.go("/settings/webhooks")
    page.get_by_role("button", name="Add").first.click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("textbox", name="Name").fill("Our CRM")
    example = dialogue.get_by_label("An example of what it sends")
    example.fill("{no json")
    example.press("Tab")
    expect(dialogue.get_by_text("This is no JSON")).to_be_visible()
    example.fill(json.dumps(EXAMPLE))
    dialogue.get_by_role("button", name="Guess what it means").click()
    calls = dialogue.get_by_label("What becomes of it")
    expect(calls).to_have_value(re.compile(r"\$\.contact\.email"))
    assert file_tab.violations() == []
    dialogue.get_by_role("button", name="Save").click()
    line = page.get_by_role("listitem").filter(has_text="our-crm")
    line.get_by_role("button", name="Address and secret").click()
    address = _copied(dialogue, "Address and secret")
    secret = _copied(dialogue, "Secret")
    dialogue.get_by_role("button", name="Close").click()

    path = "/h/" + address.rpartition("/h/")[2]
    wrong = {"x-signature": "guessed", "cookie": ""}
    told = page.request.post(f"{file_tab.url}{path}", headers=wrong, data=EXAMPLE)
    assert told.status == 403
    right = {"x-signature": secret, "cookie": ""}
    told = page.request.post(f"{file_tab.url}{path}", headers=right, data=EXAMPLE)
    assert told.ok, told.text()
    page = file_tab.go("/people?q=maria@crm.example")
    for _ in range(20):
        if file_tab.asked("/api/people?who=maria@crm.example")["items"]:
            break
        page.wait_for_timeout(500)
    page = file_tab.go("/people?q=maria@crm.example")
    expect(page.get_by_role("row").filter(has_text="maria@crm.example")).to_be_visible()
    page = file_tab.go("/settings/webhooks")
    expect(line).to_contain_text("1 call")
    line.get_by_role("button", name="Change").click()
    dialogue.get_by_role("button", name="Try what is in force").click()
    expect(dialogue.locator("pre")).to_contain_text("maria@crm.example")
    (shown,) = [one for one in file_tab.asked("/api/inbound")["items"] if one["id"] == "our-crm"]
    assert (shown["told"], shown["taken"], shown["refused"]) == (1, 1, 0)


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a program of this machine that answers so."""
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Receiver:
    """A program that is told of events."""

    url: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One that listens as long as a story lasts."""
    one = Receiver()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            one.told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            one.heads.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what was told is kept."""

    with listening(Taking) as one.url:
        yield one


def test_a_program_is_told_of_orders_with_a_signature(file_tab: Tab, receiver: Receiver) -> None:
    key = _made_key(file_tab, "Your server", "orders")
    page = file_tab.go("/settings/webhooks")
    page.get_by_role("button", name="Add").last.click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("textbox", name="Name").fill("Warehouse")
    dialogue.get_by_label("Address").fill(receiver.url)
    events = dialogue.get_by_role("combobox", name="Events")
    events.click()
    page.get_by_role("option", name="Order Completed").click()
    events.press("Tab")
    person = dialogue.get_by_role("combobox", name="Told of the person")
    person.click()
    page.get_by_role("option", name="email").click()
    person.press("Tab")
    assert file_tab.violations() == []
    dialogue.get_by_role("button", name="Save").click()
    expect(dialogue).to_have_count(0)
    line = page.get_by_role("listitem").filter(has_text="warehouse")
    expect(line).to_contain_text("Order Completed")
    line.get_by_role("button", name="Test").click()
    expect(page.get_by_text("It has taken the example (200)")).to_be_visible()
    line.get_by_role("button", name="Secret").click()
    assert len(_copied(dialogue, "Secret")) >= 16
    dialogue.get_by_role("button", name="Close").click()

    order = {
        "type": "track",
        "event": "Order Completed",
        "userId": "c-order",
        "context": {"traits": {"email": "buyer@orders.example"}},
        "properties": {"revenue": 300},
    }
    assert _sent(file_tab, key, order).ok
    for _ in range(40):
        if len(receiver.told) > 1:
            break
        page.wait_for_timeout(500)
    (told,) = receiver.told[-1]["events"]
    assert told["event"] == "Order Completed"
    assert told["properties"]["revenue"] == 300
    assert receiver.heads[-1].keys() >= {"maracuja-signature", "idempotency-key"}

    line.get_by_role("button", name="Change").click()
    dialogue.get_by_role("switch", name="Pause").check(force=True)
    dialogue.get_by_role("button", name="Save").click()
    expect(line).to_contain_text("paused")
    (shown,) = [
        one for one in file_tab.asked("/api/outbound")["items"] if one["id"] == "warehouse"
    ]
    assert shown["paused"] and shown["taken"] >= 1


def test_what_was_refused_is_read_and_sent_again(file_tab: Tab) -> None:
    key = _made_key(file_tab, "Your server", "till 3")
    wrong = {"type": "track", "event": "Somebody Came"}
    assert _sent(file_tab, key, wrong).ok
    page = file_tab.go("/settings/refused")
    for _ in range(40):
        if file_tab.asked("/api/events/refused/counts").get("no_identity"):
            break
        page.wait_for_timeout(500)
    page = file_tab.go("/settings/refused")
    line = page.get_by_role("listitem").filter(has_text="The event says of nobody").first
    line.get_by_role("button", name="As it came").click()
    expect(line.locator("pre")).to_contain_text('"event":"Somebody Came"')
    assert file_tab.violations() == []
    line.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("1 event goes its way again")).to_be_visible()
    page.get_by_role("combobox", name="Which").click()
    page.get_by_role("option", name="Those replayed, too").click()
    # It is refused once more, and so stands below itself.
    again = page.get_by_role("listitem").filter(has_text="The event says of nobody")
    expect(again.filter(has_text="sent again").first).to_be_visible()
    every = file_tab.asked("/api/events/refused?every=true")["items"]
    assert any(one["replayed"] for one in every if "Somebody Came" in one["body"])
    (entry,) = file_tab.asked("/api/audit?action=replay")["items"]
    assert entry["actor"] == "team:olena@shop.example"


def test_a_key_that_is_taken_back_opens_nothing(file_tab: Tab) -> None:
    key = _made_key(file_tab, "Your server", "till 8")
    seen = {"type": "track", "event": "Seen", "userId": "c-till"}
    assert _sent(file_tab, key, seen).ok
    row = file_tab.page.get_by_role("row").filter(has_text="till 8")
    row.get_by_role("button", name="Take back").click()
    file_tab.page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(row).to_contain_text("taken back")
    file_tab.page.wait_for_timeout(KEYS_MS)
    assert _sent(file_tab, key, seen).status == 401
    page = file_tab.page
    page.get_by_role("button", name="Make a key").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("textbox", name="Name").fill("the blog")
    dialogue.get_by_role("combobox", name="For").click()
    page.get_by_role("option", name="Pages and apps").click()
    expect(dialogue.get_by_text("everybody may see it")).to_be_visible()
    dialogue.get_by_role("button", name="Make a key").click()
    assert _copied(dialogue, "The key").startswith("mrc_browser_")
    assert len(_copied(dialogue, "The signing secret: it stays on your server")) >= 32
    assert file_tab.violations() == []


def test_a_change_is_found_in_the_log_and_opened(file_tab: Tab) -> None:
    _made_key(file_tab, "Management", "the accountant")
    page = file_tab.go("/settings/audit")
    page.get_by_role("combobox", name="What", exact=True).fill("create_key")
    page.get_by_role("option", name="Made a key", exact=True).click()
    expect(page).to_have_url(f"{file_tab.url}/settings/audit?action=create_key")
    row = page.get_by_role("row").filter(has_text="the accountant")
    expect(row).to_have_count(1)
    row.get_by_role("link", name="Made a key").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_text("team:olena@shop.example", exact=True)).to_be_visible()
    expect(dialogue.get_by_text("create_key", exact=True)).to_be_visible()
    expect(dialogue.locator("pre")).to_contain_text('"kind": "admin"')
    assert file_tab.violations() == []
    number = page.url.rpartition("line=")[2]
    line = file_tab.asked(f"/api/audit/{number}")
    assert (line["action"], line["detail"]["name"]) == ("create_key", "the accountant")
    page.reload()
    number = line["subject"].removeprefix("key:")
    dialogue.get_by_role("link", name=f"Key {number}", exact=True).click()
    expect(page).to_have_url(f"{file_tab.url}/settings/keys")
    page = file_tab.go("/settings/audit")
    page.get_by_role("searchbox", name="On what").fill(line["subject"])
    expect(page.get_by_role("link", name="Made a key")).to_have_count(1)
    page = file_tab.go("/settings/audit?action=nothing_like_it")
    expect(page.get_by_role("combobox", name="What", exact=True)).to_have_value("nothing_like_it")
    expect(page.get_by_text("Nothing like it")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("row").nth(5)).to_be_visible()


def test_the_lines_of_the_site_are_pasted_and_heard(file_tab: Tab) -> None:
    page = file_tab.go("/settings/site")
    expect(page.get_by_text("Not heard yet")).to_be_visible()
    page.get_by_role("button", name="Make a browser key").click()
    lines = page.get_by_role("button", name="Copy: The lines").locator("xpath=../code")
    expect(lines).to_contain_text(re.compile('data-key="mrc_browser_[^.]'))
    assert file_tab.violations() == []
    (key,) = [one for one in file_tab.asked("/api/keys")["items"] if one["name"] == "the pages"]
    assert key["kind"] == "browser"
    page.reload()
    expect(page.get_by_role("button", name="Make a browser key")).to_have_count(0)

    address = file_tab.asked("/api/settings/site")["address"]
    pasted = lines.inner_text().replace(address, file_tab.url)
    shop = f"<!doctype html><title>Fruit</title>{pasted}<script>analytics.consent(true)</script>"

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(shop.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    page.wait_for_timeout(KEYS_MS)
    with listening(Page) as theirs, page.context.expect_page() as opening:
        file_tab.may_ask.append(theirs)
        page.evaluate("one => window.open(one)", theirs)
        opening.value.wait_for_load_state()
    expect(page.get_by_text(re.compile("We heard from it (now|\\d+ seconds? ago)"))).to_be_visible(
        timeout=20_000
    )
    assert "maracuja.js" in file_tab.asked("/api/settings/site")["heard"]
    page.get_by_role("tab", name="Segment's library").click()
    expect(lines).to_contain_text('AnalyticsBrowser.load({ writeKey: "mrc_browser_')
    page.get_by_role("tab", name="Web chat").click()
    expect(page.get_by_role("link", name="Set up the web chat")).to_be_visible()
