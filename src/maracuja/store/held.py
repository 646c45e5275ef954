"""What is held about sets of people beside their documents: identities, consents, messages."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from maracuja.store import bulk
from maracuja.store.schema import chunks, consents, identities, outbox


class Word(NamedTuple):
    """The word in force of a person about a topic on a channel; `state` is ConsentState's."""

    pid: int
    topic: str
    channel: str
    state: int
    at_us: int
    source: str
    text_version: str
    language: str
    address: str


class Sent(NamedTuple):
    """A row of the outbox: message `n` of the file `path`; `state` is OutboxState's."""

    run: int
    path: str
    n: int
    channel: int
    state: int
    attempts: int
    due_us: int


def spoken_about(conn: Connection) -> list[tuple[str, str]]:
    """Every (topic, channel) that anybody said a word about, in order."""
    query = select(consents.c.topic, consents.c.channel).distinct()
    return sorted((topic, channel) for topic, channel in bulk.fetch(conn, query))


def words_of(conn: Connection, pids: Any) -> list[Word]:
    """The words in force of these canonical pids, by pid, topic and channel."""
    query = select(*(consents.c[name] for name in Word._fields), consents.c.n)
    rows = sorted(bulk.rows_where_in(conn, query, consents.c.pid, pids), key=_by_key_and_number)
    last = {row[:3]: Word(*row[:-1]) for row in rows}
    return list(last.values())


def _by_key_and_number(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:3], row[-1])


def identities_of(conn: Connection, pids: Any) -> list[tuple[int, str, str, int]]:
    """(pid, kind, value, at_us) of these canonical pids, the oldest of a kind first."""
    i = identities.c
    rows = bulk.rows_where_in(conn, select(i.pid, i.kind, i.at_us, i.value), i.pid, pids)
    return [(pid, kind, value, at_us) for pid, kind, at_us, value in sorted(rows)]


def messages_of(conn: Connection, pids: Any) -> list[Sent]:
    """What stands in the outbox for these pids, by run and number; reads the whole outbox."""
    o = outbox.c
    query = (
        select(chunks.c.run, chunks.c.path, o.n, o.channel, o.state, o.attempts, o.due_us)
        .join_from(outbox, chunks, o.chunk == chunks.c.chunk)
        .where(o.pid.in_([int(pid) for pid in pids]))
        .order_by(chunks.c.run, o.chunk, o.n)
    )
    return [Sent(*row) for row in bulk.fetch(conn, query)]
