"""Plots of a report as inline SVG that stretches with its box; colours come from the style sheet.

Positions are percentages, so that bars stretch and dots and texts keep their shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from maracuja.model import Record
from maracuja.stats.intervals import Interval

LIFT_SHOWN_MAX = 2.0
_TONES = {1: "good", 0: "calm", -1: "bad"}

LOGO = (
    '<svg class="logo" viewBox="0 0 32 32" aria-hidden="true">'
    '<circle cx="16" cy="16" r="15" class="skin"/><circle cx="16" cy="16" r="12" class="rind"/>'
    '<circle cx="16" cy="16" r="10" class="pulp"/>'
    '<g class="seeds"><ellipse cx="16" cy="10.5" rx="1.3" ry="2.1"/>'
    '<ellipse cx="21" cy="14" rx="1.3" ry="2.1" transform="rotate(70 21 14)"/>'
    '<ellipse cx="19.2" cy="20.2" rx="1.3" ry="2.1" transform="rotate(145 19.2 20.2)"/>'
    '<ellipse cx="12.8" cy="20.2" rx="1.3" ry="2.1" transform="rotate(35 12.8 20.2)"/>'
    '<ellipse cx="11" cy="14" rx="1.3" ry="2.1" transform="rotate(110 11 14)"/></g></svg>'
)


def tone(sign: int, *, trusted: bool) -> str:
    """The colour of a finding: none where the arms cannot be trusted."""
    return _TONES[sign if trusted else 0]


class Axis(Record, frozen=True):
    """A linear scale of relative lifts with its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Where a value lies, in percent of the width; outside values on the edge."""
        share = (value - self.low) / (self.high - self.low)
        return round(min(max(share, 0.0), 1.0) * 100, 2)


def axis(intervals: Sequence[Interval], also: Sequence[float] = (), *, parts: int = 5) -> Axis:
    """A scale that holds zero and every interval up to LIFT_SHOWN_MAX, in about so many parts."""
    ends = [
        min(end, LIFT_SHOWN_MAX)
        for interval in intervals
        for end in (interval.low, interval.high)
        if end is not None
    ]
    low, high = min([0.0, *ends, *also]), max([0.0, *ends, *also])
    if high - low < 0.02:
        low, high = low - 0.05, high + 0.05
    step = _step((high - low) / parts)
    first, last = math.floor(low / step), math.ceil(high / step)
    return Axis(
        low=first * step,
        high=last * step,
        ticks=tuple(round(tick * step, 6) for tick in range(first, last + 1)),
    )


def strip(interval: Interval, scale: Axis, tone: str, truth: float | None = None) -> str:
    """One row of a forest plot: grid, zero line, interval and estimate; `tone` is a class."""
    grid = "".join(
        f'<line class="grid" x1="{scale.at(tick)}%" x2="{scale.at(tick)}%" y1="0" y2="100%"/>'
        for tick in scale.ticks
    )
    zero = f'<line class="zero" x1="{scale.at(0)}%" x2="{scale.at(0)}%" y1="0" y2="100%"/>'
    marks = ""
    if interval.value is not None and interval.low is not None and interval.high is not None:
        left, right = scale.at(interval.low), scale.at(interval.high)
        marks = (
            f'<rect class="span {tone}" x="{left}%" width="{max(right - left, 0.3):.2f}%" '
            f'y="50%" height="8" rx="4" transform="translate(0 -4)"/>'
            f'<circle class="dot {tone}" cx="{scale.at(interval.value)}%" cy="50%" r="6"/>'
        )
        if interval.high > scale.high:
            marks += (
                f'<svg x="100%" y="50%" overflow="visible"><path class="beyond {tone}" '
                'd="M1 -6 L8 0 L1 6 Z"/></svg>'
            )
    if truth is not None:
        marks += _diamond(scale.at(truth))
    return f'<svg class="strip" aria-hidden="true">{grid}{zero}{marks}</svg>'


def ticks(scale: Axis, texts: Sequence[str]) -> str:
    """The axis below a forest plot; `texts` are its ticks, '' where there is no room."""
    places = [scale.at(tick) for tick in scale.ticks]
    marks = "".join(
        f'<text x="{place}%" y="14" text-anchor="{_anchor(place)}">{text}</text>'
        for place, text in zip(places, texts, strict=True)
    )
    return f'<svg class="ticks" height="20" aria-hidden="true">{marks}</svg>'


def bar(share: float, tone: str) -> str:
    """A bar of a funnel or table, `share` of the width; a hair where it is almost nothing."""
    width = max(share * 100, 0.4) if share > 0 else 0
    return (
        f'<svg class="bar" height="14" aria-hidden="true"><rect class="track" width="100%" '
        f'height="14" rx="4"/><rect class="{tone}" width="{width:.2f}%" height="14" rx="4"/></svg>'
    )


def _diamond(place: float) -> str:
    """The simulator's truth: an open diamond, drawn in its own small coordinate system."""
    return (
        f'<svg x="{place}%" y="50%" overflow="visible"><path class="truth" '
        f'd="M0 -8 L7 0 L0 8 L-7 0 Z"/></svg>'
    )


def _anchor(place: float) -> str:
    if place < 3:
        return "start"
    return "end" if place > 97 else "middle"


def _step(rough: float) -> float:
    """The next larger of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(nice * power for nice in (1, 2, 2.5, 5, 10) if nice * power >= rough * 0.999)
