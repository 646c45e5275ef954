"""Quiet hours in each person's own zone, right on the days when the clocks change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from maracuja import zones
from maracuja.model import Record, micros


class QuietHours(Record, frozen=True):
    """From `start` until `end` by the clock on the wall, over midnight where start > end.

    The end is no longer quiet; equal ends mean that no hour is quiet.
    """

    start: time
    end: time

    def holds(self, wall: time) -> bool:
        """Whether that time of day is quiet."""
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


def quiet_until(
    hours: QuietHours | None, zone_names: pl.Series, now: datetime, default: str
) -> pl.Series:
    """When the quiet ends for each person, in microseconds UTC; null where it is not quiet now.

    `zone_names` holds IANA names or nulls, shape (n,); so does the answer (Int64). Each distinct
    zone is computed once. Names that are no zone count as `default`.
    """
    names = zone_names.unique().to_list()
    ends = [quiet_end(hours, name, now, default) if hours else None for name in names]
    return zone_names.cast(pl.String).replace_strict(
        pl.Series(names, dtype=pl.String),
        pl.Series(ends, dtype=pl.Int64),
        return_dtype=pl.Int64,
        default=None,
    )


def quiet_end(hours: QuietHours, name: str | None, now: datetime, default: str) -> int | None:
    """The same of one zone."""
    end = _end(hours, zones.zone(name, default), now)
    return None if end is None else micros(end)


def _end(hours: QuietHours, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The first moment after `now` at which quiet ends there; None where it is not quiet now.

    Both passes of an hour that autumn repeats are tried, because the first may lie behind us.
    """
    local = now.astimezone(zone)
    if not hours.holds(local.time()):
        return None
    ends = {
        moment
        for day in range(-1, 3)
        for moment in _moments(local.date() + timedelta(days=day), hours.end, zone)
        if moment > now and not hours.holds(moment.astimezone(zone).time())
    }
    return min(ends)


def _moments(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The one or two moments at which the clocks of that zone show `at` on that day."""
    first = zones.at_local(day, at, zone.key, zone.key)
    second = datetime.combine(day, at, tzinfo=zone).replace(fold=1).astimezone(UTC)
    return first, second
