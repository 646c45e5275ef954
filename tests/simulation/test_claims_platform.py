"""Claims on shops of known truth, each from import to report through the whole platform."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from maracuja.runtime.past_campaigns import record_past
from maracuja.stats.claims.judging import Because, Standing
from tests.simulation.claims_world import Shop, live

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PEOPLE = 9_000
S = Standing
# (times, read, clicked): what is true, and what has to be said of each claim.
WORLDS = {
    "none": (
        1.0, 0.30, 0.05,
        {
            "personal-overall": (S.CONTRADICTED, Because.NOTHING),
            "repeat-six": (S.CONTRADICTED, Because.NOTHING),
            "segmentation-double": (S.CONTRADICTED, Because.NOTHING),
            "re-engagement-read": (S.CONTRADICTED, Because.BELOW),
            "re-engagement-click": (S.CONTRADICTED, Because.BELOW),
        },
    ),
    "double": (
        2.0, 0.80, 0.35,
        {
            "personal-overall": (S.SUPPORTED, Because.MORE),
            "repeat-six": (S.CONTRADICTED, Because.LESS),
            "segmentation-double": (S.SUPPORTED, Because.AGREES),
            "re-engagement-read": (S.SUPPORTED, Because.AGREES),
            "re-engagement-click": (S.SUPPORTED, Because.AGREES),
        },
    ),
    "harm": (
        0.7, 0.30, 0.05,
        {
            "personal-overall": (S.CONTRADICTED, Because.HARM),
            "repeat-six": (S.CONTRADICTED, Because.HARM),
            "segmentation-double": (S.CONTRADICTED, Because.HARM),
            "re-engagement-read": (S.CONTRADICTED, Because.BELOW),
            "re-engagement-click": (S.CONTRADICTED, Because.BELOW),
        },
    ),
}  # fmt: skip
ODD = """
kind: goal
id: odd
event: Order Completed
where: [{property: revenue, is: much}]
---
kind: campaign
id: odd
topic: news
audience: [{trait: interest, known: true}]
template: hello
goals: [odd]
breakdowns: []
"""
NEVER_SENT = ("personal-web", "personal-apps", "personal-messengers", "clicks-messengers")


@pytest.mark.slow
@pytest.mark.parametrize("truth", WORLDS)
def test_the_verdict_is_right(truth: str, tmp_path: Path) -> None:
    times, read, clicked, expected = WORLDS[truth]
    shop = Shop(tmp_path / "shop", START, count=PEOPLE, seed=5)
    try:
        found = live(shop, times, read=read, clicked=clicked)
    finally:
        shop.close()
    said = {name: (found[name].judged.standing, found[name].judged.because) for name in expected}
    assert said == expected
    for name in ("personal-overall", "segmentation-double"):
        told = found[name].own.interval
        ratio = times - (name == "personal-overall")
        assert told.low is not None and told.high is not None
        assert told.low <= ratio <= told.high
        assert found[name].own.people == PEOPLE
    back = found["re-engagement-read"].own
    assert 900 < back.people < 1_000, "over those who got it"
    assert all(found[name].judged.standing is S.NOT_TESTABLE for name in NEVER_SENT)


def test_campaigns_that_cannot_be_trusted_or_read_are_named(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", START, count=300, seed=3)
    try:
        shop.put(ODD)
        shop.send("odd")
        lost = pl.DataFrame({"pid": shop.pids, "variant": "only", "held": False})
        record_past(shop.app.ground, "again", lost, shop.clock.now())  # nobody of the held out
        shop.buy("odd", np.full(300, 0.2))
        found = shop.report()
    finally:
        shop.close()
    assert found.left_out == ("again",) and found.unmeasured == ("odd",)
    assert found.campaigns == 0


def test_a_small_shop_counts_only_windows_that_have_closed(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", START, count=300, seed=7)
    try:
        before = {one.claim.id: one for one in shop.report().tested}
        shop.send("twins")
        during = {one.claim.id: one for one in shop.report().tested}
        shop.buy("twins", np.full(300, 0.2))
        found = {one.claim.id: one for one in shop.report().tested}
    finally:
        shop.close()
    assert before["personal-overall"].judged.standing is S.NOT_TESTABLE
    assert during["personal-overall"].own.people == 0, "the window is open"
    assert found["personal-overall"].own.people == 300
    assert found["personal-overall"].judged.standing is S.NOT_ENOUGH_DATA
