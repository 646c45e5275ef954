"""Whether a text or a tactic wears off: its effect by how often people had got it before.

It never compares the often written to with the seldom written to: both arms of each row would have
been sent to just as often, and the draw alone parts them.
"""

from __future__ import annotations

import math
from enum import StrEnum
from itertools import pairwise
from statistics import NormalDist
from typing import Final

import numpy as np
import polars as pl

from maracuja.model import Record
from maracuja.stats.intervals import (
    CONVERSIONS_MIN,
    LOG_RATIO_HALF_WIDTH_MAX,
    Interval,
    NotShown,
)
from maracuja.stats.moments import Array
from maracuja.stats.power import POWER, reach
from maracuja.stats.rates import Rate, rate
from maracuja.stats.sample_ratio import sample_ratio

EXPOSURES_MAX: Final = 6
"""From this time on all are one row."""
LEFT_MAX: Final = 0.5
"""Nothing is left where the effect is surely below this part of the first one, and may be none."""


class Wear(StrEnum):
    """What the rows say together."""

    WEARS_OFF = "wears_off"
    STEADY = "steady"  # nothing shows that it does
    GROWS = "grows"
    NOT_ENOUGH = "not_enough"


class Exposure(Record, frozen=True):
    """The (would-be) messages that were a person's first, second ... of the kind.

    `lift` is that in conversions until the next such message, at most within the goal's window.
    `trusted` is false where the arms have impossible sizes: opted out people hear no more, and
    where that has parted the arms they cannot be compared any longer.
    """

    time: int  # 1 for the first; EXPOSURES_MAX stands for all from there on
    sent: Rate
    held: Rate
    lift: Interval
    trusted: bool


class WearOut(Record, frozen=True):
    """The rows, the trend over them, and what is to be said of it.

    `trend` is the relative change, from each time to the next, of the conversions of those sent to
    against those held out; `smallest` the smallest loss that these numbers could show (80 %
    power). `gone_after`: after so many times nothing is left; `later` is the lift of all that
    come after. `harmful`: that lies wholly below zero.
    """

    name: str  # of the template or the tactic
    tactic: bool
    exposures: tuple[Exposure, ...]
    wear: Wear
    trend: Interval
    smallest: float | None = None
    gone_after: int | None = None
    later: Interval | None = None
    harmful: bool = False


def wear_out(messages: pl.DataFrame, name: str, *, tactic: bool, alpha: float = 0.05) -> WearOut:
    """What (would-be) messages show, one row each, of people sent to and people held out.

    Columns: `pid`, `time` (1 for the first of this person), `treated` (really sent), `share` (of
    the draw's two arms, the probability of `treated`, between 0 and 1), `converted` (flag); shape
    (messages, 5). Each message is weighted by one over the probability of its arm, so that
    campaigns with other shares do not pass for an effect. Errors are those of people, not of
    messages, however often one stands there.
    """
    capped = messages.with_columns(pl.col("time").clip(1, EXPOSURES_MAX).cast(pl.Int64))
    times = capped["time"].unique().sort().to_list()
    exposures = tuple(_exposure(capped.filter(time=time), time, alpha) for time in times)
    told = [one.time for one in exposures if one.trusted and one.lift.value is not None]
    if len(told) < 2:
        none = Interval(reason=NotShown.TOO_FEW_CONVERSIONS)
        return WearOut(
            name=name, tactic=tactic, exposures=exposures, wear=Wear.NOT_ENOUGH, trend=none
        )
    kept = capped.filter(pl.col("time").is_in(told))
    slope, variance = _trend(kept, told)
    trend = _interval(slope, variance, alpha)
    wear = {-1: Wear.WEARS_OFF, 0: Wear.STEADY, 1: Wear.GROWS}[trend.sign]
    gone, later = _gone(kept, exposures, told, alpha) if wear is Wear.WEARS_OFF else (None, None)
    return WearOut(
        name=name,
        tactic=tactic,
        exposures=exposures,
        wear=wear,
        trend=trend,
        smallest=-math.expm1(-reach(alpha, POWER) * math.sqrt(variance)),
        gone_after=gone,
        later=later,
        harmful=later is not None and later.sign < 0,
    )


