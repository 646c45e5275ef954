"""What marketers wrote, with every version: segments, templates, campaigns, topics, goals, tones.

A definition is kept as canonical JSON; it is never changed, only followed by a newer version.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, insert, select

from maracuja.errors import Conflict, NotFound
from maracuja.store.schema import definitions

_COLUMNS = (
    definitions.c.kind,
    definitions.c.id,
    definitions.c.version,
    definitions.c.body,
    definitions.c.created_us,
    definitions.c.actor,
    definitions.c.deleted,
)


class Definition(NamedTuple):
    """One version of a definition; `body` is canonical JSON, empty where it says: gone."""

    kind: str
    id: str
    version: int
    body: bytes
    created_us: int
    actor: str
    deleted: bool


def canonical(body: Any) -> bytes:
    """JSON with sorted keys and no spaces: equal definitions are equal bytes."""
    plain = msgspec.to_builtins(body)
    return msgspec.json.encode(plain, order="sorted")


def put(
    conn: Connection,
    kind: str,
    name: str,
    body: Any,
    *,
    base: int | None,
    actor: str,
    now_us: int,
) -> int:
    """Store `body` (a Struct or plain data) as the next version and return its number.

    `base` is the version that the author started from (0: a new one, None: whatever stands).
    Identical content makes no new version. Raises Conflict when the stored version is newer.
    """
    written = canonical(body)
    stored = _latest(conn, kind, name)
    if stored is not None and not stored.deleted and stored.body == written:
        return stored.version
    _check_base(stored, kind, name, base)
    return _add(conn, stored, kind, name, written, actor=actor, now_us=now_us, deleted=False)


def drop(
    conn: Connection, kind: str, name: str, *, base: int | None, actor: str, now_us: int
) -> int:
    """Store a version that says: gone. Raises NotFound, or Conflict as `put` does."""
    stored = _latest(conn, kind, name)
    if stored is None or stored.deleted:
        raise NotFound(f"there is no {kind} {name}")
    _check_base(stored, kind, name, base)
    return _add(conn, stored, kind, name, b"", actor=actor, now_us=now_us, deleted=True)


def get(conn: Connection, kind: str, name: str, version: int | None = None) -> Definition:
    """The version in force, or the one asked for. Raises NotFound."""
    found: Definition | None
    if version is None:
        found = _latest(conn, kind, name)
        if found is not None and found.deleted:
            found = None
    else:
        query = select(*_COLUMNS).where(
            definitions.c.kind == kind,
            definitions.c.id == name,
            definitions.c.version == version,
        )
        row = conn.execute(query).one_or_none()
        found = Definition(*row) if row else None
    if found is None:
        wanted = "" if version is None else f" in version {version}"
        raise NotFound(f"there is no {kind} {name}{wanted}")
    return found


def current(conn: Connection, kind: str | None = None) -> list[Definition]:
    """Every definition in force, of one kind or of all, by kind and id."""
    newest = (
        select(
            definitions.c.kind, definitions.c.id, func.max(definitions.c.version).label("version")
        )
        .group_by(definitions.c.kind, definitions.c.id)
        .subquery()
    )
    query = (
        select(*_COLUMNS)
        .join(
            newest,
            (definitions.c.kind == newest.c.kind)
            & (definitions.c.id == newest.c.id)
            & (definitions.c.version == newest.c.version),
        )
        .where(definitions.c.deleted.is_(False))
        .order_by(definitions.c.kind, definitions.c.id)
    )
    if kind is not None:
        query = query.where(definitions.c.kind == kind)
    return [Definition(*row) for row in conn.execute(query)]


def history(conn: Connection, kind: str, name: str) -> list[Definition]:
    """Every version, oldest first; empty when the name was never used."""
    query = (
        select(*_COLUMNS)
        .where(definitions.c.kind == kind, definitions.c.id == name)
        .order_by(definitions.c.version)
    )
    return [Definition(*row) for row in conn.execute(query)]


def _latest(conn: Connection, kind: str, name: str) -> Definition | None:
    query = (
        select(*_COLUMNS)
        .where(definitions.c.kind == kind, definitions.c.id == name)
        .order_by(definitions.c.version.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return Definition(*row) if row else None


def _check_base(stored: Definition | None, kind: str, name: str, base: int | None) -> None:
    if base is None or stored is None or stored.version <= base:
        return
    if stored.deleted and base == 0:
        return
    raise Conflict(
        f"the stored {kind} {name} has version {stored.version}, newer than {base}",
        where=f"{kind}/{name}",
        fix="Export the definitions, put your change on top, and apply again.",
    )


def _add(
    conn: Connection,
    stored: Definition | None,
    kind: str,
    name: str,
    body: bytes,
    *,
    actor: str,
    now_us: int,
    deleted: bool,
) -> int:
    version = 1 if stored is None else stored.version + 1
    row = Definition(kind, name, version, body, now_us, actor, deleted)
    conn.execute(insert(definitions).values(row._asdict()))
    return version
