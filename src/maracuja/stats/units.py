"""The frame that a lift report is made from: one row per person of the campaign's audience.

It never guesses an arm: a row whose arm is not one of the three is refused.

Required columns
    pid           Int64    the person, once (the last decision counts, merged people under one pid)
    held          String   '' not held, 'campaign' held by this campaign, 'global' by all
    would_send    Boolean  passed every gate: sent, or a ghost
    converted     Integer  conversions within the window, counted from the (would-be) moment
    revenue       Integer  their value in minor units of the currency; refunds may make it negative
Optional columns, with what stands in for them
    variant             String   drawn variant, of ghosts too; '' where there is none
    channel             String   (would-be) channel; ''
    sent                Boolean  handed over and not failed; else would_send and not held
    reason              String   the gate's reason where not would_send; ''
    first_conversion_s  Number   seconds from the (would-be) moment to the first conversion; null
    neutral             Boolean  read neutral words, as a name or a gender was not sure; null where
                                 the text looks up none
    tested              Boolean  the variants are compared on this person; true
    merged_across_arms  Boolean  merged with a person of another arm after the draw; false
    delivered, bounced, read, machine_read, clicked, replied, unsubscribed, complained
                        Boolean  receipts of people sent to; null where the channel does not tell.
                                 `read` and `clicked` are people's, machines left out
    every column that the plan names as a fact or as descriptive: texts, flags or few numbers (band
                                 a number before), null where not known
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import polars as pl

from maracuja.errors import BadInput
from maracuja.stats.compare import Measure


class Held(StrEnum):
    """Who is not sent to, and by whose draw: the words of the decisions."""

    SENT = ""
    CAMPAIGN = "campaign"
    GLOBAL = "global"


REQUIRED = ("pid", "held", "would_send", "converted", "revenue")


def checked_units(units: pl.DataFrame, extra: Sequence[str] = ()) -> pl.DataFrame:
    """The frame with every optional column in place, and `conversions` (0 or 1) per person.

    BadInput when a column is missing, a value null or impossible, or a person comes twice.
    """
    missing = [name for name in (*REQUIRED, *extra) if name not in units.columns]
    if missing:
        raise BadInput(
            f"the report's frame has no column {', '.join(missing)}",
            where="units",
            fix="Its columns are listed in maracuja.stats.units.",
        )
    for name in REQUIRED:
        if nulls := units[name].null_count():
            raise BadInput(
                f"{nulls} rows have no {name}", where=f"units.{name}", fix="Fill every row."
            )
    strange = set(units["held"].unique().to_list()) - set(Held)
    if strange:
        raise BadInput(
            f"unknown arm {sorted(strange)[0]!r}",
            where="units.held",
            fix="Use '', 'campaign' or 'global'.",
        )
    if units["pid"].n_unique() < len(units):
        raise BadInput(
            "a person stands in two rows",
            where="units.pid",
            fix="Keep the last decision of each person.",
        )
    return units.with_columns(_defaults(units)).with_columns(
        (pl.col("converted") > 0).cast(pl.Int8).alias(Measure.CONVERSIONS),
        pl.col("revenue").cast(pl.Int64).alias(Measure.REVENUE),
    )


def _defaults(units: pl.DataFrame) -> list[pl.Expr]:
    """Optional columns that are absent, and the empty value in place of nulls."""
    stand_ins = {
        "variant": pl.lit(""),
        "channel": pl.lit(""),
        "reason": pl.lit(""),
        "sent": pl.col("would_send") & (pl.col("held") == Held.SENT),
        "merged_across_arms": pl.lit(False),
        "tested": pl.lit(True),
    }
    columns = [
        (pl.col(name).fill_null(empty) if name in units.columns else empty).alias(name)
        for name, empty in stand_ins.items()
    ]
    if "first_conversion_s" not in units.columns:
        columns.append(pl.lit(None, dtype=pl.Float64).alias("first_conversion_s"))
    if "neutral" not in units.columns:
        columns.append(pl.lit(None, dtype=pl.Boolean).alias("neutral"))
    return columns
