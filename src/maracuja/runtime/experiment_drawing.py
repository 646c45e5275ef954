"""Where the experiment of a run stands, and by it when the people of a claim were due."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.arms import UnderWay, drawn, due_us, timed
from maracuja.campaigns.facts import RunFacts
from maracuja.store import experiments
from maracuja.store.experiments import Experiment
from maracuja.store.people import People

Pids = npt.NDArray[np.int64]


def of_run(conn: Connection, run: int, facts: RunFacts) -> UnderWay | None:
    """The experiment of a run as decisions need it; None where it has none."""
    found = experiment_of(conn, run, facts)
    if found is None:
        return None
    return UnderWay(share=found.share, chosen=found.chosen, rolled_us=found.rolled_us or 0)


def experiment_of(conn: Connection, run: int, facts: RunFacts) -> Experiment | None:
    """The experiment of a run; one on how often people hear goes on in all occurrences."""
    if not facts.weekly:
        return experiments.get(conn, run)
    found = [one for one in experiments.of_campaign(conn, facts.campaign.id) if one.run <= run]
    return found[0] if found else None


def dues(
    conn: Connection,
    run: int,
    facts: RunFacts,
    pids: Pids,
    zones: pl.Series,
    known: People,
    default: str,
) -> pl.Series:
    """When each of the (canonical) pids was due in that run; shape (n,), micros."""
    people = pl.DataFrame({"zone": zones})
    if not (facts.tests or timed(facts)):
        return due_us(facts, None, people, default)
    draws = dict(zip(known.pid, known.draw_pid, strict=True))
    draw_pids = pl.Series([draws.get(pid, pid) for pid in pids.tolist()], dtype=pl.Int64)
    experiment = of_run(conn, run, facts) if facts.tests else None
    return due_us(facts, experiment, people.hstack(drawn(facts, experiment, draw_pids)), default)
