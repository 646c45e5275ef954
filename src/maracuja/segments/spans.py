"""Spans such as "30 days", dates and times as texts, and the moments and days that they mean.

It must never read a clock: `now` is an argument, aware, UTC.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from maracuja import zones
from maracuja.errors import SegmentError

UNITS: Final = ("minute", "hour", "day", "week", "month", "year")
_SECONDS: Final = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_SPAN = re.compile(r"^\s*(\d{1,6})\s*(minute|hour|day|week|month|year)s?\s*$")
_YEARS_MAX: Final = 200


class Span(NamedTuple):
    """A whole number of one unit of UNITS."""

    number: int
    unit: str

    @property
    def fixed(self) -> bool:
        """Whether it always lasts equally long: months and years do not."""
        return self.unit in _SECONDS

    @property
    def seconds(self) -> int:
        """Its length in s; for fixed spans only."""
        return self.number * _SECONDS[self.unit]

    @property
    def days(self) -> int:
        """How many whole calendar days it reaches over, rounded up; for fixed spans only."""
        return -(-self.seconds // 86_400)

    def after(self, moment: datetime, *, times: int = 1) -> datetime:
        """The moment that much later (`times=-1`: earlier); a day too late is the month's last.

        Beyond the years 1 and 9999 it stays at the last one that can be written.
        """
        if self.fixed:
            try:
                return moment + times * timedelta(seconds=self.seconds)
            except OverflowError:
                return _edge(times)
        months = times * self.number * (12 if self.unit == "year" else 1)
        year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
        if not 1 <= year <= 9999:
            return _edge(times)
        last = calendar.monthrange(year, month + 1)[1]
        return moment.replace(year=year, month=month + 1, day=min(moment.day, last))

    def day_after(self, day: date, *, times: int = 1) -> date:
        """The calendar day that much later; hours and minutes count as begun days."""
        whole = Span(self.days, "day") if self.fixed else self
        return whole.after(datetime.combine(day, time(12), UTC), times=times).date()


def _edge(times: int) -> datetime:
    return datetime(9999, 12, 31, tzinfo=UTC) if times > 0 else datetime(1, 1, 1, tzinfo=UTC)


def span(text: str, where: str = "") -> Span:
    """The span of a text; SegmentError when it is none or longer than 200 years."""
    match = _SPAN.match(text)
    if match is None:
        raise SegmentError(
            f"{text!r} is not a span of time.",
            where=where,
            fix='Write a whole number and a unit: "2 hours", "30 days", "6 months".',
        )
    found = Span(int(match[1]), match[2])
    years = (
        found.days / 365 if found.fixed else found.number / (12 if found.unit == "month" else 1)
    )
    if years > _YEARS_MAX:
        raise SegmentError(
            f"{text!r} is longer than {_YEARS_MAX} years.", where=where, fix="Shorten it."
        )
    return found


def day_or_moment(text: str, where: str = "") -> date | datetime:
    """The date, or the aware or naive time, of an ISO 8601 text."""
    try:
        if len(text) <= 10:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        raise SegmentError(
            f"{text!r} is not a date.",
            where=where,
            fix="Write 2026-05-31, or 2026-05-31T18:00 for a time.",
        ) from None


def moment_of(text: str, zone: str, *, end: bool = False, where: str = "") -> datetime:
    """The UTC moment of the text in the workspace's zone; of a date its first, or the next's."""
    found = day_or_moment(text, where)
    try:
        if isinstance(found, datetime):
            if found.tzinfo is not None:
                return found.astimezone(UTC)
            local = zones.at_local(found.date(), found.time().replace(microsecond=0), zone, "UTC")
            return local + timedelta(microseconds=found.microsecond)
        return zones.at_local(found + timedelta(days=end), time(0), zone, "UTC")
    except OverflowError:
        raise SegmentError(
            f"{text!r} is at the edge of the calendar.", where=where, fix="Write a nearer date."
        ) from None


def whole_minute(now: datetime) -> datetime:
    """`now` without its seconds: the moment that every condition of a segment is counted from.

    Windows therefore begin up to a minute early and an absence closes up to a minute late, and
    whatever is counted within the same minute and version of the lake can be kept.
    """
    return now.astimezone(UTC).replace(second=0, microsecond=0)


def days_now(now: datetime) -> Sequence[date]:
    """Every local date that it is somewhere on Earth at `now`: two or three."""
    low, high = (now - timedelta(hours=12)).date(), (now + timedelta(hours=14)).date()
    return [low + timedelta(days=n) for n in range((high - low).days + 1)]


def days_of_year(first: date, last: date) -> list[int]:
    """The days from first to last as month * 100 + day; February 29 is kept on 28 where absent."""
    count = min((last - first).days, 366)
    found = set()
    for n in range(count + 1):
        day = first + timedelta(days=n)
        found.add(day.month * 100 + day.day)
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            found.add(229)
    return sorted(found)
