"""Sample ratio mismatch: whether the arms have the sizes that the draw should have given them."""

from __future__ import annotations

from collections.abc import Mapping

from maracuja.errors import BadInput
from maracuja.model import Record

ALARM_P = 0.001


class SampleRatio(Record, frozen=True):
    """Counts and expected counts by arm, the chi-square test's p, and whether it is an alarm."""

    name: str
    counts: dict[str, int]
    expected: dict[str, float]
    chi_square: float
    p: float
    alarm: bool


def sample_ratio(
    counts: Mapping[str, int], shares: Mapping[str, float], *, name: str = ""
) -> SampleRatio:
    """Compare people counted in each arm with the shares of the draw (any positive weights).

    Arms of no share expect nobody; people found there are an alarm by themselves. BadInput when no
    arm has a share. Source: Pearson's chi-square; alarm at p < 0.001.
    """
    arms = sorted(set(counts) | set(shares))
    weights = {arm: max(shares.get(arm, 0.0), 0.0) for arm in arms}
    whole = sum(weights.values())
    if whole <= 0:
        raise BadInput(
            "no arm has a share above zero",
            where=name or "shares",
            fix="Give the shares of the draw, e.g. {'': 0.9, 'campaign': 0.1}.",
        )
    people = sum(counts.values())
    expected = {arm: people * weight / whole for arm, weight in weights.items()}
    impossible = any(counts.get(arm, 0) and not expected[arm] for arm in arms)
    square = sum(
        (counts.get(arm, 0) - hope) ** 2 / hope for arm, hope in expected.items() if hope > 0
    )
    degrees = sum(weight > 0 for weight in weights.values()) - 1
    p = 0.0 if impossible else chi_square_p(square, degrees)
    return SampleRatio(
        name=name,
        counts={arm: counts.get(arm, 0) for arm in arms},
        expected=expected,
        chi_square=square,
        p=p,
        alarm=p < ALARM_P,
    )


def chi_square_p(square: float, degrees: int) -> float:
    """The upper tail of the chi-square distribution; 1 without a degree of freedom."""
    if degrees < 1:
        return 1.0
    from scipy.special import chdtrc

    return float(chdtrc(degrees, square))
