"""What people answer: by a pressed button, on the page of a poll, or with a number.

It works inside the projection's transaction and commits nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Connection

from maracuja.channels import BY_NAME, CODES_BY_NAME, channel_of
from maracuja.channels.heard import HeardKind
from maracuja.channels.polls import Answered, by_number
from maracuja.ingest.heard import HeardRow
from maracuja.rng import make_id
from maracuja.store import feed, open_polls, people, traits

EVENT: Final = "Poll Answered"
NUMBERS_CHARS_MAX: Final = 30
LIST_MAX: Final = 200  # of the values of a list


class Row(Protocol):
    """One thing heard, whose person is known by now."""

    told: HeardRow
    pid: int
    message: bytes
    run: int
    answers: list[Answered]
    declared: dict[str, Any]


def declare(conn: Connection, rows: Sequence[Row], now_us: int) -> None:
    """Put what they answered into what they declare; of numbers, what they stand for.

    An answer replaces the one before, or joins the list where it adds to one.
    """
    _read_numbers(conn, rows, now_us)
    answered = [row for row in rows if row.answers]
    adding = [row.pid for row in answered if any(one.adds for one in row.answers)]
    lists = _lists(conn, adding) if adding else {}
    for row in answered:
        for one in row.answers:
            if not one.adds:
                row.declared[one.trait] = one.value
                continue
            kept = lists.setdefault(row.pid, {}).get(one.trait, [])
            kept = kept if one.value in kept else [*kept, one.value][-LIST_MAX:]
            lists[row.pid][one.trait] = row.declared[one.trait] = kept


def tell(conn: Connection, rows: Sequence[Row]) -> None:
    """Each answer to a poll as an event of the feed."""
    told = [
        (row, n, one) for row in rows for n, one in enumerate(row.answers) if one.run is not None
    ]
    feed.append(
        conn,
        at_us=[min(row.told.heard.at_us, row.told.received_us) for row, _, _ in told],
        pid=[row.pid for row, _, _ in told],
        event=EVENT,
        message_id=[make_id("answer", row.told.event_id, n) for row, n, _ in told],
        properties=[msgspec.json.encode(_properties(row, one)) for row, _, one in told],
    )


def _properties(row: Row, one: Answered) -> dict[str, Any]:
    found = {
        "message": row.message.hex(),
        "run": one.run or row.run,
        "channel": channel_of(row.told.channel),
        "poll": one.trait,
        "answer": one.value,
        "adds": one.adds,
    }
    return {name: value for name, value in found.items() if value not in ("", 0)}


def _read_numbers(conn: Connection, rows: Sequence[Row], now_us: int) -> None:
    """Answers of those who wrote a number where their last poll asks for one."""
    mine = [row for row in rows if _may_be_number(row.told)]
    for channel in sorted({row.told.channel for row in mine}):
        here = [row for row in mine if row.told.channel == channel]
        asked = open_polls.of(conn, CODES_BY_NAME[channel], [row.pid for row in here], now_us)
        for row in here:
            found = asked.get(row.pid)
            if found is None:
                continue
            row.answers = by_number(found.poll, row.told.heard.text, found.run)
            if row.answers and not row.message:
                row.message, row.run = found.message, found.run


def _may_be_number(told: HeardRow) -> bool:
    heard = told.heard
    short = heard.kind is HeardKind.MESSAGE and 0 < len(heard.text) <= NUMBERS_CHARS_MAX
    return (
        short and heard.text.strip()[:1].isdigit() and BY_NAME[told.channel].can.answers_by_number
    )


def _lists(conn: Connection, pids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """The lists of texts among these people's traits."""
    found = people.select_people(conn, sorted(set(pids)))
    return {
        pid: {
            name: [str(value) for value in trait.value]
            for name, trait in traits.decode(doc).traits.items()
            if isinstance(trait.value, list)
        }
        for pid, doc in zip(found.pid, found.doc, strict=True)
    }
