"""What the builder of segments suggests: names that the data have shown, and frequent values.

Values of what is personal or sensitive are never suggested: they would tell of single people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection

from maracuja.errors import NotFound
from maracuja.lake.columns import quote
from maracuja.lake.files import prune
from maracuja.lake.session import columns_of, open_session
from maracuja.model import Discovery, FileKind, Privacy, micros
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.people_kept import KeptPeople
from maracuja.segments.computed import COMPUTED
from maracuja.store import discovered, manifest, people

VALUES_MAX: Final = 500  # the most frequent ones, in which is searched
NUMBERS_MAX: Final = 50  # beyond so many different numbers none is frequent
BACK: Final = timedelta(days=90)  # of events
_PREFIXES: Final = {"property": "properties", "context": "context"}


@dataclass(frozen=True)
class NameKnown:
    """A trait or a property with its type; `values`: whether its values are suggested."""

    name: str
    type: str
    seen: int
    values: bool


@dataclass(frozen=True)
class EventKnown:
    """An event that came in, and its properties; `seen` is the most any of them was seen."""

    name: str
    seen: int
    properties: tuple[NameKnown, ...]


@dataclass(frozen=True)
class Names:
    """All that a condition may name; facts as (name, what it may be asked of)."""

    traits: tuple[NameKnown, ...]
    events: tuple[EventKnown, ...]
    context: tuple[NameKnown, ...]
    facts: dict[str, str]
    topics: tuple[str, ...]
    segments: tuple[str, ...]
    campaigns: tuple[str, ...]


@dataclass(frozen=True)
class ValueSeen:
    """A value, and how many people (of a trait) or events (of a property) have it."""

    value: Any
    count: int


def names(conn: Connection) -> Names:
    """Every name that the data have shown, the most frequent first."""
    found = discovered.every(conn)
    events: dict[str, list[Discovery]] = {}
    for one in found:
        if one.scope == "property":
            events.setdefault(one.event, []).append(one)
    around = definitions_in_force(conn)

    def ids(kind: str) -> tuple[str, ...]:
        return tuple(sorted(name for of, name in around if of == kind))

    known = [
        EventKnown(event, max(one.seen for one in some), _known(some))
        for event, some in events.items()
    ]
    return Names(
        traits=_known([one for one in found if one.scope == "trait"]),
        events=tuple(sorted(known, key=lambda one: (-one.seen, one.name))),
        context=_known([one for one in found if one.scope == "context"]),
        facts={name: one.of for name, one in COMPUTED.items()},
        topics=ids("topic"),
        segments=ids("segment"),
        campaigns=ids("campaign"),
    )


def _known(some: list[Discovery]) -> tuple[NameKnown, ...]:
    shown = [
        NameKnown(one.name, one.type.value, one.seen, one.privacy is Privacy.PUBLIC)
        for one in some
    ]
    return tuple(sorted(shown, key=lambda one: (-one.seen, one.name)))


def trait_values(
    ground: Ground, name: str, now: datetime, *, holding: str = ""
) -> list[ValueSeen]:
    """The most frequent values of a trait that hold this text. Raises NotFound."""
    with ground.store.read() as conn:
        if _privacy(conn, "trait", "", name) is not Privacy.PUBLIC:
            return []
        stand = people.last_rev(conn)

        def count() -> list[ValueSeen]:
            column = KeptPeople(conn, ground, now).frame([f"traits.{name}"])[f"traits.{name}"]
            return _counted(column)

        found = ground.lately.get(("trait values", name), stand, count)
    return _holding(found, holding)


def property_values(
    ground: Ground,
    event: str,
    name: str,
    now: datetime,
    *,
    holding: str = "",
) -> list[ValueSeen]:
    """The most frequent values of an event's property (no event: of the context), lately.

    Raises NotFound for a name that no event has shown.
    """
    scope = "property" if event else "context"
    with ground.store.read() as conn:
        if _privacy(conn, scope, event, name) is not Privacy.PUBLIC:
            return []
        stand = manifest.version(conn, (FileKind.EVENTS,))
        column = f"{_PREFIXES[scope]}.{name}"
        found = ground.lately.get(
            ("values", event, column), stand, lambda: _in_lake(conn, ground, event, column, now)
        )
    return _holding(found, holding)


def _privacy(conn: Connection, scope: str, event: str, name: str) -> Privacy:
    for one in discovered.every(conn, scope):
        if (one.event, one.name) == (event, name):
            return one.privacy
    raise NotFound(f"No {scope} `{name}` has been seen.", where=scope)


def _in_lake(
    conn: Connection, ground: Ground, event: str, column: str, now: datetime
) -> list[ValueSeen]:
    files = prune(manifest.live(conn, (FileKind.EVENTS,), micros(now)), since=now - BACK)
    limits = ground.config.lake
    con = open_session(ground.lake, files, threads=limits.threads, memory=limits.memory)
    try:
        if column not in columns_of(con):
            return []
        of = "event = ?" if event else "kind <> 'internal' AND ? = ''"
        rows = con.execute(
            f"SELECT {quote(column)} AS v, count(*) AS n FROM events"  # noqa: S608
            f" WHERE {of} AND v IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT {VALUES_MAX}",
            [event],
        ).fetchall()
    finally:
        con.close()
    return [ValueSeen(value, count) for value, count in rows]


def _counted(column: pl.Series) -> list[ValueSeen]:
    """The most frequent values of a column of people; of lists, of their members."""
    known = column.drop_nulls()
    if isinstance(known.dtype, pl.List):
        known = known.explode().drop_nulls()
    if known.dtype.is_numeric() and known.n_unique() > NUMBERS_MAX:
        return []
    counts = known.alias("value").value_counts(name="count")
    top = counts.sort(["count", "value"], descending=[True, False]).head(VALUES_MAX)
    return [ValueSeen(value, count) for value, count in top.iter_rows()]


def _holding(found: list[ValueSeen], text: str) -> list[ValueSeen]:
    """Those with the text in them, whatever its case; those that begin with it first."""
    wanted = text.strip().casefold()
    fits = [one for one in found if wanted in str(one.value).casefold()]
    return sorted(fits, key=lambda one: not str(one.value).casefold().startswith(wanted))
