"""What people wish about how often and when they hear: a voice that keeps marketing back.

Ghosts count as if they had heard, so that both arms stay alike. It must never keep back a service
message: voices are not asked about these.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts
from maracuja.decisions.quiet import QuietHours, quiet_until
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.model import micros
from maracuja.rng import make_key
from maracuja.runtime.voice import COLUMNS, Asked, Pids
from maracuja.store import people, traits, wishes
from maracuja.store.wishes import Wish

DAY_US: Final = timedelta(days=1) // timedelta(microseconds=1)
_HEARD: Final = (Outcome.SEND.value, Outcome.GHOST.value)


def wished(conn: Connection, pids: Pids, asked: Asked) -> pl.DataFrame:
    """Who has asked for a pause, for less about this topic, or for other hours than now."""
    found = wishes.about(conn, asked.topic, pids)
    if not found:
        return pl.DataFrame(schema=COLUMNS)
    now_us = micros(asked.now)
    frame = pl.DataFrame(found, schema=Wish._fields, orient="row")
    told = frame.lazy().with_columns(
        free_us=pl.col("last_us") + pl.col("every_days").cast(pl.Int64) * DAY_US
    )
    less = (pl.col("every_days") > 0) & (pl.col("last_us") > 0)
    if asked.facts is not None:
        less &= pl.col("last_key") != occasion(asked.facts)
    said = [
        _row(told.filter(pl.col("pause_until_us") > now_us), Reason.ASKED_FOR_PAUSE,
             "pause_until_us"),
        _row(told.filter(less & (pl.col("free_us") > now_us)), Reason.ASKED_FOR_LESS, "free_us"),
        _row(_untimely(conn, frame, asked).lazy(), Reason.ASKED_FOR_HOURS, "open_us"),
    ]  # fmt: skip
    # Of several reasons, the one that lasts longest: nobody is looked at again in vain.
    longest = pl.concat(said).sort("withheld_until_us", descending=True, maintain_order=True)
    return longest.unique("pid", keep="first", maintain_order=True).collect()


def note_heard(conn: Connection, facts: RunFacts, decisions: pl.DataFrame, at_us: int) -> None:
    """Remember when people who asked for less are written to, or would have been."""
    if facts.marketing and wishes.any_there(conn):
        heard = decisions.filter(pl.col("outcome").is_in(_HEARD))["pid"]
        wishes.heard(conn, facts.topic.id, occasion(facts), heard.to_numpy(), at_us)


def occasion(facts: RunFacts) -> int:
    """The number of an occurrence of a campaign: the steps of its cascade are one message."""
    return named_occasion(facts.campaign.id, facts.occurrence.key)


def named_occasion(campaign: str, occurrence: str) -> int:
    """The same, by names."""
    return make_key("occasion", campaign, occurrence)


def _row(frame: pl.LazyFrame, reason: Reason, until: str) -> pl.LazyFrame:
    return frame.select(
        "pid", withheld=pl.lit(reason.value), withheld_until_us=pl.col(until).cast(pl.Int64)
    )


def _untimely(conn: Connection, frame: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Those whose hours it is not, with `open_us`: when theirs begin."""
    timed = frame.filter(pl.col("from_min") != pl.col("until_min"))
    if timed.is_empty():
        return timed.with_columns(open_us=pl.lit(0, dtype=pl.Int64))
    timed = timed.with_columns(zone=_zones(conn, timed["pid"].to_list(), timed["zone"]))
    parts = []
    for (start, end), mine in timed.group_by(["from_min", "until_min"], maintain_order=True):
        shut = QuietHours(start=_time(end), end=_time(start))
        opens = quiet_until(shut, mine["zone"], asked.now, "UTC")
        parts.append(mine.with_columns(open_us=opens))
    return pl.concat(parts).filter(pl.col("open_us").is_not_null())


def _zones(conn: Connection, pids: Sequence[int], otherwise: pl.Series) -> pl.Series:
    """Each one's own zone, else that of their wish."""
    found = people.select_people(conn, pids)
    known: dict[int, str] = {}
    for pid, doc in zip(found.pid, found.doc, strict=True):
        trait = traits.decode(doc).traits.get("timezone")
        if trait is not None and trait.value:
            known[pid] = str(trait.value)
    told = [known.get(pid) or zone for pid, zone in zip(pids, otherwise.to_list(), strict=True)]
    return pl.Series("zone", told, dtype=pl.String)


def _time(minutes: object) -> time:
    number = int(str(minutes)) % 1440
    return time(number // 60, number % 60)
