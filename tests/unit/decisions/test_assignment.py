"""Arms are drawn once and for all: the same in every process, independent, in their shares."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from maracuja.decisions.assignment import Arms, assign

PEOPLE = pl.Series(range(1, 40_001), dtype=pl.Int64)
ARMS = Arms(
    salt="pepper",
    campaign="passion-fruit",
    variants=("personal", "generic"),
    shares=(0.7, 0.3),
    global_holdout=0.05,
    holdout=0.1,
)


def test_the_propensities_of_all_arms_sum_to_one() -> None:
    chances = ARMS.propensities()
    assert len(chances) == 6
    assert sum(chances.values()) == pytest.approx(1.0)
    assert chances["", "personal"] == pytest.approx(0.95 * 0.9 * 0.7)


def test_frequencies_agree_with_the_logged_propensities() -> None:
    drawn = assign(ARMS, PEOPLE)
    counted = drawn.group_by("held", "variant").agg(pl.len(), pl.col("propensity").first())
    z = (counted["len"] - counted["propensity"] * len(PEOPLE)) / np.sqrt(
        counted["propensity"] * (1 - counted["propensity"]) * len(PEOPLE)
    )
    assert z.abs().max() < 4


def test_the_global_control_group_is_the_same_in_every_campaign() -> None:
    other = Arms(
        salt="pepper", campaign="other", variants=("a",), shares=(1.0,), global_holdout=0.05
    )
    first = assign(ARMS, PEOPLE)["held"] == "global"
    second = assign(other, PEOPLE)["held"] == "global"
    assert (first == second).all()


def test_a_persons_arm_does_not_depend_on_who_else_is_drawn() -> None:
    whole = assign(ARMS, PEOPLE)
    part = assign(ARMS, PEOPLE.slice(1000, 10))
    assert part.equals(whole.slice(1000, 10))


def test_golden_arms() -> None:
    drawn = assign(ARMS, pl.Series([1, 2, 3, 5, 12], dtype=pl.Int64))
    assert drawn.select("held", "variant").rows() == [
        ("", "generic"),
        ("", "personal"),
        ("", "personal"),
        ("campaign", "personal"),
        ("campaign", "personal"),
    ]


def test_without_holdouts_nobody_is_held() -> None:
    arms = Arms(salt="s", campaign="c", variants=("only",), shares=(1.0,))
    drawn = assign(arms, PEOPLE)
    assert drawn["held"].unique().to_list() == [""]
    assert drawn["propensity"].unique().to_list() == [1.0]
