"""Tests of variants by command: planned, refused where too small, and nothing to roll out."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.small_shop import Run

TRIED = """
kind: campaign
id: tried
topic: news
audience: lviv
variants: [{id: a, template: hello}, {id: b, template: hello}]
goals: [order]
holdout: 0
test: {rate: 0.01}
"""


def test_a_plan_is_told_or_refused_with_what_to_do(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "more"
    place.mkdir()
    (place / "tried.yaml").write_text(TRIED, encoding="utf-8")
    run("apply", str(place))
    for words in (("plan", "tried"), ("dry-run", "tried"), ("launch", "tried")):
        refused = run("campaign", *words, code=2)
        assert "too small for a test" in refused.output
    refused = run("campaign", "plan", "tried", "--share", "0.5", "--json", code=2)
    assert "could not show a lift" in refused.output
    nobody = run("campaign", "roll-out", "tried", "--variant", "a", code=4)
    assert "no test under way" in nobody.output
    shown = run("campaign", "plan", "--help").stdout
    assert json.dumps("--looks")[1:-1] in shown
