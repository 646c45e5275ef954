"""The meaning of a fact event by event, for one person: plain Python, and the oracle of the SQL.

It must never be used for everybody: that is what queries.py is for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from maracuja.segments.comparing import When, scaled, tests
from maracuja.segments.definition import Property, Step, names
from maracuja.segments.facts import (
    CELL_MAX,
    COUNTED,
    NEEDS,
    Fact,
    full_name,
    property_kind,
    property_tests,
    value_kind,
    window,
)
from maracuja.segments.operators import Kind
from maracuja.segments.spans import span

Row = Mapping[str, Any]

_TYPES: Final = {Kind.TEXT: str, Kind.NUMBER: int | float, Kind.BOOLEAN: bool}


def fold(wanted: Fact, rows: Iterable[Row], columns: Mapping[str, str], when: When) -> Any:
    """The value of a fact over one person's events, merged pids included, in any order.

    A row holds the lake's columns: `event`, `ts` (naive UTC), properties, `rest`. None where
    there is nothing; counts are 0 then. Units as in facts.Fact.
    """
    if wanted.kind == "sequence":
        return _sequence(wanted, list(rows), columns, when)
    value_kind(wanted, columns)
    events = [r for r in rows if _counts(r, wanted.events, wanted.where, wanted, columns, when)]
    if wanted.kind == "count":
        return len(events)
    if not wanted.of:
        times = [r["ts"] for r in events]
        return (min if wanted.kind == "first" else max)(times) if times else None
    kind = property_kind(wanted.of, columns, numeric=wanted.kind in NEEDS)
    values = [(r["ts"], v) for r in events if (v := _get(r, wanted.of, kind, columns)) is not None]
    if values:
        return _of_property(wanted.kind, values)
    return 0 if wanted.kind in COUNTED else None


def _of_property(how: str, values: list[tuple[datetime, Any]]) -> Any:
    plain = [v for _, v in values]
    if how == "distinct":
        return len(set(plain))
    if how == "top":
        return min(Counter(plain).items(), key=lambda item: (-item[1], item[0]))[0]
    if how in ("min", "max"):
        return (min if how == "min" else max)(plain)
    if how in ("first", "last"):
        edge = (min if how == "first" else max)(ts for ts, _ in values)
        return min(v for ts, v in values if ts == edge)
    cells = [scaled(v) for v in plain if abs(v) <= CELL_MAX]
    if not cells:
        return None
    total = sum(cells)
    limit = 2**63 - 1
    return max(min(total, limit), -limit) if how == "sum" else total / len(cells)


def _counts(
    row: Row,
    events: Sequence[str],
    where: Iterable[Property],
    limits: Fact,
    columns: Mapping[str, str],
    when: When,
) -> bool:
    low, high = window(limits, when)
    if row["event"] not in events or (low is not None and row["ts"] < low):
        return False
    if high is not None and row["ts"] >= high:
        return False
    for item in where:
        kind, comparison = property_tests(item, columns)
        value = _get(row, item.property, kind, columns)
        if not all(t.holds(value) for t in tests(comparison, kind, when, item.property)):
            return False
    return True


def _get(row: Row, name: str, kind: Kind, columns: Mapping[str, str]) -> Any:
    full = full_name(name)
    if full in columns:
        return row.get(full)
    value = msgspec.json.decode(row["rest"]).get(full) if row.get("rest") else None
    if isinstance(value, bool) and kind is not Kind.BOOLEAN:
        return None
    if not isinstance(value, _TYPES.get(kind, str)):
        return None
    return float(value) if kind is Kind.NUMBER else value


def _sequence(
    wanted: Fact, rows: list[Row], columns: Mapping[str, str], when: When
) -> datetime | None:
    """Every chain of events is tried, so that this can judge the joins."""
    steps = wanted.steps
    times = [
        sorted({r["ts"] for r in rows if _counts(r, _names(s), s.where, wanted, columns, when)})
        for s in steps
    ]
    chains = {(ts, ts) for ts in times[0]}  # (start, end) of what is matched so far
    absent: int | None = None
    for n, step in enumerate(steps[1:], start=1):
        if step.did_not is not None:
            absent = n
            continue
        gone = times[absent] if absent is not None else []
        chains = {
            (start, ts)
            for start, end in chains
            for ts in times[n]
            if end < ts
            and (step.within is None or ts <= end + _length(step.within))
            and (not wanted.in_total or ts <= start + _length(wanted.in_total))
            and not any(end < x < ts for x in gone)
        }
        absent = None
    ends = {end for _, end in chains}
    if absent is not None:
        wait = _length(steps[absent].within or "")
        now = when.minute.replace(tzinfo=None)
        ends = {
            end
            for end in ends
            if end + wait <= now and not any(end < x <= end + wait for x in times[absent])
        }
    return max(ends, default=None)


def _names(step: Step) -> tuple[str, ...]:
    return names(step.did or step.did_not or [])


def _length(text: str) -> timedelta:
    return timedelta(seconds=span(text).seconds)
