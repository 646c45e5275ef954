"""The guardrail: what stops, what does not, and what it says about it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom

from maracuja.errors import BadInput
from maracuja.stats.guardrail import (
    RATES_MAX,
    Harm,
    harm_to_sales,
    least_rate,
    log_evidence,
    more_harm_than,
    watch,
)
from maracuja.stats.intervals import NotShown, lift_anytime
from maracuja.stats.moments import NOBODY, SufficientStatistics


def rate(people: int, conversions: int) -> SufficientStatistics:
    return SufficientStatistics(
        n=people, sum=conversions, sum_squares=conversions, nonzero=conversions
    )


def test_what_people_bear_does_not_stop() -> None:
    verdict = watch({Harm.OPT_OUT: 60, Harm.COMPLAINT: 5, Harm.BLOCK: 0}, 10_000)
    assert not verdict.stop
    assert [guard.harm for guard in verdict.guards] == ["block", "complaint", "opt_out"]
    assert [guard.p for guard in verdict.guards] == [1.0, 1.0, 1.0]


def test_one_broken_limit_stops_and_is_named() -> None:
    verdict = watch({Harm.OPT_OUT: 60, Harm.COMPLAINT: 40}, 10_000)
    assert verdict.stop
    complaints, opt_outs = verdict.guards
    assert (complaints.harm, complaints.broken, opt_outs.broken) == ("complaint", True, False)
    assert complaints.rate == 0.004
    assert RATES_MAX[Harm.COMPLAINT] < complaints.least < 0.004
    assert complaints.p < 0.001


def test_a_handful_of_people_stops_nothing_yet() -> None:
    assert not watch({Harm.OPT_OUT: 1}, 20).stop
    assert not watch({Harm.COMPLAINT: 1}, 100).stop
    [guard] = watch({Harm.PUSH_LOST: 0}, 0).guards
    assert (guard.rate, guard.least, guard.broken) == (None, 0.0, False)
    assert not watch({}, 100).stop


def test_the_shops_own_limits_hold() -> None:
    assert watch({Harm.OPT_OUT: 60}, 10_000, rates_max={Harm.OPT_OUT: 0.003}).stop
    assert not watch({Harm.COMPLAINT: 40}, 10_000, rates_max={Harm.COMPLAINT: 0.004}).stop


@pytest.mark.parametrize(("count", "people", "limit"), [(5, 4, 0.1), (-1, 4, 0.1), (1, 4, 0.0)])
def test_counts_and_limits_that_are_no_rates_are_refused(
    count: int, people: int, limit: float
) -> None:
    with pytest.raises(BadInput, match="cannot be watched"):
        watch({Harm.BLOCK: count}, people, rates_max={Harm.BLOCK: limit})


@pytest.mark.parametrize(("count", "people", "limit"), [(30, 1_500, 0.01), (4, 900, 0.001)])
def test_the_evidence_is_the_mixture_that_it_says(count: int, people: int, limit: float) -> None:
    bets = beta(1, 1 / limit)
    mixed, _ = quad(
        lambda rate: bets.pdf(rate) * binom.pmf(count, people, rate),
        limit,
        20 * limit,
        epsabs=1e-14,
    )
    expected = mixed / bets.sf(limit) / binom.pmf(count, people, limit)
    assert math.exp(log_evidence(count, people, limit)) == pytest.approx(expected, rel=1e-5)


def test_evidence_is_a_fair_bet_at_most_one_on_average() -> None:
    people, limit = 400, 0.02
    counts = np.arange(people + 1)
    log_e = np.array([log_evidence(int(count), people, limit) for count in counts])
    for true in (limit, limit / 2):
        log_gain = np.where(log_e > 0, log_e, -np.inf) + binom.logpmf(counts, people, true)
        assert np.exp(log_gain).sum() <= 1.0


def test_limits_below_the_least_rate_are_those_broken() -> None:
    least = least_rate(30, 1_500, 0.05)
    assert 0.01 < least < 0.02
    for limit, broken in ((least * 0.99, True), (least * 1.01, False)):
        verdict = watch({Harm.OPT_OUT: 30}, 1_500, rates_max={Harm.OPT_OUT: limit})
        assert verdict.stop is broken
    assert least_rate(0, 1_500) == 0.0
    assert least_rate(1, 1_500) < 1 / 15_000


def test_more_harm_than_the_other_arm_is_seen_by_shares() -> None:
    _, alike = more_harm_than((22, 20), (5_000, 5_000))
    p, worse = more_harm_than((70, 20), (5_000, 5_000))
    assert not alike
    assert worse
    assert p < 0.01
    assert not more_harm_than((70, 20), (17_500, 5_000))[1]
    assert more_harm_than((3, 0), (0, 100)) == (1.0, False)
    with pytest.raises(BadInput, match="cannot be compared"):
        more_harm_than((-1, 0), (10, 10))


def test_harm_to_sales_is_found_sooner_than_by_the_two_sided_sequence() -> None:
    treated, control = rate(10_000, 929), rate(10_000, 1_055)
    one_sided = harm_to_sales(treated, control, n_star=20_000)
    assert (one_sided.low, one_sided.sign) == (-1.0, -1)
    assert lift_anytime(treated, control, n_star=20_000).sign == 0
    assert harm_to_sales(control, treated, n_star=20_000).sign == 0


def test_without_enough_there_is_a_reason() -> None:
    assert harm_to_sales(NOBODY, rate(9, 1), n_star=10).reason is NotShown.NO_PEOPLE
    assert harm_to_sales(rate(9, 1), rate(9, 1), n_star=None).reason is NotShown.NO_PLANNED_SIZE
    few = harm_to_sales(rate(90, 9), rate(90, 1), n_star=10)
    assert few.reason is NotShown.TOO_FEW_CONVERSIONS
