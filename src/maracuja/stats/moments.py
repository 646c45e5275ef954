"""Sufficient statistics: what has to be kept of a column so that it can be judged and added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja.model import Record

Array = npt.NDArray[np.float64]


class Sample(NamedTuple):
    """Size, mean and variance of one arm: scalars, or arrays of one shape (looks, runs)."""

    n: Array
    mean: Array
    variance: Array


class SufficientStatistics(Record, frozen=True):
    """n people, the sum and the sum of squares of a measure, and how many are not zero.

    The measure is 0 or 1 for conversions and clicks, minor units of the currency for revenue.
    Adding two gives the statistics of both sets together, as long as nobody is in both.
    """

    n: int = 0
    sum: float = 0.0
    sum_squares: float = 0.0
    nonzero: int = 0

    def __add__(self, other: SufficientStatistics) -> SufficientStatistics:
        return SufficientStatistics(
            n=self.n + other.n,
            sum=self.sum + other.sum,
            sum_squares=self.sum_squares + other.sum_squares,
            nonzero=self.nonzero + other.nonzero,
        )

    @property
    def mean(self) -> float:
        """The average per person; 0 of nobody."""
        return self.sum / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """The sample variance per person (n - 1 below); 0 of fewer than two."""
        if self.n < 2:
            return 0.0
        return max(self.sum_squares - self.sum * self.sum / self.n, 0.0) / (self.n - 1)

    @property
    def sample(self) -> Sample:
        """The same as arrays without dimension, for the formulas of intervals.py."""
        return Sample(np.asarray(self.n, float), np.asarray(self.mean), np.asarray(self.variance))


NOBODY = SufficientStatistics()


def of_column(values: pl.Series) -> SufficientStatistics:
    """The statistics of a numeric or boolean column, shape (n,); nulls are not counted."""
    frame = values.to_frame("value")
    return by_group(frame, [], ["value"]).get((), {}).get("value", NOBODY)


def by_group(
    frame: pl.DataFrame, keys: Sequence[str], measures: Sequence[str]
) -> dict[tuple[object, ...], dict[str, SufficientStatistics]]:
    """The statistics of each measure column in each group of `keys`: {key values: {measure: ..}}.

    `frame` has one row per person, shape (n, ..); measures are numeric or boolean columns, whose
    nulls are not counted. Without keys there is one group, named by the empty tuple.
    """
    columns = {name: pl.col(name).cast(pl.Float64) for name in measures}
    sums = [
        part
        for name, value in columns.items()
        for part in (
            value.count().alias(f"n:{name}"),
            value.sum().alias(f"sum:{name}"),
            (value * value).sum().alias(f"squares:{name}"),
            (value != 0).sum().alias(f"nonzero:{name}"),
        )
    ]
    grouped = frame.group_by(keys).agg(sums).sort(keys) if keys else frame.select(sums)
    return {
        tuple(row[key] for key in keys): {name: _statistics(row, name) for name in measures}
        for row in grouped.iter_rows(named=True)
    }


def _statistics(row: Mapping[str, float], name: str) -> SufficientStatistics:
    return SufficientStatistics(
        n=int(row[f"n:{name}"]),
        sum=float(row[f"sum:{name}"]),
        sum_squares=float(row[f"squares:{name}"]),
        nonzero=int(row[f"nonzero:{name}"]),
    )
