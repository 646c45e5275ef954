"""The frequency cap: at most so many marketing messages to a person within a rolling window."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from maracuja.model import Record, micros


class FrequencyCap(Record, frozen=True):
    """At most `messages` within `days`, over all campaigns and channels of the workspace.

    Ghosts count as messages (a shadow cap): else the held out would pass more often than the
    others, and the two arms would no longer be alike.
    """

    messages: int
    days: int

    @property
    def window(self) -> timedelta:
        """How far back a message counts."""
        return timedelta(days=self.days)


def free_from(cap: FrequencyCap | None, history: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """From when on each capped person may hear from us again: columns `pid`, `free_us` (Int64).

    `history` has `pid` and `at_us` (Int64), one row per message or ghost of any campaign; older
    rows than the window do no harm. People who are not at the cap are absent. With a cap of m the
    person is free when the m-th latest message leaves the window.
    """
    none = pl.DataFrame(schema={"pid": pl.Int64, "free_us": pl.Int64})
    if cap is None or history.is_empty():
        return none
    window_us = cap.window // timedelta(microseconds=1)
    pids, times = history["pid"].to_numpy(), history["at_us"].to_numpy()
    recent = times > micros(now) - window_us
    pids, times = pids[recent], times[recent]
    order = np.lexsort((times, pids))
    pids, times = pids[order], times[order]
    last = np.flatnonzero(np.append(pids[1:] != pids[:-1], True)[: len(pids)])
    full = np.diff(last, prepend=-1) >= cap.messages
    capped = last[full]
    return pl.DataFrame(
        {"pid": pids[capped], "free_us": times[capped - cap.messages + 1] + window_us},
        schema=none.schema,
    )
