"""Facts, the quality of traits, holds and silenced categories on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from maracuja.cli import cli
from maracuja.segments.computed import COMPUTED
from tests.unit.cli.small_shop import Run, parsed, work

COMPLAINT = (
    '{"external_id": "c2", "event": "Complaint Opened",'
    ' "timestamp": "%s", "properties.complaint_id": "17"}\n'
)


def test_facts_are_listed_and_shown(run: Run) -> None:
    listed = CliRunner().invoke(cli, ["facts", "list", "--json"])
    assert [one["name"] for one in json.loads(listed.stdout)] == list(COMPUTED)
    assert "lifetime_value" in CliRunner().invoke(cli, ["facts", "list"]).stdout
    assert "Computed" in run("facts", "show", "c2").stdout
    shown = {one["name"]: one["value"] for one in parsed(run("facts", "show", "c2", "--json"))}
    assert (shown["orders"], shown["lifetime_value"]) == (1, 70)
    assert "lifetime_value" in run("profile", "show", "c2").stdout
    assert "facts" in parsed(run("profile", "show", "c2", "--json"))


def test_reports_are_printed(run: Run) -> None:
    assert "1 buyers" in run("facts", "shares").stdout
    assert parsed(run("facts", "shares", "--json"))["buyers"] == 1
    assert "2026-05" in run("facts", "cohorts", "--months", "36").stdout
    assert "2026-05" in run("facts", "cohorts", "--months", "36", "--revenue").stdout
    assert "viewed" in run("facts", "funnel", "--days", "365").stdout
    assert run("facts", "next", "--days", "365").stdout
    assert "1 to 365" in run("facts", "funnel", "--days", "0", code=2).stderr


def test_the_quality_of_traits(run: Run) -> None:
    assert "complete" in run("facts", "quality").stdout
    assert {one["name"] for one in parsed(run("facts", "quality", "--json"))} >= {"city"}
    assert parsed(run("facts", "quality", "--trait", "city", "--json"))["quality"]["known"]
    assert "no trait" in run("facts", "quality", "--trait", "hat", code=4).stderr


def test_a_hold_is_seen_and_let_go_of(run: Run, shop: Path, tmp_path: Path) -> None:
    assert "complaint" in run("hold", "rules").stdout
    assert "Nothing is open." in run("hold", "list").stdout
    from maracuja import app

    with app.opened(shop) as here:
        now = here.clock.now().isoformat()
    file = tmp_path / "complaint.jsonl"
    file.write_text(COMPLAINT % now, encoding="utf-8")
    run("import", "events", str(file))
    work(shop)
    assert "complaint" in run("hold", "list").stdout
    (held,) = parsed(run("hold", "list", "--who", "c2", "--json"))
    assert held["key"] == "17" and held["holds"]
    assert "Released 1" in run("hold", "release", "c2", "complaint", "--key", "17").stdout
    assert json.loads(run("hold", "list", "--json").stdout) == []
    assert "open" in run("hold", "release", "c2", "complaint", code=4).stderr


def test_a_category_is_silenced_and_heard_again(run: Run) -> None:
    assert "hear about all" in run("not-about", "c2").stdout
    assert "fishing > rods" in run("not-about", "c2", "fishing > rods").stdout
    (said,) = parsed(run("not-about", "c2", "--json"))
    assert (said["category"], said["source"]) == ("fishing > rods", "by_hand")
    assert "hear about all" in run("not-about", "c2", "fishing > rods", "--lift").stdout
    assert "not silenced" in run("not-about", "c2", "tea", "--lift", code=4).stderr
