"""When things happened: ISO 8601 times of many clocks as moments that never pass our own.

Segment's rule: what the client's clock says is moved by the difference between the moment of
arrival and `sentAt`, so a clock that goes wrong does no harm.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import polars as pl

from maracuja.model import micros

EARLIEST_US: Final = micros(datetime(2000, 1, 1, tzinfo=UTC))


def parse_times(texts: pl.Series) -> pl.Series:
    """Microseconds since 1970 UTC (Int64, shape (n,)) of ISO 8601 texts; null where none.

    A time without a zone is UTC; a date alone is its first moment.
    """
    quick = texts.str.to_datetime("%+", strict=False, time_unit="us", time_zone="UTC")
    parsed = quick.to_physical().rename("us")
    odd = parsed.is_null() & texts.is_not_null()
    if not odd.any():
        return parsed
    known = {text: parse_time(text) for text in texts.filter(odd).unique().to_list()}
    slow = pl.Series("us", [known.get(text) for text in texts.to_list()], dtype=pl.Int64)
    return pl.select(pl.coalesce(parsed, slow)).to_series().rename("us")


def parse_time(text: str) -> int | None:
    """`parse_times` for one text, by the standard library; None where it is no time."""
    try:
        found = datetime.fromisoformat(text.strip())
        aware = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return micros(aware)
    except (ValueError, OverflowError):
        return None


def correct_clock(occurred: pl.Series, sent: pl.Series, received: pl.Series) -> pl.Series:
    """When it happened by our clock: micros, shape (n,), never later than `received`.

    Null in `occurred`: the moment of arrival; null in `sent`: the client's clock is believed. A
    result before 2000 is null: such a time is nonsense.
    """
    moved = pl.coalesce(
        pl.col("occurred") + pl.col("received") - pl.col("sent"),
        pl.col("occurred"),
        pl.col("received"),
    )
    capped = pl.min_horizontal(moved, "received")
    frame = pl.DataFrame({"occurred": occurred, "sent": sent, "received": received})
    return frame.select(
        pl.when(capped >= EARLIEST_US).then(capped).otherwise(None).alias("ts")
    ).to_series()
