"""The dry run of a campaign that an event sets off, by command: as many days back as are asked."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from maracuja.clock import SystemClock
from tests.unit.cli.small_shop import Run, parsed, work

WELCOME = """
kind: campaign
id: welcome
topic: news
trigger: {event: Signed Up}
template: hello
goals: [order]
holdout: 0
"""


def test_a_dry_run_goes_back_as_many_days_as_are_asked(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    now = SystemClock().now()
    calls = [
        {
            "external_id": f"c{n}", "event": "Signed Up",
            "timestamp": (now - timedelta(days=days)).isoformat(),
        }
        for n, days in ((0, 2), (2, 10), (4, 40))
    ]  # fmt: skip
    events, place = tmp_path / "signed-up.jsonl", tmp_path / "more"
    events.write_text("\n".join(map(json.dumps, calls)) + "\n", encoding="utf-8")
    place.mkdir()
    (place / "welcome.yaml").write_text(WELCOME, encoding="utf-8")
    run("import", "events", str(events))
    work(shop)
    run("apply", str(place))
    for words, days, people in (((), 7, 1), (("--days", "30"), 30, 2), (("--days", "60"), 60, 3)):
        found = parsed(run("campaign", "dry-run", "welcome", *words, "--json"))["replay"]
        assert (found["days"], found["entered"]) == (days, people)
    told = run("campaign", "dry-run", "welcome", "--days", "30").stdout
    assert "In the last 30 days 2 such events came in" in told
    run("campaign", "dry-run", "welcome", "--days", "91", code=2)
