"""Sample ratio mismatch: the real fixture, expected shares, and what is impossible."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from scipy.stats import chisquare

from maracuja.errors import BadInput
from maracuja.stats.sample_ratio import sample_ratio


def test_cookie_cats_is_suspicious_but_no_alarm() -> None:
    ratio = sample_ratio({"gate_30": 44_700, "gate_40": 45_489}, {"gate_30": 1, "gate_40": 1})
    assert round(ratio.p, 4) == 0.0086
    assert not ratio.alarm


@pytest.mark.data
def test_cookie_cats_counted_from_its_file(evaluation_data: Path) -> None:
    rows = pl.read_csv(evaluation_data / "cookie_cats/cookie_cats.csv")
    counts = dict(rows.group_by("version").len().iter_rows())
    assert round(sample_ratio(counts, {"gate_30": 0.5, "gate_40": 0.5}).p, 4) == 0.0086


def test_shares_are_those_of_the_draw_not_halves() -> None:
    counts = {"": 8_540, "campaign": 960, "global": 500}
    ratio = sample_ratio(counts, {"": 0.855, "campaign": 0.095, "global": 0.05})
    oracle = chisquare(list(counts.values()), [8_550, 950, 500])
    assert ratio.p == pytest.approx(oracle.pvalue)
    assert ratio.expected["campaign"] == pytest.approx(950)


def test_losing_people_in_one_arm_is_an_alarm() -> None:
    assert sample_ratio({"a": 10_000, "b": 9_400}, {"a": 1, "b": 1}).alarm


def test_an_arm_that_nobody_entered_counts_as_zero() -> None:
    assert sample_ratio({"a": 100}, {"a": 0.5, "b": 0.5}).alarm


def test_people_in_an_arm_without_a_share_are_an_alarm() -> None:
    assert sample_ratio({"a": 100, "ghost": 1}, {"a": 1.0}).alarm


def test_no_shares_are_refused_with_a_remedy() -> None:
    with pytest.raises(BadInput, match="no arm has a share above zero"):
        sample_ratio({"a": 1}, {"a": 0.0})
