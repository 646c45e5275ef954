"""What marketers wrote, with every version: segments, templates, campaigns, topics, goals, tones.

A definition is kept as canonical JSON; it is never changed, only followed by a newer version.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    insert,
    select,
    true,
)

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


def _in_force(which: ColumnElement[bool]) -> Select[Any]:
    """The query for the newest versions of these, but of what is gone."""
    c = definitions.c
    newest = select(c.kind, c.id, func.max(c.version).label("version")).where(which)
    last = newest.group_by(c.kind, c.id).subquery()
    mine = (c.kind == last.c.kind) & (c.id == last.c.id) & (c.version == last.c.version)
    in_force = select(*_COLUMNS).join(last, mine).where(c.deleted.is_(False))
    return in_force.order_by(c.kind, c.id)


# Built once: the worker asks for some kind many times a second.
_OF_ALL: Final = _in_force(true())
_OF_KIND: Final = _in_force(definitions.c.kind == bindparam("wanted"))
_LATEST: Final = (
    select(*_COLUMNS)
    .where(definitions.c.kind == bindparam("wanted"), definitions.c.id == bindparam("name"))
    .order_by(definitions.c.version.desc())
    .limit(1)
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
    found = conn.execute(_OF_ALL) if kind is None else conn.execute(_OF_KIND, {"wanted": kind})
    return [Definition(*row) for row in found]


def history(conn: Connection, kind: str, name: str) -> list[Definition]:
    """Every version, oldest first; empty when the name was never used."""
    query = (
        select(*_COLUMNS)
        .where(definitions.c.kind == kind, definitions.c.id == name)
        .order_by(definitions.c.version)
    )
    return [Definition(*row) for row in conn.execute(query)]


def _latest(conn: Connection, kind: str, name: str) -> Definition | None:
    row = conn.execute(_LATEST, {"wanted": kind, "name": name}).one_or_none()
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
