"""Which channel of a cascade comes next for each person, for a whole chunk of people at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja.decisions import gates
from maracuja.decisions.reasons import Reason

Ranks = npt.NDArray[np.float64]
"""How late each channel comes in a person's own order, shape (n, channels): the lowest first."""

OF_CHANNEL: Final = {
    "suppressed": pl.String(),
    "consent": pl.Int8(),
    "address": pl.String(),
    "window_closed": pl.Boolean(),
}
"""What the gates ask of a channel; a frame of people has each under `column(name, channel)`."""


def column(name: str, channel: str) -> str:
    """The column of a person's state on one channel, such as `address@viber`."""
    return f"{name}@{channel}"


def why_not(people: pl.DataFrame, channels: Sequence[str], rules: gates.Rules) -> pl.DataFrame:
    """Why each channel does not reach each person, '' where it does: a column per channel."""
    return pl.DataFrame(
        {one: gates.refusals(_on(people, one), rules) for one in channels},
        schema=dict.fromkeys(channels, pl.String),
    )


def choose(
    people: pl.DataFrame, channels: Sequence[str], ranks: Ranks, rules: gates.Rules
) -> pl.DataFrame:
    """The next channel of each person: the first in their order that was not tried and reaches.

    `people` has OF_CHANNEL for each channel, shape (n, ...), and may have `tried`: bit i is set
    where channel i was. The answer has their order: `channel` ('' where there is none), `bit` (of
    that channel), `unreachable` (reasons.stored where there is none) and its OF_CHANNEL.
    Equal ranks go by the order of `channels`.
    """
    refused = why_not(people, channels, rules)
    tried = _tried(people)[:, None] >> np.arange(len(channels)) & 1 == 1
    open_ = (refused.select(pl.all() == "").to_numpy() & ~tried) if people.height else ~tried
    order = np.where(open_, ranks, np.inf)
    best = order.argmin(axis=1) if people.height else np.zeros(0, dtype=np.int64)
    reached = open_.any(axis=1)
    names = pl.Series(["", *channels], dtype=pl.String)
    chosen = pl.DataFrame(
        {
            "channel": names.gather(np.where(reached, best + 1, 0)),
            "bit": pl.Series(np.where(reached, 1 << best, 0), dtype=pl.Int64),
            "unreachable": _unreachable(refused, tried, reached),
        }
    )
    state = [
        pl.coalesce(
            pl.when(chosen["channel"] == one).then(pl.col(column(name, one))) for one in channels
        )
        .cast(dtype)
        .alias(name)
        for name, dtype in OF_CHANNEL.items()
    ]
    return chosen.hstack(people.select(state))


def paths(
    people: pl.DataFrame, channels: Sequence[str], ranks: Ranks, rules: gates.Rules
) -> pl.Series:
    """The channels that reach each person, in their own order, joined by commas; shape (n,)."""
    reached = why_not(people, channels, rules).select(pl.all() == "").to_numpy()
    order = np.where(reached, ranks, np.inf).argsort(axis=1, kind="stable")
    names = pl.Series(list(channels), dtype=pl.String)
    ordered = pl.DataFrame(
        {
            str(n): pl.select(
                pl.when(pl.Series(np.take_along_axis(reached, order[:, [n]], axis=1)[:, 0])).then(
                    names.gather(order[:, n])
                )
            ).to_series()
            for n in range(len(channels))
        }
    )
    return ordered.select(path=pl.concat_str(pl.all(), separator=",", ignore_nulls=True))["path"]


def _on(people: pl.DataFrame, channel: str) -> pl.DataFrame:
    """The people's state on one channel, under the names that the gates know."""
    return people.select(pl.col(column(name, channel)).alias(name) for name in OF_CHANNEL)


def _tried(people: pl.DataFrame) -> npt.NDArray[np.int64]:
    """The channels that were tried, as bits; none where the frame does not say."""
    if "tried" not in people:
        return np.zeros(people.height, dtype=np.int64)
    return people["tried"].cast(pl.Int64).to_numpy()


def _unreachable(
    refused: pl.DataFrame, tried: npt.NDArray[np.bool_], reached: npt.NDArray[np.bool_]
) -> pl.Series:
    """What is put on record where no channel is left: the one reason, or that of each channel."""
    left = refused.with_columns(
        pl.when(pl.Series(tried[:, n])).then(None).otherwise(pl.col(one)).alias(one)
        for n, one in enumerate(refused.columns)
    )
    listed = pl.concat_str(
        [
            pl.when(pl.col(one).is_not_null()).then(pl.format(f"{one}={{}}", one))
            for one in left.columns
        ],
        separator=",",
        ignore_nulls=True,
    )
    alike = pl.min_horizontal(pl.all()) == pl.max_horizontal(pl.all())
    stated = (
        pl.when(listed == "")
        .then(pl.lit(Reason.UNREACHABLE.value))
        .when(alike)
        .then(pl.min_horizontal(pl.all()))
        .otherwise(pl.format(f"{Reason.UNREACHABLE.value}:{{}}", listed))
    )
    said = pl.when(pl.Series(reached)).then(None).otherwise(stated)
    return left.select(said.alias("why"))["why"]


def given_ranks(people: int, channels: int) -> Ranks:
    """The order in which they are written, for everybody."""
    return np.tile(np.arange(channels, dtype=np.float64), (people, 1))


def priced_ranks(people: int, prices: Sequence[float]) -> Ranks:
    """By price, for everybody."""
    return np.tile(np.array(prices, dtype=np.float64), (people, 1))
