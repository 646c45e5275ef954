"""Tests of campaigns over HTTP: how many people they need, where they stand, what goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Annotated

from fastapi import Query

from maracuja.api.answers import Listing, Name, Part
from maracuja.api.here import Actor, Here, Long, Now, managing
from maracuja.model import moment
from maracuja.runtime import experiment_orders
from maracuja.runtime.experiment_planning import PlanShown, planned_shown
from maracuja.store import experiments
from maracuja.store.experiments import Experiment

router = managing("/campaigns", "campaigns")


@dataclass(frozen=True)
class LookShown:
    """One look: its number of those planned, when, and how much of the planned was in."""

    look: int
    at: datetime
    fraction: float
    final: bool


@dataclass(frozen=True)
class ExperimentShown:
    """Where the test of a run stands; `chosen` goes to those who waited, since `rolled_out`."""

    run: int
    standing: str
    winner: str
    decided: datetime | None
    chosen: str
    rolled_out: datetime | None
    rolled_out_by: str
    looks: list[LookShown]


@router.get("/{name}/plan")
def plan_test(here: Here, now: Now, long: Long, name: Name) -> PlanShown:
    """How many people the test of its variants needs, were it launched now."""
    with long.long():
        return planned_shown(name, experiment_orders.plan(here.ground, name, now))


@router.get("/{name}/tests")
def list_tests(here: Here, name: Name, part: Part) -> Listing[ExperimentShown]:
    """The tests of its runs, newest first; the report has their figures."""
    with here.store.read() as conn:
        found = experiments.of_campaign(conn, name)
        return part.of(
            [_shown(one, experiments.looks(conn, one.run)) for one in reversed(found)],
            attrgetter("run"),
        )


@router.post("/{name}/roll-out")
def roll_out_variant(
    here: Here,
    actor: Actor,
    now: Now,
    name: Name,
    variant: Annotated[str, Query(max_length=64, pattern="^[a-z0-9][a-z0-9_-]*$")],
    early: bool = False,
) -> ExperimentShown:
    """Let a variant go to everybody who waits for the winner, through every gate.

    `early` ends a test that is still running.
    """
    with here.store.write() as conn:
        one = experiment_orders.roll_out(conn, name, variant, now, actor=actor, early=early)
        return _shown(one, experiments.looks(conn, one.run))


def _shown(one: Experiment, looks: list[experiments.Look]) -> ExperimentShown:
    return ExperimentShown(
        run=one.run,
        standing=one.standing.value,
        winner=one.winner,
        decided=_moment(one.decided_us),
        chosen=one.chosen,
        rolled_out=_moment(one.rolled_us),
        rolled_out_by=one.rolled_by,
        looks=[LookShown(k.look, moment(k.at_us), k.fraction, k.final) for k in looks],
    )


def _moment(us: int | None) -> datetime | None:
    return None if us is None else moment(us)
