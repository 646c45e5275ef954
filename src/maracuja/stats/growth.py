"""How the people who may be written to came and went: by time, by source, by why.

It must never count a person twice in a moment: who comes back is gained again, who says it twice
is not.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import polars as pl

ON: Final = 1
COLUMNS: Final = {
    "pid": pl.Int64,
    "at_us": pl.Int64,
    "on": pl.Boolean,  # whether they may be written to from then on
    "source": pl.String,  # where they agreed; why they went
}


def changes(words: pl.DataFrame, stops: pl.DataFrame) -> pl.DataFrame:
    """The moments at which people became reachable, or ceased to be; COLUMNS, in order.

    `words` are what each said, in the order they said it (COLUMNS: `on` is an agreement); `stops`
    are addresses that may not be written to any more, with why (`pid`, `at_us`, `source`), at most
    one of each person. After it no word makes them reachable again.
    """
    said = words.select(list(COLUMNS)).with_row_index("n")
    said = said.join(
        stops.group_by("pid").agg(stop=pl.col("at_us").min()), on="pid", how="left"
    ).filter(pl.col("stop").is_null() | (pl.col("at_us") < pl.col("stop")))
    ends = (
        stops.sort("at_us")
        .unique("pid", keep="first")
        .select(pl.col("pid"), "at_us", pl.lit(value=False).alias("on"), "source")
    )
    after = words.height
    both = pl.concat(
        [
            said.select("n", *COLUMNS),
            ends.with_columns(n=pl.lit(after, dtype=pl.UInt32)).select("n", *COLUMNS),
        ]
    ).sort("pid", "n")
    before = pl.col("on").shift(1).over("pid").fill_null(value=False)
    return both.filter(pl.col("on") != before).select(list(COLUMNS)).sort("at_us", "pid", "on")


def by_period(moved: pl.DataFrame, starts_us: list[int], until_us: int) -> pl.DataFrame:
    """`start_us`, `gained`, `lost` and `reachable` at the end of each period; shape (periods,).

    `starts_us` are the beginnings, ascending; what came before the first only counts for
    `reachable`.
    """
    edges = [*starts_us, until_us]
    inside = moved.filter(pl.col("at_us") < until_us)
    base = inside.filter(pl.col("at_us") < edges[0])
    rows = []
    reachable = int(base["on"].sum()) - int((~base["on"]).sum())
    for start, end in pairwise(edges):
        part = inside.filter(pl.col("at_us").is_between(start, end, closed="left"))["on"]
        gained, lost = int(part.sum()), int((~part).sum())
        reachable += gained - lost
        rows.append((start, gained, lost, reachable))
    schema = ["start_us", "gained", "lost", "reachable"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def by_source(moved: pl.DataFrame, since_us: int, until_us: int) -> pl.DataFrame:
    """`source`, `gained`, `lost_later` and `stays` of people who came in a time; most first.

    `lost_later`: those of them who went again before its end. A person counts under the source by
    which they came last.
    """
    inside = moved.filter(pl.col("at_us") < until_us).sort("pid", "at_us", "on")
    came = inside.filter(pl.col("on") & (pl.col("at_us") >= since_us))
    last = came.unique("pid", keep="last").select("pid", "source", came_us="at_us")
    gone = inside.filter(~pl.col("on")).group_by("pid").agg(gone_us=pl.col("at_us").max())
    joined = last.join(gone, on="pid", how="left").with_columns(
        went=(pl.col("gone_us") > pl.col("came_us")).fill_null(value=False)
    )
    return (
        joined.group_by("source")
        .agg(gained=pl.len(), lost_later=pl.col("went").sum())
        .with_columns(stays=pl.col("gained") - pl.col("lost_later"))
        .sort("gained", "source", descending=[True, False])
    )


def by_reason(moved: pl.DataFrame, since_us: int, until_us: int) -> pl.DataFrame:
    """`source` (why they went) and `lost`, in a time; most first."""
    inside = moved.filter(
        ~pl.col("on") & pl.col("at_us").is_between(since_us, until_us, closed="left")
    )
    return (
        inside.group_by("source")
        .agg(lost=pl.len())
        .sort("lost", "source", descending=[True, False])
    )
