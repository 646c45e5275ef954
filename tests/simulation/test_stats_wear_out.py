"""Texts that wear off, that do not, and that do nothing: what is said of them is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from maracuja import rng
from maracuja.stats.wear_out import Wear, WearOut, wear_out

SEEDS = 120
FADING = (0.6, 0.3, 0.0, 0.0, 0.0)
STEADY = (0.3, 0.3, 0.3, 0.3, 0.3)
NOTHING = (0.0, 0.0, 0.0, 0.0, 0.0)
SOURING = (0.5, 0.0, -0.3, -0.3, -0.3)
RISING = (0.0, 0.2, 0.4, 0.6, 0.8)


def messages(
    lifts: Sequence[float], seed: int, *, people: int = 30_000, leaving: float = 0.15
) -> pl.DataFrame:
    """A recurring message: arms for ever, people who like to buy, people who leave by and by."""
    draw = rng.stream(seed, "wear", *lifts)
    treated = draw.random(people) < 0.7
    liking = draw.beta(2, 18, people)
    here = np.ones(people, dtype=bool)
    frames = []
    for time, lift in enumerate(lifts, 1):
        chance = np.where(treated, liking * (1 + lift), liking)
        bought = draw.random(people) < chance
        frames.append(
            pl.DataFrame({"pid": np.arange(people), "treated": treated, "converted": bought})
            .with_columns(time=pl.lit(time), share=pl.lit(0.7))
            .filter(pl.Series(here))
        )
        here &= draw.random(people) > leaving
    return pl.concat(frames)


def found(lifts: Sequence[float], seed: int, *, people: int = 30_000) -> WearOut:
    return wear_out(messages(lifts, seed, people=people), "autumn", tactic=False)


@pytest.mark.parametrize(
    ("lifts", "right"), [(FADING, Wear.WEARS_OFF), (SOURING, Wear.WEARS_OFF), (RISING, Wear.GROWS)]
)
def test_a_trend_is_found_where_there_is_one(lifts: tuple[float, ...], right: Wear) -> None:
    seen = Counter(found(lifts, seed).wear for seed in range(30))
    assert seen[right] >= 29, seen


@pytest.mark.slow
@pytest.mark.parametrize("lifts", [STEADY, NOTHING])
def test_none_is_found_where_there_is_none(lifts: tuple[float, ...]) -> None:
    told = [found(lifts, seed, people=15_000) for seed in range(SEEDS)]
    seen = Counter(one.wear for one in told)
    assert SEEDS - seen[Wear.STEADY] <= 14, seen  # 5 % of 120, and what chance adds to it
    assert sum(one.gone_after is not None for one in told) <= 10


@pytest.mark.slow
def test_it_is_said_after_which_time_nothing_is_left() -> None:
    told = [found(FADING, seed) for seed in range(30)]
    after = Counter(one.gone_after for one in told)
    assert after[2] >= 25, after
    assert after[1] == 0, "the second time still has an effect"
    sour = [found(SOURING, seed) for seed in range(30)]
    assert sum(one.harmful and one.gone_after in (1, 2) for one in sour) >= 28


@pytest.mark.slow
def test_intervals_of_the_trend_hold_the_truth_though_people_come_again() -> None:
    """The slope of ln 1.3 at every time is none; people buy by habit in both arms."""
    held = 0
    for seed in range(SEEDS):
        trend = found(STEADY, seed, people=10_000).trend
        assert trend.low is not None and trend.high is not None
        held += trend.low <= 0 <= trend.high
    assert held >= 0.91 * SEEDS


def test_those_who_come_again_and_again_do_not_count_for_many() -> None:
    """Everybody from the sixth time on is one row: its interval is as wide as people are few."""
    few = messages((0.0,) * 30, 3, people=600, leaving=0.0)
    last = wear_out(few, "x", tactic=True).exposures[-1]
    assert last.time == 6 and last.sent.of > 20 * 400
    assert last.lift.low is not None and last.lift.high is not None
    naive = 1.96 * np.sqrt(sum(1 / one.count for one in (last.sent, last.held) if one.count))
    assert np.log((1 + last.lift.high) / (1 + last.lift.low)) / 2 > 1.15 * naive


def test_an_arm_that_loses_people_is_not_compared() -> None:
    some = messages(STEADY, 1)
    lost = some.filter(~(pl.col("treated") & (pl.col("time") > 2) & (pl.col("pid") % 5 == 0)))
    told = wear_out(lost, "x", tactic=False)
    assert [one.trusted for one in told.exposures] == [True, True, False, False, False]
    assert told.wear is Wear.STEADY


def test_campaigns_of_other_shares_do_not_pass_for_an_effect() -> None:
    """One campaign sells much and holds half out, another sells little and holds a tenth out."""
    draw = rng.stream(1, "shares")
    frames = []
    for number, (rate, share) in enumerate(((0.3, 0.5), (0.05, 0.9))):
        pids = np.arange(20_000) + number * 100_000
        treated = draw.random(20_000) < share
        frames += [
            pl.DataFrame(
                {"pid": pids, "treated": treated, "converted": draw.random(20_000) < rate}
            ).with_columns(time=pl.lit(time), share=pl.lit(share))
            for time in (1, 2)
        ]
    told = wear_out(pl.concat(frames), "x", tactic=True)
    for one in told.exposures:
        assert one.lift.low is not None and one.lift.high is not None
        assert one.lift.low <= 0 <= one.lift.high and one.lift.high < 0.15
    plain = [one.sent.value / one.held.value - 1 for one in told.exposures]
    assert max(plain) < -0.2, "which is what the plain rates would have said"


def test_too_little_is_said_to_be_too_little() -> None:
    once = messages((0.5,), 1)
    few = messages(FADING, 1, people=200)
    for some in (once, few):
        told = wear_out(some, "x", tactic=False)
        assert told.wear is Wear.NOT_ENOUGH and told.trend.reason is not None
    nobody = wear_out(once.clear(), "x", tactic=False)
    assert nobody.exposures == () and nobody.wear is Wear.NOT_ENOUGH
