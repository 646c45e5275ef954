"""The command `claims` in a shop that has sent one campaign."""

from __future__ import annotations

from pathlib import Path

from maracuja.stats.claims.published import CLAIMS
from tests.unit.cli.small_shop import command_line, parsed


def test_claims_are_told_in_words_and_as_json(spoken: Path, tmp_path: Path) -> None:
    look = command_line(spoken)
    page, table = tmp_path / "claims.html", tmp_path / "claims.csv"
    said = look("claims", "--html", str(page), "--csv", str(table)).stdout
    assert said.count("not your data") >= 1 and "Not testable here" in said
    assert "Claims report" in page.read_text() and "personal-web" in table.read_text()
    told = parsed(look("claims", "--json"))
    assert [one["claim"]["id"] for one in told["tested"]] == [claim.id for claim in CLAIMS]
    assert "Що кажуть у галузі" in look("claims", "--language", "uk").stdout
