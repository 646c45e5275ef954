"""What people answered to the polls of a campaign's messages, counted from events in the lake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb

from maracuja.campaigns.facts import RunFacts
from maracuja.lake.session import ensure_columns
from maracuja.model import TraitType
from maracuja.runtime.votes import EVENT
from maracuja.stats.polls import PollTold, poll_told

_CARRIED: Final = {
    "properties.run": TraitType.NUMBER,
    "properties.poll": TraitType.TEXT,
    "properties.answer": TraitType.TEXT,
}


def measure_polls(
    con: duckdb.DuckDBPyConnection, facts: RunFacts, runs: Sequence[int]
) -> tuple[PollTold, ...]:
    """The polls of these runs that somebody answered, by their traits.

    `con` is a lake session over events and the merged map, `facts` are those of the last run.
    """
    ensure_columns(con, _CARRIED)
    several = sorted(
        variant.poll.trait
        for template in facts.templates.values()
        for variant in template.variants
        if variant.poll is not None and variant.poll.multiple
    )
    listed = ", ".join(str(int(run)) for run in runs)
    query = _ANSWERS.format(event=EVENT, runs=listed)
    rows = con.execute(query, [several or [""]]).fetchall()
    counts: dict[str, dict[str, int]] = {}
    people: dict[str, int] = {}
    for poll, answer, n, whole in rows:
        counts.setdefault(poll, {})[answer] = n
        people[poll] = whole
    return tuple(
        poll_told(poll, people[poll], counts[poll], multiple=poll in several)
        for poll in sorted(counts)
    )


_ANSWERS: Final = """
    WITH said AS (
        SELECT coalesce(m.canonical, e.pid) AS pid, e."properties.poll" AS poll,
               e."properties.answer" AS answer, e.ts, e.received, e.message_id
        FROM events e LEFT JOIN merged m ON m.pid = e.pid
        WHERE e.event = '{event}' AND e."properties.run" IN ({runs})
          AND e."properties.answer" IS NOT NULL
    ), counted AS (
        SELECT DISTINCT pid, poll, answer
        FROM (
            SELECT *, row_number() OVER (
                PARTITION BY pid, poll ORDER BY ts DESC, received DESC, message_id DESC
            ) AS nth
            FROM said
        )
        WHERE nth = 1 OR list_contains($1, poll)
    )
    SELECT poll, answer, count(*) AS people,
           (SELECT count(DISTINCT c.pid) FROM counted c WHERE c.poll = counted.poll) AS whole
    FROM counted
    GROUP BY poll, answer
"""
