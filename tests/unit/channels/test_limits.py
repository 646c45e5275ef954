"""Rates: nobody waits, everybody is told when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.limits import Limits, Window

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_second_has_its_rate_wherever_it_begins() -> None:
    window = Window(10)
    assert window.take(7, NOW) == 7
    assert window.take(50, after(0.5)) == 3
    assert window.take(1, after(0.9)) == 0
    assert window.ready_at(after(0.9)) == after(1)
    assert window.ready_at(after(0.9), 8) == after(1.5)
    assert window.take(50, after(1)) == 7
    assert window.take(50, after(60)) == 10, "nothing is saved up"


def test_a_slow_rate_gives_one_now_and_then() -> None:
    bucket = Window(0.5)
    assert [bucket.take(1, after(s)) for s in (0, 1, 2, 3, 4)] == [1, 0, 1, 0, 1]


def test_a_clock_that_goes_back_gives_nothing_for_it() -> None:
    bucket = Window(1)
    assert bucket.take(1, NOW) == 1
    assert bucket.take(1, after(-100)) == 0
    assert bucket.take(1, after(0.5)) == 0


def test_without_rates_all_go() -> None:
    limits = Limits()
    assert limits.admit(["a", "b"] * 1000, NOW) == [None] * 2000
    assert limits.room(NOW) == float("inf")


def test_later_ones_are_lined_up_behind_each_other() -> None:
    limits = Limits(host_rate_per_s=2)
    first = limits.admit(["big"] * 4 + ["small"], NOW)
    assert first[:2] == [None, None] and first[4] is None
    assert first[2:4] == [after(1.0), after(1.5)]
    second = limits.admit(["big"] * 2, NOW)
    assert all(at is not None and at > first[3] for at in second)  # type: ignore[operator]


def test_those_lined_up_pass_when_their_time_comes() -> None:
    limits = Limits(host_rate_per_s=2)
    due = [at for at in limits.admit(["big"] * 20, NOW) if at is not None]
    assert [limits.admit(["big"], at) for at in due] == [[None]] * len(due)


def test_a_paused_host_gets_nothing_until_then() -> None:
    limits = Limits()
    limits.pause("busy", after(60))
    limits.pause("busy", after(30))
    assert limits.admit(["busy", "other"], NOW) == [after(60), None]
    assert limits.admit(["busy"], after(60)) == [None]


@given(st.lists(st.floats(0, 30), min_size=1, max_size=200), st.floats(0.2, 20))
def test_no_second_sees_more_than_the_rate(moments: list[float], rate: float) -> None:
    limits = Limits(host_rate_per_s=rate)
    sent = [s for s in sorted(moments) if limits.admit(["host"], after(s)) == [None]]
    for start in sent:
        within = [s for s in sent if start <= s < start + 0.999_999]
        assert len(within) <= ceil(rate)


def test_a_part_of_the_rate_stays_for_what_goes_first() -> None:
    limits = Limits(rate_per_s=20)
    assert limits.room(NOW) == 18 and limits.room(NOW, first=True) == 20
    sale = limits.admit([""] * 30, NOW)
    assert sale.count(None) == 18
    assert limits.ready_at(NOW) == after(1) and limits.ready_at(NOW, first=True) == NOW
    codes = limits.admit([""] * 3, NOW, first=True)
    assert codes[:2] == [None, None] and codes[2] == after(1), "and never more than the rate"


def test_a_slow_account_has_nothing_to_spare() -> None:
    limits = Limits(rate_per_s=4)
    assert limits.room(NOW) == limits.room(NOW, first=True) == 4
