"""Who enters a campaign with a trigger, event by event: a fold over each person's events.

It must never look further than the events of a batch and the entries that stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from maracuja.campaigns.triggers import Trigger

MINUTE_US: Final = 60_000_000
GATHERED_US: Final = (
    5 * MINUTE_US
)  # from so long a wait on, who is due in one minute goes together


class Came(NamedTuple):
    """An event that the trigger asks for: whose, its key, and when it happened (micros)."""

    pid: int
    mark: int
    at_us: int


class Entered(NamedTuple):
    """What stands of a person's last entry.

    `open`: it waits for its first message, which is due at `due_us`.
    """

    mark: int
    at_us: int
    due_us: int
    open: bool


class Not(StrEnum):
    """Why an event lets nobody in."""

    LATE = "late"  # it happened too long ago, or before the campaign was launched
    AGAIN = "again"  # the person has entered before, and may not yet again
    RESTARTED = "restarted"  # a newer event has taken its place


class Change(NamedTuple):
    """What a batch comes to: who enters, with the moment at which the first message is due.

    `gone` are (pid, mark) of entries whose place a newer one takes; `out` counts those events of
    the batch that let nobody in.
    """

    entered: dict[int, list[tuple[Came, int]]]  # by pid: the event, due_us
    gone: list[tuple[int, int]]
    out: Counter[Not]


def due_us(at_us: int, wait_us: int) -> int:
    """When the message of an event is due; after a longer wait, at a whole minute."""
    if wait_us < GATHERED_US:
        return at_us + wait_us
    return -(-(at_us + wait_us) // MINUTE_US) * MINUTE_US


def enter(
    trigger: Trigger,
    wait_us: int,
    came: Iterable[Came],
    standing: Mapping[int, Entered],
    *,
    since_us: int,
) -> Change:
    """Let people in, in the order of time.

    `standing` is the last entry of those who have one. Events before `since_us` come too late.
    An event that was there before changes nothing.
    """
    last = dict(standing)
    entered: dict[int, list[tuple[Came, int]]] = {}
    gone: list[tuple[int, int]] = []
    out: Counter[Not] = Counter()
    for one in sorted(came, key=lambda one: (one.at_us, one.mark)):
        if one.at_us < since_us:
            out[Not.LATE] += 1
            continue
        before = last.get(one.pid)
        restarts = _restarts(trigger, one, before)
        if before is not None and not restarts and not _may_again(trigger, one, before):
            out[Not.AGAIN] += 1
            continue
        mine = entered.setdefault(one.pid, [])
        if before is not None and restarts:
            out[Not.RESTARTED] += 1
            if mine and mine[-1][0].mark == before.mark:
                mine.pop()
            else:
                gone.append((one.pid, before.mark))
        at = due_us(one.at_us, wait_us)
        mine.append((one, at))
        last[one.pid] = Entered(one.mark, one.at_us, at, open=True)
    return Change({pid: rows for pid, rows in entered.items() if rows}, gone, out)


def _restarts(trigger: Trigger, one: Came, before: Entered | None) -> bool:
    """Whether the event takes the place of the one whose message is not due yet."""
    if before is None or not trigger.restart or not before.open:
        return False
    return before.at_us <= one.at_us <= before.due_us and one.mark != before.mark


def _may_again(trigger: Trigger, one: Came, before: Entered) -> bool:
    again_us = trigger.again_us
    return (
        again_us is not None and one.mark != before.mark and one.at_us >= before.at_us + again_us
    )


def last_of(rows: Sequence[tuple[int, Entered]]) -> dict[int, Entered]:
    """The last entry of each person, of (pid, entry) in any order."""
    found: dict[int, Entered] = {}
    for pid, one in rows:
        if pid not in found or (one.at_us, one.mark) > (found[pid].at_us, found[pid].mark):
            found[pid] = one
    return found
