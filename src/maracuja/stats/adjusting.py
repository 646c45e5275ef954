"""The lift beside itself with the noise of people's own past taken out (CUPED).

It never replaces the plain lift: both stand side by side, with how much was explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from maracuja.model import Record
from maracuja.stats import intervals
from maracuja.stats.compare import Measure
from maracuja.stats.cuped import adjusted
from maracuja.stats.intervals import Interval
from maracuja.stats.moments import by_group

TIMES: Final = "before"
VALUE: Final = "before_value"
BEFORE: Final = {TIMES: pl.Int64, VALUE: pl.Float64}
"""What a person did in the time before the draw: how often they reached the goal, its value."""


class AdjustedLift(Record, frozen=True):
    """A lift of `treated` over `control` in one measure, `plain` and `adjusted`.

    `explained` is the share of the variance that people's past takes away, 0 where it takes none
    (measured on people by whom nothing was fitted); `days` is how far back it was looked.
    """

    treated: str
    control: str
    measure: Measure
    days: int
    plain: Interval
    adjusted: Interval
    explained: float


def adjusted_lifts(
    people: pl.DataFrame,
    arms: Sequence[tuple[str, str]],
    *,
    days: int,
    n_star: int | None,
    final: bool,
    alpha: float = 0.05,
) -> tuple[AdjustedLift, ...]:
    """The lift of each pair of arms, in conversions and in money.

    `people` who would have been sent to: columns `pid`, `arm` (text), `conversions`, `revenue` and
    BEFORE, shape (n, ..). Pairs of which an arm is empty are left out.
    """
    known = people.with_columns(pl.col(name).fill_null(0) for name in BEFORE)
    known = known.with_columns(pl.col(TIMES) > 0, bought=pl.col(TIMES))
    found = []
    for treated, control in arms:
        both = known.filter(pl.col("arm").is_in([treated, control]))
        if both["arm"].n_unique() < 2:
            continue
        for measure in (Measure.CONVERSIONS, Measure.REVENUE):
            plain = by_group(both, ["arm"], [measure])
            past = adjusted(both, measure, [TIMES, "bought", VALUE], arm="arm")
            pair = (plain[(treated,)][measure], plain[(control,)][measure])
            without = (past.arms[treated], past.arms[control])
            shown = [
                intervals.lift(*one, alpha=alpha)
                if final
                else intervals.lift_anytime(*one, n_star=n_star, alpha=alpha)
                for one in (pair, without)
            ]
            found.append(
                AdjustedLift(
                    treated=treated,
                    control=control,
                    measure=measure,
                    days=days,
                    plain=shown[0],
                    adjusted=shown[1],
                    explained=past.explained,
                )
            )
    return tuple(found)
