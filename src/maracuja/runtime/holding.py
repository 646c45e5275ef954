"""What holds marketing to people for a while: learnt from events as they come in, asked by set.

It works inside the projection's transaction and commits nothing itself; a rule counts for events
that come in after it was applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_stored
from maracuja.campaigns.holds import HoldRule, promised_until, rules
from maracuja.decisions.reasons import Reason, stored
from maracuja.errors import SegmentError
from maracuja.model import micros
from maracuja.runtime.voice import COLUMNS, Asked, Pids
from maracuja.segments.comparing import When
from maracuja.segments.facts import full_name
from maracuja.segments.matching import matching
from maracuja.store import definitions, holds
from maracuja.store.engine import Store
from maracuja.store.holds import Hold

ASKED_AGAIN_US: Final = timedelta(hours=6) // timedelta(microseconds=1)
KEY_CHARS_MAX: Final = 200


def in_force(conn: Connection) -> list[HoldRule]:
    """The rules that hold now: the shop's own and the built-in ones."""
    written = [decode_stored(one.body) for one in definitions.current(conn, "hold")]
    return rules(one for one in written if isinstance(one, HoldRule))


def take(conn: Connection, events: pl.DataFrame, now: datetime) -> int:
    """Note what these events open and close: the rows of a batch, as they go to the lake.

    How many rows were told of. What was over before now is not kept.
    """
    if events.is_empty():
        return 0
    told: list[Hold] = []
    for rule in in_force(conn):
        try:
            opened = matching(events, rule.opens, rule.where, When(now))
        except SegmentError:
            continue  # a property has changed its type since the rule was written
        told += _opened(rule, opened)
        told += _closed(rule, events.filter(pl.col("event").is_in(list(rule.closes))))
    now_us = micros(now)
    current = [hold for hold in told if hold.until_us > now_us]
    holds.take(conn, current)
    return len(current)


def _opened(rule: HoldRule, events: pl.DataFrame) -> Iterator[Hold]:
    length_us = rule.length // timedelta(microseconds=1)
    promises = _said(events, rule.due) if rule.due else [None] * events.height
    for pid, at_us, key, promise in zip(*_columns(rule, events), promises, strict=True):
        begins_us = at_us
        if rule.due:
            until = promised_until(promise)
            if until is None:
                continue
            begins_us = max(at_us, micros(until))
        yield Hold(pid, rule.id, key, at_us, begins_us, begins_us + length_us)


def _closed(rule: HoldRule, events: pl.DataFrame) -> Iterator[Hold]:
    length_us = rule.length // timedelta(microseconds=1)
    for pid, at_us, key in zip(*_columns(rule, events), strict=True):
        yield Hold(pid, rule.id, key, until_us=at_us + length_us, closed_us=at_us)


def _columns(rule: HoldRule, events: pl.DataFrame) -> tuple[list[int], list[int], list[str]]:
    keys = _said(events, rule.key) if rule.key else [None] * events.height
    return (
        events["pid"].to_list(),
        events["ts"].to_physical().to_list(),
        [_key(value) for value in keys],
    )


def _key(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)[:KEY_CHARS_MAX].replace("\0", "")


def _said(events: pl.DataFrame, name: str) -> list[Any]:
    """A property of each event, from its column or from `rest`."""
    full = full_name(name)
    own = events[full].to_list() if full in events.columns else [None] * events.height
    kept = events["rest"].to_list() if "rest" in events.columns else [None] * events.height
    return [
        msgspec.json.decode(rest).get(full) if value is None and rest else value
        for value, rest in zip(own, kept, strict=True)
    ]


def held(conn: Connection, pids: Pids, asked: Asked) -> pl.DataFrame:
    """The voice of `withholding`: who has something open, and which rule says so.

    It may be closed at any time, so people are asked about again after some hours.
    """
    now_us = micros(asked.now)
    last: dict[int, Hold] = {}
    for hold in holds.in_force(conn, pids, now_us):
        other = last.get(hold.pid)
        if other is None or hold.until_us > other.until_us:
            last[hold.pid] = hold
    return pl.DataFrame(
        [
            (pid, stored(Reason.ON_HOLD, hold.hold), min(hold.until_us, now_us + ASKED_AGAIN_US))
            for pid, hold in sorted(last.items())
        ],
        schema=COLUMNS,
        orient="row",
    )


class HoldKeeping:
    """A chore: forgets what is over, once a day."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next: datetime | None = None

    def __call__(self, now: datetime) -> datetime:
        """Forget what is over, if it is time; when it is next."""
        if self._next is None or now >= self._next:
            with self._store.write() as conn:
                holds.forget_old(conn, micros(now))
            self._next = now + timedelta(days=1)
        return self._next
