"""What people put on definitions beside what they say: labels, notes, and that they are archived.

None of it makes a new version of the definition.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from maracuja.store import bulk
from maracuja.store.schema_marks import archived, labels, notes

ROWS_MAX: Final = 1_000


class Note(NamedTuple):
    """What somebody wrote about a definition; never changed."""

    number: int
    kind: str
    id: str
    at_us: int
    actor: str
    text: str


def label(conn: Connection, kind: str, name: str, given: Collection[str]) -> None:
    """Put labels on a definition; those it has stay."""
    columns = {"kind": kind, "id": name, "label": sorted(set(given))}
    bulk.insert_columns(conn, labels, columns, on_conflict="ignore")


def unlabel(conn: Connection, kind: str, name: str, given: Collection[str]) -> int:
    """Take labels off; how many were there."""
    c = labels.c
    mine = (c.kind == kind) & (c.id == name) & c.label.in_(sorted(given))
    return conn.execute(delete(labels).where(mine)).rowcount


def labels_of(conn: Connection, kind: str) -> dict[str, list[str]]:
    """The labels of every definition of a kind, by id, in alphabetical order."""
    c = labels.c
    query = select(c.id, c.label).where(c.kind == kind).order_by(c.id, c.label)
    found: dict[str, list[str]] = {}
    for name, one in bulk.fetch(conn, query):
        found.setdefault(name, []).append(one)
    return found


def archive(conn: Connection, kind: str, name: str, actor: str, now_us: int) -> None:
    """Put a definition away; once is as good as twice."""
    row = {"kind": [kind], "id": [name], "at_us": [now_us], "actor": [actor]}
    bulk.insert_columns(conn, archived, row, on_conflict="ignore")


def fetch_back(conn: Connection, kind: str, name: str) -> int:
    """Take a definition out of the archive; whether it was there, as 0 or 1."""
    c = archived.c
    return conn.execute(delete(archived).where(c.kind == kind, c.id == name)).rowcount


def archived_of(conn: Connection, kind: str) -> dict[str, int]:
    """The archived definitions of a kind, with the moment (micros)."""
    c = archived.c
    return dict(bulk.fetch(conn, select(c.id, c.at_us).where(c.kind == kind)))


def write_note(conn: Connection, kind: str, name: str, text: str, actor: str, now_us: int) -> int:
    """Add a note; its number."""
    row = {"kind": kind, "id": name, "at_us": now_us, "actor": actor, "text": text}
    new = insert(notes).values(row).returning(notes.c.number)
    number: int = conn.execute(new).scalar_one()
    return number


def notes_of(conn: Connection, kind: str, name: str) -> list[Note]:
    """The notes of a definition, newest first."""
    columns = [notes.c[field] for field in Note._fields]
    query = (
        select(*columns)
        .where(notes.c.kind == kind, notes.c.id == name)
        .order_by(notes.c.number.desc())
        .limit(ROWS_MAX)
    )
    return [Note(*row) for row in bulk.fetch(conn, query)]
