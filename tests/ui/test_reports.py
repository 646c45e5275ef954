"""Reports: the finding is read, its people opened, the figures taken along and shared."""

from __future__ import annotations

import csv
import re
import struct
from base64 import b64encode
from pathlib import Path

from playwright.sync_api import expect

from maracuja.app import opened
from tests.ui.browser import Tab
from tests.ui.conftest import OWNER, Site

PNG = b"\x89PNG\r\n\x1a\n"
PAPER = {"width": 718, "height": 1047}  # A4 at 96 dots an inch, without its margins
# How many colours a picture has.
_COLOURS = """async (data) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  pen.drawImage(picture, 0, 0);
  return new Set(new Uint32Array(
    pen.getImageData(0, 0, picture.width, picture.height).data.buffer)).size;
}"""
# What scrolls sideways or ends beyond the paper: it would be cut there.
_CUT = """[...document.querySelectorAll("main *")]
  .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden, svg *"))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1
    || (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible"))
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`)"""


def test_a_report_is_read_taken_along_and_shared(
    own_tab: Tab, own_site: Site, tmp_path: Path
) -> None:
    page = own_tab.go("/reports")
    page.get_by_role("link", name="An abandoned cart").first.click()
    expect(page.get_by_role("heading", level=1, name="An abandoned cart")).to_be_visible()
    expect(page.get_by_role("heading", name="What it changed")).to_be_visible()

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as coming:
        page.get_by_role("menuitem", name="CSV").click()
    coming.value.save_as(tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading[0] == "section"
    assert len(rows) > 10 and {len(row) for row in rows} == {len(heading)}

    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_role("list", name="Links").get_by_role("textbox").input_value()
    path = "/r/" + link.rpartition("/r/")[2]
    outside = page.request.get(own_site.url + path, headers={"cookie": ""})
    assert outside.ok and "Lift report" in outside.text()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="Take back")).to_have_count(0)
    assert page.request.get(own_site.url + path).status == 404


def test_a_picture_of_a_report_is_one(tab: Tab, tmp_path: Path) -> None:
    page = tab.go("/reports/abandoned-cart")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as coming:
        page.get_by_role("menuitem", name="PNG").click()
    assert coming.value.suggested_filename == "abandoned-cart.png"
    coming.value.save_as(tmp_path / "report.png")
    png = (tmp_path / "report.png").read_bytes()
    assert png.startswith(PNG) and png.endswith(b"IEND\xaeB`\x82")
    width, height = struct.unpack(">II", png[16:24])
    assert width == 2400 and height > 300
    # Drawn and not blank: the browser itself reads it again, and counts its colours.
    colours = page.evaluate(_COLOURS, b64encode(png).decode())
    assert colours > 20


def test_a_report_on_paper_has_nothing_cut(tab: Tab, tmp_path: Path) -> None:
    page = tab.go("/reports/abandoned-cart")
    page.emulate_media(media="print")
    for away in (
        page.get_by_role("navigation", name="Pages"),
        page.get_by_role("button", name="Export"),
        page.get_by_role("button", name="Share"),
    ):
        expect(away).to_be_hidden()
    expect(page.get_by_role("heading", level=1, name="An abandoned cart")).to_be_visible()
    page.set_viewport_size(PAPER)
    cut: list[str] = page.evaluate(_CUT)
    assert cut == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    pdf = page.pdf(path=tmp_path / "report.pdf", format="A4", print_background=True)
    assert pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
    assert len(pdf) > 20_000


def test_every_number_opens_its_people(tab: Tab) -> None:
    page = tab.go("/reports/passion-fruit")
    way = page.get_by_role("list", name="The way of the messages")
    clicked = way.get_by_role("listitem").filter(has_text="Clicked").get_by_role("link")
    count = clicked.inner_text()
    clicked.click()
    expect(page.get_by_role("heading", level=1, name="Clicked")).to_be_visible()
    expect(page.get_by_text(f"{count} people are behind this number")).to_be_visible()


def test_a_link_of_the_machine_opens_the_overview(tab: Tab, site: Site) -> None:
    with opened(site.home) as app:
        token = app.team.entry(OWNER, app.clock.now())
    tab.page.context.clear_cookies()
    tab.page.goto(f"{site.url}/enter?token={token}")
    expect(tab.page.get_by_role("link", name="Reports")).to_be_visible()
    assert tab.page.url == f"{site.url}/"
