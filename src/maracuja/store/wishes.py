"""How people like to hear from the shop: how often about a topic, at which hours, and pauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Connection, Text, delete, select, update

from maracuja.store import bulk, people_rows
from maracuja.store.schema import wishes

EVERYTHING: Final = ""  # the topic of what holds for all of them: hours and pauses


class Wish(NamedTuple):
    """What a person wishes: of a topic `every_days`; under '' hours (equal: any) and a pause."""

    pid: int
    topic: str
    every_days: int = 0
    last_us: int = 0
    last_key: int = 0
    from_min: int = 0
    until_min: int = 0
    zone: str = "UTC"
    pause_until_us: int = 0
    at_us: int = 0


_COLUMNS: Final = tuple(wishes.c[name] for name in Wish._fields)


def put(conn: Connection, made: Sequence[Wish]) -> None:
    """Keep wishes over whatever stood."""
    if made:
        columns = dict(zip(Wish._fields, map(list, zip(*made, strict=True)), strict=True))
        bulk.insert_columns(conn, wishes, columns, on_conflict="replace")


def of(conn: Connection, pid: int) -> dict[str, Wish]:
    """The wishes of a canonical pid, by topic ('': for all)."""
    rows = bulk.fetch(conn, select(*_COLUMNS).where(wishes.c.pid == pid))
    return {wish.topic: wish for wish in (Wish(*row) for row in rows)}


def any_there(conn: Connection) -> bool:
    """Whether anybody has ever wished anything: mostly nobody has."""
    return conn.execute(select(wishes.c.pid).limit(1)).first() is not None


def about(conn: Connection, topic: str, pids: npt.NDArray[np.int64]) -> list[Wish]:
    """What these canonical people (shape (n,)) wish about a topic, and for all of them."""
    theirs = wishes.c.topic.in_([EVERYTHING, topic])
    return [Wish(*row) for row in people_rows.of_people(conn, wishes, pids, theirs)]


def heard(conn: Connection, topic: str, key: int, pids: npt.NDArray[np.int64], at_us: int) -> int:
    """Note that these people heard about the topic, or would have; of how many it matters."""
    theirs = (wishes.c.topic == topic) & (wishes.c.last_us <= at_us)
    rows = people_rows.of_people(conn, wishes, pids, theirs)
    if not rows:
        return 0
    told = bulk.given_ids(conn, [pid for pid, *_ in rows], name="heard")
    mine = wishes.c.pid.in_(select(told.c.id))
    return conn.execute(
        update(wishes).where(mine, theirs).values(last_us=at_us, last_key=key)
    ).rowcount


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Carry the wishes of merged people over: of two, the one that lets less through."""
    losers = bulk.given_ids(conn, sorted(into), name="losers")
    theirs = wishes.c.pid.in_(select(losers.c.id))
    moved = [Wish(*row) for row in bulk.fetch(conn, select(*_COLUMNS).where(theirs))]
    if not moved:
        return
    conn.execute(delete(wishes).where(theirs))
    keys = [(into[one.pid], one.topic) for one in moved]
    asked = bulk.given(
        conn,
        "standing",
        pid=(BigInteger(), [pid for pid, _ in keys]),
        topic=(Text(), [topic for _, topic in keys]),
    )
    query = select(*_COLUMNS).join_from(
        asked, wishes, (wishes.c.pid == asked.c.pid) & (wishes.c.topic == asked.c.topic)
    )
    kept = {(one.pid, one.topic): one for one in (Wish(*r) for r in bulk.fetch(conn, query))}
    for key, one in zip(keys, moved, strict=True):
        kept[key] = united(kept[key], one) if key in kept else one._replace(pid=key[0])
    put(conn, list(kept.values()))


def united(winner: Wish, loser: Wish) -> Wish:
    """The wish of one who was two: the rarer, the longer pause; the later word about hours."""
    hours = max((winner, loser), key=lambda one: (one.from_min != one.until_min, one.at_us))
    last = max(winner, loser, key=lambda one: one.last_us)
    return winner._replace(
        every_days=max(winner.every_days, loser.every_days),
        last_us=last.last_us,
        last_key=last.last_key,
        from_min=hours.from_min,
        until_min=hours.until_min,
        zone=hours.zone,
        pause_until_us=max(winner.pause_until_us, loser.pause_until_us),
        at_us=max(winner.at_us, loser.at_us),
    )
