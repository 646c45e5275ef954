"""Who has entered a campaign with a trigger: made once for each event, due when the wait is over.

An entry waits (`run` 0) until it is handed to a run, is decided there, and goes on to the next
message of its series or is over. Nothing here decides who may be written to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Connection, and_, delete, func, select, update

from maracuja.store import bulk
from maracuja.store.outbox import NEVER_US
from maracuja.store.schema_entries import entries, entry_runs

OVER: Final = -1  # the `run` of an entry in which nothing is left
ROWS_MAX: Final = 16_000
KEPT_DAYS: Final = 40  # longer than a cart can be restored


class Entry(NamedTuple):
    """One entry, as the table has it; `event` are the properties of the event, JSON."""

    campaign: str
    mark: int
    pid: int
    listening: int
    message: int
    entered_us: int
    due_us: int
    run: int
    event: bytes


class About(NamedTuple):
    """What a person's message in a run is about."""

    pid: int
    entered_us: int
    due_us: int
    event: bytes


_COLUMNS: Final = tuple(entries.c[name] for name in Entry._fields)
_STANDING: Final = entries.c.run != OVER
_OUTLIVED: Final = (entries.c.run == OVER) & (func.length(entries.c.event) > 0)
_DUE_US: Final = entry_runs.c.due_us


def of_people(conn: Connection, campaign: str, pids: Any) -> list[Entry]:
    """Every entry of these people in a campaign, those that are over included, by time."""
    asked = bulk.given_ids(conn, pids, name="asked_entries")
    query = (
        select(*_COLUMNS)
        .join(asked, entries.c.pid == asked.c.id)
        .where(entries.c.campaign == campaign)
        .order_by(entries.c.entered_us, entries.c.mark)
    )
    return [Entry(*row) for row in bulk.fetch(conn, query)]


def put(conn: Connection, new: Sequence[Entry], gone: Sequence[tuple[str, int]] = ()) -> None:
    """Add entries; those that stand under the same key stay. `gone` are taken away before."""
    for campaign, mark in gone:
        mine = (entries.c.campaign == campaign) & (entries.c.mark == mark)
        conn.execute(delete(entries).where(mine))
    if new:
        columns = dict(zip(Entry._fields, map(list, zip(*new, strict=True)), strict=True))
        bulk.insert_columns(conn, entries, columns, on_conflict="ignore")


def due(
    conn: Connection, until_us: int, listening: Collection[int], *, rows_max: int = ROWS_MAX
) -> list[Entry]:
    """The entries of these runs whose time has come, the longest waiting first."""
    query = (
        select(*_COLUMNS)
        .where(
            entries.c.due_us <= until_us,
            entries.c.run == 0,
            entries.c.listening.in_(list(listening)),
        )
        .order_by(entries.c.due_us, entries.c.campaign, entries.c.mark)
        .limit(rows_max)
    )
    return [Entry(*row) for row in bulk.fetch(conn, query)]


def next_due(conn: Connection, listening: Collection[int]) -> int | None:
    """When the next entry of these runs is due (micros), or None."""
    query = select(func.min(entries.c.due_us)).where(
        entries.c.run == 0, entries.c.listening.in_(list(listening))
    )
    found = conn.execute(query).scalar()
    return None if found is None or found >= NEVER_US else int(found)


def times(conn: Connection, runs: Collection[int], pids: Any) -> dict[int, int]:
    """In how many of these runs each of the people has a message; who has none is left out."""
    if not runs:
        return {}
    asked = bulk.given_ids(conn, pids, name="asked_times")
    query = (
        select(entry_runs.c.pid, func.count())
        .join(asked, entry_runs.c.pid == asked.c.id)
        .where(entry_runs.c.run.in_(list(runs)))
        .group_by(entry_runs.c.pid)
    )
    return {pid: int(n) for pid, n in bulk.fetch(conn, query)}


