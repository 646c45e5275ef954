"""Addresses without room are left alone for a month, once that has lasted."""

from __future__ import annotations

from maracuja.store import suppressions
from maracuja.store.engine import Store
from maracuja.store.full_mailboxes import DAY_US, note

ONE, OTHER = b"1" * 32, b"2" * 32


def blocked(store: Store, day: float) -> list[bool]:
    with store.read() as conn:
        found = suppressions.blocked(
            conn, "email", [ONE, OTHER], int(day * DAY_US), marketing=False
        )
    return [bool(one) for one in found]


def refuse(store: Store, day: float, *digests: bytes) -> int:
    with store.write() as conn:
        return note(conn, "email", dict.fromkeys(digests, 7), int(day * DAY_US))


def test_three_times_over_two_weeks_is_a_month_of_rest(store: Store) -> None:
    assert [refuse(store, day, ONE) for day in (0, 7, 14)] == [0, 0, 1]
    refuse(store, 14, OTHER)
    assert blocked(store, 15) == [True, False]
    with store.read() as conn:
        (row,) = suppressions.of(conn, 7, 15 * DAY_US)
    assert (row.reason, row.code, row.until_us) == ("mailbox_full", "5.2.2", 44 * DAY_US)
    assert blocked(store, 44.1) == [False, False]
    assert refuse(store, 45, ONE) == 0, "the count begins anew"


def test_a_bad_week_or_three_in_a_year_are_none(store: Store) -> None:
    assert [refuse(store, day, ONE) for day in (0, 1, 2, 13.9)] == [0, 0, 0, 0]
    assert [refuse(store, day, OTHER) for day in (0, 100, 200, 300)] == [0, 0, 0, 0]


def test_what_is_suppressed_for_good_stays_so(store: Store) -> None:
    with store.write() as conn:
        suppressions.add(conn, channel="email", digest=[ONE], reason="bounced", at_us=0)
    assert [refuse(store, day, ONE) for day in (0, 7, 14)] == [0, 0, 0]
    assert blocked(store, 100) == [True, False]
