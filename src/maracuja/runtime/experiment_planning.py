"""How large the test of an experiment is and when it is looked at; fixed once, at the launch.

It must never plan a test that could show nothing: that is refused with what would do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from maracuja.campaigns.arms import timed
from maracuja.campaigns.definitions import Goal
from maracuja.campaigns.experiment import Experiment
from maracuja.campaigns.facts import RunFacts
from maracuja.decisions.reasons import Outcome
from maracuja.errors import CampaignError
from maracuja.lake.files import GROUP_ROWS
from maracuja.model import moment
from maracuja.runtime.experiment_drawing import experiment_of
from maracuja.runtime.experiment_measure import usual_rate
from maracuja.runtime.launch_audience import Pids
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import decide_people, open_round, read_people
from maracuja.stats.experiment import ExperimentPlanned
from maracuja.stats.intervals import CONVERSIONS_MIN
from maracuja.stats.sequential import ExperimentPlan, plan_experiment, plan_within

LIFT_MAX: Final = 1.0  # a test that shows less than a double is worth nothing
NO_RUN: Final = 0  # runs are counted from 1


@dataclass(frozen=True)
class PlanShown:
    """How large a test is: of `audience` people `tested` are written to at once, or held out.

    `people` get each of the variants; the others, `waiting`, get the winner. `lift` is what the
    test shows with a chance of 80 %, over `rate`; `measured` says that this was measured on the
    audience. `expected` people of one arm are needed on average, `expected_alike` where nothing
    differs. `looks` are how often the figures are looked at.
    """

    campaign: str
    goal: str
    variants: tuple[str, ...]
    audience: int
    reached: float
    tested: int
    people: int
    waiting: int
    rate: float
    measured: bool
    lift: float
    looks: int
    answers_within_s: int
    expected: int
    expected_alike: int


def planned_shown(campaign: str, planned: ExperimentPlanned) -> PlanShown:
    """The plan of a campaign's experiment for people and programs."""
    plan = planned.plan
    return PlanShown(
        campaign=campaign,
        goal=planned.goal,
        variants=planned.variants,
        audience=planned.audience,
        reached=planned.reached,
        tested=planned.tested,
        people=plan.people,
        waiting=planned.audience - planned.tested,
        rate=plan.base_rate,
        measured=planned.measured,
        lift=plan.lift,
        looks=len(plan.looks),
        answers_within_s=planned.window_s,
        expected=plan.expected,
        expected_alike=plan.expected_alike,
    )


def plan(ground: Ground, facts: RunFacts, pids: Pids, now: datetime) -> ExperimentPlanned:
    """The plan of a run's experiment, for the audience of these pids (sorted).

    Raises CampaignError where the audience is too small for it, or the usual rate is not known.
    """
    test = facts.campaign.test
    assert test is not None
    goal = goal_of(facts)
    window = test.answers_within(goal.length, weekly=facts.weekly)
    rate = test.rate or usual_rate(ground, pids, goal, window, now)
    if rate is None:
        raise CampaignError(
            f"Hardly anybody of this audience has reached `{goal.id}` lately: there is no rate to"
            " plan from.",
            where="test.rate",
            fix=f"Say `rate`, the share of people who do so within {_span(window)} anyway,"
            " such as 0.02.",
        )
    reached = _reached(ground, facts, pids, now)
    found = _sized(test, facts, rate, len(pids) * reached)
    share = found.people * found.arms / max(len(pids) * reached, 1)
    return ExperimentPlanned(
        goal=goal.id,
        variants=tuple(arm.variant for arm in facts.arms),
        audience=len(pids),
        share=test.share or min(share, 1.0),
        reached=reached,
        window_s=round(window.total_seconds()),
        plan=found,
        measured=test.rate is None,
        lift_wished=test.planned_lift if test.share is None and test.people is None else None,
    )


