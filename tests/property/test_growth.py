"""Growth agrees with a simple fold over each person's words, whatever they said and when."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from maracuja.stats.growth import COLUMNS, by_period, by_reason, by_source, changes

Word = tuple[int, int, bool, str]  # pid, at, on, source
SOURCES = ("form", "import", "")
WORDS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 99), st.booleans(), st.sampled_from(SOURCES)),
    max_size=25,
    unique_by=lambda word: word[1],  # nobody says two words in one microsecond
)
STOPS = st.dictionaries(st.integers(1, 5), st.integers(0, 99), max_size=4)


def _frame(words: list[Word]) -> pl.DataFrame:
    return pl.DataFrame(words, schema=COLUMNS, orient="row")


def _stops(stops: dict[int, int]) -> pl.DataFrame:
    rows = [(pid, at, "bounced") for pid, at in stops.items()]
    schema = {"pid": pl.Int64, "at_us": pl.Int64, "source": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _fold(words: list[Word], stops: dict[int, int]) -> list[Word]:
    """One person after the other, one word after the other."""
    moved: list[Word] = []
    for pid in sorted({*(word[0] for word in words), *stops}):
        on = False
        for _, at, agrees, source in (word for word in words if word[0] == pid):
            if pid in stops and at >= stops[pid]:
                continue
            if agrees is not on:
                moved.append((pid, at, agrees, source))
                on = agrees
        if on and pid in stops:
            moved.append((pid, stops[pid], False, "bounced"))
    return sorted(moved, key=lambda one: (one[1], one[0], one[2]))


def _in_order(words: list[Word]) -> list[Word]:
    """As people say them: each later than the one before."""
    return sorted(words, key=lambda one: one[1])


@given(WORDS, STOPS)
def test_changes_are_those_of_a_fold(words: list[Word], stops: dict[int, int]) -> None:
    said = _in_order(words)
    found = changes(_frame(said), _stops(stops))
    assert sorted(found.rows()) == sorted(_fold(said, stops))


@given(WORDS, STOPS, st.integers(0, 90))
def test_periods_add_up_and_nobody_is_reachable_twice(
    words: list[Word], stops: dict[int, int], first: int
) -> None:
    said = _in_order(words)
    moved = changes(_frame(said), _stops(stops))
    starts = list(range(first, 100, 7))
    rows = by_period(moved, starts, 100)
    at_end = {pid: on for pid, _, on, _ in _fold(said, stops)}
    assert rows["reachable"][-1] == sum(at_end.values())
    assert all(0 <= reachable <= 5 for reachable in rows["reachable"])
    inside = [one for one in _fold(said, stops) if one[1] >= first]
    assert rows["gained"].sum() == sum(on for _, _, on, _ in inside)
    assert rows["lost"].sum() == by_reason(moved, first, 100)["lost"].sum()


@given(WORDS, STOPS)
def test_sources_count_each_person_once(words: list[Word], stops: dict[int, int]) -> None:
    said = _in_order(words)
    found = by_source(changes(_frame(said), _stops(stops)), 0, 100)
    came = {pid: source for pid, _, on, source in _fold(said, stops) if on}
    assert found["gained"].sum() == len(came)
    assert set(found["source"]) == set(came.values())
    last = {pid: on for pid, _, on, _ in _fold(said, stops)}
    assert found["stays"].sum() == sum(last.values())