def hand_over(conn: Connection, run: int, some: Sequence[Entry]) -> None:
    """Let these entries, one for each person, be decided in a run."""
    columns = {
        "run": run,
        "pid": [one.pid for one in some],
        "campaign": some[0].campaign,
        "mark": [one.mark for one in some],
        "due_us": [one.due_us for one in some],
        "cart": b"",
    }
    bulk.insert_columns(conn, entry_runs, columns, on_conflict="replace")
    _change(conn, some, run=run, due_us=NEVER_US)


def go_on(conn: Connection, run: int, ended: Any, due_us: Mapping[int, int]) -> None:
    """Let the entries of a run go on to their next message, or end, once one is decided.

    `due_us` says by pid when the next message is due; the entries of `ended` are over.
    """
    in_run = entries.c.run == run
    if len(ended):
        gone = bulk.given_ids(conn, ended, name="ended_entries")
        conn.execute(
            update(entries)
            .where(in_run, entries.c.pid.in_(select(gone.c.id)))
            .values(run=OVER, due_us=NEVER_US)
        )
    if due_us:
        pids = sorted(due_us)
        then = bulk.given(
            conn,
            "next_entries",
            pid=(BigInteger(), pids),
            at_us=(BigInteger(), [due_us[pid] for pid in pids]),
        )
        conn.execute(
            update(entries)
            .where(in_run, entries.c.pid == then.c.pid)
            .values(run=0, message=entries.c.message + 1, due_us=then.c.at_us)
        )


def about(conn: Connection, run: int, pids: Any) -> list[About]:
    """What the messages of these people in a run are about; who has no entry is left out."""
    asked = bulk.given_ids(conn, pids, name="asked_about")
    query = (
        select(entry_runs.c.pid, entries.c.entered_us, entry_runs.c.due_us, entries.c.event)
        .join(asked, entry_runs.c.pid == asked.c.id)
        .join(
            entries,
            and_(entries.c.campaign == entry_runs.c.campaign, entries.c.mark == entry_runs.c.mark),
        )
        .where(entry_runs.c.run == run)
        .order_by(entry_runs.c.pid)
    )
    return [About(*row) for row in bulk.fetch(conn, query)]


def keep_carts(conn: Connection, run: int, carts: Mapping[int, bytes]) -> None:
    """Keep by pid what the link of a message restores."""
    if not carts:
        return
    pids = sorted(carts)
    kept = bulk.given(conn, "carts", pid=(BigInteger(), pids))
    rows = select(*entry_runs.c).join(kept, kept.c.pid == entry_runs.c.pid)
    found = bulk.fetch_columns(conn, rows.where(entry_runs.c.run == run))
    if found["pid"]:
        found["cart"] = [carts[pid] for pid in found["pid"]]
        bulk.insert_columns(conn, entry_runs, found, on_conflict="replace")


def cart(conn: Connection, run: int, pid: int) -> bytes:
    """What the link of a person's message restores; b'' where nothing is kept."""
    mine = (entry_runs.c.run == run) & (entry_runs.c.pid == pid)
    found = conn.execute(select(entry_runs.c.cart).where(mine)).scalar()
    return bytes(found or b"")


def counts(conn: Connection) -> dict[int, int]:
    """How many entries wait for their next message, by the run that listens."""
    query = (
        select(entries.c.listening, func.count())
        .where(entries.c.run == 0)
        .group_by(entries.c.listening)
        .order_by(entries.c.listening)
    )
    return {run: int(n) for run, n in bulk.fetch(conn, query)}


def waiting_by_message(conn: Connection, campaign: str) -> list[tuple[int, int, int]]:
    """Message of the series (from 0), how many wait for it, and when the first is due."""
    query = (
        select(entries.c.message, func.count(), func.min(entries.c.due_us))
        .where(entries.c.campaign == campaign, entries.c.run == 0)
        .group_by(entries.c.message)
        .order_by(entries.c.message)
    )
    return [(int(m), int(n), int(at)) for m, n, at in bulk.fetch(conn, query)]


