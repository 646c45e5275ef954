"""The whole platform against known truth: intervals of 200 campaigns cover what is true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maracuja.simulate.trials import Shop, Trial
from maracuja.stats.verdict import Finding

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
SEEDS = range(1, 201)
COVERED_MIN = 183  # of 200: fewer happen by chance once in some 250 times at 95 %
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
def test_intervals_of_two_hundred_campaigns_cover_the_truth(shop: Shop) -> None:
    trials = [shop.try_campaign(seed, strength=STRENGTHS[seed % 4], holdout=0.4) for seed in SEEDS]
    missed = [trial.seed for trial in trials if not covers(trial)]
    assert len(trials) - len(missed) >= COVERED_MIN, f"missed: {missed}"
    false = [
        t.seed
        for t in trials
        if t.true_lift == 0.0 and t.report.verdict.finding is not Finding.NOT_YET
    ]
    assert len(false) <= 6, f"proven where there is nothing: {false}"