def new_plan(
    ground: Ground, run: int, facts: RunFacts, pids: Pids, now: datetime
) -> ExperimentPlanned | None:
    """`plan`, where a run begins an experiment: None where it has none, or goes on with one."""
    if not facts.tests:
        return None
    with ground.store.read() as conn:
        going = facts.weekly and experiment_of(conn, run, facts) is not None
    return None if going else plan(ground, facts, pids, now)


def goal_of(facts: RunFacts) -> Goal:
    """The goal by which the winner is found: the test's own, or the primary one."""
    test = facts.campaign.test
    assert test is not None
    named = {goal.id: goal for goal in facts.goals}
    return named[test.goal] if test.goal else facts.goals[0]


def _sized(test: Experiment, facts: RunFacts, rate: float, reachable: float) -> ExperimentPlan:
    """The size that is asked for, or that it takes."""
    arms, looks = len(facts.arms), _looks(test, facts)
    if test.share is None and test.people is None:
        found = plan_experiment(rate, lift=test.planned_lift, arms=arms, looks=looks)
        if found is not None and found.people * arms <= reachable:
            return found
        most = plan_within(math.floor(reachable / arms), rate, arms=arms, looks=looks)
        needs = f"{found.people:,} people for each of {arms} texts" if found else "too many people"
        raise _too_small(
            f"To show a lift of {test.planned_lift:.0%} over {rate:.2%} takes {needs};"
            f" the audience has {reachable:,.0f} who can be written to.",
            most,
        )
    people = test.people or math.floor(reachable * (test.share or 1.0) / arms)
    if people * arms > reachable + 1:
        raise CampaignError(
            f"The test needs {people * arms:,} people; the audience has {reachable:,.0f} who can"
            " be written to.",
            where="test.people",
            fix="Ask for fewer, or take a larger audience.",
        )
    shown = plan_within(people, rate, arms=arms, looks=looks)
    wanted = test.lift or LIFT_MAX
    if shown is None or people * rate < CONVERSIONS_MIN or shown.lift > wanted:
        whole = plan_within(math.floor(reachable / arms), rate, arms=arms, looks=looks)
        raise _too_small(
            f"{people:,} people for each of {arms} texts, at a rate of {rate:.2%},"
            f" could not show a lift of {wanted:.0%}.",
            whole,
        )
    return shown


def _too_small(says: str, most: ExperimentPlan | None) -> CampaignError:
    """The refusal, with the smallest lift that the whole audience can show."""
    if most is None or most.lift > LIFT_MAX:
        fix = "This audience is too small for a test: send one text to all of it."
    else:
        least = math.ceil(most.lift * 100) / 100
        fix = (
            f"All of it together can show a lift of {least:.0%}: try something as bold"
            f" (`lift: {least:g}`), or a larger audience."
        )
    return CampaignError(says, where="test", fix=fix)


def _looks(test: Experiment, facts: RunFacts) -> list[float]:
    """Shares of the information; arms of different hours are looked at once, when all are over."""
    looks = 1 if timed(facts) else test.looks
    return [look / looks for look in range(1, looks + 1)]


def _reached(ground: Ground, facts: RunFacts, pids: Pids, now: datetime) -> float:
    """The share of the audience that would be written to: of a chunk from all of it."""
    if not len(pids):
        return 0.0
    some = pids[:: -(-len(pids) // GROUP_ROWS)]
    work = open_round(ground, NO_RUN, facts, now)
    at = max(now, facts.occurrence.planned)
    first = decide_people(work, read_people(work, some, now), at).decisions
    sent = first.filter(pl.col("outcome") == Outcome.SEND.value).height
    later = first.filter(pl.col("outcome") == Outcome.WAIT.value)
    if later.height:
        last = moment(int(later["due"].dt.epoch("us").max()))  # type: ignore[arg-type]
        again = read_people(work, later["pid"].to_numpy(), now).with_columns()
        then = decide_people(work, again, min(last, at + facts.campaign.expiry)).decisions
        going = pl.col("outcome").is_in([Outcome.SEND.value, Outcome.WAIT.value])
        sent += then.filter(going).height
    return sent / len(some)


def _span(window: timedelta) -> str:
    hours = round(window.total_seconds() / 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
