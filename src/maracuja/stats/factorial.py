"""Two factors of two levels each: what either does, and whether they do more together.

It never reads an effect of one factor off half of the people: all four cells speak for both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from maracuja.model import Record
from maracuja.stats.intervals import Effect as Estimate
from maracuja.stats.intervals import (
    Interval,
    NotShown,
    anytime_half_width,
    anytime_p,
    fixed_half_width,
    log_ratio_effect,
    why_not,
)
from maracuja.stats.moments import Array, SufficientStatistics

LEVELS: Final = 2
Cell = tuple[str, str]


class FactorEffect(Record, frozen=True):
    """The lift of one `level` of a factor over the `other`, averaged over the other factor."""

    factor: str
    level: str
    other: str
    lift: Interval


class Factorial(Record, frozen=True):
    """Both main effects, and the interaction: how much more both lifts are together.

    `interaction` is the ratio of the one lift where the other factor is present to where it is
    not, less one: zero where neither changes what the other does.
    """

    effects: tuple[FactorEffect, FactorEffect]
    interaction: Interval


def factorial(
    names: tuple[str, str],
    cells: Mapping[Cell, SufficientStatistics],
    *,
    final: bool,
    n_star: int | None,
    alpha: float = 0.05,
) -> Factorial | None:
    """The effects on rates of four cells, by (level of the first, level of the second factor).

    None where the cells are no square. `final` says that nothing more comes: else the intervals
    hold at every look. On the log scale: main effects are means of two differences, the
    interaction is the difference of the two. Source: the 2 x 2 design.
    """
    first, second = (sorted({cell[k] for cell in cells}) for k in range(LEVELS))
    if (len(first), len(second), len(cells)) != (LEVELS, LEVELS, LEVELS**2):
        return None
    low, high = first
    weak, strong = second
    one = _both(cells, ((high, weak), (low, weak)), ((high, strong), (low, strong)), 0.5)
    two = _both(cells, ((low, strong), (low, weak)), ((high, strong), (high, weak)), 0.5)
    more = _both(cells, ((low, weak), (high, weak)), ((high, strong), (low, strong)), 1.0)
    people = sum(cell.n for cell in cells.values())

    def shown(found: Estimate | NotShown) -> Interval:
        return _interval(found, people, n_star, alpha, final=final)

    return Factorial(
        effects=(
            FactorEffect(factor=names[0], level=high, other=low, lift=shown(one)),
            FactorEffect(factor=names[1], level=strong, other=weak, lift=shown(two)),
        ),
        interaction=shown(more),
    )


def _both(
    cells: Mapping[Cell, SufficientStatistics],
    one: tuple[Cell, Cell],
    other: tuple[Cell, Cell],
    weight: float,
) -> Estimate | NotShown:
    """The sum of two log-ratios, each times `weight`, and its variance."""
    total: Array | float = 0.0
    variance: Array | float = 0.0
    for above, below in (one, other):
        reason = why_not(cells[above], cells[below])
        if reason is not None:
            return reason
        if min(cells[above].mean, cells[below].mean) <= 0:
            return NotShown.TOO_UNCERTAIN
        part = log_ratio_effect(cells[above].sample, cells[below].sample)
        total = total + weight * part.value
        variance = variance + weight**2 * part.variance
    return Estimate(total, variance)  # type: ignore[arg-type]  # sums of arrays are arrays


def _interval(
    found: Estimate | NotShown, people: int, n_star: int | None, alpha: float, *, final: bool
) -> Interval:
    """The effect as a lift."""
    if isinstance(found, NotShown):
        return Interval(reason=found)
    value, variance = float(found.value), float(found.variance)
    if final:
        half = float(fixed_half_width(found.variance, alpha))
        p = math.erfc(abs(value) / math.sqrt(2 * variance))
    elif n_star is None:
        return Interval(reason=NotShown.NO_PLANNED_SIZE)
    else:
        n = found.variance * 0 + people
        half = float(anytime_half_width(n, found.variance, n_star, alpha))
        p = float(anytime_p(found, n, n_star, alpha))
    return Interval(
        value=math.expm1(value),
        low=math.expm1(value - half),
        high=math.expm1(value + half),
        p=p,
    )
