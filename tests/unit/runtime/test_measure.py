"""One row per person, from decisions and events, with merges, windows and late second thoughts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from maracuja.campaigns.definitions import Campaign, Goal, Topic, Variant
from maracuja.campaigns.facts import RunFacts
from maracuja.campaigns.schedule import Occurrence
from maracuja.decisions.assignment import Arms
from maracuja.lake.decisions import write_decisions
from maracuja.lake.events import write_events
from maracuja.lake.session import open_session
from maracuja.model import Status, TraitType
from maracuja.runtime.measure import Measured, measure
from maracuja.segments.definition import Property
from maracuja.stats.report import lift_report

SENT = datetime(2026, 11, 21, 12, 0)
NOW = datetime(2026, 11, 30, tzinfo=UTC)
GOAL = Goal(
    id="order",
    event="Order Completed",
    value="revenue",
    where=(Property(property="shop", is_="online"),),
)
FACTS = RunFacts(
    campaign=Campaign(
        id="fruit",
        topic="harvest",
        audience="all",
        variants=(
            Variant(id="personal", template="t"),
            Variant(id="generic", generic_twin_of="personal"),
        ),
        goals=("order",),
    ),
    topic=Topic(id="harvest"),
    goals=(GOAL,),
    templates={},
    occurrence=Occurrence(key="once", planned=SENT.replace(tzinfo=UTC)),
    lottery=Arms(
        salt="s",
        campaign="fruit",
        variants=("personal", "generic"),
        shares=(0.5, 0.5),
        global_holdout=0.05,
        holdout=0.1,
    ),
)


def decision(pid: int, outcome: str, **changes: object) -> dict[str, object]:
    """A decision of run 1, with changes."""
    return {
        "run": 1,
        "campaign": "fruit",
        "occurrence": "once",
        "pid": pid,
        "draw_pid": pid,
        "at": SENT,
        "due": SENT,
        "outcome": outcome,
        "reason": "passed",
        "held": "",
        "channel": "email",
        "variant": "personal",
        "propensity": 0.4,
        "message": bytes([pid]) * 16,
        "language": "en",
        **changes,
    }


DECISIONS = [
    decision(1, "send", neutral=True),
    decision(2, "ghost", held="campaign", reason="held_out"),
    decision(3, "wait", reason="quiet_hours", due=SENT + timedelta(hours=9)),
    decision(3, "send", at=SENT + timedelta(hours=9), due=SENT + timedelta(hours=9)),
    decision(4, "never", reason="no_consent"),
    decision(5, "ghost", held="global", reason="held_out", variant="generic"),
    decision(6, "send", neutral=False),
    decision(7, "ghost", held="campaign", reason="held_out"),  # 7 was merged into 6 later
    decision(9, "send", run=2),  # another run
]


def event(pid: int, name: str, after: timedelta, **properties: object) -> dict[str, object]:
    """An event so long after the sending."""
    kind = "internal" if name.startswith("Message") else "track"
    at = SENT + after
    return {
        "pid": pid,
        "kind": kind,
        "event": name,
        "ts": at,
        "received": at,
        "message_id": f"{pid}-{name}-{after}-{properties}",
        **{f"properties.{k}": v for k, v in properties.items()},
    }


HOUR = timedelta(hours=1)
EVENTS = [
    event(1, "Order Completed", -HOUR, revenue=99.0, shop="online"),  # before the message
    event(1, "Order Completed", HOUR, revenue=10.5, shop="online"),
    event(1, "Order Completed", 2 * HOUR, revenue=20.25, shop="online"),
    event(1, "Order Completed", 3 * HOUR, revenue=7.0, shop="market"),  # filtered out
    event(1, "Order Completed", 8 * 24 * HOUR, revenue=50.0, shop="online"),  # window closed
    event(2, "Order Completed", HOUR, shop="online"),  # without a value
    event(3, "Order Completed", 8 * HOUR, revenue=5.0, shop="online"),  # before it was due
    event(7, "Order Completed", HOUR, revenue=3.0, shop="online"),  # under the merged pid
    event(1, "Message Sent", HOUR, run=1.0),
    event(3, "Message Sent", 9 * HOUR, run=1.0),
    event(1, "Message Read", HOUR, run=1.0, machine=True),
    event(1, "Message Clicked", HOUR, run=1.0, machine=False),
    event(3, "Message Clicked", 9 * HOUR, run=1.0, machine=True),
    event(9, "Message Sent", HOUR, run=2.0),
]
KNOWN = {
    "properties.revenue": TraitType.NUMBER,
    "properties.shop": TraitType.TEXT,
    "properties.run": TraitType.NUMBER,
    "properties.machine": TraitType.BOOLEAN,
}


@pytest.fixture
def measured(tmp_path: Path) -> Measured:
    """Run 1, measured after its window."""
    decisions = pl.DataFrame(DECISIONS)
    files = [write_decisions(tmp_path, "d", decisions, chunk=1, now=NOW)]
    batch = pl.DataFrame(EVENTS, infer_schema_length=None)
    files += write_events(tmp_path, "e", batch, KNOWN, low=1, high=9, now=NOW)
    merged = pa.table({"pid": [7], "canonical": [6]})
    con = open_session(tmp_path, files, merged=merged)
    strata = pl.DataFrame({"pid": [1, 2, 3, 4, 5, 6, 7], "language": ["en", "uk", *["ru"] * 5]})
    try:
        return measure(
            con,
            FACTS,
            [1],
            GOAL,
            strata=strata,
            receipts={Status.READ, Status.CLICKED},
            currency="USD",
            zone="UTC",
            now=NOW,
        )
    finally:
        con.close()


def test_conversions_count_from_the_would_be_moment_within_the_window(measured: Measured) -> None:
    rows = measured.units.select("pid", "held", "would_send", "converted", "revenue").rows()
    assert rows == [
        (1, "", True, 2, 3075),
        (2, "campaign", True, 1, 0),
        (3, "", True, 0, 0),
        (4, "", False, 0, 0),
        (5, "global", True, 0, 0),
        (6, "", True, 1, 300),
    ]
    assert measured.units["first_conversion_s"].to_list()[:3] == [3600.0, 3600.0, None]


def test_merged_people_count_once_and_are_flagged(measured: Measured) -> None:
    flagged = measured.units.filter("merged_across_arms")
    assert flagged["pid"].to_list() == [6]


def test_receipts_tell_people_and_machines_apart_and_the_untold_is_unknown(
    measured: Measured,
) -> None:
    columns = ("pid", "sent", "read", "machine_read", "clicked", "delivered")
    rows = {row[0]: row[1:] for row in measured.units.select(columns).rows()}
    assert rows[1] == (True, False, True, True, None)
    assert rows[3] == (True, False, False, False, None)
    assert rows[6] == (False, False, False, False, None)


def test_the_reason_of_those_left_out_and_the_strata_stand_beside(measured: Measured) -> None:
    row = measured.units.filter(pl.col("pid") == 4).row(0, named=True)
    assert (row["reason"], row["language"]) == ("no_consent", "ru")


def test_the_plan_says_what_was_decided_before_and_the_report_takes_it(
    measured: Measured,
) -> None:
    plan = measured.plan
    assert plan.shares == {"": 0.95 * 0.9, "campaign": 0.95 * 0.1, "global": 0.05}
    assert (plan.twin, plan.variants) == ("generic", {"personal": 0.5, "generic": 0.5})
    assert plan.n_star == 6
    report = lift_report(measured.units, plan, now=NOW)
    assert report.final
    assert report.audience.people == 6
    assert report.audience.left_out == {"no_consent": 1}
    assert (report.audience.named, report.audience.neutral) == (0, 1), "6 was not sent to"
