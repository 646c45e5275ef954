"""The traits and event properties that were ever seen, with type, samples and privacy class.

A type, once discovered, never changes: the lake's columns stand on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Text, and_, select, update

from maracuja.errors import NotFound
from maracuja.model import Discovery, Privacy, TraitType
from maracuja.store import bulk
from maracuja.store.schema import discovered

SAMPLES_MAX: Final = 5
EVENTS_MAX: Final = 2_000
NAMES_MAX: Final = 2_000  # of traits, of properties and of the context, whatever the events
OTHERS: Final = "(others)"  # the event or name under which all further ones are counted


def record(conn: Connection, found: Sequence[Discovery]) -> list[Discovery]:
    """Add what a batch has shown; returns the names that are new.

    Of a known name the first type and the privacy stay, times widen, `seen` adds up and samples
    fill up to SAMPLES_MAX distinct ones. Events beyond EVENTS_MAX and names beyond NAMES_MAX are
    counted as OTHERS: a client that writes ids into their names must not fill the table.
    """
    if not found:
        return []
    standing = {d[:3]: d for d in _of(conn, [d[:3] for d in found])}
    if any(d[:3] not in standing for d in found):
        found = _with_others(conn, found)
        standing = {d[:3]: d for d in _of(conn, [d[:3] for d in found])}
    new: dict[tuple[str, str, str], None] = {}
    for one in found:
        key = one[:3]
        old = standing.get(key)
        if old is None:
            new[key] = None
            standing[key] = one._replace(samples=_distinct(one.samples))
            continue
        standing[key] = old._replace(
            first_seen_us=min(old.first_seen_us, one.first_seen_us),
            last_seen_us=max(old.last_seen_us, one.last_seen_us),
            seen=old.seen + one.seen,
            samples=_distinct((*old.samples, *one.samples)),
        )
    rows = [standing[key] for key in sorted(standing)]
    columns = {name: [getattr(row, name) for row in rows] for name in Discovery._fields}
    columns["type"] = [row.type.value for row in rows]
    columns["privacy"] = [int(row.privacy) for row in rows]
    columns["samples"] = [msgspec.json.encode(row.samples) for row in rows]
    bulk.insert_columns(conn, discovered, columns, on_conflict="replace")
    return [standing[key] for key in new]


def every(conn: Connection, scope: str | None = None, *, others: bool = False) -> list[Discovery]:
    """All that was discovered, of one scope or of all, by scope, event and name.

    With `others` also the lines that count names beyond NAMES_MAX: they are nobody's trait.
    """
    d = discovered.c
    query = select(*(d[name] for name in Discovery._fields)).order_by(d.scope, d.event, d.name)
    if scope is not None:
        query = query.where(d.scope == scope)
    if not others:
        query = query.where(d.name != OTHERS)
    return [_discovery(row) for row in bulk.fetch(conn, query)]


def set_privacy(conn: Connection, scope: str, event: str, name: str, privacy: Privacy) -> None:
    """Say how careful to be with a name. Raises NotFound."""
    d = discovered.c
    statement = (
        update(discovered)
        .where(d.scope == scope, d.event == event, d.name == name)
        .values(privacy=int(privacy))
    )
    if conn.execute(statement).rowcount != 1:
        raise NotFound(f"no {scope} {name} was ever seen", where=event)


def _with_others(conn: Connection, found: Sequence[Discovery]) -> list[Discovery]:
    """The same, with too many events and names as OTHERS, without their examples."""
    d = discovered.c
    query = select(d.event).where(d.event.not_in(["", OTHERS])).distinct()
    known = {"", *(event for (event,) in bulk.fetch(conn, query))}
    names: dict[str, set[str]] = {}
    for scope, name in bulk.fetch(conn, select(d.scope, d.name).distinct()):
        names.setdefault(scope, {OTHERS}).add(name)
    kept: list[Discovery] = []
    for one in found:
        if one.event not in known and len(known) <= EVENTS_MAX:
            known.add(one.event)
        if one.event not in known:
            one = one._replace(event=OTHERS, samples=())
        of_scope = names.setdefault(one.scope, {OTHERS})
        if one.name not in of_scope and len(of_scope) <= NAMES_MAX:
            of_scope.add(one.name)
        if one.name not in of_scope:
            text = TraitType.TEXT  # of several types
            one = one._replace(name=OTHERS, type=text, samples=(), privacy=Privacy.PERSONAL)
        kept.append(one)
    return kept


def _of(conn: Connection, keys: Sequence[tuple[str, str, str]]) -> list[Discovery]:
    scopes, events, names = zip(*keys, strict=True)
    asked = bulk.given(
        conn, "asked", scope=(Text(), scopes), event=(Text(), events), name=(Text(), names)
    )
    d = discovered.c
    query = select(*(d[name] for name in Discovery._fields)).join_from(
        asked,
        discovered,
        and_(d.scope == asked.c.scope, d.event == asked.c.event, d.name == asked.c.name),
    )
    return [_discovery(row) for row in bulk.fetch(conn, query)]


def _discovery(row: tuple[Any, ...]) -> Discovery:
    return Discovery(*row)._replace(
        type=TraitType(row[3]),
        samples=tuple(msgspec.json.decode(row[7])),
        privacy=Privacy(row[8]),
    )


def _distinct(samples: Sequence[Any]) -> tuple[Any, ...]:
    kept: list[Any] = []
    for sample in samples:
        if sample not in kept and len(kept) < SAMPLES_MAX:
            kept.append(sample)
    return tuple(kept)
