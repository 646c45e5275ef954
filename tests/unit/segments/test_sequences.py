from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from maracuja.segments.check import decode_conditions
from maracuja.segments.comparing import When
from maracuja.segments.definition import Sequence
from maracuja.segments.facts import Fact, fact
from maracuja.segments.sequences import Moments, last_completions, reading_order

DAY_US = 86_400_000_000
WHEN = When(datetime(2026, 6, 1, 12, tzinfo=UTC))
FUNNEL: list[dict[str, object]] = [
    {"did": "Viewed"},
    {"did_not": "Chat Started"},
    {"did": "Added", "within": "1 day"},
    {"did_not": "Ordered", "within": "2 hours"},
]


def wanted(steps: list[dict[str, object]]) -> Fact:
    (condition,) = decode_conditions([{"sequence": steps}])
    assert isinstance(condition, Sequence)
    return fact(condition)


def moments(*rows: tuple[int, float]) -> Moments:
    """Whose, and when in days."""
    pids, days = zip(*rows, strict=True) if rows else ((), ())
    return Moments(
        np.array(pids, dtype=np.int64), (np.array(days) * DAY_US).astype(np.int64).reshape(-1)
    )


def test_the_last_step_is_read_first_and_absent_ones_last() -> None:
    assert reading_order(wanted(FUNNEL).steps) == [(2, None), (0, 2), (1, 2), (3, 2)]


def test_what_people_and_centuries_no_number_holds_is_ranked() -> None:
    """A key of person and microsecond would not fit 64 bits: the order of times stands for it."""
    many = 10**9
    read = {
        0: moments((many, 70_000), (5, 1), (7, 100), (8, 3), (9, 3)),
        1: moments((7, 100.25), (8, 2.5)),
        2: moments((many, 70_000.5), (5, 2.5), (7, 100.5), (8, 3.5), (8, 1), (9, 3.5), (6, 4)),
        3: moments((9, 3.55), (8, 3.75)),
    }
    when = When(datetime(2200, 1, 1, tzinfo=UTC))
    found = last_completions(wanted(FUNNEL), read, when)
    assert dict(zip(*(part.tolist() for part in found), strict=True)) == {
        many: int(70_000.5 * DAY_US),
        8: int(3.5 * DAY_US),
    }


def test_where_a_step_never_happened_nobody_completed() -> None:
    read = {0: moments(), 1: moments((1, 1)), 2: moments((1, 2)), 3: moments()}
    assert last_completions(wanted(FUNNEL), read, WHEN).pid.size == 0
