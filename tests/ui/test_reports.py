"""Reports: the finding is read, its people opened, the figures taken along and shared."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import expect

from maracuja.app import opened
from tests.ui.browser import Tab
from tests.ui.conftest import OWNER, Site


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
    lines = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()
    assert next(csv.reader(lines))[0] == "section"

    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_role("list", name="Links").get_by_role("textbox").input_value()
    path = "/r/" + link.rpartition("/r/")[2]
    outside = page.request.get(own_site.url + path, headers={"cookie": ""})
    assert outside.ok and "Lift report" in outside.text()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="Take back")).to_have_count(0)
    assert page.request.get(own_site.url + path).status == 404


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
