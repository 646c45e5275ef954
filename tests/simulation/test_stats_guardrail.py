"""The guardrail stops hardly ever where nothing is wrong, and soon where much is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from maracuja.rng import stream
from maracuja.stats.guardrail import log_evidence, more_harm_than, one_sided_width
from maracuja.stats.intervals import CONVERSIONS_MIN, log_ratio_effect
from maracuja.stats.moments import Sample

LIMITS = (0.001, 0.01, 0.05)
BATCH, BATCHES = 100, 300
ALPHA = 0.05


def stops(limit: float, times: float, runs: int) -> np.ndarray:
    """After how many people each run stopped, looking after every batch; 0 where never."""
    chance = stream(21, "guardrail", limit, times)
    sums = chance.binomial(BATCH, limit * times, (runs, BATCHES)).cumsum(1)
    ends = np.zeros(runs, int)
    for run in range(runs):
        for batch in range(BATCHES):
            people = (batch + 1) * BATCH
            if log_evidence(int(sums[run, batch]), people, limit) >= -math.log(ALPHA):
                ends[run] = people
                break
    return ends


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_that_is_just_kept_stops_in_one_of_twenty_at_most(limit: float) -> None:
    assert (stops(limit, 1.0, 200) > 0).mean() <= ALPHA


@pytest.mark.parametrize("limit", LIMITS)
def test_three_times_the_limit_is_stopped_soon(limit: float) -> None:
    ends = stops(limit, 3.0, 100)
    assert (ends > 0).all()
    # The harmed people among whom a stop comes: the same few whatever the limit.
    assert np.median(ends) * 3 * limit <= 20


def test_arms_alike_in_harm_stop_in_one_of_twenty_at_most() -> None:
    chance, runs, found = stream(22, "arms"), 200, [0, 0]
    for times in (0, 1):
        for _ in range(runs):
            sums = np.zeros(2, int)
            for batch in range(1, 101):
                sums += chance.binomial(200, [0.005 * (1.25 + 1.75 * times), 0.005])
                if more_harm_than((sums[0], sums[1]), (200 * batch, 200 * batch))[1]:
                    found[times] += 1
                    break
    assert found[0] / runs <= ALPHA
    assert found[1] == runs


def test_the_one_sided_sequence_holds_at_all_looks_and_finds_more() -> None:
    runs, looks, arm, base = 3_000, 400, 20_000, 0.05
    n = np.arange(1, looks + 1) * (arm / looks)
    for lift in (0.0, -0.1):
        chance = stream(23, "one-sided", lift)
        sums = [
            chance.binomial(arm // looks, rate, (runs, looks)).cumsum(1)
            for rate in (base * (1 + lift), base)
        ]
        one, two = (Sample(n, s / n, (s - s * s / n) / (n - 1)) for s in sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            effect = log_ratio_effect(one, two)
            width = one_sided_width(2 * n, effect.variance, 2 * arm)
            missed = (effect.value + width < np.log1p(lift)) & (
                np.minimum(*sums) >= CONVERSIONS_MIN
            )
        assert missed.any(axis=1).mean() <= ALPHA
