"""Dates in texts are found and mean the day that a reader would take them for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from maracuja.language.said_dates import said_dates

THURSDAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("language", "text", "words", "means"),
    [
        ("en", "Only today!", "today", "2026-03-05"),
        ("en", "Come  tomorrow", "tomorrow", "2026-03-06"),
        ("en", "This Friday", "This Friday", "2026-03-06"),
        ("en", "by Thursday", "by Thursday", "2026-03-05"),
        ("en", "next  Friday", "next Friday", "2026-03-13"),
        ("en", "until 10 March", "10 March", "2026-03-10"),
        ("en", "March 10th, 2025", "March 10th, 2025", "2025-03-10"),
        ("en", "on Dec 31", "Dec 31", "2025-12-31"),
        ("en", "this weekend", "this weekend", "2026-03-07"),
        ("ru", "Ждём в эту пятницу", "в эту пятницу", "2026-03-06"),
        ("ru", "до понедельника", "до понедельника", "2026-03-09"),
        ("ru", "в следующую среду", "в следующую среду", "2026-03-11"),
        ("ru", "Послезавтра", "Послезавтра", "2026-03-07"),
        ("ru", "до 8 марта 2027", "8 марта 2027", "2027-03-08"),
        ("ru", "с 05.03.2026", "05.03.2026", "2026-03-05"),
        ("ru", "на этой неделе", "на этой неделе", "2026-03-02"),
        ("uk", "Чекаємо у п’ятницю", "у п’ятницю", "2026-03-06"),
        ("uk", "цієї суботи", "цієї суботи", "2026-03-07"),
        ("uk", "наступної середи", "наступної середи", "2026-03-11"),
        ("uk", "до 10 березня", "10 березня", "2026-03-10"),
        ("mn", "Маргааш", "Маргааш", "2026-03-06"),
        ("mn", "баасан гарагт", "баасан гарагт", "2026-03-06"),
    ],
)
def test_a_date_means_the_day_that_a_reader_takes(language, text, words, means) -> None:
    (said,) = said_dates(text, language)
    assert (said.words, str(said.means(THURSDAY))) == (words, means)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "every Friday, on Fridays, Black Friday"),
        ("en", "todays, 10 marches, version 1.2.3"),
        ("ru", "каждую пятницу, по пятницам, Чёрная пятница, 5 мартини"),
        ("uk", "щоп'ятниці, чорна п'ятниця"),
        ("xx", "today"),
    ],
)
def test_what_comes_again_and_again_is_no_date(language, text) -> None:
    assert said_dates(text, language) == []


def test_a_day_that_there_is_not_means_nothing() -> None:
    (said,) = said_dates("31.02.2026", "ru")
    assert said.means(THURSDAY) is None


def test_a_weekday_lies_within_the_week_to_come() -> None:
    (said,) = said_dates("on Sunday", "en")
    for n in range(14):
        read = THURSDAY + timedelta(days=n)
        means = said.means(read)
        assert means is not None and 0 <= (means - read).days < 7 and means.weekday() == 6


@pytest.mark.parametrize("read", [date.min, date.max])
def test_the_calendar_has_ends(read) -> None:
    text = "yesterday tomorrow this Friday next Friday this weekend this week 10 March"
    assert all(one.means(read) is None or one.means(read).year for one in said_dates(text, "en"))
    assert len(said_dates(text, "en")) == 7
