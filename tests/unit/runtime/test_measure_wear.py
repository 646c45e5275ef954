"""Who had got it how often, from decisions: ghosts count, waits and other runs do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from maracuja.campaigns.definitions import Goal
from maracuja.lake.decisions import write_decisions
from maracuja.lake.events import write_events
from maracuja.lake.session import open_session
from maracuja.model import TraitType
from maracuja.runtime import measure_wear
from maracuja.runtime.measure_wear import Group

FIRST = datetime(2026, 11, 1, 12)
NOW = datetime(2026, 11, 30, tzinfo=UTC)
DAY = timedelta(days=1)
GOAL = Goal(id="order", event="Order Completed", window="7 days")


def decision(pid: int, run: int, outcome: str, due: datetime, **more: object) -> dict[str, object]:
    return {
        "run": run, "campaign": f"c{run}", "occurrence": "once", "pid": pid, "draw_pid": pid,
        "at": due, "due": due, "outcome": outcome, "reason": "passed", "held": "",
        "channel": "email", "variant": "only", "propensity": 0.5, "message": bytes([run, pid]) * 8,
        "language": "en", **more,
    }  # fmt: skip


HELD = {"held": "campaign", "reason": "held_out"}
DECISIONS = [
    decision(1, 1, "send", FIRST),
    decision(1, 2, "send", FIRST + 3 * DAY),  # the second, though the window of the first is open
    decision(1, 3, "send", FIRST + 10 * DAY),
    decision(2, 1, "ghost", FIRST, **HELD),
    decision(2, 2, "send", FIRST + 3 * DAY),  # its second: the first would have been one
    decision(3, 1, "never", FIRST, reason="no_consent"),
    decision(3, 2, "ghost", FIRST + 3 * DAY, **HELD),  # its first
    decision(4, 1, "wait", FIRST, reason="quiet_hours"),
    decision(4, 1, "send", FIRST + DAY, at=FIRST + DAY),
    decision(5, 1, "ghost", FIRST, held="global", reason="held_out"),  # of all campaigns
    decision(6, 1, "send", FIRST, step=1),  # followed in a cascade: no exposure of its own
    decision(7, 1, "send", FIRST, variant="generic"),  # another text
    decision(9, 2, "send", FIRST + 3 * DAY),  # merged into 8, who got nothing by themselves
    decision(8, 4, "send", FIRST + 28 * DAY),  # the window is open
]
ORDERS = [(1, 4 * DAY), (2, DAY), (3, 3 * DAY + timedelta(hours=1)), (4, timedelta(hours=1))]
EVENTS = [
    {
        "pid": pid, "kind": "track", "event": "Order Completed", "ts": FIRST + after,
        "received": FIRST + after, "message_id": f"{pid}-{after}", "properties.revenue": 1.0,
    }
    for pid, after in ORDERS
]  # fmt: skip


@pytest.fixture
def seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[tuple[int, int], tuple[bool, bool]]:
    """(treated, converted) by (pid, time), as the estimator gets them."""
    frame = pl.DataFrame(DECISIONS, infer_schema_length=None)
    files = [write_decisions(tmp_path, "d", frame, chunk=1, now=NOW)]
    batch = pl.DataFrame(EVENTS, infer_schema_length=None)
    known = {"properties.revenue": TraitType.NUMBER}
    files += write_events(tmp_path, "e", batch, known, low=1, high=9, now=NOW)
    con = open_session(tmp_path, files, merged=pa.table({"pid": [9], "canonical": [8]}))
    got: list[pl.DataFrame] = []
    real = measure_wear.wear_out

    def noted(messages: pl.DataFrame, name: str, *, tactic: bool) -> object:
        got.append(messages)
        return real(messages, name, tactic=tactic)

    monkeypatch.setattr(measure_wear, "wear_out", noted)
    parts = tuple((run, "only", 0.5, 0.05) for run in (1, 2, 3, 4))
    try:
        measure_wear.measure_wear(con, Group("t", False, GOAL, parts), "UTC", NOW)
    finally:
        con.close()
    rows = got[0].select("pid", "time", "treated", "converted").iter_rows()
    return {(pid, time): (treated, converted) for pid, time, treated, converted in rows}


def test_would_be_messages_count_as_messages(
    seen: dict[tuple[int, int], tuple[bool, bool]],
) -> None:
    assert seen == {
        (1, 1): (True, False),  # bought after the second had come: that one's
        (1, 2): (True, True),
        (1, 3): (True, False),
        (2, 1): (False, True),
        (2, 2): (True, False),
        (3, 1): (False, True),
        (4, 1): (True, False),  # bought before the message
        (8, 1): (True, False),
    }
