"""The runs of a trigger in reports: which have decided about somebody, and what is known of them.

It reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts
from maracuja.decisions.absence_words import Absence
from maracuja.lake.audience import read_audience
from maracuja.lake.files import of_kind
from maracuja.lake.profiles import copied_rev, read_profiles
from maracuja.model import FileKind, micros
from maracuja.runtime.launch_ground import Ground, trait_types
from maracuja.runtime.launch_newer import newer_profiles
from maracuja.runtime.launch_work import facts_of
from maracuja.store import entries, manifest, runs
from maracuja.store.runs import Run

RUNS_MAX = 200  # of a recurring campaign, that one report joins; of a trigger, all


def decided(run: Run) -> bool:
    """Whether the run has decided about people: its audience is frozen, or events let them in."""
    return bool(run.audience_path) or bool(run.launched_us and facts_of(run).listens)


def of_campaign(conn: Connection, campaign: str) -> list[Run]:
    """The runs of a campaign that have decided about people, by number; the newest RUNS_MAX."""
    found = [run for run in runs.every(conn, campaign=campaign) if decided(run)]
    return found if found and facts_of(found[-1]).listens else found[-RUNS_MAX:]


def measured(launched: Sequence[Run]) -> RunFacts:
    """The facts by which the runs of a campaign are measured: the last one's.

    Of a trigger, from the beginning of the first.
    """
    facts = facts_of(launched[-1])
    if not facts.listens:
        return facts
    return msgspec.structs.replace(facts, occurrence=facts_of(launched[0]).occurrence)


def strata(ground: Ground, launched: Sequence[Run], now: datetime) -> pl.DataFrame:
    """What was known of everybody at launch; of people in several runs, at the first.

    Those whom an event has let in are as they are known now: `pid` and the breakdowns' columns.
    """
    frozen = [run for run in launched if run.audience_path]
    frames = [read_audience(ground.lake, run.audience_path) for run in frozen]
    if any(facts_of(run).listens for run in launched):
        frames.append(_known_now(ground, facts_of(launched[-1]), now))
    return pl.concat(frames, how="diagonal_relaxed").unique(
        "pid", keep="first", maintain_order=True
    )


def _known_now(ground: Ground, facts: RunFacts, now: datetime) -> pl.DataFrame:
    with ground.store.read() as conn:
        types = trait_types(conn)
        files = of_kind(manifest.live(conn, (FileKind.PROFILES,), micros(now)), FileKind.PROFILES)
        newer, _ = newer_profiles(conn, copied_rev(files), types)
    names = [name for name in facts.campaign.breakdowns if name in types]
    columns = [f"traits.{name}" for name in names]
    found = read_profiles(ground.lake, files, columns=columns, types=types, newer=newer)
    return found.select("pid", *(pl.col(f"traits.{name}").alias(name) for name in names))


def absent(conn: Connection, campaign: str, pid: int) -> Absence:
    """Why a campaign with a trigger has decided nothing about a person."""
    mine = entries.of_people(conn, campaign, [pid])
    if any(one.run != entries.OVER for one in mine):
        return Absence.NOT_DUE
    return Absence.NOTHING_LEFT if mine else Absence.NOT_LET_IN
