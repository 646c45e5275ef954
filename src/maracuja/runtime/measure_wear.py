"""How often people had got a text or a tactic before, and whether they bought after it.

It must never count messages that were sent alone: whoever is held out has would-be ones, at the
same moments, so that both arms stand in the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import duckdb
import polars as pl

from maracuja.campaigns.definitions import Goal
from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.errors import NotFound
from maracuja.lake.session import open_session
from maracuja.model import FileKind, micros
from maracuja.runtime import entry_report
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.measure import conversions
from maracuja.segments.comparing import When
from maracuja.stats.wear_out import WearOut, wear_out
from maracuja.store import manifest, people, runs
from maracuja.store.runs import Run

RUNS_MAX: Final = 2_000  # the newest, of all campaigns; a trigger has one a day
GROUPS_MAX: Final = 50


class Sent(NamedTuple):
    """A launched run with its facts."""

    run: Run
    facts: RunFacts


class Group(NamedTuple):
    """A template or a tactic, and the (run, variant) pairs that carried it, with their goal."""

    name: str
    tactic: bool
    goal: Goal
    parts: tuple[tuple[int, str, float, float], ...]  # run, variant, holdout, global holdout


def report(
    ground: Ground, now: datetime, *, template: str = "", tactic: str = ""
) -> list[WearOut]:
    """What wears off: of each template and tactic that people got twice, or of the one named.

    A (would-be) message counts once the window of the goal has closed. Raises NotFound where
    nothing of that name was ever launched.
    """
    with ground.store.read() as conn:
        launched = sent(runs.every(conn))
    found = groups(launched)
    if template or tactic:
        asked = (tactic or template, bool(tactic))
        found = [one for one in found if (one.name, one.tactic) == asked]
        if not found:
            kind = "tactic" if tactic else "template"
            raise NotFound(
                f"No campaign with a goal was launched with the {kind} `{asked[0]}`.",
                fix="See `maracuja campaign status`, and docs/words.md.",
            )
    with ground.store.read() as conn:
        files = manifest.live(conn, (FileKind.EVENTS, FileKind.DECISIONS), micros(now))
        pids, canonical = people.merged(conn)
    merged = pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow()
    limits = ground.config.lake
    con = open_session(
        ground.lake, files, merged=merged, threads=limits.threads, memory=limits.memory
    )
    try:
        told = [measure_wear(con, one, ground.zone, now) for one in found[:GROUPS_MAX]]
    finally:
        con.close()
    named = bool(template or tactic)
    return [one for one in told if named or any(row.time > 1 for row in one.exposures)]


def sent(every: Iterable[Run]) -> list[Sent]:
    """The runs that have decided about people, oldest first; the newest RUNS_MAX."""
    launched = [run for run in every if entry_report.decided(run)]
    return [Sent(run, decode_facts(run.facts)) for run in launched[-RUNS_MAX:]]


def groups(launched: Sequence[Sent]) -> list[Group]:
    """Every template and every tactic, with what carried it; measured by the newest goal."""
    parts: dict[tuple[str, bool], list[tuple[int, str, float, float]]] = {}
    goals: dict[tuple[str, bool], Goal] = {}
    for run, facts in launched:
        if not facts.goals or not facts.marketing:
            continue
        lottery = facts.lottery
        for arm in facts.arms:
            keys = [] if arm.twin_of else [(arm.template, False)]
            if facts.campaign.tactic:
                keys.append((facts.campaign.tactic, True))
            for key in keys:
                part = (run.run, arm.variant, lottery.holdout, lottery.global_holdout)
                parts.setdefault(key, []).append(part)
                goals[key] = facts.goals[0]
    return [
        Group(name, is_tactic, goals[name, is_tactic], tuple(some))
        for (name, is_tactic), some in sorted(parts.items())
    ]


def of_campaign(found: Sequence[Group], campaign: RunFacts) -> Group | None:
    """What a campaign's report asks about: its tactic, else its first text."""
    if campaign.campaign.tactic:
        asked = (campaign.campaign.tactic, True)
    else:
        asked = (campaign.arms[0].template, False)
    return next((one for one in found if (one.name, one.tactic) == asked), None)


def worn(
    con: duckdb.DuckDBPyConnection, group: Group | None, zone: str, now: datetime
) -> WearOut | None:
    """As `measure_wear`; None where nobody has got it twice."""
    told = measure_wear(con, group, zone, now) if group is not None else None
    return told if told is not None and len(told.exposures) > 1 else None


def measure_wear(
    con: duckdb.DuckDBPyConnection, group: Group, zone: str, now: datetime
) -> WearOut:
    """The effect of a template or a tactic by the number of earlier (would-be) messages.

    `con` is a lake session over decisions, events and the merged map. Held out are those of the
    campaigns' own draws; where no campaign holds anybody out itself, the global control group. A
    conversion belongs to the last (would-be) message before it.
    """
    own = any(holdout > 0 for _, _, holdout, _ in group.parts)
    labels = pl.DataFrame(
        [
            {"run": run, "variant": variant, "share": 1 - (holdout if own else globally)}
            for run, variant, holdout, globally in group.parts
        ],
        schema={"run": pl.Int64, "variant": pl.String, "share": pl.Float64},
    )
    con.register("carried", labels.to_arrow())
    window_us = group.goal.length // timedelta(microseconds=1)
    query = _MESSAGES.format(
        conversions=conversions(con, group.goal, When(now, zone)),
        control="campaign" if own else "global",
        window_us=window_us,
        closed=(now - group.goal.length).replace(tzinfo=None).isoformat(sep=" "),
    )
    frame = pl.from_arrow(con.sql(query).to_arrow_table())
    con.unregister("carried")
    assert isinstance(frame, pl.DataFrame)
    return wear_out(frame, group.name, tactic=group.tactic)


_MESSAGES: Final = """
    WITH mine AS (
        SELECT coalesce(m.canonical, d.pid) AS pid, d.run, d.due, d.outcome, d.held, c.share
        FROM decisions d
        JOIN carried c ON c.run = d.run AND c.variant = d.variant
        LEFT JOIN merged m ON m.pid = d.pid
        WHERE coalesce(d.step, 0) = 0
        QUALIFY row_number() OVER (PARTITION BY d.run, d.pid ORDER BY d."at" DESC) = 1
    ), sends AS (
        SELECT pid, run, due, held, share,
               row_number() OVER person AS time,
               lead(due) OVER person AS next_due
        FROM mine WHERE outcome IN ('send', 'ghost')
        WINDOW person AS (PARTITION BY pid ORDER BY due, run)
    ), bought AS (
        SELECT DISTINCT s.pid, s.time
        FROM sends s JOIN ({conversions}) c ON c.pid = s.pid AND c.ts >= s.due
         AND c.ts <= s.due + INTERVAL ({window_us}) MICROSECONDS
         AND (s.next_due IS NULL OR c.ts < s.next_due)
    )
    SELECT s.pid, s.time, s.held = '' AS treated, s.share, b.pid IS NOT NULL AS converted
    FROM sends s LEFT JOIN bought b ON b.pid = s.pid AND b.time = s.time
    WHERE s.held IN ('', '{control}') AND s.share > 0 AND s.share < 1
      AND s.due <= TIMESTAMP '{closed}'
    ORDER BY s.pid, s.time
"""
