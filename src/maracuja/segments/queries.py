"""The DuckDB query of each fact for everybody, or of each of its steps, with tight filters.

It must never use an engine's hash or time zones, nor let the order of threads show: ties go by
name, sums are whole numbers.
"""
# ruff: noqa: S608

from __future__ import annotations

from typing import Final

from maracuja.segments.comparing import SCALE, When
from maracuja.segments.definition import names
from maracuja.segments.facts import CELL_MAX, NEEDS, Fact, property_kind, value_kind
from maracuja.segments.rows import Lake, people, property_sql, source

_CELL: Final = f"CASE WHEN abs(v) <= {CELL_MAX} THEN CAST(v * {SCALE} AS BIGINT) END"
_LIMIT: Final = 2**63 - 1

# The value of a fact as an aggregate over one person's (ts, v).
_AGGREGATES: Final = {
    # greatest() passes over nulls, so the sum is clamped only where there is one.
    "sum": f"CASE WHEN count({_CELL}) > 0 THEN"
    f" CAST(least(greatest(sum({_CELL}), -{_LIMIT}), {_LIMIT}) AS BIGINT) END",
    "average": f"sum({_CELL})::DOUBLE / count({_CELL})",
    "min": "min(v)",
    "max": "max(v)",
    "distinct": "count(DISTINCT v)",
}
_TIMES: Final = {"first": "min(ts)", "last": "max(ts)"}
_EDGES: Final = {
    "first": "min({'t': ts, 'v': v}).v",
    "last": "min({'t': -epoch_us(ts), 'v': v}).v",
}


def count_sql(wanted: Fact, lake: Lake, when: When) -> str:
    """The events that a count counts: rows (pid, ts), pids as they came, aliases among them."""
    return source(wanted.events, wanted.where, lake, when, wanted)


def step_sql(wanted: Fact, n: int, lake: Lake, when: When) -> str:
    """The events of the sequence's step n: rows as in `count_sql`."""
    step = wanted.steps[n]
    return source(names(step.did or step.did_not or []), step.where, lake, when, wanted)


def fact_sql(wanted: Fact, lake: Lake, when: When) -> str:
    """The DuckDB query of another fact: rows (pid BIGINT canonical, value), a person once.

    Values and units as in facts.Fact; null or no row where there is nothing.
    """
    value_kind(wanted, lake.columns)
    value = ""
    if wanted.of:
        kind = property_kind(wanted.of, lake.columns, numeric=wanted.kind in NEEDS)
        value = property_sql(wanted.of, kind, lake.columns)
    rows = people(source(wanted.events, wanted.where, lake, when, wanted, value), lake, value)
    if wanted.kind == "top":
        rows = f"SELECT pid, v, count(*) AS n FROM ({rows}) GROUP BY pid, v"
        aggregate = "min({'n': -n, 'v': v}).v"
    elif wanted.kind in _TIMES:
        aggregate = (_EDGES if wanted.of else _TIMES)[wanted.kind]
    else:
        aggregate = _AGGREGATES[wanted.kind]
    return f"SELECT pid, {aggregate} AS value FROM ({rows}) GROUP BY pid"
