"""The platform's own rule of looking errs as seldom as it says, when answers come in over time.

Test 1's group-sequential part and test 3's power once more, by the code that the worker runs: the
information is that of people and answers so far, and a look is made when as much is in as planned.
"""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from maracuja.rng import stream
from maracuja.runtime.experiment_measure import Counted
from maracuja.runtime.experiment_work import Due, judged
from maracuja.stats.experiment import ExperimentPlanned
from maracuja.stats.guardrail import watch
from maracuja.stats.harm import Harm
from maracuja.stats.moments import SufficientStatistics
from maracuja.stats.sequential import Standing, information_in, plan_experiment
from maracuja.store.experiments import Look

HOURS = 48  # countings until every window is closed
RUNS = 200


def as_rate(people: int, done: int) -> SufficientStatistics:
    return SufficientStatistics(n=people, sum=done, sum_squares=done, nonzero=done)


def lived(
    seed: int, rates: tuple[float, ...], planned: ExperimentPlanned
) -> tuple[Standing, str | None, float]:
    """One experiment as the worker looks at it: how it ended, who won, at which hour."""
    chance = stream(seed, "lived", *rates)
    people = planned.plan.people
    hours = []
    for rate in rates:
        buyers = chance.binomial(people, rate)
        # Most answer early: the times are those of an exponential wait, cut off by the window.
        times = np.sort(-np.log1p(-chance.random(buyers) * (1 - np.exp(-3))) / 3 * HOURS)
        hours.append(np.searchsorted(times, np.arange(1, HOURS + 1)))
    looks: list[Look] = []
    for hour in range(HOURS):
        arms = {
            name: as_rate(people, int(mine[hour]))
            for name, mine in zip(planned.variants, hours, strict=True)
        }
        counted = Counted(arms, 0)
        fraction = information_in(counted.people, counted.conversions, planned.plan)
        final = hour == HOURS - 1
        reached = sum(fraction >= share for share in planned.plan.looks)
        last = looks[-1].look if looks else 0
        if not final and reached <= last:
            continue
        number = max(len(planned.plan.looks), last + 1) if final else reached
        verdict = judged(looks, planned, counted, Due(number, fraction, final))
        if verdict.standing is not Standing.RUNNING:
            return verdict.standing, verdict.winner, (hour + 1) / HOURS
        looks.append(Look(1, number, hour, fraction, final, msgspec.json.encode(arms), b""))
    raise AssertionError("the last look decides")


def planned_for(rate: float, lift: float, arms: int = 2) -> ExperimentPlanned:
    plan = plan_experiment(rate, lift=lift, arms=arms)
    assert plan is not None
    return ExperimentPlanned(
        goal="order",
        variants=tuple("abcd"[:arms]),
        audience=plan.people * arms,
        share=1.0,
        reached=1.0,
        window_s=HOURS * 3600,
        plan=plan,
        measured=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "arms"), [(0.05, 2), (0.1, 3)])
def test_of_like_texts_one_wins_in_a_twentieth_of_all_tests(rate: float, arms: int) -> None:
    planned = planned_for(rate, 0.2, arms)
    ended = [lived(seed, (rate,) * arms, planned) for seed in range(RUNS)]
    won = np.mean([standing is Standing.WON for standing, *_ in ended])
    assert won <= 0.05 + 2 * (0.05 * 0.95 / RUNS) ** 0.5
    assert {standing for standing, *_ in ended} <= {Standing.WON, Standing.UNDECIDED}


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.1])
def test_the_better_text_is_found_as_often_as_planned_and_before_the_end(rate: float) -> None:
    planned = planned_for(rate, 0.2)
    ended = [lived(seed, (rate * 1.2, rate), planned) for seed in range(RUNS)]
    won = np.mean([winner == "a" for _, winner, _ in ended])
    assert won >= 0.97 * 0.8 - 2 * (0.8 * 0.2 / RUNS) ** 0.5
    assert not any(winner == "b" for _, winner, _ in ended)
    assert np.mean([end for *_, end in ended]) < 0.8


@pytest.mark.slow
def test_where_people_buy_more_or_less_than_planned_it_errs_no_more() -> None:
    """The rate before the launch is only a guess of that after it."""
    planned = planned_for(0.1, 0.2)
    for truth in (0.05, 0.2):
        ended = [lived(seed, (truth, truth), planned) for seed in range(RUNS)]
        won = np.mean([standing is Standing.WON for standing, *_ in ended])
        assert won <= 0.05 + 2 * (0.05 * 0.95 / RUNS) ** 0.5


def test_the_guardrail_lets_a_kept_limit_be_and_stops_a_broken_one_soon() -> None:
    """Looked at after each of a hundred batches of a roll-out, as the worker does."""
    batch, batches, runs = 500, 100, 200
    chance = stream(17, "guard")
    for rate, share in ((0.01, (0.0, 0.05)), (0.03, (0.999, 1.0))):
        counts = chance.binomial(batch, rate, (runs, batches)).cumsum(axis=1)
        stopped = [
            any(watch({Harm.OPT_OUT: int(n)}, batch * (k + 1)).stop for k, n in enumerate(row))
            for row in counts
        ]
        assert share[0] <= np.mean(stopped) <= share[1]
