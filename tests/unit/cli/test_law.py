"""The law, people's rights, proofs and breaches on the command line."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from maracuja.cli import cli
from tests.unit.cli.small_shop import Run, parsed


def test_the_sets_are_shown_with_their_sources(run: Run) -> None:
    listed = CliRunner().invoke(cli, ["law", "sets"])
    assert "mongolia" in listed.stdout
    shown = CliRunner().invoke(cli, ["law", "show", "DE"]).stdout
    assert "GDPR" in shown and "72 hours" in shown
    assert CliRunner().invoke(cli, ["law", "show", "XX"]).stdout.startswith("strict")


def test_a_request_goes_its_way(run: Run, tmp_path: Path) -> None:
    assert "Nobody waits" in run("rights", "list").stdout
    made = parsed(run("rights", "open", "c2", "access", "--source", "mail", "--json"))
    assert made["state"] == "open"
    number = str(made["id"])
    assert "access" in run("rights", "list").stdout
    assert "taken down" in run("rights", "show", number).stdout
    path = tmp_path / "c2.json"
    assert "answered" in run("rights", "answer", number, "--file", str(path)).stdout
    assert path.stat().st_mode & 0o077 == 0 and '"rights_requests"' in path.read_text("utf-8")
    assert "answered already" in run("rights", "refuse", number, "no", code=5).stderr


def test_an_objection_is_made_and_taken_back(run: Run) -> None:
    assert "objects to profiling" in run("rights", "object", "c2", "--source", "page").stdout
    assert "already" in run("rights", "object", "c2").stdout
    assert parsed(run("law", "person", "c2", "--json"))["objects to profiling"] is True
    assert "no longer objects" in run("rights", "allow", "c2").stdout
    assert "never objected" in run("rights", "allow", "c2").stdout


def test_records_are_printed_and_written(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "record.html"
    assert "Not declared yet" in run("law", "record", "--html", str(page)).stdout
    assert "<h1>Record of processing</h1>" in page.read_text("utf-8")
    assert "conversations" in run("law", "retention").stdout
    assert "no id" in run("proof", "hello", code=2).stderr


def test_a_breach_goes_its_way(run: Run) -> None:
    assert "No breach" in run("breach", "list").stdout
    made = parsed(run("breach", "open", "a lost laptop", "--data", "names", "--json"))
    number = str(made["id"])
    assert "not counted yet" in run("breach", "show", number).stdout
    assert parsed(run("breach", "count", number, "--json"))["people"] > 0
    assert "a lost laptop" in run("breach", "text", number, "people", "--language", "uk").stdout
    assert "reported" in run("breach", "told", number, "authority").stdout
    assert "closed" in run("breach", "close", number, "--measures", "wiped").stdout
    assert "a lost laptop" in run("breach", "list").stdout
