"""What the simulated people do with a message, and what they would have done without it.

Both potential outcomes of every person are drawn from the same number, so that the true effect of
a campaign is known exactly: that is what a lift report is held against.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja import rng

WINDOW: Final = timedelta(days=7)
GENERIC_STRENGTH: Final = 0.55  # of a personal message's effect on the log odds
MACHINE_OPENS: Final = 0.25  # share of mailboxes that load pictures by themselves
Truths = npt.NDArray[np.bool_]


def potential_outcomes(
    seed: int, label: str, people: pl.DataFrame, strength: float
) -> tuple[Truths, Truths, Truths]:
    """(reads, orders without the message, orders with it) within a week, one entry per person.

    `strength` scales the effect of a message that is read: 1.0 personal, GENERIC_STRENGTH generic,
    0.0 none, negative harmful. Who does not read is not changed by it.
    """
    draw = rng.stream(seed, "outcomes", label)
    size = people.height
    reads = draw.random(size) < people["reading"].to_numpy()
    luck = draw.random(size)
    without = 1.0 - np.exp(-people["weekly_rate"].to_numpy())
    odds = np.log(without / (1.0 - without)) + strength * people["responsiveness"].to_numpy()
    with_it = np.where(reads, 1.0 / (1.0 + np.exp(-odds)), without)
    return reads, luck < without, luck < with_it


def true_effect(without: Truths, with_it: Truths, among: Truths) -> tuple[float, float]:
    """(rate without, rate with the message) among those who would have been sent it."""
    count = int(among.sum())
    if count == 0:
        return 0.0, 0.0
    return float(without[among].mean()), float(with_it[among].mean())


def react(
    seed: int,
    label: str,
    people: pl.DataFrame,
    reads: Truths,
    moments: pl.Series,
) -> pl.DataFrame:
    """What each person does with a message that arrived at `moments` (naive UTC; null: none came).

    Columns, one row per person: machine (moment of a machine's open or null), read, clicked,
    unsubscribed (moments or null). Clicks are of readers; unsubscribing happens on reading.
    """
    draw = rng.stream(seed, "reactions", label)
    size = people.height
    arrived = moments.is_not_null().to_numpy()
    opens = arrived & reads
    clicks = opens & (draw.random(size) < 0.42)
    leaves = opens & (draw.random(size) < people["unsubscribing"].to_numpy())
    machine = arrived & (draw.random(size) < MACHINE_OPENS)
    delay_s = draw.exponential(6 * 3600, size)
    return pl.DataFrame(
        {
            "machine": _after(moments, draw.integers(1, 4, size), machine),
            "read": _after(moments, delay_s + 60, opens),
            "clicked": _after(moments, delay_s + 90 + draw.exponential(40, size), clicks),
            "unsubscribed": _after(moments, delay_s + 200, leaves),
        }
    )


def order_moments(
    seed: int, label: str, orders: Truths, since: pl.Series, clicked: pl.Series
) -> pl.Series:
    """When those who order do so: soon after a click, else some day of the week; else null."""
    draw = rng.stream(seed, "order moments", label)
    size = len(orders)
    week_s = WINDOW.total_seconds() * 0.95
    some_day = _after(since, draw.random(size) * week_s, orders)
    limit = since + timedelta(seconds=week_s)
    soon = _after(clicked, draw.exponential(5400, size) + 120, orders)
    return (
        pl.DataFrame({"soon": soon, "some_day": some_day, "limit": limit})
        .select(pl.min_horizontal(pl.col("soon").fill_null(pl.col("some_day")), "limit"))
        .to_series()
        .zip_with(pl.Series(orders), pl.Series([None] * size, dtype=pl.Datetime("us")))
    )


def _after(moments: pl.Series, seconds: npt.NDArray[np.generic], where: Truths) -> pl.Series:
    """`moments` plus so many seconds where it holds, else null."""
    shift = pl.Series(np.asarray(seconds, dtype=np.float64) * 1e6).cast(pl.Int64)
    later = moments.cast(pl.Datetime("us")) + shift.cast(pl.Duration("us"))
    return later.zip_with(pl.Series(where), pl.Series([None] * len(later), dtype=later.dtype))
