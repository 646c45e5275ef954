"""The lift among people of one kind: causal by what was known before the draw, else descriptive.

It never gives a lift by something that the message itself may have changed (device, clickers).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from msgspec.structs import replace

from maracuja.model import Record
from maracuja.stats.compare import Comparison, Measure, compare
from maracuja.stats.intervals import Interval, log_ratio_effect
from maracuja.stats.moments import NOBODY, by_group
from maracuja.stats.rates import Rate, rate
from maracuja.stats.sample_ratio import chi_square_p
from maracuja.stats.shrinkage import shrunken

ROWS_MAX = 20
OTHER = "…"
UNKNOWN_VALUE = "?"


class LiftRow(Record, frozen=True):
    """One kind of people; `shown` is the sign that survives looking at all rows together.

    `p_adjusted` is Benjamini and Hochberg's over the rows looked at together. `shrunk` is the lift
    drawn towards that of all as far as it may be chance: what to expect next time; None while the
    window is open, and without enough data.
    """

    value: str
    conversions: Comparison
    p_adjusted: float | None
    shown: int
    shrunk: Interval | None = None


class Breakdown(Record, frozen=True):
    """The causal lift in conversions by a fact known before assignment (or the would-be channel).

    `differ_p` tests whether the rows differ at all (Cochran's Q on the log-ratios); None below
    two rows with enough data. `differ_p_adjusted` is Benjamini and Hochberg's over the facts
    looked at together: where it is not below alpha, the rows are one and the same lift.
    """

    fact: str
    rows: tuple[LiftRow, ...]
    differ_p: float | None
    differ_p_adjusted: float | None = None


class DescriptiveRow(Record, frozen=True):
    """Conversion among people sent to, of one kind: no lift, because the kind may be an effect."""

    value: str
    conversions: Rate
    revenue: int


class Description(Record, frozen=True):
    """Rates among the people sent to by what is only known afterwards."""

    fact: str
    rows: tuple[DescriptiveRow, ...]


def breakdowns(
    people: pl.DataFrame,
    facts: Sequence[str],
    *,
    n_star: int | None,
    final: bool,
    alpha: float = 0.05,
) -> tuple[Breakdown, ...]:
    """`breakdown` by each fact, with one correction over all rows and one over all facts."""
    tables = [breakdown(people, fact, n_star=n_star, final=final, alpha=alpha) for fact in facts]
    differ = benjamini_hochberg([table.differ_p for table in tables])
    rows = [row for table in tables for row in table.rows]
    adjusted = iter(_adjusted(rows, final=final, alpha=alpha))
    return tuple(
        replace(table, rows=tuple(next(adjusted) for _ in table.rows), differ_p_adjusted=p)
        for table, p in zip(tables, differ, strict=True)
    )


def breakdown(
    people: pl.DataFrame, fact: str, *, n_star: int | None, final: bool, alpha: float = 0.05
) -> Breakdown:
    """Lift by the values of a column; the largest ROWS_MAX values, the others together.

    `people` are those who would have been sent to, of both arms: columns `treated` (Boolean),
    `conversions` (0 or 1) and `fact`. `final` says which intervals hold (compare.py).
    """
    frame = people.with_columns(named(people[fact]).alias("value"))
    groups = by_group(frame, ["value", "treated"], [Measure.CONVERSIONS])
    values = _by_size(frame["value"])
    rows = [
        compare(
            Measure.CONVERSIONS,
            groups.get((value, True), {}).get(Measure.CONVERSIONS, NOBODY),
            groups.get((value, False), {}).get(Measure.CONVERSIONS, NOBODY),
            n_star=n_star,
            alpha=alpha,
        )
        for value in values
    ]
    credible = shrunken(rows, alpha=alpha) if final else [None] * len(rows)
    lifts = [
        LiftRow(value=value, conversions=row, p_adjusted=None, shown=0, shrunk=shrunk)
        for value, row, shrunk in zip(values, rows, credible, strict=True)
    ]
    differ_p = heterogeneity_p(rows)
    return Breakdown(
        fact=fact,
        rows=tuple(_adjusted(lifts, final=final, alpha=alpha)),
        differ_p=differ_p,
        differ_p_adjusted=differ_p,
    )


def _adjusted(rows: Sequence[LiftRow], *, final: bool, alpha: float) -> list[LiftRow]:
    """The rows with their p raised for all of them together, and what then is shown."""
    lifts = [row.conversions.lift_as_of(final=final) for row in rows]
    adjusted = benjamini_hochberg([lift.p for lift in lifts])
    return [
        replace(row, p_adjusted=p, shown=lift.sign if p is not None and p < alpha else 0)
        for row, lift, p in zip(rows, lifts, adjusted, strict=True)
    ]


def description(sent: pl.DataFrame, fact: str) -> Description:
    """Conversions and revenue of people sent to, by a column that says nothing about causes.

    `sent` has columns `conversions` (0 or 1), `revenue` and `fact`.
    """
    frame = sent.with_columns(named(sent[fact]).alias("value"))
    sums = {
        row["value"]: row
        for row in frame.group_by("value")
        .agg(pl.len().alias("people"), pl.col("conversions").sum(), pl.col("revenue").sum())
        .iter_rows(named=True)
    }
    return Description(
        fact=fact,
        rows=tuple(
            DescriptiveRow(
                value=value,
                conversions=rate(sums[value]["conversions"], sums[value]["people"]),
                revenue=sums[value]["revenue"],
            )
            for value in _by_size(frame["value"])
        ),
    )


def named(values: pl.Series) -> pl.Series:
    """Values as texts, nulls as "?", all but the ROWS_MAX most frequent as "…"; shape (n,)."""
    texts = values.cast(pl.String).fill_null(UNKNOWN_VALUE)
    if texts.n_unique() <= ROWS_MAX:
        return texts
    largest = _by_size(texts)[: ROWS_MAX - 1]
    frame = texts.to_frame("value")
    kept = pl.col("value").is_in(largest)
    return frame.select(pl.when(kept).then(pl.col("value")).otherwise(pl.lit(OTHER)))["value"]


def benjamini_hochberg(ps: list[float | None]) -> list[float | None]:
    """Each p raised so that, of the rows below alpha, at most alpha are expected to be wrong."""
    known = sorted((p, index) for index, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    least = 1.0
    for rank in range(len(known), 0, -1):
        p, index = known[rank - 1]
        least = min(least, p * len(known) / rank)
        adjusted[index] = least
    return adjusted


def heterogeneity_p(rows: list[Comparison]) -> float | None:
    """Cochran's Q over log-ratios: the p of "the lift is the same in all rows"."""
    effects = [
        log_ratio_effect(row.treated.sample, row.control.sample)
        for row in rows
        if row.lift.value is not None
    ]
    if len(effects) < 2:
        return None
    weights = [1 / float(effect.variance) for effect in effects]
    values = [float(effect.value) for effect in effects]
    mean = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    q = sum(w * (v - mean) ** 2 for w, v in zip(weights, values, strict=True))
    return chi_square_p(q, len(effects) - 1)


def _by_size(values: pl.Series) -> list[str]:
    """Distinct values, the most frequent first, ties by name, "…" at the end."""
    counts = values.to_frame("value").group_by("value").len()
    ordered = counts.sort(pl.col("value") == OTHER, -pl.col("len").cast(pl.Int64), "value")
    return ordered["value"].to_list()
