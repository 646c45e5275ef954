"""How far apart two arms must be at each planned look, so that all looks together err rarely.

It never simulates: probabilities of Brownian motion are integrated numerically.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from maracuja.errors import BadInput
from maracuja.stats.moments import Array

LOOKS_MAX = 60
GAP_MIN = 0.001
"""Looks lie at least this share of the planned information apart."""
_REACH = 9.0  # standard deviations beyond which a normal density counts as nothing
_PANELS_MIN = 12
_PLACES, _LENGTHS = np.polynomial.legendre.leggauss(8)  # within a panel of one deviation


class _Stage(NamedTuple):
    """One look: the motion before it, as nodes with their probability, and the step to it.

    `nodes` and `weights` have shape (m,): where the motion stood at the look before (information
    `before`) if no bound had been crossed yet, without drift. `bound` is that of this look, on the
    scale of the motion.
    """

    before: float
    step: float
    nodes: Array
    weights: Array
    bound: float


class Boundaries(NamedTuple):
    """Symmetric bounds on z at each look; `fractions` of the planned information, rising.

    `spent` is the probability, without any difference, of having crossed a bound by each look.
    """

    fractions: tuple[float, ...]
    z: tuple[float, ...]
    spent: tuple[float, ...]
    stages: tuple[_Stage, ...]

    def exits(self, drift: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The chances to cross first at each look: above, and below.

        `drift` is the expected z at the whole planned information: effect over standard error.
        """
        pairs = [
            (self.beyond(look, drift, stage.bound), self.beyond(look, -drift, stage.bound))
            for look, stage in enumerate(self.stages)
        ]
        return tuple(above for above, _ in pairs), tuple(below for _, below in pairs)

    def beyond(self, look: int, drift: float, place: float) -> float:
        """The chance to reach look number `look` (from 0) without crossing, and to be above there.

        `place` is on the scale of the motion, z times the root of the fraction. Without drift the
        nodes are symmetric, so that below with a drift is above with the opposite one.
        """
        from scipy.special import log_ndtr  # heavy: reports without planned looks do without

        stage = self.stages[look]
        tilt = drift * stage.nodes - drift * drift * stage.before / 2
        reached = (stage.nodes + drift * stage.step - place) / math.sqrt(stage.step)
        return float(np.sum(stage.weights * np.exp(tilt + log_ndtr(reached))))


def spending(fraction: float, alpha: float) -> float:
    """How much of `alpha` one side may spend by this fraction of the information: little at first.

    Source: Lan and DeMets 1983, the function of the O'Brien-Fleming type.
    """
    if not 0 < fraction < 1:
        return alpha if fraction >= 1 else 0.0
    z = NormalDist().inv_cdf(1 - alpha / 2)
    return math.erfc(z / math.sqrt(2 * fraction))


def o_brien_fleming(
    fractions: Sequence[float], alpha: float = 0.05, *, final: bool = False
) -> Boundaries:
    """The bounds of looks at these fractions of the planned information, `alpha` / 2 on each side.

    The last fraction may lie above 1 (more came than was planned). `final` says that no look will
    follow: it may spend what is left, however little information came. BadInput as `boundaries`.
    """
    return _o_brien_fleming(tuple(fractions), alpha, final)


@lru_cache(maxsize=256)
def _o_brien_fleming(fractions: tuple[float, ...], alpha: float, final: bool) -> Boundaries:
    spent = [2 * spending(fraction, alpha / 2) for fraction in fractions]
    if final and spent:
        spent[-1] = alpha
    return boundaries(fractions, spent)


def boundaries(fractions: Sequence[float], spent: Sequence[float]) -> Boundaries:
    """Bounds such that by look k, without a difference, one was crossed with chance `spent[k]`.

    A look's bound depends on the looks before it alone: later ones need not be known. BadInput
    where looks are too many, too near to each other or in no order. Source: Armitage, McPherson
    and Rowe 1969, the recursion over looks, integrated by Gauss and Legendre's rule.
    """
    _check(fractions)
    stages: list[_Stage] = []
    nodes, weights, before, sum_spent = np.zeros(1), np.ones(1), 0.0, 0.0
    for fraction, until in zip(fractions, spent, strict=True):
        step = fraction - before
        bound = _solve(nodes, weights, step, until - sum_spent, math.sqrt(fraction))
        stages.append(_Stage(before, step, nodes, weights, bound))
        nodes, weights = _onward(nodes, weights, step, bound, fraction)
        before, sum_spent = fraction, until
    return Boundaries(
        fractions=tuple(fractions),
        z=tuple(
            stage.bound / math.sqrt(fraction)
            for stage, fraction in zip(stages, fractions, strict=True)
        ),
        spent=tuple(spent),
        stages=tuple(stages),
    )


def crossing(fractions: Sequence[float], z: Sequence[float]) -> tuple[float, ...]:
    """Without a difference: the chance to have crossed one of the given bounds by each look."""
    _check(fractions)
    nodes, weights, before, crossed = np.zeros(1), np.ones(1), 0.0, 0.0
    until = []
    for fraction, limit in zip(fractions, z, strict=True):
        step, bound = fraction - before, limit * math.sqrt(fraction)
        crossed += _outside(nodes, weights, step, bound)
        until.append(crossed)
        nodes, weights = _onward(nodes, weights, step, bound, fraction)
        before = fraction
    return tuple(until)


def _check(fractions: Sequence[float]) -> None:
    gaps = [later - earlier for earlier, later in zip((0.0, *fractions), fractions, strict=False)]
    if not gaps or len(gaps) > LOOKS_MAX or min(gaps) < GAP_MIN - 1e-12:
        raise BadInput(
            f"looks at {', '.join(f'{fraction:g}' for fraction in fractions) or 'no time'} "
            "cannot be judged",
            where="looks",
            fix=f"Give 1 to {LOOKS_MAX} rising shares of the test, e.g. 0.25, 0.5, 0.75, 1, "
            f"at least {GAP_MIN:g} apart.",
        )


def _outside(nodes: Array, weights: Array, step: float, bound: float) -> float:
    """The chance to be beyond the bound, on either side, one step after the nodes."""
    from scipy.special import ndtr  # heavy: see Boundaries.beyond

    root = math.sqrt(step)
    tails = ndtr((nodes - bound) / root) + ndtr((-nodes - bound) / root)
    return float(np.sum(weights * tails))


def _solve(nodes: Array, weights: Array, step: float, share: float, deviation: float) -> float:
    """The bound beyond which the motion lies with chance `share`, by halving."""
    low, high = 0.0, 40 * deviation
    for _ in range(100):
        middle = (low + high) / 2
        more = _outside(nodes, weights, step, middle) > share
        low, high = (middle, high) if more else (low, middle)
    return high


def _onward(
    nodes: Array, weights: Array, step: float, bound: float, fraction: float
) -> tuple[Array, Array]:
    """Nodes and weights one step later, of the motion that stays within the bound."""
    edge = min(bound, _REACH * math.sqrt(fraction))
    panels = max(_PANELS_MIN, math.ceil(2 * edge / math.sqrt(step)))
    half = edge / panels
    middles = half * (2 * np.arange(panels) + 1) - edge
    later = (middles[:, None] + half * _PLACES).ravel()
    apart = (later[:, None] - nodes[None, :]) / math.sqrt(step)
    density = np.exp(-apart * apart / 2) @ weights / math.sqrt(2 * math.pi * step)
    return later, np.tile(half * _LENGTHS, panels) * density
