"""One row per person of a campaign's audience, from the lake: what its reports are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import duckdb
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.definitions import Goal
from maracuja.campaigns.facts import RunFacts
from maracuja.channels import BY_NAME
from maracuja.errors import BadInput
from maracuja.lake.session import open_session
from maracuja.model import FileKind, Status, micros
from maracuja.runtime import entry_report
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.measure import Measured, measure
from maracuja.stats.units import Held, checked_units
from maracuja.store import manifest, people
from maracuja.store.runs import Run

FILES: Final = (FileKind.EVENTS, FileKind.DECISIONS)


class Number(StrEnum):
    """A number of a report behind which people stand."""

    AUDIENCE = "audience"
    WOULD_SEND = "would_send"  # sent to, and held out at the same moment
    SENT = "sent"
    HELD_CAMPAIGN = "held_campaign"
    HELD_GLOBAL = "held_global"
    LEFT_OUT = "left_out"
    CONVERTED = "converted"  # of those who would have been sent to
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    READ = "read"
    CLICKED = "clicked"
    REPLIED = "replied"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    NEUTRAL = "neutral"  # read neutral words, for a name or the like was not sure


_WOULD: Final = pl.col("would_send")
_RULES: Final[dict[Number, pl.Expr]] = {
    Number.AUDIENCE: pl.lit(value=True),
    Number.WOULD_SEND: _WOULD,
    Number.SENT: pl.col("sent"),
    Number.HELD_CAMPAIGN: _WOULD & (pl.col("held") == Held.CAMPAIGN),
    Number.HELD_GLOBAL: _WOULD & (pl.col("held") == Held.GLOBAL),
    Number.LEFT_OUT: ~_WOULD,
    Number.CONVERTED: _WOULD & (pl.col("converted") > 0),
    Number.NEUTRAL: pl.col("sent") & pl.col("neutral").fill_null(value=False),
}


def open_measuring(conn: Connection, ground: Ground, now: datetime) -> duckdb.DuckDBPyConnection:
    """A lake session over events, decisions and merged people; close it after."""
    pids, canonical = people.merged(conn)
    limits = ground.config.lake
    return open_session(
        ground.lake,
        manifest.live(conn, FILES, micros(now)),
        merged=pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow(),
        threads=limits.threads,
        memory=limits.memory,
    )


def units_of(
    con: duckdb.DuckDBPyConnection,
    ground: Ground,
    launched: Sequence[Run],
    goal: Goal,
    now: datetime,
) -> Measured:
    """The units of these runs of a campaign, by one of its goals, and the plan of the report.

    Raises SegmentError where the goal's filters do not suit the lake.
    """
    facts = entry_report.measured(launched)
    return measure(
        con,
        facts,
        [run.run for run in launched],
        goal,
        strata=entry_report.strata(ground, launched, now),
        receipts=receipts(facts),
        currency=ground.config.shop.currency,
        zone=ground.zone,
        now=now,
    )


def receipts(facts: RunFacts) -> set[Status]:
    """What all channels and the campaign's tracking can tell; every other rate is unknown."""
    told = set.intersection(
        *(
            set(BY_NAME[channel].can.receipts) if channel in BY_NAME else set()
            for channel in facts.campaign.channels
        )
    )
    tracked = {
        Status.READ: facts.campaign.tracking.opens,
        Status.CLICKED: facts.campaign.tracking.clicks,
    }
    told |= {Status.UNSUBSCRIBED, Status.CLICKED}  # our own links tell
    return {status for status in told if tracked.get(status, True)}


def behind(
    units: pl.DataFrame,
    number: Number,
    *,
    variant: str | None = None,
    held: Held | None = None,
    reason: str | None = None,
    channel: str | None = None,
) -> pl.Series:
    """The pids behind a number of the report, of one variant, arm, reason or channel.

    Erased people stand under their pseudonyms. Raises BadInput for a receipt that no channel of
    the campaign tells.
    """
    people_of = checked_units(units)
    rule = _RULES.get(number)
    if rule is None:
        if number.value not in people_of.columns or people_of[number.value].is_null().all():
            raise BadInput(
                f"Nothing tells whether a message was {number.value}.",
                where="number",
                fix="No channel of this campaign gives that receipt.",
            )
        rule = pl.col("sent") & pl.col(number.value).fill_null(value=False)
    asked = {"variant": variant, "held": held, "reason": reason, "channel": channel}
    rules = [pl.col(name) == value for name, value in asked.items() if value is not None]
    return people_of.filter(rule, *rules)["pid"]
