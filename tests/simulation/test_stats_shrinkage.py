"""Lifts by kind of people: hardly ever a difference where none is, and nearer to the truth."""

from __future__ import annotations

import numpy as np
import pytest

from maracuja.rng import stream
from maracuja.stats.breakdown import benjamini_hochberg, heterogeneity_p
from maracuja.stats.compare import Comparison, Measure, compare
from maracuja.stats.moments import SufficientStatistics
from maracuja.stats.shrinkage import shrunken

BASE, ROWS = 0.1, 8


def table(chance: np.random.Generator, lifts: np.ndarray) -> list[Comparison]:
    """One row for each true log-lift, of 400 to 8,000 people in an arm."""
    rows = []
    for lift, people in zip(lifts, np.geomspace(400, 8_000, len(lifts)).astype(int), strict=True):
        arms = [
            SufficientStatistics(n=int(people), sum=k, sum_squares=k, nonzero=k)
            for k in (
                int(chance.binomial(people, BASE * np.exp(lift))),
                int(chance.binomial(people, BASE)),
            )
        ]
        rows.append(compare(Measure.CONVERSIONS, arms[0], arms[1], n_star=None))
    return rows


def test_where_all_rows_are_alike_the_test_says_so() -> None:
    chance, runs = stream(41, "alike"), 2_000
    ps = [heterogeneity_p(table(chance, np.full(ROWS, 0.1))) for _ in range(runs)]
    differ = np.mean([p is not None and p < 0.05 for p in ps])
    assert differ == pytest.approx(0.05, abs=3 * (0.05 * 0.95 / runs) ** 0.5)
    five = [benjamini_hochberg(ps[start : start + 5]) for start in range(0, runs, 5)]
    found = np.mean([any(p is not None and p < 0.05 for p in facts) for facts in five])
    assert found <= 0.05 + 2 * (0.05 * 0.95 / len(five)) ** 0.5


def test_of_the_rows_found_hardly_any_is_without_effect() -> None:
    chance, shares = stream(42, "found"), []
    for _ in range(600):
        true = np.where(np.arange(20) % 4 == 0, 0.35, 0.0)
        ps = benjamini_hochberg([row.lift.p for row in table(chance, true)])
        found = np.array([p is not None and p < 0.05 for p in ps])
        shares.append((found & (true == 0)).sum() / max(found.sum(), 1))
    assert np.mean(shares) <= 0.05


def drawn_rows(spread: float) -> tuple[float, float]:
    """How much of the squared error is left by shrinking, and the share of intervals that hold."""
    chance, own, drawn, held = stream(43, "shrunken", spread), 0.0, 0.0, []
    for _ in range(500):
        true = 0.1 + spread * chance.normal(0, 1, ROWS)
        rows = table(chance, true)
        for lift, row, shrunk in zip(true, rows, shrunken(rows), strict=True):
            if shrunk is not None:
                own += (np.log1p(row.lift.value) - lift) ** 2
                drawn += (np.log1p(shrunk.value) - lift) ** 2
                held.append(shrunk.low <= np.expm1(lift) <= shrunk.high)
    return drawn / own, float(np.mean(held))


def test_shrunken_lifts_are_nearer_to_the_truth_and_hold_it() -> None:
    found = {spread: drawn_rows(spread) for spread in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)}
    errors = [left for left, _ in found.values()]
    assert errors == sorted(errors)
    assert errors[0] < 0.2
    assert errors[-1] < 1
    held = [share for _, share in found.values()]
    assert min(held) >= 0.925
    assert np.mean(held) >= 0.95


def test_the_best_row_is_not_believed() -> None:
    """Without any differences the luckiest of eight rows promises much; shrunken, hardly more."""
    chance, promised, believed = stream(44, "luck"), [], []
    for _ in range(300):
        rows = table(chance, np.full(ROWS, 0.1))
        pairs = [
            (row.lift.value, one.value)
            for row, one in zip(rows, shrunken(rows), strict=True)
            if one is not None
        ]
        best = max(pairs)  # type: ignore[type-var]
        promised.append(best[0])
        believed.append(best[1])
    assert np.mean(promised) > 0.25  # type: ignore[arg-type]
    assert np.mean(believed) < 0.16  # type: ignore[arg-type]
