"""Who did what to whom and when: added to, listed, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select

from maracuja.errors import NotFound
from maracuja.store import bulk
from maracuja.store.schema import audit

ROWS_MAX: Final = 1_000
WORKER: Final = "worker"  # who pauses what turns out to be wrong


class Entry(NamedTuple):
    """One line of the audit log; `subject` is `kind:id`, such as `person:17`."""

    id: int
    at_us: int
    actor: str
    action: str
    subject: str
    detail: Any


_COLUMNS: Final = [audit.c[name] for name in Entry._fields]


def add(
    conn: Connection, now_us: int, actor: str, action: str, subject: str, detail: Any = None
) -> None:
    """Write one line."""
    row = {
        "at_us": now_us,
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": msgspec.json.encode(detail),
    }
    conn.execute(insert(audit).values(row))


def add_many(
    conn: Connection, now_us: int, actor: str, action: str, subjects: list[str], details: list[Any]
) -> None:
    """Write a line for each subject."""
    columns = {
        "at_us": now_us,
        "actor": actor,
        "action": action,
        "subject": subjects,
        "detail": [msgspec.json.encode(detail) for detail in details],
    }
    bulk.insert_columns(conn, audit, columns)


def newest(
    conn: Connection,
    *,
    subject: str | None = None,
    action: str | None = None,
    actor: str | None = None,
    before: int = 2**63 - 1,
    rows_max: int = ROWS_MAX,
) -> list[Entry]:
    """The latest lines, newest first, of one subject, action or actor or of all."""
    query = select(*_COLUMNS).where(audit.c.id < before)
    query = query.order_by(audit.c.id.desc()).limit(rows_max)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    if action is not None:
        query = query.where(audit.c.action == action)
    if actor is not None:
        query = query.where(audit.c.actor == actor)
    return [_entry(row) for row in bulk.fetch(conn, query)]


def get(conn: Connection, number: int) -> Entry:
    """One line. Raises NotFound."""
    for row in bulk.fetch(conn, select(*_COLUMNS).where(audit.c.id == number)):
        return _entry(row)
    raise NotFound(f"The audit log has no line {number}.", where=str(number))


def _entry(row: Sequence[Any]) -> Entry:
    return Entry(*row)._replace(detail=msgspec.json.decode(row[-1]))
