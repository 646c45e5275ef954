"""Moves a whole workspace from one store to another, into a backup, and back.

A backup has one form, two SQLite files, whichever database it was taken from; lake files and the
log of erasures are the caller's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, MetaData, Table, delete, func, select, text, update

from maracuja.errors import ConfigError, Conflict
from maracuja.store import (
    bulk,
    conversation_words,
    counters,
    erase,
    health,
    meta,
    migrating,
    posted,
    watermarks,
)
from maracuja.store.engine import Store, open_store
from maracuja.store.erase import Erasure
from maracuja.store.schema import inbox_counters, inbox_state, leases, runs, state

Progress = Callable[[str, int], None]  # table, rows copied so far

ROWS: Final = 20_000
STATE_FILE: Final = "state.db"
INBOX_FILE: Final = "inbox.db"


def no_progress(table: str, rows: int) -> None:
    """Tells nobody."""


def copy(source: Store, target: Store, *, progress: Progress = no_progress) -> dict[str, int]:
    """Copy every row of `source` into the empty `target` and return the counts by table.

    All or nothing for each of state and inbox. Raises Conflict when `target` holds rows already,
    or when the counts differ in the end. The inbox is read first: a request that arrives meanwhile
    may be missing, but none that the state has not seen is skipped later.
    """
    migrating.check(source)
    migrating.migrate(target)
    with source.read_inbox() as read, target.write_inbox() as write:
        counts = _copy_tables(read, write, inbox_state, progress)
    with source.read() as read, target.write() as write:
        counts |= _copy_tables(read, write, state, progress)
    _join(target)
    return dict(sorted(counts.items()))


def backup(store: Store, directory: Path) -> dict[str, int]:
    """Write `state.db` and `inbox.db` into an existing, empty directory, while others work.

    Each file is one moment of its database. Returns the counts by table. Raises Conflict when
    a backup stands there already.
    """
    taken = [name for name in (STATE_FILE, INBOX_FILE) if (directory / name).exists()]
    if taken:
        raise Conflict(
            f"{directory} holds a backup already", fix="Name a directory that is empty."
        )
    if store.dialect != "sqlite":
        copied = open_backup(directory)
        try:
            return copy(store, copied)
        finally:
            copied.close()
    _copy_file(store.inbox.url.database, directory / INBOX_FILE)
    _copy_file(store.state.url.database, directory / STATE_FILE)
    copied = open_backup(directory)
    try:
        _join(copied)
        with copied.read_inbox() as conn:
            counts = _counts(conn, inbox_state)
        with copied.read() as conn:
            return dict(sorted((counts | _counts(conn, state)).items()))
    finally:
        copied.close()


def open_backup(directory: Path) -> Store:
    """The store in a backup's directory."""
    return open_store(f"sqlite:///{directory / STATE_FILE}", inbox=directory / INBOX_FILE)


def restore(
    directory: Path,
    target: Store,
    *,
    erasures: Sequence[Erasure],
    now_us: int,
    progress: Progress = no_progress,
) -> dict[str, int]:
    """Copy a backup into the empty `target` and erase again everybody whom the log names.

    All sending is paused: what was queued then may have been sent since, and a person has to say
    what goes on. Returns the counts by table before the erasures were replayed. Raises ConfigError
    when there is no backup.
    """
    if not (directory / STATE_FILE).is_file() or not (directory / INBOX_FILE).is_file():
        raise ConfigError(f"there is no backup in {directory}", fix="Name its directory.")
    source = open_backup(directory)
    try:
        counts = copy(source, target, progress=progress)
    finally:
        source.close()
    with target.write() as conn:
        salt = meta.load(conn).suppression_salt
        erase.replay(conn, erasures, salt=salt)
        # The number of somebody who was erased since is never given to another.
        for entry in erasures:
            counters.raise_to(conn, "pid", max(entry.pids))
        conn.execute(delete(leases))
        conn.execute(
            update(runs).where(runs.c.state.in_(["launching", "sending"])).values(state="paused")
        )
        posted.withdraw(conn)
        conversation_words.withdraw(conn)
        health.set_paused(
            conn,
            health.EVERY_CHANNEL,
            now_us,
            paused=True,
            reason="restored from a backup: what was queued then may have been sent since",
        )
    return counts


def _copy_tables(
    read: Connection, write: Connection, metadata: MetaData, progress: Progress
) -> dict[str, int]:
    counts: dict[str, int] = {}
    for table in metadata.sorted_tables:
        if _count(write, table):
            raise Conflict(
                f"the target holds rows in {table.name} already",
                fix="Name a database without tables.",
            )
        counts[table.name] = _copy_table(read, write, table, progress)
        if not counts[table.name] == _count(read, table) == _count(write, table):
            raise Conflict(
                f"the rows of {table.name} changed while they were copied", fix="Try again."
            )
        if write.dialect.name == "postgresql":
            _follow_serial(write, table)
    return counts


def _copy_table(read: Connection, write: Connection, table: Table, progress: Progress) -> int:
    names = table.columns.keys()
    ordered = select(table).order_by(*table.primary_key.columns)
    # On the statement: a connection would stream everything that it is asked from then on.
    streamed = read.execute(ordered.execution_options(stream_results=True))
    rows = 0
    for part in streamed.partitions(ROWS):
        columns = dict(zip(names, map(list, zip(*part, strict=True)), strict=True))
        rows += bulk.insert_columns(write, table, columns)
        progress(table.name, rows)
    return rows


def _follow_serial(conn: Connection, table: Table) -> None:
    """Let PostgreSQL's own numbering go on above the copied rows."""
    for column in table.primary_key.columns:
        if column.autoincrement is True:
            conn.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'),"  # noqa: S608
                    f" (SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}), false)"
                )
            )


def _join(store: Store) -> None:
    """Let the inbox's numbers go on above what the state has passed already."""
    with store.read() as conn:
        passed = watermarks.get(conn, "inbox")
    with store.write_inbox() as conn:
        counters.raise_to(conn, "inbox", passed, table=inbox_counters)


def _copy_file(source: str | None, target: Path) -> None:
    assert source is not None
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copied:
        live.backup(copied)


def _counts(conn: Connection, metadata: MetaData) -> dict[str, int]:
    return {table.name: _count(conn, table) for table in metadata.sorted_tables}


def _count(conn: Connection, table: Table) -> int:
    return int(conn.execute(select(func.count()).select_from(table)).scalar_one())
