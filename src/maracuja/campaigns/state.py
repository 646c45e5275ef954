"""The states of a run (one occurrence of a campaign) and which may follow which."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from maracuja.errors import Conflict


class RunState(StrEnum):
    """How far a run has come; `paused` and `cancelled` are people's doing."""

    PLANNED = "planned"  # its moment has not come
    DECIDING = "deciding"  # the audience is frozen, its chunks are being decided
    SENDING = "sending"  # everybody is decided at least once; some wait, some are in the outbox
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FINISHED = "finished"


ACTIVE: Final = frozenset({RunState.PLANNED, RunState.DECIDING, RunState.SENDING})

_MAY_FOLLOW: Final[dict[RunState, frozenset[RunState]]] = {
    RunState.PLANNED: frozenset({RunState.DECIDING, RunState.PAUSED, RunState.CANCELLED}),
    RunState.DECIDING: frozenset({RunState.SENDING, RunState.PAUSED, RunState.CANCELLED}),
    RunState.SENDING: frozenset({RunState.FINISHED, RunState.PAUSED, RunState.CANCELLED}),
    RunState.PAUSED: frozenset(
        {RunState.PLANNED, RunState.DECIDING, RunState.SENDING, RunState.CANCELLED}
    ),
    RunState.CANCELLED: frozenset(),
    RunState.FINISHED: frozenset(),
}


def move(old: RunState, new: RunState) -> RunState:
    """The new state; Conflict where it cannot follow the old one."""
    if new not in _MAY_FOLLOW[old]:
        raise Conflict(
            f"A run that is {old.value} cannot become {new.value}.",
            fix="See `maracuja campaign status` for what it is doing.",
        )
    return new


def resumed(*, audience_path: str, next_part: int, parts: int) -> RunState:
    """Where a paused run goes on: derived from how far it had come, so nothing is remembered."""
    if not audience_path:
        return RunState.PLANNED
    return RunState.DECIDING if next_part < parts else RunState.SENDING
