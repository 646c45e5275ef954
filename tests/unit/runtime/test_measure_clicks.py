"""Purchases after clicks: people's, within the window, each order once, to the last click."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from maracuja.campaigns.definitions import Campaign, Goal, Topic
from maracuja.campaigns.facts import RunFacts, encode_facts
from maracuja.campaigns.schedule import Occurrence
from maracuja.decisions.assignment import Arms
from maracuja.lake.events import write_events
from maracuja.lake.session import open_session
from maracuja.model import TraitType
from maracuja.runtime.measure_clicks import clicks_of, measure_clicks
from maracuja.runtime.measure_wear import Sent, sent
from maracuja.segments.comparing import When
from maracuja.stats.after_click import AfterClick
from maracuja.stats.rates import rate
from maracuja.store.runs import Run, RunState

AT = datetime(2026, 11, 1, 12)
NOW = datetime(2026, 11, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOAL = Goal(id="order", event="Order Completed", value="revenue", window="7 days")


def launched(number: int, campaign: str, *goals: Goal) -> Run:
    facts = RunFacts(
        campaign=Campaign(id=campaign, topic="t", audience="a", template="x", goals=("order",)),
        topic=Topic(id="t"),
        goals=goals,
        templates={},
        occurrence=Occurrence(key="once", planned=NOW),
        lottery=Arms(salt="s", campaign=campaign, variants=("only",), shares=(1.0,)),
    )
    return Run(
        run=number, campaign=campaign, version=1, occurrence="once", state=RunState.DONE,
        planned_us=0, launched_us=0, finished_us=0, expires_us=0, audience_path="x", next_part=1,
        parts=1, facts=encode_facts(facts),
    )  # fmt: skip


RUNS = sent([launched(1, "spring", GOAL), launched(2, "summer", GOAL), launched(3, "none")])


def event(pid: int, name: str, after: timedelta, **properties: object) -> dict[str, object]:
    at = AT + after
    return {
        "pid": pid, "kind": "internal" if name.startswith("Message") else "track", "event": name,
        "ts": at, "received": at, "message_id": f"{pid}-{name}-{after}-{properties}",
        **{f"properties.{k}": v for k, v in properties.items()},
    }  # fmt: skip


def click(pid: int, after: timedelta, run: float = 1.0, **more: object) -> dict[str, object]:
    told = {"run": run, "channel": "email", "machine": False, **more}
    return event(pid, "Message Clicked", after, **told)


def order(pid: int, after: timedelta, revenue: float = 10.0) -> dict[str, object]:
    return event(pid, "Order Completed", after, revenue=revenue)


EVENTS = [
    order(1, -HOUR),  # before any click
    click(1, HOUR),
    click(1, 2 * HOUR),
    order(1, 4 * HOUR, 10.5),  # two hours after the last click
    order(1, 5 * HOUR, 1.25),
    order(1, 9 * DAY),  # the window is over
    click(2, HOUR, machine=True),
    order(2, 2 * HOUR),  # a machine's click is nobody's
    click(3, HOUR),
    click(3, DAY, run=2.0, channel="sms"),
    order(3, 2 * DAY, 7.0),  # of summer: the last click
    click(4, HOUR, channel="telegram"),
    click(5, HOUR, run=3.0),  # a campaign without a goal
    order(5, 2 * HOUR),
    click(7, HOUR),  # merged into 6 later
    order(6, 2 * HOUR, 3.0),
]
KNOWN = {
    "properties.revenue": TraitType.NUMBER,
    "properties.run": TraitType.NUMBER,
    "properties.machine": TraitType.BOOLEAN,
    "properties.channel": TraitType.TEXT,
}
SPRING = (
    AfterClick(
        campaign="spring", channel="email", clicks=4, clickers=3, buyers=rate(2, 3), orders=3,
        revenue=1475, median_s=5400.0,
    ),
    AfterClick(
        campaign="spring", channel="telegram", clicks=1, clickers=1, buyers=rate(0, 1), orders=0,
        revenue=0, median_s=None,
    ),
)  # fmt: skip
SUMMER = AfterClick(
    campaign="summer", channel="sms", clicks=1, clickers=1, buyers=rate(1, 1), orders=1,
    revenue=700, median_s=86400.0,
)  # fmt: skip


@pytest.fixture
def told(tmp_path: Path) -> list[list[AfterClick]]:
    """Of all campaigns, of spring alone, and of none."""
    batch = pl.DataFrame(EVENTS, infer_schema_length=None)
    files = write_events(tmp_path, "e", batch, KNOWN, low=1, high=9, now=NOW)
    con = open_session(tmp_path, files, merged=pa.table({"pid": [7], "canonical": [6]}))
    when = When(NOW, "UTC")
    measured: list[Sent] = [one for one in RUNS if one.facts.goals]
    try:
        return [
            measure_clicks(con, measured, "UAH", when),
            list(clicks_of(con, "spring", RUNS, "UAH", when)),
            measure_clicks(con, [], "UAH", when),
        ]
    finally:
        con.close()


def test_every_order_is_counted_once_for_the_last_click(told: list[list[AfterClick]]) -> None:
    every, spring, nothing = told
    assert tuple(every) == (*SPRING, SUMMER)
    assert tuple(spring) == SPRING
    assert nothing == []
