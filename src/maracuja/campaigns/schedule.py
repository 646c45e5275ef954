"""When a campaign is due: at once, at a moment, at a local time in each person's zone, recurring.

It must never ask for the time: `after` and `until` are arguments.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal

import polars as pl
from msgspec import Meta, structs

from maracuja import zones
from maracuja.model import Record, micros

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
HourMinute = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
# Where a date begins first and last on earth: the span of the waves of one local time.
FIRST_ZONE: Final = "Pacific/Kiritimati"
LAST_ZONE: Final = "Etc/GMT+12"
AROUND_EARTH: Final = timedelta(hours=26)
OCCURRENCES_MAX: Final = 1000


class Schedule(Record, frozen=True):
    """Empty: at once. `moment`: at that moment. `day` and `at`: on a date at a time of day.

    `every` with `at`: again and again, on `weekdays` for weeks, on `day_of_month` (the last day
    where the month has fewer) for months, from `starts` to `ends`, both included. `zone` says
    whose clock `at` is read from: the shop's, or each person's own.
    """

    moment: datetime | None = None
    day: date | None = None
    at: HourMinute | None = None
    every: Literal["day", "week", "month"] | None = None
    weekdays: tuple[Weekday, ...] = ()
    day_of_month: int = 1
    starts: date | None = None
    ends: date | None = None
    zone: Literal["shop", "person"] = "shop"

    def __post_init__(self) -> None:
        """Refuse what contradicts itself; the message becomes the error of the definition."""
        if self.moment is not None and (self.day or self.at or self.every):
            raise ValueError("a `moment` stands alone: leave out day, at and every")
        if self.moment is not None and self.moment.tzinfo is None:
            raise ValueError("the `moment` needs its offset, such as 2026-12-01T10:00:00+02:00")
        if self.day is not None and self.every is not None:
            raise ValueError("`day` is for one date; a recurring schedule has starts and ends")
        if (self.day or self.every) and self.at is None:
            raise ValueError("the time of day is missing: add `at`, such as '10:00'")
        if self.at is not None and not (self.day or self.every):
            raise ValueError("`at` needs a `day`, or `every`")
        if self.every == "week" and not self.weekdays:
            raise ValueError("`every: week` needs weekdays, such as [monday]")
        if self.weekdays and self.every != "week":
            raise ValueError("weekdays go with `every: week`")
        if not 1 <= self.day_of_month <= 31:
            raise ValueError("`day_of_month` is 1 to 31")

    @property
    def recurring(self) -> bool:
        """Whether it comes again."""
        return self.every is not None


class Occurrence(Record, frozen=True):
    """One time that a campaign is due; `key` is its natural key within the campaign.

    `planned` is the earliest moment at which anybody is due. With `by_person`, each person is due
    when the own clock shows `at` on `day`; else all are due at `planned`. Whoever was due before
    `since`, when the campaign was launched, is left to the next occurrence. Of a trigger, people
    are due one after the other between `planned` and `until`.
    """

    key: str
    planned: datetime
    day: date | None = None
    at: time | None = None
    by_person: bool = False
    since: datetime | None = None
    until: datetime | None = None


def first_occurrence(schedule: Schedule, now: datetime, shop_zone: str) -> Occurrence | None:
    """The occurrence that a launch at `now` plans; None where a recurring schedule has ended.

    A one-off whose moment has passed is due at once; its expiry decides whether it is too late. A
    recurring one by each person's clock begins on the day on which the hour is still ahead
    somewhere on earth, for those for whom it is.
    """
    if schedule.recurring:
        early = now - AROUND_EARTH if schedule.zone == "person" else now
        ahead = (o for o in occurrences(schedule, early, shop_zone) if last_due(o) > now)
        found = next(ahead, None)
        return found and begun_at(found, now)
    if schedule.day is not None and schedule.at is not None:
        return _local(schedule, schedule.day, shop_zone, key="once")
    return Occurrence(key="once", planned=schedule.moment or now)


def begun_at(occurrence: Occurrence, since: datetime | None) -> Occurrence:
    """The occurrence for those who are due from `since` on, where some are due before it."""
    if not occurrence.by_person or since is None or occurrence.planned >= since:
        return occurrence
    return structs.replace(occurrence, since=since)


def occurrences(schedule: Schedule, after: datetime, shop_zone: str) -> Iterator[Occurrence]:
    """Those of a recurring schedule that are planned later than `after`, soonest first.

    At most OCCURRENCES_MAX; the search ends after about five years without one.
    """
    day = max((after - timedelta(days=2)).date(), schedule.starts or date.min)
    given = 0
    for _ in range(5 * 366):
        if given == OCCURRENCES_MAX or (schedule.ends and day > schedule.ends):
            return
        if _falls_on(schedule, day):
            found = _local(schedule, day, shop_zone, key=f"{day}T{schedule.at}")
            if found.planned > after:
                given += 1
                yield found
        day += timedelta(days=1)


def due_us(occurrence: Occurrence, zone_names: pl.Series, default: str) -> pl.Series:
    """When each person is due, in microseconds UTC (Int64, shape (n,)).

    `zone_names` holds IANA names or nulls. Each distinct zone is computed once; a time that the
    clocks skip becomes the first moment after the gap, one that comes twice the first.
    """
    if not occurrence.by_person or occurrence.day is None or occurrence.at is None:
        return pl.Series([micros(occurrence.planned)], dtype=pl.Int64).new_from_index(
            0, len(zone_names)
        )
    names = zone_names.unique().to_list()
    moments = [zones.at_local(occurrence.day, occurrence.at, name, default) for name in names]
    return zone_names.cast(pl.String).replace_strict(
        pl.Series(names, dtype=pl.String),
        pl.Series([micros(m) for m in moments], dtype=pl.Int64),
        return_dtype=pl.Int64,
    )


def last_due(occurrence: Occurrence) -> datetime:
    """The moment after which nobody is left to become due."""
    if occurrence.by_person and occurrence.day is not None and occurrence.at is not None:
        return zones.at_local(occurrence.day, occurrence.at, LAST_ZONE, LAST_ZONE)
    return occurrence.until or occurrence.planned


def _falls_on(schedule: Schedule, day: date) -> bool:
    """Whether a recurring schedule has an occurrence on that date."""
    if schedule.every == "week":
        return WEEKDAYS[day.weekday()] in schedule.weekdays
    if schedule.every == "month":
        return day.day == min(schedule.day_of_month, calendar.monthrange(day.year, day.month)[1])
    return True


def _local(schedule: Schedule, day: date, shop_zone: str, *, key: str) -> Occurrence:
    """The occurrence on that date at the schedule's time of day."""
    assert schedule.at is not None
    at = time.fromisoformat(schedule.at)
    by_person = schedule.zone == "person"
    zone = FIRST_ZONE if by_person else shop_zone
    return Occurrence(
        key=key,
        planned=zones.at_local(day, at, zone, "UTC").astimezone(UTC),
        day=day,
        at=at,
        by_person=by_person,
    )
