"""Ordered sequences with absence as DuckDB queries, by ASOF joins.

Of the events that a step may follow, the latest one is always the best: it leaves the shortest
gap, the latest start and the least room for what must be absent. So one match a row is exact.
"""
# ruff: noqa: S608

from __future__ import annotations

from itertools import pairwise

from maracuja.segments.comparing import When
from maracuja.segments.definition import Step, names
from maracuja.segments.facts import Fact
from maracuja.segments.operators import literal
from maracuja.segments.rows import Lake, people, source
from maracuja.segments.spans import span


def sequence_sql(wanted: Fact, lake: Lake, when: When) -> str:
    """Rows (pid canonical, value): the time of the last step of the last completed sequence.

    The tables are filled from the last step backwards, each only with people who are in the
    next: of many views only those of the few who ordered are sorted and joined.
    """
    steps = wanted.steps
    taken = [n for n, step in enumerate(steps) if step.did is not None]
    tables = []
    for n, after in zip(reversed(taken), [None, *reversed(taken)], strict=False):
        kept = "MATERIALIZED " if n else ""  # the first step is read once only
        tables.append(f"e{n} AS {kept}({_events(steps[n], after, wanted, lake, when)})")
    for n, step in enumerate(steps):
        if step.did_not is not None:
            tables.append(f"e{n} AS ({_events(step, taken[-1], wanted, lake, when)})")
    begun = ", ts AS start" if wanted.in_total else ""
    tables.append(f"s0 AS (SELECT pid, ts{begun} FROM e0)")
    for before, n in pairwise(taken):
        absent = n - 1 if n - before > 1 else None
        tables.append(f"s{n} AS ({_next(steps[n], n, before, absent, wanted.in_total)})")
    final = f"SELECT pid, ts FROM s{taken[-1]}"
    if taken[-1] != len(steps) - 1:
        final = _never_after(steps[-1], len(steps) - 1, taken[-1], when)
    return f"WITH {', '.join(tables)} SELECT pid, max(ts) AS value FROM ({final}) GROUP BY pid"


def _events(step: Step, after: int | None, wanted: Fact, lake: Lake, when: When) -> str:
    events = names(step.did or step.did_not or [])
    rows = people(source(events, step.where, lake, when, wanted), lake)
    return rows if after is None else f"SELECT * FROM ({rows}) SEMI JOIN e{after} USING (pid)"


def _next(step: Step, n: int, last: int, absent: int | None, in_total: str) -> str:
    """Events of step n with the latest event of the step before, strictly earlier."""
    conditions = []
    if step.within is not None:
        conditions.append(f"e.ts <= p.ts + {interval(step.within)}")
    if in_total:
        conditions.append(f"e.ts <= p.start + {interval(in_total)}")
    joins = f"FROM e{n} e ASOF JOIN s{last} p ON e.pid = p.pid AND e.ts > p.ts"
    if absent is not None:
        joins += f" ASOF LEFT JOIN e{absent} x ON e.pid = x.pid AND e.ts > x.ts"
        conditions.append("(x.ts IS NULL OR x.ts <= p.ts)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    begun = ", p.start" if in_total else ""
    return f"SELECT e.pid, e.ts{begun} {joins}{where}"


def _never_after(step: Step, n: int, last: int, when: When) -> str:
    """Completed chains after which nothing came in time, once that time has passed."""
    assert step.within is not None
    wait = interval(step.within)
    now = literal(when.minute.replace(tzinfo=None))
    return (
        f"SELECT p.pid, p.ts FROM s{last} p ASOF LEFT JOIN e{n} x"
        f" ON p.pid = x.pid AND p.ts < x.ts WHERE p.ts + {wait} <= {now}"
        f" AND (x.ts IS NULL OR x.ts > p.ts + {wait})"
    )


def interval(text: str) -> str:
    """A fixed span as a DuckDB interval."""
    return f"INTERVAL {span(text).seconds} SECOND"
