"""Events that have just come in and let people into campaigns with a trigger.

It works inside the projection's transaction and commits nothing itself; it never sends anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.entering import Came, Entered, enter, last_of
from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.campaigns.series import edition_of
from maracuja.campaigns.triggers import first_wait_us
from maracuja.errors import SegmentError
from maracuja.model import micros
from maracuja.segments.comparing import When
from maracuja.segments.matching import matching
from maracuja.store import entries, runs
from maracuja.store.entries import Entry
from maracuja.store.runs import RunState

LISTENING: Final = (RunState.SCHEDULED, RunState.SENDING, RunState.PAUSED)
"""From the launch on; who enters while it is paused, waits."""
PREFIX: Final = "properties."
EVENT_BYTES_MAX: Final = 16_000
LISTED_MAX: Final = 50  # items of a list that are kept of an event


class Listening(NamedTuple):
    """A campaign that lets people in, by its newest definitions."""

    run: int
    since_us: int
    facts: RunFacts


def listening(conn: Connection) -> list[Listening]:
    """The runs that let people in now, one for each campaign with a trigger."""
    newest: dict[str, tuple[int, runs.Run]] = {}
    for run in runs.every(conn, states=LISTENING):
        edition = edition_of(run.occurrence)
        if edition and edition > newest.get(run.campaign, (0, run))[0]:
            newest[run.campaign] = (edition, run)
    return [Listening(run.run, run.planned_us, _decoded(run.facts)) for _, run in newest.values()]


def take(conn: Connection, events: pl.DataFrame, now: datetime, zone: str = "UTC") -> int:
    """Let in whom these events concern: the rows of a batch, as they go to the lake.

    An event that happened longer ago than a message is current lets nobody in. How many entered.
    """
    if events.is_empty():
        return 0
    made = 0
    for one in listening(conn):
        trigger = one.facts.campaign.trigger
        assert trigger is not None
        try:
            found = matching(events, trigger.events, trigger.where, When(now, zone))
        except SegmentError:
            continue  # a property has changed its type since: the check of the next day tells
        if not found.is_empty():
            made += _let_in(conn, one, found, now)
    return made


def _let_in(conn: Connection, one: Listening, found: pl.DataFrame, now: datetime) -> int:
    campaign = one.facts.campaign
    assert campaign.trigger is not None
    wait_us = first_wait_us(campaign.trigger, campaign.messages)
    expiry_us = int(campaign.of_message(0).expiry.total_seconds() * 1e6)
    columns = (found["pid"], found["message_hash"], found["ts"].to_physical())
    came = [Came(*row) for row in zip(*columns, strict=True)]
    standing = last_of(
        [
            (row.pid, Entered(row.mark, row.entered_us, row.due_us, _waits_first(row)))
            for row in entries.of_people(conn, campaign.id, found["pid"].unique())
        ]
    )
    since_us = max(one.since_us, micros(now) - expiry_us)
    change = enter(campaign.trigger, wait_us, came, standing, since_us=since_us)
    kept = {event.mark for rows in change.entered.values() for event, _ in rows}
    told = _properties(found.filter(pl.col("message_hash").is_in(list(kept))))
    new = [
        Entry(campaign.id, event.mark, pid, one.run, 0, event.at_us, due, 0, told[event.mark])
        for pid, rows in sorted(change.entered.items())
        for event, due in rows
    ]
    entries.put(conn, new, gone=[(campaign.id, mark) for _, mark in change.gone])
    return len(new)


def _waits_first(row: Entry) -> bool:
    """Whether nothing was decided about the entry yet."""
    return row.run == 0 and row.message == 0


def _properties(found: pl.DataFrame) -> dict[int, bytes]:
    """What each of these events says, as JSON, by its key."""
    names = [name for name in found.columns if name.startswith(PREFIX)]
    rows = found.select("message_hash", "rest", *names).iter_rows(named=True)
    return {row["message_hash"]: encoded(row) for row in rows}


def encoded(row: Mapping[str, Any]) -> bytes:
    """The properties of one row of the lake as JSON, lists cut, and within EVENT_BYTES_MAX."""
    rest = msgspec.json.decode(row["rest"]) if row.get("rest") else {}
    told = {
        name.removeprefix(PREFIX): _shortened(value)
        for name, value in [*row.items(), *rest.items()]
        if name.startswith(PREFIX) and value is not None
    }
    body = msgspec.json.encode(told, order="sorted")
    while len(body) > EVENT_BYTES_MAX:
        longest = max(told, key=lambda name: len(str(told[name])))
        del told[longest]
        body = msgspec.json.encode(told, order="sorted")
    return body


def _shortened(value: Any) -> Any:
    """A value as the event told it: lists and objects are JSON in their columns."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return value[:LISTED_MAX] if isinstance(value, list) else value


@lru_cache(maxsize=64)
def _decoded(facts: bytes) -> RunFacts:
    return decode_facts(facts)
