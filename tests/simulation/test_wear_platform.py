"""A nudge that people get again and again, through the whole platform: does it wear off?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from maracuja.runtime import campaign_work, measure_wear
from maracuja.stats.report import LiftReport
from maracuja.stats.wear_out import Wear, WearOut
from tests.simulation.claims_world import BASE, Shop

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
NUDGE = """
kind: campaign
id: nudge-%d
topic: news
tactic: nudge
audience: [{trait: interest, known: true}]
template: hello
goals: [purchase]
holdout: 0.4
breakdowns: []
"""


def nudge(
    directory: Path, lifts: Sequence[float], people: int
) -> tuple[list[WearOut], LiftReport]:
    """One campaign of the tactic after the other; what is said of it, alone and in the report."""
    shop = Shop(directory, START, count=people, seed=9)
    try:
        for number, lift in enumerate(lifts, 1):
            shop.put(NUDGE % number)
            sent = (shop.send(f"nudge-{number}")["outcome"] == "send").to_numpy()
            shop.buy(f"nudge-{number}", np.where(sent, BASE * (1 + lift), BASE))
        now = shop.clock.now()
        told = measure_wear.report(shop.app.ground, now)
        return told, campaign_work.report(shop.app.ground, "nudge-1", now)
    finally:
        shop.close()


@pytest.mark.slow
def test_what_wears_off_is_told_so(tmp_path: Path) -> None:
    told, report = nudge(tmp_path / "shop", (0.6, 0.3, 0.0, 0.0), 6_000)
    assert [(one.name, one.tactic) for one in told] == [("hello", False), ("nudge", True)]
    tactic = told[1]
    assert tactic.wear is Wear.WEARS_OFF and tactic.gone_after == 2 and not tactic.harmful
    assert [one.time for one in tactic.exposures] == [1, 2, 3, 4]
    assert all(one.trusted for one in tactic.exposures)
    for one, lift in zip(tactic.exposures, (0.6, 0.3, 0.0, 0.0), strict=True):
        assert one.sent.of + one.held.of == 6_000
        assert one.lift.low is not None and one.lift.high is not None
        assert one.lift.low - 0.03 <= lift <= one.lift.high + 0.03
    assert report.wear_out == tactic, "the report of each of its campaigns says so too"


@pytest.mark.slow
def test_what_does_not_is_told_so_too(tmp_path: Path) -> None:
    told, _ = nudge(tmp_path / "shop", (0.3, 0.3, 0.3, 0.3), 6_000)
    assert {one.wear for one in told} == {Wear.STEADY}
    assert all(one.gone_after is None and one.smallest is not None for one in told)


def test_one_campaign_alone_wears_nothing_out(tmp_path: Path) -> None:
    told, report = nudge(tmp_path / "shop", (0.3,), 100)
    assert told == [] and report.wear_out is None
