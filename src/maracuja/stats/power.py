"""The planner: how small an effect so many people show, and how many an effect needs."""

from __future__ import annotations

import math
from statistics import NormalDist

from maracuja.errors import BadInput
from maracuja.model import Record

POWER = 0.8
PEOPLE_MAX = 1_000_000_000


class Plan(Record, frozen=True):
    """What a test of this size can do; `n_star` is stored and never changed during the test."""

    people: int
    treated_share: float
    base_rate: float
    smallest_lift: float | None
    n_star: int
    alpha: float
    power: float


def plan(
    people: int,
    treated_share: float,
    base_rate: float,
    *,
    alpha: float = 0.05,
    power: float = POWER,
) -> Plan:
    """The plan of a test on `people` of both arms, of whom `base_rate` convert unasked."""
    treated = round(people * treated_share)
    return Plan(
        people=people,
        treated_share=treated_share,
        base_rate=base_rate,
        smallest_lift=smallest_lift(
            base_rate, treated, people - treated, alpha=alpha, power=power
        ),
        n_star=max(people, 1),
        alpha=alpha,
        power=power,
    )


def smallest_lift(
    base_rate: float, treated: int, control: int, *, alpha: float = 0.05, power: float = POWER
) -> float | None:
    """The smallest relative lift of a rate that arms of this size show with that power.

    `base_rate` is the control's, 0..1. None where no lift could be shown: an arm or the rate is
    empty, or even a rate of 100 % would not be enough. Solves D = (z_a + z_b) * sqrt(V(D)).
    """
    if treated < 1 or control < 1 or not 0 < base_rate < 1:
        return None
    deviations = reach(alpha, power)

    def missing(gain: float) -> float:
        rate = base_rate + gain
        variance = rate * (1 - rate) / treated + base_rate * (1 - base_rate) / control
        return deviations * math.sqrt(variance) - gain

    low, high = 0.0, 1 - base_rate
    if missing(high) > 0:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if missing(middle) > 0 else (low, middle)
    return high / base_rate


def people_needed(
    base_rate: float,
    lift: float,
    treated_share: float,
    *,
    alpha: float = 0.05,
    power: float = POWER,
) -> int | None:
    """People of both arms together that it takes to show a relative lift of a rate.

    None where it is beyond reach: no lift, or more than PEOPLE_MAX people. BadInput for rates and
    shares outside (0, 1).
    """
    rate = base_rate * (1 + lift)
    if not 0 < base_rate < 1 or not 0 <= rate <= 1 or not 0 < treated_share < 1:
        raise BadInput(
            f"rate {base_rate:g}, lift {lift:g} and share {treated_share:g} are no plan",
            where="people_needed",
            fix="Rates before and after, and the treated share, lie between 0 and 1.",
        )
    if lift == 0:
        return None
    per_person = rate * (1 - rate) / treated_share
    per_person += base_rate * (1 - base_rate) / (1 - treated_share)
    needed = math.ceil(reach(alpha, power) ** 2 * per_person / (rate - base_rate) ** 2)
    return needed if needed <= PEOPLE_MAX else None


def people_needed_as_measured(
    people: int, effect: float, variance: float, *, alpha: float = 0.05, power: float = POWER
) -> int | None:
    """People it takes in all if the effect stays as measured and its variance falls as 1 / n.

    `effect` and `variance` are on one scale (a difference, or a log-ratio). None beyond reach.
    """
    if people < 1 or variance <= 0 or effect == 0:
        return None
    needed = people * reach(alpha, power) ** 2 * variance / effect**2
    return math.ceil(needed) if needed <= PEOPLE_MAX else None


def reach(alpha: float, power: float) -> float:
    """How many standard errors an effect must measure to be shown with that power."""
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
