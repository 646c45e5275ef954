"""The last poll that each person was sent where they answer by a number alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, func, select

from maracuja.content import Poll
from maracuja.store import bulk
from maracuja.store.schema import open_polls

KEPT_DAYS: Final = 30  # who answers later is not understood


class Open(NamedTuple):
    """A poll that a person can answer, and the message that asked."""

    pid: int
    message: bytes
    run: int
    poll: Poll


def ask(conn: Connection, channel: int, asked: Sequence[Open], now_us: int) -> None:
    """These people were asked on a channel now: earlier polls of theirs there are over."""
    last = {one.pid: one for one in asked}
    columns = {
        "channel": channel,
        "pid": list(last),
        "message": [one.message for one in last.values()],
        "run": [one.run for one in last.values()],
        "at_us": now_us,
        "poll": [msgspec.json.encode(one.poll) for one in last.values()],
    }
    if last:
        bulk.insert_columns(conn, open_polls, columns, on_conflict="replace")


def of(conn: Connection, channel: int, pids: Sequence[int], now_us: int) -> dict[int, Open]:
    """The polls that these people can answer on a channel, by person."""
    c = open_polls.c
    since_us = now_us - KEPT_DAYS * 86_400_000_000
    query = select(c.pid, c.message, c.run, c.poll).where(c.channel == channel, c.at_us > since_us)
    return {
        row[0]: Open(row[0], bytes(row[1]), row[2], msgspec.json.decode(row[3], type=Poll))
        for ids in bulk.slices(sorted(set(pids)))
        for row in bulk.fetch(conn, query.where(c.pid.in_(ids)))
    }


def oldest_us(conn: Connection) -> int | None:
    """When the earliest of them was sent; None where there is none."""
    return conn.execute(select(func.min(open_polls.c.at_us))).scalar()


def delete_before(conn: Connection, at_us: int) -> int:
    """Forget what was sent before then; how many."""
    return conn.execute(delete(open_polls).where(open_polls.c.at_us < at_us)).rowcount
