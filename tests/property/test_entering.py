"""Who enters a campaign with a trigger: batches agree with a fold over each person's events."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from maracuja.campaigns.entering import (
    GATHERED_US,
    MINUTE_US,
    Came,
    Entered,
    due_us,
    enter,
    last_of,
)
from maracuja.campaigns.triggers import Trigger

HOUR = 60 * MINUTE_US
WAITS = st.sampled_from([0, MINUTE_US, 2 * HOUR])
AGAIN = st.sampled_from(["", "0 minutes", "1 hour", "5 hours"])
EVENTS = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 20 * HOUR)), max_size=25, unique_by=lambda e: e[1]
)


def fold(times: list[int], wait: int, again: int | None, *, restart: bool) -> list[int]:
    """When each message of one person is due, by what the definition says, word for word."""
    entries: list[list[int]] = []  # [event, due]
    for at in sorted(times):
        if restart and entries and entries[-1][0] <= at <= entries[-1][1]:
            entries[-1] = [at, due_us(at, wait)]  # the wait begins anew
            continue
        if not entries or (again is not None and at >= entries[-1][0] + again):
            entries.append([at, due_us(at, wait)])
    return [due for _, due in entries]


@given(EVENTS, WAITS, AGAIN, st.booleans(), st.lists(st.integers(0, 25), max_size=4))
def test_batches_agree_with_a_fold_of_each_persons_events(
    events: list[tuple[int, int]], wait: int, again: str, restart: bool, cuts: list[int]
) -> None:
    trigger = Trigger(event="e", again_after=again, restart=restart)
    came = sorted((Came(pid, n, at) for n, (pid, at) in enumerate(events)), key=lambda e: e.at_us)
    table: dict[int, tuple[int, Entered]] = {}
    edges = sorted({0, *(min(cut, len(came)) for cut in cuts), len(came)})
    for low, high in pairwise(edges):
        batch = came[low:high]
        now = batch[-1].at_us
        standing = last_of(
            [
                # What is due before the events of this batch has been handed over by then.
                (pid, one._replace(open=one.due_us >= batch[0].at_us))
                for pid, one in table.values()
            ]
        )
        change = enter(trigger, wait, batch, standing, since_us=0)
        again_told = enter(trigger, wait, batch, standing, since_us=0)
        assert change == again_told
        for pid, mark in change.gone:
            assert table.pop(mark)[0] == pid
        for pid, rows in change.entered.items():
            for one, due in rows:
                table[one.mark] = (pid, Entered(one.mark, one.at_us, due, open=True))
        assert now == batch[-1].at_us
    for pid in (1, 2):
        times = [at for who, at in events if who == pid]
        expected = fold(times, wait, trigger.again_us, restart=restart)
        assert sorted(one.due_us for who, one in table.values() if who == pid) == expected


@given(EVENTS, WAITS, st.integers(0, 20 * HOUR))
def test_what_comes_too_late_lets_nobody_in(
    events: list[tuple[int, int]], wait: int, since: int
) -> None:
    trigger = Trigger(event="e", again_after="0 minutes")
    came = [Came(pid, n, at) for n, (pid, at) in enumerate(events)]
    change = enter(trigger, wait, came, {}, since_us=since)
    entered = {one.mark for rows in change.entered.values() for one, _ in rows}
    assert entered == {one.mark for one in came if one.at_us >= since}


@given(st.integers(0, 10**15), WAITS)
def test_a_longer_wait_ends_at_a_whole_minute_and_never_early(at: int, wait: int) -> None:
    due = due_us(at, wait)
    assert at + wait <= due < at + wait + MINUTE_US
    assert due == at + wait or (wait >= GATHERED_US and due % MINUTE_US == 0)
