"""CUPED: what it explains on real data, what it leaves alone, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from maracuja.errors import BadInput
from maracuja.rng import stream
from maracuja.stats.cuped import adjusted
from maracuja.stats.intervals import difference
from maracuja.stats.moments import by_group

BEFORE = [
    "recency", "history", "history_segment", "mens", "womens", "zip_code", "newbie", "channel",
]  # fmt: skip


def people(n: int = 4_000, effect: float = 0.0) -> pl.DataFrame:
    chance = stream(1, "cuped", n)
    history = chance.normal(10, 3, n)
    treated = chance.random(n) < 0.5
    return pl.DataFrame(
        {
            "pid": np.arange(n),
            "treated": treated,
            "spend": history + chance.normal(0, 3, n) + effect * treated,
            "history": history,
            "noise": chance.normal(0, 1, n),
            "city": chance.choice(["Kyiv", "Lviv", "Odesa"], n),
        }
    )


@pytest.mark.data
@pytest.mark.parametrize(
    ("measure", "share", "about"),
    [("visit", 0.026, 0.003), ("conversion", 0.0015, 0.0008), ("spend", 0.0007, 0.0007)],
)
def test_hillstroms_visits_are_explained_a_little_and_purchases_hardly(
    evaluation_data: Path, measure: str, share: float, about: float
) -> None:
    frame = pl.read_csv(evaluation_data / "hillstrom/hillstrom.csv", infer_schema_length=None)
    found = adjusted(frame.with_row_index("pid"), measure, BEFORE, arm="segment")
    assert found.explained == pytest.approx(share, abs=about)


def test_half_the_variance_goes_and_the_effect_stays() -> None:
    frame = people(effect=1.0)
    found = adjusted(frame, "spend", ["history", "noise", "city"], arm="treated")
    plain = by_group(frame, ["treated"], ["spend"])
    before = difference(plain[(True,)]["spend"], plain[(False,)]["spend"])
    after = difference(found.arms["true"], found.arms["false"])
    assert found.explained == pytest.approx(0.5, abs=0.03)
    widths = [one.high - one.low for one in (before, after)]  # type: ignore[operator]
    assert widths[1] / widths[0] == pytest.approx((1 - found.explained) ** 0.5, rel=0.01)
    assert after.low <= 1.0 <= after.high  # type: ignore[operator]


def test_adding_to_one_arm_moves_the_effect_by_just_that() -> None:
    one, two = (
        adjusted(people(effect=effect), "spend", ["history"], arm="treated").arms
        for effect in (0.0, 5.0)
    )
    gain = (two["true"].mean - two["false"].mean) - (one["true"].mean - one["false"].mean)
    assert gain == pytest.approx(5.0, abs=1e-9)


def test_what_says_nothing_leaves_all_as_it_was() -> None:
    frame = people()
    plain = by_group(frame, ["treated"], ["spend"])
    for before in (["noise", "city"], []):
        found = adjusted(frame, "spend", before, arm="treated")
        assert found.explained == 0.0
        assert found.arms["true"].sum == pytest.approx(plain[(True,)]["spend"].sum)
    unknown = frame.with_columns(history=pl.lit(None, dtype=pl.Float64))
    assert adjusted(unknown, "spend", ["history"], arm="treated").explained == 0.0
    same = frame.with_columns(spend=pl.lit(1))
    assert adjusted(same, "spend", ["history"], arm="treated").explained == 0.0
    assert adjusted(people(30), "spend", ["history", "city"], arm="treated").explained == 0.0


def test_missing_values_have_a_flag_of_their_own() -> None:
    frame = people().with_columns(
        history=pl.when(pl.col("noise") < 0).then(None).otherwise(pl.col("history")),
        spend=pl.col("spend") + 20 * (pl.col("noise") < 0),
    )
    found = adjusted(frame, "spend", ["history"], arm="treated")
    assert found.explained > 0.85
    doubled = frame.with_columns(again=pl.col("history") * 2 + 1)
    twice = adjusted(doubled, "spend", ["history", "again"], arm="treated")
    assert twice.explained == pytest.approx(found.explained)


def test_people_who_did_something_are_still_counted() -> None:
    frame = people().with_columns(bought=(pl.col("spend") > 15).cast(pl.Int8))
    found = adjusted(frame, "bought", ["history"], arm="treated")
    assert found.explained > 0.1
    assert sum(arm.nonzero for arm in found.arms.values()) == frame["bought"].sum()


def test_holes_in_what_is_needed_are_refused() -> None:
    with pytest.raises(BadInput, match="no column visits"):
        adjusted(people(), "spend", ["visits"], arm="treated")
    holes = people().with_columns(spend=pl.lit(None, dtype=pl.Float64))
    with pytest.raises(BadInput, match="have no spend"):
        adjusted(holes, "spend", ["history"], arm="treated")
