"""Local time: the one module that turns moments into people's own dates and minutes, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import polars as pl


@lru_cache(maxsize=1024)
def zone(name: str | None, default: str = "UTC") -> ZoneInfo:
    """The zone of that IANA name; the default where the name is missing or unknown."""
    for candidate in (name, default):
        if candidate:
            try:
                return ZoneInfo(candidate)
            except (KeyError, ValueError, OSError):
                continue
    return ZoneInfo("UTC")


def is_zone(name: str) -> bool:
    """Whether the name is a known IANA zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def local_columns(zones: pl.Series, now: datetime, default: str) -> pl.DataFrame:
    """Columns `local_date` (Date) and `local_minute` (Int16, 0..1439) of `now`, row by row.

    `zones` holds IANA names or nulls, shape (n,). There are few distinct zones, so each is
    computed once and joined.
    """
    import polars as pl  # a heavy import that the command line's start must not pay

    names = zones.unique().to_list()
    local = [now.astimezone(zone(name, default)) for name in names]
    table = pl.DataFrame(
        {
            "zone": pl.Series(names, dtype=pl.String),
            "local_date": pl.Series([m.date() for m in local], dtype=pl.Date),
            "local_minute": pl.Series([m.hour * 60 + m.minute for m in local], dtype=pl.Int16),
        }
    )
    return (
        pl.DataFrame({"zone": zones.cast(pl.String)})
        .join(table, on="zone", how="left", nulls_equal=True, maintain_order="left")
        .select("local_date", "local_minute")
    )


def months(since: datetime, until: datetime, zone_name: str) -> list[date]:
    """The first days of months by a zone's clock, from that of `since` to the one after `until`'s.

    Where `until` is in an earlier month it is the first alone.
    """
    day, last = (at.astimezone(zone(zone_name)).date().replace(day=1) for at in (since, until))
    found = [day]
    while day <= last:
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        found.append(day)
    return found


def at_local(day: date, at: time, zone_name: str | None, default: str) -> datetime:
    """The UTC moment at which it is `at` on `day` in that zone.

    A time that the clocks skip (spring) becomes the first moment after the gap; one that happens
    twice (autumn) becomes the first of the two.
    """
    z = zone(zone_name, default)
    wall = datetime.combine(day, at)
    moment = wall.replace(tzinfo=z, fold=0).astimezone(UTC)
    if moment.astimezone(z).replace(tzinfo=None) == wall:
        return moment
    return _end_of_gap(wall, z)


def _end_of_gap(wall: datetime, z: ZoneInfo) -> datetime:
    """The first moment after the spring gap that swallows `wall`, to the minute."""
    low = wall.replace(tzinfo=z, fold=1).astimezone(UTC) - timedelta(minutes=1)
    high = wall.replace(tzinfo=z, fold=0).astimezone(UTC)
    low, high = min(low, high), max(low, high)
    before = low.astimezone(z).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if middle.astimezone(z).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(second=0, microsecond=0)
