"""What advertising cost and brought back: by UTM marks, the last ones first, a currency apart."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from maracuja.errors import BadInput
from maracuja.model import Status, micros
from maracuja.runtime import spend_work
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.message_events import Told, tell
from maracuja.runtime.projection import Projection
from maracuja.runtime.spend_work import AdReturn
from maracuja.store import inbox
from maracuja.store.engine import Store
from tests.unit.runtime.shop_people import NOON, apply, decisions, launch, make_ground

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
SHEET = """Date,utm_source,utm_campaign,Currency,Cost,Clicks,Impressions
2026-11-18,Google,autumn,UAH,1 000.00,100,5000
2026-11-19,Google,autumn,UAH,"500,50",50,2500
2026-11-19,google,autumn,USD,20,5,100
2026-10-31,google,autumn,UAH,9999,9,9
2026-11-19,meta,,UAH,300,30,900
19.11.2026,meta,,UAH,1,1,1
2026-11-19,,x,UAH,1,1,1
2026-11-19,meta,x,UAH,-5,1,1
"""


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    return make_ground(store, tmp_path, 1)


def project(ground: Ground, *calls: dict[str, Any]) -> None:
    body = msgspec.json.encode({"batch": list(calls)})
    with ground.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(NOON), "batch", "server", b"{}", body)])
    projection = Projection(ground.store, ground.lake, country="UA")
    while not projection.project(NOON).nothing:
        pass


def visit(who: str, source: str, name: str, before: timedelta) -> dict[str, Any]:
    return event(who, "page", "Home", before, {}, {"source": source, "name": name})


def order(who: str, revenue: float, currency: str, before: timedelta) -> dict[str, Any]:
    told = {"revenue": revenue, **({"currency": currency} if currency else {})}
    return event(who, "track", "Order Completed", before, told, {})


def event(
    who: str, kind: str, name: str, before: timedelta, told: dict[str, Any], marks: dict[str, str]
) -> dict[str, Any]:
    at: datetime = NOON - before
    named = {"event": name} if kind == "track" else {"name": name}
    return {
        "type": kind, **named, "userId": who, "timestamp": at.isoformat(), "properties": told,
        "messageId": f"{who}-{name}-{at.isoformat()}",
        "context": {"campaign": marks} if marks else {},
    }  # fmt: skip


def take(ground: Ground, tmp_path: Path) -> spend_work.SpendTaken:
    path = tmp_path / "ads.csv"
    path.write_text(SHEET, encoding="utf-8")
    return spend_work.add_file(ground, path)


def test_rows_are_taken_once_and_bad_ones_refused(ground: Ground, tmp_path: Path) -> None:
    for _ in range(2):
        found = take(ground, tmp_path)
        assert found.taken == 5
        assert [(one.line, one.reason) for one in found.refused] == [
            (7, "`19.11.2026` is no day such as 2026-11-22"),
            (8, "a row needs a source"),
            (9, "`-5` is no cost"),
        ]
    report = spend_work.report(ground, FIRST, LAST, NOON)
    assert [(one.source, one.currency, one.cost, one.clicks) for one in report.ads] == [
        ("google", "UAH", 150_050, 150), ("meta", "UAH", 30_000, 30), ("google", "USD", 2_000, 5),
    ]  # fmt: skip


def test_orders_count_for_the_marks_that_came_last(ground: Ground, tmp_path: Path) -> None:
    take(ground, tmp_path)
    day = timedelta(days=1)
    project(
        ground,
        visit("a", "google", "Autumn", 3 * day),
        visit("a", "google", "autumn", 2 * day),
        order("a", 3001, "", 1 * day),
        order("a", 50, "USD", day / 2),
        visit("b", "google", "autumn", 4 * day),
        visit("b", "maracuja", "letter", 3 * day),
        order("b", 700, "UAH", 2 * day),
        visit("c", "google", "autumn", 40 * day),
        order("c", 900, "UAH", 1 * day),
        visit("d", "meta", "", 2 * day),
        order("d", 10, "UAH", 3 * day),
        order("e", 5, "EUR", 1 * day),
        visit("f", "tiktok", "", 2 * day),
        order("f", 8, "EUR", 1 * day),
    )
    report = spend_work.report(ground, FIRST, LAST, NOON)
    assert report.ads == (
        AdReturn("google", "autumn", "UAH", 150_050, 150, 7_500, 2, 1, 300_100, 2.0),
        AdReturn("meta", "", "UAH", 30_000, 30, 900, 1, 0, 0, 0.0),
        AdReturn("google", "autumn", "USD", 2_000, 5, 100, 2, 1, 5_000, 2.5),
        AdReturn("tiktok", "", "EUR", 0, 0, 0, 1, 1, 800, None),
    )


def test_days_that_are_none_are_refused(ground: Ground) -> None:
    with pytest.raises(BadInput, match="end before they begin"):
        spend_work.report(ground, LAST, FIRST, NOON)


def test_messages_stand_beside_with_their_cost_and_lift(store: Store, tmp_path: Path) -> None:
    ground = make_ground(store, tmp_path, 200)
    apply(
        store,
        """
kind: template
id: hello
variants: [{language: en, subject: Hello, text: "Hello {{ links.unsubscribe }}"}]
---
kind: campaign
id: hello
topic: news
audience: all
template: hello
goals: [order]
holdout: 0.3
""",
    )
    run = launch(ground, "hello")
    sent = decisions(ground).filter(pl.col("outcome") == "send")
    with store.write() as conn:
        told = [
            Told(micros(NOON), pid, message, Status.SENT, "sms", "hello", run.run, cost=0.5)
            for pid, message in sent.select("pid", "message").rows()
        ]
        day = timedelta(days=1)
        tell(conn, told)
    project(ground, *(order(f"u{n}", 100 + n, "", -day) for n in range(1, 200, 3)))
    (one,) = spend_work.report(ground, FIRST, LAST, NOON + timedelta(days=9)).messages
    assert (one.campaign, one.messages, one.cost) == ("hello", sent.height, sent.height * 50)
    assert one.extra is not None and one.low is not None and one.high is not None
    assert one.low < one.extra < one.high
