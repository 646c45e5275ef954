"""What became of the messages, what was ordered, and how long people took to decide."""

from __future__ import annotations

from typing import Final

import polars as pl

from maracuja.model import Record

RECEIPTS: Final = (
    "delivered",
    "bounced",
    "read",
    "machine_read",
    "clicked",
    "replied",
    "unsubscribed",
    "complained",
)


class Rate(Record, frozen=True):
    """So many of so many; `count` and `value` are None where the channel gives no receipt."""

    count: int | None
    of: int
    value: float | None


UNKNOWN = Rate(count=None, of=0, value=None)


class Quantiles(Record, frozen=True):
    """How long a number of people took, in seconds."""

    people: int
    quarter_s: float
    median_s: float
    three_quarters_s: float


class Orders(Record, frozen=True):
    """What the people of an arm ordered; revenue and the average order in minor units."""

    people: int
    buyers: int
    conversions: int
    revenue: int
    conversion_rate: float | None
    average_order: float | None
    repeat: Rate  # of the buyers, those with two conversions or more
    decision_time: Quantiles | None


def rate(count: int, of: int) -> Rate:
    """A known rate; of nobody it is unknown."""
    return Rate(count=count, of=of, value=count / of) if of else UNKNOWN


def receipts(sent: pl.DataFrame) -> dict[str, Rate]:
    """The rate of each receipt among people sent to, one row each.

    A null says that the channel does not tell; only the rows that tell are counted, and where none
    does (or the column is missing) the rate is unknown.
    """
    told = [name for name in RECEIPTS if name in sent.columns]
    counts = (
        sent.select(
            part
            for name in told
            for part in (
                pl.col(name).cast(pl.Int64).sum().alias(name),
                pl.col(name).count().alias(f"of:{name}"),
            )
        ).row(0, named=True)
        if told
        else {}
    )
    return {
        name: rate(counts[name], counts[f"of:{name}"]) if name in told else UNKNOWN
        for name in RECEIPTS
    }


def orders(people: pl.DataFrame) -> Orders:
    """Orders of a set of people; columns `converted`, `revenue`, `first_conversion_s`."""
    row = people.select(
        pl.len().alias("people"),
        (pl.col("converted") > 0).sum().alias("buyers"),
        (pl.col("converted") > 1).sum().alias("repeat"),
        pl.col("converted").sum().alias("conversions"),
        pl.col("revenue").sum().alias("revenue"),
    ).row(0, named=True)
    return Orders(
        people=row["people"],
        buyers=row["buyers"],
        conversions=row["conversions"],
        revenue=row["revenue"],
        conversion_rate=row["buyers"] / row["people"] if row["people"] else None,
        average_order=row["revenue"] / row["conversions"] if row["conversions"] else None,
        repeat=rate(row["repeat"], row["buyers"]),
        decision_time=_quantiles(people["first_conversion_s"].drop_nulls()),
    )


def _quantiles(seconds: pl.Series) -> Quantiles | None:
    if seconds.is_empty():
        return None
    quarter, median, three_quarters = (
        seconds.cast(pl.Float64).quantile(q, interpolation="linear") or 0.0
        for q in (0.25, 0.5, 0.75)
    )
    return Quantiles(
        people=len(seconds),
        quarter_s=quarter,
        median_s=median,
        three_quarters_s=three_quarters,
    )
