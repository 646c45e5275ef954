"""Data and privacy in the web app: the ledger, exports, erasure, retention, a breach."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from playwright.sync_api import Page, expect

from maracuja.app import opened
from maracuja.store import consents
from tests.ui.browser import Tab
from tests.ui.conftest import Site

SOON_MS = 20_000  # a worker does it beside all else
FORGOTTEN = 5


def _exported(tab: Tab, what: str, form: str, folder: Path) -> Path:
    """A file of the page of exports, made there and fetched."""
    page = tab.go("/settings/exports")
    page.get_by_role("combobox", name="What").click()
    page.get_by_role("option", name=what, exact=True).click()
    page.get_by_role("combobox", name="Form").click()
    page.get_by_role("option", name=form).click()
    page.get_by_role("button", name="Make the file").click()
    link = page.get_by_role("table", name="Files of today").get_by_role("link", name=what)
    expect(link.first).to_be_visible(timeout=SOON_MS)
    with page.expect_download() as coming:
        link.first.click()
    file = folder / coming.value.suggested_filename
    coming.value.save_as(file)
    return file


def test_the_ledger_is_taken_along_and_the_file_is_gone(
    file_tab: Tab, file_site: Site, tmp_path: Path
) -> None:
    page = file_tab.go("/settings/privacy?tab=records")
    page.get_by_role("link", name="Export it").click()
    expect(page.get_by_role("heading", level=1, name="Exports")).to_be_visible()
    file = _exported(file_tab, "Ledger of consents", "CSV", tmp_path)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    with opened(file_site.home) as app, app.store.read() as conn:
        ledger = [pid for words in consents.ledger(conn) for pid in words.pid]
    assert len(rows) == len(ledger) > 0
    assert file_tab.violations() == []
    page.get_by_role("row").filter(has_text=file.name).get_by_role(
        "button", name="Throw away"
    ).click()
    expect(page.get_by_text("No files", exact=True)).to_be_visible()
    assert file_tab.asked("/api/exports")["items"] == []


def test_an_export_in_another_form_has_a_row_for_each(file_tab: Tab, tmp_path: Path) -> None:
    file = _exported(file_tab, "Products", "JSON lines", tmp_path)
    ids = {json.loads(line)["id"] for line in file.read_text(encoding="utf-8").splitlines()}
    shown = {one["id"] for one in file_tab.asked("/api/products?limit=1000")["items"]}
    assert ids == shown


def _take_down(page: Page, pid: int, right: str) -> None:
    page.get_by_role("button", name="Take a request down").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("Number of the person").fill(str(pid))
    dialogue.get_by_label("They ask for").click()
    page.get_by_role("option", name=right).click()
    dialogue.get_by_label("How it came").fill("by letter")
    dialogue.get_by_role("button", name="Take a request down").click()
    expect(dialogue).to_have_count(0)


def test_a_request_has_its_clock_and_is_answered(file_tab: Tab) -> None:
    page = file_tab.go("/settings/privacy")
    _take_down(page, 7, "Access")
    line = page.get_by_role("listitem").filter(has_text="person 7")
    expect(line).to_contain_text("due in")
    expect(line.get_by_role("button", name="Take longer")).to_have_count(0)  # Ukraine's law
    line.get_by_role("button", name="Answer").click()
    dialogue = page.get_by_role("dialog")
    assert file_tab.violations() == []
    dialogue.get_by_label("In words").fill("Sent as a file")
    dialogue.get_by_role("button", name="Answer").click()
    expect(line).to_have_count(0)
    page.get_by_role("switch", name="Closed ones too").check(force=True)
    expect(line).to_contain_text("answered")
    (request,) = [
        one for one in file_tab.asked("/api/rights?every=true")["items"] if one["pid"] == 7
    ]
    assert (request["state"], request["outcome"]) == ("answered", "Sent as a file")


def test_somebody_is_forgotten_and_a_certificate_says_so(file_tab: Tab, tmp_path: Path) -> None:
    page = file_tab.go("/settings/privacy")
    _take_down(page, FORGOTTEN, "Erasure")
    line = page.get_by_role("listitem").filter(has_text=f"person {FORGOTTEN}")
    line.get_by_role("button", name="Answer").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("This cannot be undone")
    dialogue.get_by_role("button", name="Answer").click()
    expect(line).to_have_count(0)
    page.get_by_role("tab", name="Erasures").click()
    erasure = page.get_by_role("listitem").filter(has_text=f"person {FORGOTTEN}")
    certificate = erasure.get_by_role("link", name="Certificate")
    for _ in range(20):
        page = file_tab.go("/settings/privacy?tab=erasures")
        expect(erasure).to_be_visible()
        if certificate.count():
            break
        page.wait_for_timeout(1000)
    assert file_tab.violations() == []
    with page.expect_download() as coming:
        certificate.click()
    coming.value.save_as(tmp_path / "certificate.json")
    said = json.loads((tmp_path / "certificate.json").read_text(encoding="utf-8"))
    assert sum(said["tables"].values()) > 0
    assert "email" in dict(said["person"])
    gone = page.request.get(f"{file_tab.url}/api/people/{FORGOTTEN}")
    assert gone.status == 404


def test_how_long_things_are_kept_is_what_the_settings_say(file_tab: Tab) -> None:
    page = file_tab.go("/settings/privacy?tab=retention")
    table = page.get_by_role("table", name="How long data is kept")
    kept = {one["kind"]: one for one in file_tab.asked("/api/law/retention")["items"]}
    shown = table.get_by_role("row").filter(has_text="Sent texts")
    days = kept["bodies"]["days"]
    expect(shown).to_contain_text(f"{days} days" if days else "for ever")
    expect(table.get_by_role("row")).to_have_count(len(kept) + 1)


def test_a_breach_is_noted_counted_told_and_closed(file_tab: Tab) -> None:
    page = file_tab.go("/settings/privacy?tab=breaches")
    page.get_by_role("button", name="Note a breach").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("What happened").fill("A list was sent to a wrong address")
    dialogue.get_by_label("Which data").fill("names and phone numbers")
    dialogue.get_by_label("Of whom").fill("fruit-lovers")
    assert file_tab.violations() == []
    dialogue.get_by_role("button", name="Note a breach").click()
    line = page.get_by_role("listitem").filter(has_text="A list was sent")
    expect(line).to_contain_text("due in")
    line.get_by_role("button", name="Count people").click()
    expect(line).not_to_contain_text("people not counted", timeout=SOON_MS)
    for whom, then in (
        ("Tell the authority", "Authority was told"),
        ("Tell the people", "People were told"),
    ):
        line.get_by_role("button", name=whom).click()
        dialogue.get_by_role("button", name="Draft", exact=True).click()
        expect(dialogue.locator("pre")).to_contain_text("names and phone numbers")
        dialogue.get_by_role("button", name="I have told them").click()
        expect(line.get_by_role("button", name=then)).to_be_visible()
    line.get_by_role("button", name="Close").click()
    dialogue.get_by_label("What was done about it").fill("The list was deleted there")
    dialogue.get_by_role("button", name="Close").last.click()
    expect(line).to_contain_text("closed")
    (breach,) = file_tab.asked("/api/law/breaches")["items"]
    assert breach["people"] and breach["reported"] and breach["told"] and breach["closed"]
    assert breach["measures"] == "The list was deleted there"