def standing(conn: Connection, listening: int) -> bool:
    """Whether somebody who entered by this run's definitions has something left."""
    query = select(entries.c.mark).where(entries.c.listening == listening, _STANDING).limit(1)
    return conn.execute(query).first() is not None


def close(conn: Connection, run: int) -> None:
    """End what is still left in a run that is over."""
    mine = entries.c.run == run
    conn.execute(update(entries).where(mine).values(run=OVER, due_us=NEVER_US))


def end(conn: Connection, campaign: str) -> int:
    """Nobody of the campaign gets anything more; how many had something left."""
    mine = (entries.c.campaign == campaign) & _STANDING
    return conn.execute(
        update(entries).where(mine).values(run=OVER, due_us=NEVER_US, event=b"")
    ).rowcount


def of_person(conn: Connection, pid: int) -> list[Entry]:
    """Every entry of a (canonical) person, by time."""
    query = select(*_COLUMNS).where(entries.c.pid == pid)
    return [Entry(*row) for row in bulk.fetch(conn, query.order_by(entries.c.entered_us))]


def oldest_us(conn: Connection) -> int | None:
    """When the oldest event that is kept of an entry happened, or the oldest message was due."""
    kept = select(func.min(entries.c.entered_us)).where(_OUTLIVED)
    found = [conn.execute(query).scalar() for query in (kept, select(func.min(_DUE_US)))]
    return min((one for one in found if one is not None), default=None)


def delete_before(conn: Connection, at_us: int) -> int:
    """Blank the events of entries that are over, and what older messages were about; how many.

    The entries stay: they say that their person has entered before.
    """
    old = _OUTLIVED & (entries.c.entered_us < at_us)
    blanked = conn.execute(update(entries).where(old).values(event=b"")).rowcount
    return blanked + conn.execute(delete(entry_runs).where(at_us > _DUE_US)).rowcount


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Let the winner of a merge take over the loser's entries; who is under way stays in one.

    Of several entries in a campaign that are not over, the earliest goes on.
    """
    losers = bulk.given_ids(conn, sorted(into), name="entry_losers")
    rows = bulk.fetch(conn, select(*_COLUMNS).join(losers, entries.c.pid == losers.c.id))
    moved = [Entry(*row) for row in rows]
    if moved:
        put_again = [one._replace(pid=into[one.pid]) for one in moved]
        columns = dict(zip(Entry._fields, map(list, zip(*put_again, strict=True)), strict=True))
        bulk.insert_columns(conn, entries, columns, on_conflict="replace")
        winners = sorted({one.pid for one in put_again})
        for campaign in sorted({one.campaign for one in moved}):
            _keep_one(conn, of_people(conn, campaign, winners))
    in_runs = bulk.fetch(conn, select(*entry_runs.c).join(losers, entry_runs.c.pid == losers.c.id))
    if in_runs:
        conn.execute(delete(entry_runs).where(entry_runs.c.pid.in_(select(losers.c.id))))
        names = [column.name for column in entry_runs.c]
        columns = dict(zip(names, map(list, zip(*in_runs, strict=True)), strict=True))
        columns["pid"] = [into[pid] for pid in columns["pid"]]
        bulk.insert_columns(conn, entry_runs, columns, on_conflict="ignore")


def _keep_one(conn: Connection, found: Sequence[Entry]) -> None:
    """Let the earliest entry of each person that is not over go on, and end the others."""
    first: set[int] = set()
    others = []
    for one in found:
        if one.run == OVER:
            continue
        if one.pid in first:
            others.append(one)
        first.add(one.pid)
    if others:
        _change(conn, others, run=OVER, due_us=NEVER_US)


def _change(conn: Connection, some: Sequence[Entry], **values: int) -> None:
    """Give these entries (of one campaign) other values."""
    marks = bulk.given_ids(conn, [one.mark for one in some], name="marks_changed")
    mine = (entries.c.campaign == some[0].campaign) & entries.c.mark.in_(select(marks.c.id))
    conn.execute(update(entries).where(mine).values(**values))
