"""Ordered sequences with absence over arrays of events: each step sorted once, then looked up.

Of the events that a step may follow, the latest one is always the best: it leaves the shortest
gap, the latest start and the least room for what must be absent. So one match a row is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from maracuja.model import micros
from maracuja.segments.comparing import When
from maracuja.segments.definition import Step
from maracuja.segments.facts import Fact
from maracuja.segments.spans import span

Ints = npt.NDArray[np.int64]

_TICK: Final = timedelta.resolution
_KEY_END: Final = 2**63


class Moments(NamedTuple):
    """Whose events (canonical pids, from 0) and when (micros UTC): two arrays of shape (n,)."""

    pid: Ints
    us: Ints


class _Sorted(NamedTuple):
    """The events of a step by person and time; keys of all steps compare with one another."""

    key: Ints
    us: Ints


def reading_order(steps: Sequence[Step]) -> list[tuple[int, int | None]]:
    """The steps in the order to read them, each with the step whose people alone matter to it.

    From the last step backwards: of many views only those of the few who ordered are kept.
    """
    taken = [n for n, step in enumerate(steps) if step.did is not None]
    absent = [n for n, step in enumerate(steps) if step.did_not is not None]
    earlier = [(n, after) for after, n in pairwise(reversed(taken))]
    return [(taken[-1], None), *earlier, *((n, taken[-1]) for n in absent)]


def last_completions(wanted: Fact, read: Mapping[int, Moments], when: When) -> Moments:
    """The time of the last step of each person's last completed sequence; a person at most once.

    `read` holds the events of each step, in any order; those of people who are not in a later
    step that must happen may be left out.
    """
    steps = wanted.steps
    nobody = Moments(np.empty(0, np.int64), np.empty(0, np.int64))
    if any(step.did is not None and not read[n].pid.size for n, step in enumerate(steps)):
        return nobody
    events, width = _in_order(read)
    ends, start = events[0], events[0].us  # of what is matched so far
    absent: int | None = None
    for n, step in enumerate(steps[1:], start=1):
        if step.did_not is not None:
            absent = n
            continue
        here = events[n]
        before = np.searchsorted(ends.key, here.key) - 1  # the latest that is strictly earlier
        held = ends.key[before] // width == here.key // width
        held &= before >= 0
        if step.within is not None:
            held &= here.us - ends.us[before] <= _length(step.within)
        if wanted.in_total:
            held &= here.us - start[before] <= _length(wanted.in_total)
        if absent is not None:
            held &= _latest(events[absent].key, here.key) <= ends.key[before]
        ends, start = _Sorted(here.key[held], here.us[held]), start[before[held]]
        absent = None
        if not ends.key.size:
            return nobody
    if absent is not None:
        ends = _never_after(ends, events[absent], steps[absent], width, when)
    pid = ends.key // width
    last = np.diff(pid, append=-1) != 0
    return Moments(pid[last], ends.us[last])


def _in_order(read: Mapping[int, Moments]) -> tuple[dict[int, _Sorted], int]:
    """Each step's events under keys person * width + time, and the width."""
    late = np.concatenate([found.us for found in read.values()])
    late -= late.min()
    width = int(late.max()) + 1
    if (max(int(found.pid.max(initial=0)) for found in read.values()) + 1) * width > _KEY_END:
        # Too many people over too long a time for one number: the ranks of times do as well.
        late = np.unique(late, return_inverse=True)[1]
        width = late.size
    parts = np.split(late, np.cumsum([found.us.size for found in read.values()])[:-1])
    events = {}
    for (n, found), part in zip(read.items(), parts, strict=True):
        key = found.pid * width + part
        order = np.argsort(key)
        events[n] = _Sorted(key[order], found.us[order])
    return events, width


def _latest(keys: Ints, here: Ints) -> Ints:
    """The latest of `keys` that is strictly earlier than each of `here`; -1 without one."""
    return np.append(keys, -1)[np.searchsorted(keys, here) - 1]


def _never_after(ends: _Sorted, gone: _Sorted, step: Step, width: int, when: When) -> _Sorted:
    """The completed chains after which nothing came in time, once that time has passed."""
    wait = _length(step.within or "")
    held = ends.us + wait <= micros(when.minute)
    if gone.key.size:
        after = np.searchsorted(gone.key, ends.key, side="right")
        came = after < gone.key.size
        after[~came] = 0
        came &= gone.key[after] // width == ends.key // width
        held &= ~came | (gone.us[after] > ends.us + wait)
    return _Sorted(ends.key[held], ends.us[held])


def _length(text: str) -> int:
    """A fixed span in micros."""
    return timedelta(seconds=span(text).seconds) // _TICK
