"""What several campaigns add up to: the sum of their effects, with an honest interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from maracuja.stats.intervals import Interval


def total(effects: Sequence[Interval]) -> Interval:
    """The sum of effects that were drawn apart, such as extra conversions; where they are shown.

    Each campaign draws its own control, so that the errors are independent and their squares add
    up. An interval that holds for every look is wider than one for a single look, and so is the
    sum. Without any effect there is no interval, and the first reason is told.
    """
    ends = [
        (one.value, one.value - one.low, one.high - one.value)
        for one in effects
        if one.value is not None and one.low is not None and one.high is not None
    ]
    if not ends:
        return Interval(reason=effects[0].reason if effects else None)
    value = math.fsum(one for one, _, _ in ends)
    below = math.sqrt(math.fsum(down * down for _, down, _ in ends))
    above = math.sqrt(math.fsum(up * up for _, _, up in ends))
    return Interval(value=value, low=value - below, high=value + above)
