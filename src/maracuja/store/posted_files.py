"""Files that go out inside single messages: kept until the message has gone, or never will."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select

from maracuja.content import Enclosed
from maracuja.store import bulk
from maracuja.store.schema import posted_files


def add(conn: Connection, message: bytes, files: Sequence[Enclosed]) -> None:
    """Keep the files of a message that has none yet, in their order."""
    columns = {
        "message": [message] * len(files),
        "n": list(range(len(files))),
        "name": [file.name for file in files],
        "type": [file.type for file in files],
        "data": [file.data for file in files],
    }
    if files:
        bulk.insert_columns(conn, posted_files, columns, on_conflict="ignore")


def of(conn: Connection, message: bytes) -> tuple[Enclosed, ...]:
    """The files of a message, in their order."""
    c = posted_files.c
    query = select(c.name, c.type, c.data).where(c.message == message).order_by(c.n)
    return tuple(
        Enclosed(name=name, type=kind, size=len(data), data=bytes(data))
        for name, kind, data in bulk.fetch(conn, query)
    )


def forget(conn: Connection, messages: Collection[bytes]) -> None:
    """Delete the files of these messages."""
    for ids in bulk.slices(sorted(messages)):
        conn.execute(delete(posted_files).where(posted_files.c.message.in_(ids)))


def forget_where(conn: Connection, messages: Any) -> None:
    """Delete the files of the messages that a query selects."""
    mine: ColumnElement[bool] = posted_files.c.message.in_(messages)
    conn.execute(delete(posted_files).where(mine))
