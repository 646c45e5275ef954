from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from maracuja.errors import SegmentError
from maracuja.segments.check import decode_conditions
from maracuja.segments.comparing import When
from maracuja.segments.predicate import predicate
from maracuja.segments.spans import days_of_year, moment_of, span, whole_minute


def test_months_end_on_their_last_day() -> None:
    leap = datetime(2024, 3, 31, 9, tzinfo=UTC)
    assert span("1 month").after(leap, times=-1) == datetime(2024, 2, 29, 9, tzinfo=UTC)
    assert span("1 year").after(datetime(2024, 2, 29, tzinfo=UTC)).date() == date(2025, 2, 28)


@pytest.mark.parametrize(
    "text", ["", "days", "3", "-3 days", "3 fortnights", "1.5 days", "999 years"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(SegmentError):
        span(text)


def test_dates_are_days_of_the_workspace_and_the_last_one_is_included() -> None:
    assert moment_of("2026-05-01", "Europe/Kyiv") == datetime(2026, 4, 30, 21, tzinfo=UTC)
    assert moment_of("2026-05-01", "Europe/Kyiv", end=True) == datetime(2026, 5, 1, 21, tzinfo=UTC)
    assert moment_of("2026-05-01T12:00+03:00", "UTC") == datetime(2026, 5, 1, 9, tzinfo=UTC)


def test_now_is_counted_from_its_whole_minute() -> None:
    now = datetime(2026, 5, 1, 12, 30, 59, 999, tzinfo=UTC)
    assert whole_minute(now) == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "kept"),
    [
        (date(2026, 2, 28), True),  # no 29th: kept on the 28th
        (date(2024, 2, 28), False),
        (date(2024, 2, 29), True),
        (date(2026, 3, 1), False),
    ],
)
def test_february_29_is_kept_every_year(today: date, kept: bool) -> None:
    assert (229 in days_of_year(today, today)) is kept


def test_a_birthday_goes_by_the_persons_own_date() -> None:
    now = datetime(2026, 5, 31, 22, 0, tzinfo=UTC)  # already June in Kyiv
    people = pl.DataFrame(
        {
            "traits.birthday": [date(1990, 6, 1), date(1990, 6, 1), date(1990, 12, 31), None],
            "local_date": [
                date(2026, 6, 1),
                date(2026, 5, 31),
                date(2026, 5, 31),
                date(2026, 6, 1),
            ],
        }
    )
    (today,) = decode_conditions([{"trait": "birthday", "anniversary_in": "0 days"}])
    test = predicate([today], people.schema, {}, When(now))
    assert people.select(test).to_series().to_list() == [True, False, False, False]


def test_a_birthday_window_goes_over_the_new_year() -> None:
    people = pl.DataFrame(
        {"traits.birthday": [date(1990, 1, 2), date(1990, 12, 27), date(1990, 1, 9)]}
    ).with_columns(local_date=pl.lit(date(2026, 12, 28)))
    conditions = decode_conditions([{"trait": "birthday", "anniversary_in": "7 days"}])
    test = predicate(conditions, people.schema, {}, When(datetime(2026, 12, 28, 12, tzinfo=UTC)))
    assert people.select(test).to_series().to_list() == [True, False, False]
