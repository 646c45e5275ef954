"""How those who have entered go on once a message is decided: to the next one, or they leave.

It works inside the transaction that makes the decision count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts
from maracuja.decisions.reasons import Outcome, Reason, stored
from maracuja.model import micros
from maracuja.runtime import entry_carts
from maracuja.runtime.launch_chunk import Decided
from maracuja.store import entries

SKIPPED: Final = "message"
"""The detail of `happened` where only this message of a series is left out."""
LEAVES: Final = (
    stored(Reason.GOAL_REACHED),
    stored(Reason.HAPPENED),
    stored(Reason.NOT_IN_AUDIENCE),
    stored(Reason.GONE),
)
"""Who is left out for such a reason gets nothing more of a series."""


def go_on(
    conn: Connection,
    facts: RunFacts,
    run: int,
    decided: Decided,
    columns: pl.DataFrame,
    now: datetime,
) -> None:
    """Let those who were decided about go on to the next message; `columns` hold their carts."""
    if not facts.listens:
        return
    sent = decided.decisions.filter(pl.col("outcome") == Outcome.SEND.value)
    entries.keep_carts(conn, run, entry_carts.restored(columns.join(sent, on="pid", how="semi")))
    rows = decided.decisions.select("pid", "outcome", "reason")
    rows = rows.filter(pl.col("outcome") != Outcome.WAIT.value)
    if rows.is_empty():
        return
    left = pl.col("reason").is_in(list(LEAVES)) & (pl.col("outcome") == Outcome.NEVER.value)
    ended = rows if facts.then is None else rows.filter(left)
    going = [] if facts.then is None else rows.filter(~left)["pid"].to_list()
    entries.go_on(conn, run, ended["pid"], _next(conn, facts, run, going, now))


def _next(
    conn: Connection, facts: RunFacts, run: int, pids: Sequence[int], now: datetime
) -> Mapping[int, int]:
    """When the next message of the series is due for each of them (micros)."""
    if facts.then is None or not pids:
        return {}
    wait_us, now_us = facts.then.wait_us, micros(now)
    if not facts.then.from_entry:
        return dict.fromkeys(pids, now_us + wait_us)
    about = entries.about(conn, run, sorted(pids))
    return {one.pid: max(one.entered_us + wait_us, now_us) for one in about}
