"""The frequency cap: at most so many marketing messages to a person within a rolling window."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from maracuja.model import Record, micros


class FrequencyCap(Record, frozen=True):
    """At most `messages` within `days`, over all campaigns and channels of the workspace.

    Ghosts count as messages (a shadow cap): else the held out would pass more often than the
    others, and the two arms would no longer be alike.
    """

    messages: int
    days: int

    @property
    def window(self) -> timedelta:
        """How far back a message counts."""
        return timedelta(days=self.days)


def free_from(cap: FrequencyCap | None, history: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """From when on each capped person may hear from us again: columns `pid`, `free_us` (Int64).

    `history` has `pid` and `at_us` (Int64), one row per message or ghost of any campaign; older
    rows than the window do no harm. People who are not at the cap are absent. With a cap of m the
    person is free when the m-th latest message leaves the window.
    """
    none = pl.DataFrame(schema={"pid": pl.Int64, "free_us": pl.Int64})
    if cap is None or history.is_empty():
        return none
    window_us = cap.window // timedelta(microseconds=1)
    return (
        history.lazy()
        .filter(pl.col("at_us") > micros(now) - window_us)
        .group_by("pid")
        .agg(pl.len().alias("n"), pl.col("at_us").top_k(cap.messages).min().alias("limit_us"))
        .filter(pl.col("n") >= cap.messages)
        .select("pid", (pl.col("limit_us") + window_us).alias("free_us"))
        .sort("pid")
        .collect()
    )
