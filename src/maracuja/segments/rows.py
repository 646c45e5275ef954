"""The rows of the lake that a fact is about, as SQL: filters, window, properties, people.

Names and values enter only through `literal` and quoted identifiers, so that nothing a marketer
writes is ever read as SQL.
"""
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from maracuja.segments.comparing import When, tests
from maracuja.segments.definition import Property
from maracuja.segments.facts import Fact, full_name, property_tests, window
from maracuja.segments.operators import Kind, literal


class Aliases(NamedTuple):
    """Merged people: under each pid whether it is an alias (the last: never), and whose."""

    mask: npt.NDArray[np.bool_]
    person: npt.NDArray[np.int64]


class Lake(NamedTuple):
    """What a query may count on: the columns of `events` with their SQL types, and merges.

    `buckets`: a sample of canonical buckets, whose people's other pids stand in the relation
    `sampled_aliases(pid)`; aliases of people outside it in `foreign_aliases(pid)`. `chosen`: only
    the people of the relation `chosen(pid, person)` are asked about, all their pids in it.
    `aliases`: the merged pids, where there are any. `catalogue`: products stand in the relation
    `catalogue(id, category, price)`, prices in money.
    """

    columns: Mapping[str, str]
    merged: bool = True
    buckets: tuple[int, ...] = ()
    chosen: bool = False
    aliases: Aliases | None = None
    catalogue: bool = False


_JSON_TYPES: Final = {
    Kind.TEXT: ("'VARCHAR'", "json_extract_string(rest, {p})"),
    Kind.NUMBER: (
        "'DOUBLE', 'BIGINT', 'UBIGINT', 'HUGEINT'",
        "TRY_CAST(json_extract(rest, {p}) AS DOUBLE)",
    ),
    Kind.BOOLEAN: ("'BOOLEAN'", "TRY_CAST(json_extract(rest, {p}) AS BOOLEAN)"),
}


def property_sql(name: str, kind: Kind, columns: Mapping[str, str]) -> str:
    """The property of an event: its column, or what `rest` holds of that kind."""
    full = full_name(name)
    if full in columns:
        quoted = full.replace('"', '""')
        return f'"{quoted}"'
    if "rest" not in columns:
        return f"CAST(NULL AS {_SQL_TYPES[kind]})"
    pointer = literal("/" + full.replace("~", "~0").replace("/", "~1"))
    types, value = _JSON_TYPES[kind]
    text = value.format(p=pointer)
    return f"CASE WHEN json_type(rest, {pointer}) IN ({types}) THEN {text} END"


_SQL_TYPES: Final = {Kind.TEXT: "VARCHAR", Kind.NUMBER: "DOUBLE", Kind.BOOLEAN: "BOOLEAN"}


def people(rows: str, lake: Lake, value: str = "") -> str:
    """The rows of `source` with the pid replaced by the person's."""
    v = ", e.v" if value else ""
    if lake.chosen:
        return f"SELECT c.person AS pid, e.ts{v} FROM ({rows}) e JOIN chosen c ON c.pid = e.pid"
    if not lake.merged:
        return rows
    return (
        f"SELECT coalesce(m.canonical, e.pid) AS pid, e.ts{v}"
        f" FROM ({rows}) e LEFT JOIN merged m ON m.pid = e.pid"
    )


def source(
    events: Collection[str],
    where: Iterable[Property],
    lake: Lake,
    when: When,
    limits: Fact,
    value: str = "",
) -> str:
    """The events of one step: columns pid, ts and, where asked for, v (never null then)."""
    low, high = window(limits, when)
    named = ", ".join(literal(e) for e in events)
    parts = [f"event = {named}" if len(events) == 1 else f"event IN ({named})"]
    if low is not None:
        parts.append(f"ts >= {literal(low)}")
    if high is not None:
        parts.append(f"ts < {literal(high)}")
    for item in where:
        kind, comparison = property_tests(item, lake.columns)
        left = property_sql(item.property, kind, lake.columns)
        parts += [t.sql(left) for t in tests(comparison, kind, when, item.property)]
    v = f", {value} AS v" if value else ""
    if value:
        parts.append(f"{value} IS NOT NULL")
    query = f"SELECT pid, ts{v} FROM events WHERE " + " AND ".join(parts)
    if not lake.buckets:
        return query
    inside = ", ".join(map(str, lake.buckets))
    if not lake.merged:
        return f"{query} AND bucket IN ({inside})"
    return (
        f"SELECT * FROM ({query} AND bucket IN ({inside})) ANTI JOIN foreign_aliases USING (pid)"
        f" UNION ALL SELECT * FROM ({query}) SEMI JOIN sampled_aliases USING (pid)"
    )
