"""An experiment looked at a few planned times: its size beforehand, its verdict at each look.

It never looks for free: every look spends a part of the error that was allowed for all together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from typing import Final

from maracuja.errors import BadInput
from maracuja.model import Record
from maracuja.stats import power as fixed
from maracuja.stats.boundaries import Boundaries, o_brien_fleming
from maracuja.stats.intervals import NotShown
from maracuja.stats.moments import SufficientStatistics
from maracuja.stats.pair_test import Decided, PairTest, decide, pair_test

MODEST_LIFT: Final = 0.1
"""The lift to plan for where nobody names one: the lower end of what the trade claims."""
LOOKS: Final = tuple(look / 7 for look in range(1, 8))
"""Where nobody names looks: seven, as many as days of a week."""
ARMS_MAX: Final = 10


class ExperimentPlan(Record, frozen=True):
    """What is decided before the first look and never changed.

    `people` are those of one arm at the last look. `looks` are shares of them, the last one 1. The
    best arm beats every other with chance `power`, if it is better by the relative `lift`; where
    all are alike, one is called better with chance `alpha` at most. `expected` are the people of
    one arm when it ends, on average, if two arms differ by `lift`; `expected_alike` if not at all.
    """

    people: int
    arms: int
    looks: tuple[float, ...]
    base_rate: float
    lift: float
    alpha: float
    power: float
    expected: int
    expected_alike: int

    @property
    def alpha_pair(self) -> float:
        """What may be spent on one pair of arms (Bonferroni over the rivals of an arm)."""
        return self.alpha / (self.arms - 1)

    def share_of(self, audience: int) -> float | None:
        """The share of an audience that all arms together take; None where it is too small."""
        share = self.people * self.arms / audience if audience else math.inf
        return share if share <= 1 else None


class Standing(StrEnum):
    """How an experiment stands: a closed list."""

    RUNNING = "running"  # nothing shown yet, looks are left
    WON = "won"  # one arm is better than every other
    UNDECIDED = "undecided"  # all looks are over, nothing shown
    NOT_TRUSTED = "not_trusted"  # the arms have impossible sizes


class ExperimentVerdict(Record, frozen=True):
    """How it stands after these looks; `winner` only where WON, `leader` is the best so far.

    `pairs` compare the leader with each other arm, by name. `leader` is None before anybody is in
    each arm.
    """

    standing: Standing
    winner: str | None
    leader: str | None
    pairs: tuple[PairTest, ...]


def plan_experiment(
    base_rate: float,
    *,
    lift: float = MODEST_LIFT,
    arms: int = 2,
    looks: Sequence[float] = LOOKS,
    alpha: float = 0.05,
    power: float = fixed.POWER,
) -> ExperimentPlan | None:
    """How many people it takes to show that relative lift of a rate of 0..1 (arms of one size).

    None where it is beyond reach (no lift, over a billion people). BadInput for impossible rates,
    arms and looks.
    """
    bounds = _checked(looks, arms, alpha)
    alpha_pair, power_pair = _of_a_pair(arms, alpha, power)
    both = fixed.people_needed(base_rate, lift, 0.5, alpha=alpha_pair, power=power_pair)
    if both is None:
        return None
    people = math.ceil(both / 2 * _inflation(bounds, alpha_pair, power_pair))
    return _plan(people, base_rate, lift, bounds, arms, alpha, power)


def plan_within(
    people: int,
    base_rate: float,
    *,
    arms: int = 2,
    looks: Sequence[float] = LOOKS,
    alpha: float = 0.05,
    power: float = fixed.POWER,
) -> ExperimentPlan | None:
    """The plan of so many people in each arm; its `lift` is the smallest that they can show.

    None where they can show none. BadInput as `plan_experiment`.
    """
    bounds = _checked(looks, arms, alpha)
    alpha_pair, power_pair = _of_a_pair(arms, alpha, power)
    worth = math.floor(people / _inflation(bounds, alpha_pair, power_pair))
    lift = fixed.smallest_lift(base_rate, worth, worth, alpha=alpha_pair, power=power_pair)
    if lift is None:
        return None
    return _plan(people, base_rate, lift, bounds, arms, alpha, power)


def judge_experiment(
    looks: Sequence[Mapping[str, SufficientStatistics]],
    plan: ExperimentPlan,
    *,
    final: bool,
    ratio_alarm: bool = False,
    information: Sequence[float] | None = None,
) -> ExperimentVerdict:
    """The verdict after these looks: at each the statistics of all people of an arm so far.

    `information` is what share of the planned was in at each look (`information_in`); without it
    people are what informs.
    `final` says that no look will follow, so that what is left may be spent. A pair that was
    decided stays so. With an alarm of the sample ratio nobody wins.
    """
    names = sorted(looks[-1]) if looks else []
    if len(names) != plan.arms or any(sorted(look) != names for look in looks):
        raise BadInput(
            f"the looks have not the {plan.arms} arms of the plan, the same at each",
            where="looks",
            fix="Give the statistics of every arm at every look.",
        )
    found = {
        pair: decide(
            [(look[pair[0]], look[pair[1]]) for look in looks],
            people=plan.people,
            alpha=plan.alpha_pair,
            final=final,
            information=information,
        )
        for pair in combinations(names, 2)
    }
    leader = _best(names, found)
    won = leader is not None and not ratio_alarm
    if leader is None and all(arm.n for arm in looks[-1].values()):
        leader = max(names, key=lambda name: looks[-1][name].mean)
    over = all(final if isinstance(one, NotShown) else one.over for one in found.values())
    if ratio_alarm:
        standing = Standing.NOT_TRUSTED
    elif won:
        standing = Standing.WON
    else:
        standing = Standing.UNDECIDED if over else Standing.RUNNING
    return ExperimentVerdict(
        standing=standing,
        winner=leader if won else None,
        leader=leader,
        pairs=tuple(
            pair_test(
                leader,
                other,
                [(look[leader], look[other]) for look in looks],
                people=plan.people,
                alpha=plan.alpha_pair,
                final=final,
                information=information,
            )
            for other in names
            if leader is not None and other != leader
        ),
    )


def information_in(people: int, conversions: int, plan: ExperimentPlan) -> float:
    """The share of the planned information that so many people of all arms together bring.

    It says nothing of a difference between arms, so that it may be asked at any time: a lift is
    known the better the more people there are, and the more of them have done it. The planned
    rate lies half-way between both texts.
    """
    if not people or not conversions:
        return 0.0
    rate = min(conversions / people, 1 - 1 / people) if people > 1 else 0.5
    planned = min(plan.base_rate * (1 + plan.lift / 2), 0.999)
    return people / plan.arms * _odds(rate) / (plan.people * _odds(planned))


def _odds(rate: float) -> float:
    return rate / (1 - rate)


def _best(names: Sequence[str], found: Mapping[tuple[str, str], Decided | NotShown]) -> str | None:
    """The arm that is better than every other, if there is one."""
    won = dict.fromkeys(names, 0)
    for (one, other), decided in found.items():
        if isinstance(decided, Decided) and decided.better:
            won[one if decided.better > 0 else other] += 1
    return next((name for name in names if won[name] == len(names) - 1), None)


def _checked(looks: Sequence[float], arms: int, alpha: float) -> Boundaries:
    """The bounds of one pair at the planned looks."""
    if not 2 <= arms <= ARMS_MAX:
        raise BadInput(
            f"an experiment has 2 to {ARMS_MAX} arms, not {arms}",
            where="arms",
            fix="Give fewer variants, or one more.",
        )
    if not looks or abs(looks[-1] - 1) > 1e-9:
        raise BadInput(
            "the last look of a plan is not at its end",
            where="looks",
            fix="End the list with 1, e.g. 0.25, 0.5, 0.75, 1.",
        )
    return o_brien_fleming(looks, alpha / (arms - 1))


def _of_a_pair(arms: int, alpha: float, power: float) -> tuple[float, float]:
    """Alpha and power of each pair, such that both hold for all rivals of the best arm together.

    Source: Bonferroni's inequality, once for each.
    """
    return alpha / (arms - 1), 1 - (1 - power) / (arms - 1)


def _drift(bounds: Boundaries, alpha: float, power: float) -> float:
    """The z to expect at the end for the better arm to be shown with that power, at some look."""
    low, high = 0.0, 2 * fixed.reach(alpha, power)
    for _ in range(40):
        drift = (low + high) / 2
        low, high = (drift, high) if sum(bounds.exits(drift)[0]) < power else (low, drift)
    return high


def _inflation(bounds: Boundaries, alpha: float, power: float) -> float:
    """How many times the people of a single look at the end these looks need."""
    return (_drift(bounds, alpha, power) / fixed.reach(alpha, power)) ** 2


def _plan(
    people: int,
    base_rate: float,
    lift: float,
    bounds: Boundaries,
    arms: int,
    alpha: float,
    power: float,
) -> ExperimentPlan:
    alpha_pair, power_pair = _of_a_pair(arms, alpha, power)
    drift = _drift(bounds, alpha_pair, power_pair)
    return ExperimentPlan(
        people=people,
        arms=arms,
        looks=bounds.fractions,
        base_rate=base_rate,
        lift=lift,
        alpha=alpha,
        power=power,
        expected=round(people * _mean_fraction(bounds, drift)),
        expected_alike=round(people * _mean_fraction(bounds, 0.0)),
    )


def _mean_fraction(bounds: Boundaries, drift: float) -> float:
    """The share of the planned people at which the test ends on average."""
    above, below = bounds.exits(drift)
    early = [one + other for one, other in zip(above, below, strict=True)][:-1]
    ends = sum(share * fraction for share, fraction in zip(early, bounds.fractions, strict=False))
    return ends + (1 - sum(early)) * bounds.fractions[-1]
