"""How many messages were read and clicked by kind of channel, summed up by person, for the claims.

It must never count what machines did, nor take silence of a channel for zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import duckdb
import polars as pl

from maracuja.campaigns.facts import RunFacts
from maracuja.channels import BY_NAME, channel_of
from maracuja.lake.session import ensure_columns
from maracuja.model import Status, TraitType
from maracuja.stats.claims.evidence import Hits
from maracuja.stats.claims.published import NAME_OF_TACTIC, Kind

SETTLED: Final = timedelta(days=3)
"""Messages younger than this are still being read."""
KINDS: Final = {
    "web_push": Kind.WEB,
    "web_chat": Kind.WEB,
    "mobile_push": Kind.APPS,
    "telegram": Kind.MESSENGERS,
    "viber": Kind.MESSENGERS,
    "viber_business": Kind.MESSENGERS,
    "whatsapp": Kind.MESSENGERS,
    "messenger": Kind.MESSENGERS,
    "instagram": Kind.MESSENGERS,
    "email": Kind.EMAIL,
    "sms": Kind.SMS,
}
_CARRIED: Final = {
    "properties.run": TraitType.NUMBER,
    "properties.message": TraitType.TEXT,
    "properties.machine": TraitType.BOOLEAN,
}


class Levels(NamedTuple):
    """Personal messages that were clicked; those calling people back that were read, clicked."""

    clicked: tuple[Hits, ...] = ()
    read_back: tuple[Hits, ...] = ()
    clicked_back: tuple[Hits, ...] = ()


def kind_of(channel: str) -> Kind:
    """What an account's channel is to the trade."""
    return KINDS.get(channel_of(channel), Kind.OTHER)


def levels(
    con: duckdb.DuckDBPyConnection, launched: Iterable[tuple[int, RunFacts]], now: datetime
) -> Levels:
    """Messages that people got, read and clicked; `launched` are runs with their facts.

    `con` is a lake session over decisions, events and the merged map. A message counts once it is
    SETTLED, and where it arrived; where a channel does not tell that, what did not come back.
    """
    labels = [
        {
            "run": run,
            "variant": arm.variant,
            "channel": channel,
            "kind": kind_of(channel).value,
            "back": facts.campaign.tactic == NAME_OF_TACTIC,
            "personal": not arm.twin_of,
            "tells_delivered": Status.DELIVERED in tells,
            "tells_reads": _tells_reads(facts, channel),
            "clicks": facts.campaign.tracking.clicks,
        }
        for run, facts in launched
        if facts.marketing
        for channel in facts.campaign.channels
        if channel in BY_NAME
        for tells in [BY_NAME[channel].can.receipts]
        for arm in facts.arms
    ]
    if not labels:
        return Levels()
    ensure_columns(con, _CARRIED)
    con.register("labels", pl.DataFrame(labels, infer_schema_length=None).to_arrow())
    settled = (now - SETTLED).replace(tzinfo=None).isoformat(sep=" ")
    con.execute(f"CREATE OR REPLACE TEMP TABLE got AS {_GOT.format(settled=settled)}")
    return Levels(
        clicked=_hits(con, "clicked", "clicks AND personal"),
        read_back=_hits(con, "read", "tells_reads AND back"),
        clicked_back=_hits(con, "clicked", "clicks AND back"),
    )


def _tells_reads(facts: RunFacts, channel: str) -> bool:
    tells = Status.READ in BY_NAME[channel].can.receipts
    return tells and (facts.campaign.tracking.opens or channel_of(channel) != "email")


def _hits(con: duckdb.DuckDBPyConnection, hit: str, which: str) -> tuple[Hits, ...]:
    """Of each kind of channel, then of all together: there too a person is one."""
    kinds = ("kind", "NULL::VARCHAR")
    rows = [
        row
        for kind in kinds
        for row in con.execute(_SUMS.format(hit=hit, which=which, kind=kind)).fetchall()
    ]
    return tuple(
        Hits(
            kind=Kind(kind) if kind else None,
            people=people,
            messages=messages,
            hits=hits,
            hits_squared=hits_squared,
            hits_messages=both,
            messages_squared=squared,
        )
        for kind, people, messages, hits, hits_squared, both, squared in rows
    )


# Where a channel does not tell what arrived, whatever did not come back counts as arrived.
_GOT: Final = """
    WITH told AS (
        SELECT "properties.message" AS message,
               bool_or(event = 'Message Sent') AS sent,
               bool_or(event IN ('Message Delivered', 'Message Read')) AS delivered,
               bool_or(event = 'Message Read' AND NOT coalesce("properties.machine", false))
                   AS read,
               bool_or(event = 'Message Clicked' AND NOT coalesce("properties.machine", false))
                   AS clicked,
               bool_or(event IN ('Message Failed', 'Message Rejected', 'Message Bounced'))
                   AS failed
        FROM events WHERE kind = 'internal' AND "properties.message" IS NOT NULL
        GROUP BY 1
    )
    SELECT coalesce(m.canonical, d.pid) AS pid, l.kind, l.back, l.personal, l.tells_reads,
           l.clicks, t.read, t.clicked
    FROM decisions d
    JOIN labels l ON l.run = d.run AND l.variant = d.variant AND l.channel = d.channel
    JOIN told t ON t.message = lower(hex(d.message))
    LEFT JOIN merged m ON m.pid = d.pid
    WHERE d.outcome = 'send' AND t.sent AND d.due <= TIMESTAMP '{settled}'
      AND (t.delivered OR t.clicked OR (NOT l.tells_delivered AND NOT t.failed))
"""
_SUMS: Final = """
    SELECT kind, count(*), sum(m)::BIGINT, sum(h)::BIGINT, sum(h * h)::BIGINT,
           sum(h * m)::BIGINT, sum(m * m)::BIGINT
    FROM (SELECT {kind} AS kind, pid, count(*) AS m, count(*) FILTER ({hit}) AS h
          FROM got WHERE {which} GROUP BY 1, pid)
    GROUP BY kind ORDER BY kind
"""
