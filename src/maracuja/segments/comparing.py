"""From what a comparison says to the primitive tests that it means for a kind of value.

It must never touch data; whoever holds columns, SQL or a value asks the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from maracuja import zones
from maracuja.errors import SegmentError
from maracuja.segments.definition import Comparison, Scalar
from maracuja.segments.operators import (
    TAKES,
    Contains,
    DayOfYear,
    Has,
    Kind,
    Known,
    OneOf,
    PerLocalDate,
    Range,
    Test,
    Value,
)
from maracuja.segments.spans import (
    Span,
    day_or_moment,
    days_now,
    days_of_year,
    moment_of,
    span,
    whole_minute,
)

SCALE: Final = 10_000  # money and sums are whole numbers of 1/10000 units


class When(NamedTuple):
    """The moment (aware, UTC) that a segment is counted at, and the workspace's zone."""

    now: datetime
    zone: str = "UTC"

    @property
    def minute(self) -> datetime:
        """`now` without seconds: see spans.whole_minute."""
        return whole_minute(self.now)

    @property
    def home(self) -> date:
        """The workspace's own date."""
        return self.minute.astimezone(zones.zone(self.zone)).date()


def given(comparison: Comparison) -> dict[str, object]:
    """What the comparison says, by the name of the field, in the order of TAKES."""
    return {name: value for name in TAKES if (value := getattr(comparison, name)) is not None}


def spelled(field: str) -> str:
    """The field as it is written in YAML."""
    return field.rstrip("_")


def tests(comparison: Comparison, kind: Kind, when: When, where: str = "") -> list[Test]:
    """The tests that all must hold; SegmentError where the comparison does not suit the kind."""
    found: list[Test] = []
    for name, value in given(comparison).items():
        place = f"{where}.{spelled(name)}" if where else spelled(name)
        if kind not in TAKES[name]:
            suits = " or ".join(sorted(k for k in TAKES[name] if k is not Kind.SCALED))
            raise SegmentError(
                f"{spelled(name)!r} does not suit a {kind}.", where=place, fix=f"It takes {suits}."
            )
        found.append(_LOWER[name](value, kind, when, place))
    return found


def scaled(value: float) -> int:
    """A number in whole 1/10000 units, halves to even, as DuckDB's cast does it."""
    return round(value * SCALE)


def _value(value: Scalar, kind: Kind, where: str) -> Value:
    if kind is Kind.DATE and isinstance(value, str):
        found = day_or_moment(value, where)
        return found.date() if isinstance(found, datetime) else found
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Kind.SCALED and number:
        return scaled(float(value))
    if kind is Kind.NUMBER and number:
        return float(value)
    if kind in (Kind.TEXT, Kind.LIST) and isinstance(value, str):
        return value
    if kind is Kind.BOOLEAN and isinstance(value, bool):
        return value
    quoted = {Kind.TEXT: "in quotes", Kind.LIST: "in quotes", Kind.BOOLEAN: "as true or false"}
    raise SegmentError(
        f"{value!r} cannot be compared with a {'number' if kind is Kind.SCALED else kind}.",
        where=where,
        fix=f"Write it {quoted.get(kind, f'as a {kind}')}.",
    )


def _one_of(negated: bool) -> Callable[[object, Kind, When, str], Test]:
    def lower(value: object, kind: Kind, when: When, where: str) -> Test:
        items: list[Any] = value if isinstance(value, list) else [value]
        if not items:
            raise SegmentError("The list is empty.", where=where, fix="Name at least one value.")
        values = tuple(_value(v, kind, where) for v in items)
        if kind is Kind.LIST:
            return Has(tuple(str(v) for v in values), negated)
        return OneOf(values, negated)

    return lower


def _bound(end: str, open_: bool) -> Callable[[object, Kind, When, str], Test]:
    def lower(value: object, kind: Kind, when: When, where: str) -> Test:
        assert isinstance(value, int | float)
        limit = _value(value, kind, where)
        if end == "low":
            return Range(low=limit, low_open=open_)
        return Range(high=limit, high_open=open_)

    return lower


def _text(how: str, negated: bool = False) -> Callable[[object, Kind, When, str], Test]:
    def lower(value: object, kind: Kind, when: When, where: str) -> Test:
        part = str(value)
        if not part:
            raise SegmentError(
                "The text is empty.", where=where, fix="Use known: false for no value."
            )
        return Has((part,), negated) if kind is Kind.LIST else Contains(how, part, negated)

    return lower


def _known(value: object, kind: Kind, when: When, where: str) -> Test:
    return Known(kind, bool(value))


def _before(value: object, kind: Kind, when: When, where: str) -> Test:
    if kind is Kind.DATE:
        return Range(high=_value(str(value), kind, where), high_open=True)
    return Range(high=_naive(moment_of(str(value), when.zone, where=where)), high_open=True)


def _after(value: object, kind: Kind, when: When, where: str) -> Test:
    if kind is Kind.DATE:
        return Range(low=_value(str(value), kind, where), low_open=True)
    whole_day = not isinstance(day_or_moment(str(value), where), datetime)
    low = _naive(moment_of(str(value), when.zone, end=True, where=where))
    return Range(low=low, low_open=not whole_day)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _relative(
    of_moment: Callable[[Span, datetime], Test], of_day: Callable[[Span, date], Test]
) -> Callable[[object, Kind, When, str], Test]:
    def lower(value: object, kind: Kind, when: When, where: str) -> Test:
        length = span(str(value), where)
        if kind is Kind.TIME and of_moment is not of_day:
            return of_moment(length, _naive(when.minute))
        return PerLocalDate(
            tuple((day, of_day(length, day)) for day in days_now(when.minute)), when.home
        )

    return lower


def _back(length: Span, now: datetime) -> datetime:
    return _naive(length.after(now.replace(tzinfo=UTC), times=-1))


def _last_moment(length: Span, now: datetime) -> Test:
    return Range(_back(length, now), now + timedelta(minutes=1), low_open=True, high_open=True)


def _last_day(length: Span, day: date) -> Test:
    return Range(length.day_after(day, times=-1), day, low_open=True)


def _ago_moment(length: Span, now: datetime) -> Test:
    return Range(high=_back(length, now))


def _ago_day(length: Span, day: date) -> Test:
    return Range(high=length.day_after(day, times=-1))


def _next_moment(length: Span, now: datetime) -> Test:
    return Range(now, _naive(length.after(now.replace(tzinfo=UTC))))


def _next_day(length: Span, day: date) -> Test:
    return Range(day, length.day_after(day))


def _anniversary(length: Span, day: date) -> Test:
    return DayOfYear(tuple(days_of_year(day, length.day_after(day))))


_LOWER: Final[dict[str, Callable[[object, Kind, When, str], Test]]] = {
    "is_": _one_of(False),
    "is_not": _one_of(True),
    "in_": _one_of(False),
    "not_in": _one_of(True),
    "above": _bound("low", True),
    "at_least": _bound("low", False),
    "below": _bound("high", True),
    "at_most": _bound("high", False),
    "contains": _text("contains"),
    "lacks": _text("contains", True),
    "starts": _text("starts"),
    "ends": _text("ends"),
    "known": _known,
    "before": _before,
    "after": _after,
    "in_last": _relative(_last_moment, _last_day),
    "longer_ago": _relative(_ago_moment, _ago_day),
    "in_next": _relative(_next_moment, _next_day),
    "anniversary_in": _relative(_anniversary, _anniversary),
}
