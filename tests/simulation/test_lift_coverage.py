"""The whole platform against known truth: intervals of its campaigns cover what is true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maracuja.simulate.trials import Shop, Trial
from maracuja.stats.verdict import Finding

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
# How many campaigns, how many are covered at least (fewer happen by chance once in some 200
# times at 95 %), and how many are said to be proven where there is nothing, at most.
SIZES = [(60, 52, 3), pytest.param(200, 183, 6, marks=pytest.mark.nightly)]
STRENGTHS = (0.0, 1.0, -1.0, 2.0)  # none, double, harmful, strong


def covers(trial: Trial) -> bool:
    lift = trial.report.primary.conversions.lift
    assert lift.low is not None and lift.high is not None, lift.reason
    return lift.low <= trial.true_lift <= lift.high


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "shop", START, count=3000, seed=11)
    yield shop
    shop.close()


def test_a_few_campaigns_tell_the_truth(shop: Shop) -> None:
    none = shop.try_campaign(1, strength=0.0, holdout=0.4)
    strong = shop.try_campaign(2, strength=3.0, holdout=0.4)
    harmful = shop.try_campaign(3, strength=-4.0, holdout=0.4)
    assert none.true_lift == 0.0 and covers(none)
    assert none.report.verdict.finding is Finding.NOT_YET
    assert strong.true_lift > 1.0 and covers(strong)
    assert strong.report.verdict.finding is Finding.PROVEN
    assert harmful.true_lift < -0.3 and covers(harmful)
    assert harmful.report.verdict.finding is not Finding.PROVEN
    for trial in (none, strong, harmful):
        assert trial.report.final and not any(r.alarm for r in trial.report.sample_ratios)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "covered", "false"), SIZES)
def test_intervals_of_many_campaigns_cover_the_truth(
    shop: Shop, count: int, covered: int, false: int
) -> None:
    trials = [
        shop.try_campaign(seed, strength=STRENGTHS[seed % 4], holdout=0.4)
        for seed in range(1, count + 1)
    ]
    missed = [trial.seed for trial in trials if not covers(trial)]
    assert count - len(missed) >= covered, f"missed: {missed}"
    proven = [
        t.seed
        for t in trials
        if t.true_lift == 0.0 and t.report.verdict.finding is not Finding.NOT_YET
    ]
    assert len(proven) <= false, f"proven where there is nothing: {proven}"
