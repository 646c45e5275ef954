"""Real data: Hillstrom's e-mail experiment, with the figures that others have computed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from scipy import stats

from maracuja.stats.intervals import difference, lift
from maracuja.stats.moments import SufficientStatistics, by_group
from maracuja.stats.report import lift_report
from maracuja.stats.sample_ratio import sample_ratio
from tests.unit.stats.audience import NOW, plan

pytestmark = pytest.mark.data

Arms = dict[str, dict[str, SufficientStatistics]]
MEASURES = ["visit", "conversion", "spend"]


@pytest.fixture(scope="module")
def people(evaluation_data: Path) -> pl.DataFrame:
    return pl.read_csv(evaluation_data / "hillstrom/hillstrom.csv", infer_schema_length=None)


@pytest.fixture(scope="module")
def arms(people: pl.DataFrame) -> Arms:
    groups = by_group(people, ["segment"], MEASURES)
    return {str(name): measures for (name,), measures in groups.items()}


def test_rates_are_the_published_ones(arms: Arms) -> None:
    order = ["No E-Mail", "Mens E-Mail", "Womens E-Mail"]
    percent = {m: [round(arms[arm][m].mean * 100, 2) for arm in order] for m in MEASURES[:2]}
    assert percent == {"visit": [10.62, 18.28, 15.14], "conversion": [0.57, 1.25, 0.88]}


@pytest.mark.parametrize(
    ("arm", "measure", "expected"),
    [
        ("Mens E-Mail", "visit", (72.1, 64.0, 80.6)),
        ("Womens E-Mail", "visit", (42.6, 35.6, 50.0)),
        ("Mens E-Mail", "conversion", (118.8, 76.8, 170.9)),
        ("Womens E-Mail", "conversion", (54.3, 23.0, 93.6)),
    ],
)
def test_lifts_are_the_published_ones(
    arms: Arms, arm: str, measure: str, expected: tuple[float, float, float]
) -> None:
    ours = lift(arms[arm][measure], arms["No E-Mail"][measure])
    assert (ours.value, ours.low, ours.high) is not None
    shown = tuple(round(end * 100, 1) for end in (ours.value, ours.low, ours.high))  # type: ignore[operator]
    assert shown == expected


@pytest.mark.parametrize("arm", ["Mens E-Mail", "Womens E-Mail"])
@pytest.mark.parametrize("measure", MEASURES)
def test_differences_agree_with_scipy_to_four_digits(
    people: pl.DataFrame, arms: Arms, arm: str, measure: str
) -> None:
    one, two = (people.filter(segment=name)[measure].to_numpy() for name in (arm, "No E-Mail"))
    oracle = stats.ttest_ind(one, two, equal_var=False)
    low, high = oracle.confidence_interval(0.95)
    ours = difference(arms[arm][measure], arms["No E-Mail"][measure])
    assert ours.value == pytest.approx(one.mean() - two.mean(), rel=1e-9)
    assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-3)


def test_the_three_arms_have_sound_sizes(people: pl.DataFrame) -> None:
    counts = dict(people.group_by("segment").len().iter_rows())
    assert not sample_ratio(counts, dict.fromkeys(counts, 1 / 3)).alarm


def test_the_report_finds_the_same(people: pl.DataFrame) -> None:
    units = people.select(
        pl.int_range(1, pl.len() + 1).alias("pid"),
        pl.when(pl.col("segment") == "No E-Mail")
        .then(pl.lit("campaign"))
        .otherwise(pl.lit(""))
        .alias("held"),
        pl.lit(True).alias("would_send"),
        pl.col("visit").alias("converted"),
        (pl.col("spend") * 100).round().cast(pl.Int64).alias("revenue"),
        pl.when(pl.col("segment") == "No E-Mail")
        .then(pl.lit(""))
        .otherwise(pl.col("segment"))
        .alias("variant"),
        "newbie",
    )
    report = lift_report(
        units,
        plan(
            shares={"": 2, "campaign": 1},
            variants={"Mens E-Mail": 1, "Womens E-Mail": 1},
            twin="",
            facts=("newbie",),
            descriptive=(),
        ),
        now=NOW,
    )
    assert report.trusted
    shown = {
        lifts.variant: round(lifts.conversions.lift.value * 100, 1)  # type: ignore[operator]
        for lifts in report.variants
    }
    assert shown == {"Mens E-Mail": 72.1, "Womens E-Mail": 42.6}
    assert report.verdict.finding == "proven"
