"""Local time: people's own dates and minutes, also on the days when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.zones import at_local, is_zone, local_columns, months, zone


@pytest.mark.parametrize(
    ("day", "at", "name", "utc"),
    [
        (date(2026, 6, 1), time(10), "Europe/Kyiv", datetime(2026, 6, 1, 7, tzinfo=UTC)),
        (date(2026, 3, 29), time(3, 30), "Europe/Kyiv", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (
            date(2026, 10, 25),
            time(3, 30),
            "Europe/Kyiv",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),
        (date(2026, 6, 1), time(10), "Asia/Ulaanbaatar", datetime(2026, 6, 1, 2, tzinfo=UTC)),
        (date(2026, 6, 1), time(10), "Mars/Olympus", datetime(2026, 6, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_wall_time_is_one_moment(day: date, at: time, name: str, utc: datetime) -> None:
    assert at_local(day, at, name, "UTC") == utc


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(0, 1439),
    st.sampled_from(["Europe/Kyiv", "Asia/Almaty", "America/New_York", "Australia/Lord_Howe"]),
)
def test_a_moment_never_precedes_its_wall_time(day: date, minute: int, name: str) -> None:
    at = time(minute // 60, minute % 60)
    moment = at_local(day, at, name, "UTC")
    wall = moment.astimezone(zone(name)).replace(tzinfo=None)
    assert datetime.combine(day, at) <= wall <= datetime.combine(day, at) + timedelta(hours=1)


def test_columns_are_each_persons_own_and_keep_their_order() -> None:
    zones = pl.Series(["Asia/Ulaanbaatar", None, "nowhere", "Europe/Kyiv"], dtype=pl.String)
    frame = local_columns(zones, datetime(2026, 1, 1, 20, tzinfo=UTC), "Europe/London")
    assert frame["local_minute"].to_list() == [240, 1200, 1200, 1320]
    assert frame["local_date"].to_list() == [date(2026, 1, 2), *[date(2026, 1, 1)] * 3]


def test_names_of_zones() -> None:
    assert is_zone("Europe/Kyiv")
    assert not is_zone("../../etc/passwd")
    assert not is_zone("Mars/Olympus")


def test_months_go_by_the_zones_own_clock() -> None:
    since = datetime(2025, 11, 30, 23, tzinfo=UTC)  # in Kyiv it is December already
    now = datetime(2026, 1, 31, 21, tzinfo=UTC)
    days = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert months(since, now, "Europe/Kyiv") == days
    assert months(since, now, "UTC") == [date(2025, 11, 1), *days]
    assert months(now, since, "UTC") == [date(2026, 1, 1)]
