"""Lists come in parts: nothing is left out or told twice, whatever happens in between."""

from __future__ import annotations

import pytest

from maracuja.api.answers import Listing, Window
from maracuja.errors import BadInput
from tests.unit.api.api_world import PEOPLE, World


def _next(found: Listing[str]) -> str:
    assert found.next is not None
    return found.next


def test_a_list_ends_where_it_is_short() -> None:
    assert Window(3).of(["a", "b", "c"], str) == Listing(items=["a", "b", "c"], next=None)
    assert Window(3).of([], str) == Listing(items=[], next=None)
    first = Window(2).of(["a", "b", "c"], str)
    assert first.items == ["a", "b"]
    assert Window(2, _next(first)).of(["a", "b", "c"], str) == Listing(items=["c"], next=None)


def test_it_goes_on_behind_the_last_one_shown_wherever_that_stands() -> None:
    after = _next(Window(2).of(["a", "b", "c", "d"], str))
    assert Window(2, after).of(["new", "a", "b", "c", "d"], str).items == ["c", "d"]
    assert Window(2, after).of(["b", "c", "d"], str).items == ["c", "d"]
    gone = Window(2, after).of(["a", "c", "d"], str)
    assert gone.items == ["c", "d"], "what followed it has moved up"
    assert Window(2, after).of([], str) == Listing(items=[], next=None)


def test_a_list_that_is_read_from_its_top_is_read_far_enough() -> None:
    rows = [str(n) for n in range(10)]
    seen, after = [], ""
    while True:
        window = Window(3, after)
        found = window.of(rows[: window.reach], str)
        seen += found.items
        if found.next is None:
            break
        after = found.next
    assert seen == rows


@pytest.mark.parametrize("after", ["x", "bm8", "WzEsMl0", "Wy01LCJhIl0", "é", "=" * 8])
def test_a_cursor_that_is_none_of_ours_is_refused(after: str) -> None:
    with pytest.raises(BadInput):
        Window(2, after).of(["a"], str)


@pytest.mark.parametrize(
    "path", ["/api/people?who=", "/api/audit?", "/api/definitions?", "/api/facts?"]
)
def test_every_part_together_is_the_whole(world: World, path: str) -> None:
    for name in ("one", "two", "three"):
        assert world.put("topic", name).status_code == 200
    whole = world.items(f"{path}&limit=1000")
    assert len(whole) > 2
    seen, after = [], ""
    while after is not None:
        found = world.get(f"{path}&limit=7&after={after}")
        assert len(found["items"]) <= 7
        seen += found["items"]
        after = found["next"]
    assert seen == whole
    assert len(whole) >= PEOPLE or "people" not in path
    assert world.ask("GET", f"{path}&after=none-of-ours").status_code == 400
