"""A run moves only where it may, and a pause remembers nothing that the run does not tell."""

from __future__ import annotations

import pytest

from maracuja.campaigns.state import RunState, move, resumed
from maracuja.errors import Conflict


def test_a_run_goes_from_planned_to_finished() -> None:
    state = RunState.PLANNED
    for step in (RunState.DECIDING, RunState.SENDING, RunState.FINISHED):
        state = move(state, step)
    assert state is RunState.FINISHED


@pytest.mark.parametrize("end", [RunState.CANCELLED, RunState.FINISHED])
def test_nothing_follows_the_end(end: RunState) -> None:
    for state in RunState:
        with pytest.raises(Conflict):
            move(end, state)


def test_a_resumed_run_goes_on_where_it_was() -> None:
    assert resumed(audience_path="", next_part=0, parts=0) is RunState.PLANNED
    assert resumed(audience_path="a", next_part=2, parts=5) is RunState.DECIDING
    assert resumed(audience_path="a", next_part=7, parts=5) is RunState.SENDING
