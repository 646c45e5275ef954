"""A schedule knows its next times, also where and when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import polars as pl
import pytest

from maracuja.campaigns.schedule import (
    Schedule,
    due_us,
    first_occurrence,
    last_due,
    occurrences,
)
from maracuja.model import micros, moment

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_at_once_is_now() -> None:
    found = first_occurrence(Schedule(), NOW, "Europe/Kyiv")
    assert found is not None
    assert (found.key, found.planned) == ("once", NOW)


def test_a_date_and_time_are_read_from_the_shops_clock() -> None:
    schedule = Schedule(day=date(2026, 12, 1), at="10:00")
    found = first_occurrence(schedule, NOW, "Europe/Kyiv")
    assert found is not None
    assert found.planned == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    zones = pl.Series(["Asia/Ulaanbaatar", None])
    assert due_us(found, zones, "UTC").to_list() == [micros(found.planned)] * 2


def test_local_times_come_as_waves_around_the_earth() -> None:
    schedule = Schedule(day=date(2026, 12, 1), at="10:00", zone="person")
    found = first_occurrence(schedule, NOW, "Europe/Kyiv")
    assert found is not None
    assert found.planned == datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
    assert last_due(found) == datetime(2026, 12, 1, 22, 0, tzinfo=UTC)
    zones = pl.Series(["Europe/Kyiv", "America/New_York", None, "Not/AZone", "Europe/Kyiv"])
    hours = [moment(us).hour for us in due_us(found, zones, "Asia/Ulaanbaatar")]
    assert hours == [8, 15, 2, 2, 8]


def test_a_time_that_the_clocks_skip_becomes_the_first_after_the_gap() -> None:
    schedule = Schedule(day=date(2026, 3, 29), at="03:30", zone="person")
    found = first_occurrence(schedule, NOW, "UTC")
    assert found is not None
    kyiv = moment(due_us(found, pl.Series(["Europe/Kyiv"]), "UTC")[0])
    assert kyiv == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 04:00 summer time


def test_a_time_that_comes_twice_is_the_first() -> None:
    schedule = Schedule(day=date(2026, 10, 25), at="03:30", zone="person")
    found = first_occurrence(schedule, NOW, "UTC")
    assert found is not None
    kyiv = moment(due_us(found, pl.Series(["Europe/Kyiv"]), "UTC")[0])
    assert kyiv == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_every_week_falls_on_its_weekdays_at_the_same_wall_time() -> None:
    schedule = Schedule(every="week", weekdays=("monday", "friday"), at="10:00")
    start = datetime(2026, 10, 20, tzinfo=UTC)
    found = list(islice(occurrences(schedule, start, "Europe/Kyiv"), 3))
    assert [o.key for o in found] == ["2026-10-23T10:00", "2026-10-26T10:00", "2026-10-30T10:00"]
    # The clocks went back on the 25th: the same time of day is an hour later in UTC.
    assert [o.planned.hour for o in found] == [7, 8, 8]


def test_every_month_falls_on_the_last_day_where_there_are_fewer() -> None:
    schedule = Schedule(every="month", day_of_month=31, at="09:00")
    found = list(islice(occurrences(schedule, NOW, "UTC"), 4))
    assert [o.day.isoformat() for o in found if o.day] == [
        "2026-11-30",
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
    ]


def test_a_recurring_schedule_begins_and_ends() -> None:
    schedule = Schedule(every="day", at="09:00", starts=date(2026, 12, 1), ends=date(2026, 12, 3))
    assert len(list(occurrences(schedule, NOW, "UTC"))) == 3
    assert first_occurrence(schedule, datetime(2027, 1, 1, tzinfo=UTC), "UTC") is None


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("18:00", "2026-11-21"),  # over in Auckland, ahead in Kyiv
        ("11:00", "2026-11-21"),  # over in Kyiv, ahead in New York
        ("00:30", "2026-11-21"),  # ahead only at the end of the earth
        ("00:00", "2026-11-22"),  # over even there; the 22nd has begun in Kiritimati
    ],
)
def test_by_each_persons_clock_it_begins_where_the_hour_is_ahead(at: str, day: str) -> None:
    found = first_occurrence(Schedule(every="day", at=at, zone="person"), NOW, "UTC")
    assert found is not None and found.key == f"{day}T{at}"
    assert found.since == NOW
    assert last_due(found) > NOW


def test_the_next_occurrence_is_later_than_the_one_before() -> None:
    schedule = Schedule(every="day", at="02:30", zone="shop")
    after = datetime(2026, 3, 25, tzinfo=UTC)
    seen = []
    for _ in range(8):
        (after,) = (o.planned for o in islice(occurrences(schedule, after, "Europe/Rome"), 1))
        seen.append(after)
    assert seen == sorted(set(seen))
    assert max(b - a for a, b in pairwise(seen)) <= timedelta(hours=25)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"moment": NOW, "day": date(2026, 12, 1)}, "stands alone"),
        ({"moment": NOW.replace(tzinfo=None)}, "offset"),
        ({"day": date(2026, 12, 1)}, "time of day is missing"),
        ({"at": "10:00"}, "needs a `day`"),
        ({"every": "week", "at": "10:00"}, "needs weekdays"),
        ({"every": "day", "at": "10:00", "weekdays": ("monday",)}, "go with"),
        ({"every": "day", "at": "10:00", "day": date(2026, 12, 1)}, "starts and ends"),
        ({"every": "month", "at": "10:00", "day_of_month": 32}, "1 to 31"),
    ],
)
def test_contradictions_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Schedule(**fields)  # type: ignore[arg-type]
