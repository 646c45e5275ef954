"""Holds told in any order, in batches and twice over, are those of a simple fold; merges too."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maracuja.store.holds import Hold, united

times = st.integers(1, 30)
told = st.lists(st.tuples(st.booleans(), times), min_size=1, max_size=8)
LASTS = 12


def hold_of(opens: bool, at: int) -> Hold:
    if opens:
        return Hold(1, "c", "k", opened_us=at, begins_us=at, until_us=at + LASTS)
    return Hold(1, "c", "k", until_us=at + LASTS, closed_us=at)


def in_force(events: list[tuple[bool, int]], now: int) -> bool:
    """The last opening holds: until a closing at its time or later, and so long at most."""
    opened = max((at for opens, at in events if opens), default=None)
    if opened is None or any(at >= opened for opens, at in events if not opens):
        return False
    return opened <= now < opened + LASTS


@given(data=st.data(), events=told, again=st.integers(0, 3), now=times)
def test_any_order_comes_to_the_fold(
    data: st.DataObject, events: list[tuple[bool, int]], again: int, now: int
) -> None:
    rows = [hold_of(*event) for event in events] * (1 + again)
    rows = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    found = None
    # In two batches, as of two people who turn out to be one.
    for batch in (rows[:cut], rows[cut:]):
        mine = None
        for row in batch:
            mine = row if mine is None else united(mine, row)
        if mine is not None:
            found = mine if found is None else united(found, mine)
    assert found is not None
    assert found.holds(now) == in_force(events, now)