def _exposure(rows: pl.DataFrame, time: int, alpha: float) -> Exposure:
    sent, held = (rows.filter(treated=treated) for treated in (True, False))
    expected = float(rows["share"].sum())
    counts = {"sent": len(sent), "held": len(held)}
    shares = {"sent": expected, "held": len(rows) - expected}
    return Exposure(
        time=time,
        sent=rate(int(sent["converted"].sum()), len(sent)),
        held=rate(int(held["converted"].sum()), len(held)),
        lift=_lift(rows, alpha),
        trusted=min(shares.values()) <= 0 or not sample_ratio(counts, shares).alarm,
    )


def _lift(rows: pl.DataFrame, alpha: float) -> Interval:
    """The lift of these messages, by the log-ratio, with errors by person."""
    counts = _counts(rows)
    if min(n for n, _ in counts) == 0:
        return Interval(reason=NotShown.NO_PEOPLE)
    if min(hits for _, hits in counts) < CONVERSIONS_MIN:
        return Interval(reason=NotShown.TOO_FEW_CONVERSIONS)
    log, influence = _log_ratio(rows)
    variance = _by_person(rows["pid"].to_numpy(), influence)
    if variance <= 0:
        return Interval(reason=NotShown.NO_VARIATION)
    return _interval(log, variance, alpha)


def _counts(rows: pl.DataFrame) -> list[tuple[int, int]]:
    """(messages, conversions) of those sent to and of those held out."""
    arms = (rows.filter(treated=treated) for treated in (True, False))
    return [(len(arm), int(arm["converted"].sum())) for arm in arms]


def _log_ratio(rows: pl.DataFrame) -> tuple[float, Array]:
    """The log-ratio of the two rates, and how far each message moves it."""
    treated = rows["treated"].to_numpy()
    share, hit = rows["share"].to_numpy(), rows["converted"].cast(pl.Float64).to_numpy()
    weight = np.where(treated, 1 / share, 1 / (1 - share))
    hits1, hits0 = float(weight[treated] @ hit[treated]), float(weight[~treated] @ hit[~treated])
    rate1, rate0 = hits1 / weight[treated].sum(), hits0 / weight[~treated].sum()
    moved = np.where(treated, (hit - rate1) / hits1, -(hit - rate0) / hits0)
    return math.log(rate1 / rate0), np.asarray(weight * moved, dtype=np.float64)


def _by_person(pids: Array, influence: Array) -> float:
    """The variance of a sum of influences whose parts of one person go together."""
    _, person = np.unique(pids, return_inverse=True)
    return float(np.square(np.bincount(person, weights=influence)).sum())


def _trend(rows: pl.DataFrame, times: list[int]) -> tuple[float, float]:
    """The slope of the log-ratio over the times, weighted by precision, and its variance."""
    logs, weights, parts = [], [], []
    for time in times:
        some = rows.filter(time=time)
        log, influence = _log_ratio(some)
        logs.append(log)
        weights.append(1 / _by_person(some["pid"].to_numpy(), influence))
        parts.append((some["pid"].to_numpy(), influence))
    x, y, w = np.asarray(times, float), np.asarray(logs), np.asarray(weights)
    from_middle = x - (w @ x) / w.sum()
    lever = w * from_middle / (w @ from_middle**2)
    pids = np.concatenate([who for who, _ in parts])
    influence = np.concatenate([c * part for c, (_, part) in zip(lever, parts, strict=True)])
    return float(lever @ y), _by_person(pids, influence)


def _gone(
    rows: pl.DataFrame, exposures: tuple[Exposure, ...], times: list[int], alpha: float
) -> tuple[int | None, Interval | None]:
    """After how many times nothing is left, and the lift of all that come after."""
    first = next(one.lift.value for one in exposures if one.time == times[0])
    if first is None or first <= 0:
        return None, None
    signs = {one.time: one.lift.sign for one in exposures}
    for after, following in pairwise(times):
        if signs[following] > 0:
            continue
        later = _lift(rows.filter(pl.col("time") > after), alpha)
        if later.high is not None and later.sign <= 0 and later.high < LEFT_MAX * first:
            return after, later
    return None, None


def _interval(log: float, variance: float, alpha: float) -> Interval:
    half = NormalDist().inv_cdf(1 - alpha / 2) * math.sqrt(variance)
    if half > LOG_RATIO_HALF_WIDTH_MAX:
        return Interval(reason=NotShown.TOO_UNCERTAIN)
    return Interval(
        value=math.expm1(log),
        low=math.expm1(log - half),
        high=math.expm1(log + half),
        p=math.erfc(abs(log) / math.sqrt(2 * variance)),
    )
