"""What is open holds marketing, from the events that come in until it is closed or over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.campaigns.holds import BUILT_IN, HoldRule, promised_until, rules
from maracuja.model import micros
from maracuja.runtime import holding
from maracuja.runtime.holding import HoldKeeping, held
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.voice import COLUMNS, Asked
from maracuja.store import definitions, holds
from maracuja.store.engine import Store
from maracuja.store.holds import Hold, united
from tests.unit.runtime.fact_shop import NOW, build, pid_of, project, send


def did(who: str, days_ago: float, event: str, **properties: Any) -> dict[str, Any]:
    at = NOW - timedelta(days=days_ago)
    return {
        "type": "track",
        "userId": who,
        "event": event,
        "timestamp": at.isoformat(),
        "messageId": f"{who} {event} {days_ago} {properties}",
        "properties": properties,
    }


def tell(ground: Ground, *calls: dict[str, Any], now: datetime = NOW) -> None:
    send(ground.store, list(calls), now)
    project(ground, now)


def says(store: Store, who: str, now: datetime = NOW) -> list[tuple[str, int | None]]:
    pid = pid_of(store, who)
    with store.read() as conn:
        found = held(conn, np.array([pid], dtype=np.int64), Asked("news", ["email"], now))
    assert dict(found.schema) == COLUMNS
    return [(why, until) for _, why, until in found.rows()]


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    return build(store, tmp_path / "shop")


def test_an_open_complaint_holds_until_it_is_closed(ground: Ground) -> None:
    store = ground.store
    assert says(store, "olena") == []
    tell(ground, did("olena", 1, "Complaint Opened", complaint_id=17))
    soon = micros(NOW + timedelta(hours=6))
    assert says(store, "olena") == [("on_hold:complaint", soon)]
    assert says(store, "ivan") == []
    tell(ground, did("olena", 0.5, "Complaint Closed", complaint_id=18))
    assert says(store, "olena") == [("on_hold:complaint", soon)]
    tell(ground, did("olena", 0.4, "Complaint Closed", complaint_id="17"))
    assert says(store, "olena") == []


def test_nobody_is_held_for_ever(ground: Ground) -> None:
    tell(ground, did("taras", 29.9, "Complaint Opened", complaint_id="a"))
    until = micros(NOW + timedelta(days=0.1))
    assert says(ground.store, "taras") == [("on_hold:complaint", until)]
    later = NOW + timedelta(days=1)
    assert says(ground.store, "taras", later) == []
    keeping = HoldKeeping(ground.store)
    assert keeping(later) == later + timedelta(days=1)
    with ground.store.read() as conn:
        assert holds.of(conn, pid_of(ground.store, "taras")) == []


def test_what_was_over_long_ago_is_not_kept(ground: Ground) -> None:
    tell(ground, did("taras", 400, "Complaint Opened", complaint_id="old"))
    with ground.store.read() as conn:
        assert holds.of(conn, pid_of(ground.store, "taras")) == []


def test_an_order_past_its_promised_date_holds(ground: Ground) -> None:
    promised = (NOW + timedelta(days=2)).date().isoformat()
    tell(
        ground,
        did("olena", 1, "Order Completed", order_id="x1", promised_date=promised),
        did("ivan", 1, "Order Completed", order_id="x2", promised_date=promised),
        did("taras", 1, "Order Completed", order_id="x3"),  # nothing was promised
        did("nina", 1, "Order Completed", order_id="x4", promised_date="soon"),
    )
    assert says(ground.store, "olena") == []
    late = NOW + timedelta(days=3)  # noon of the day after, by UTC
    assert [why for why, _ in says(ground.store, "olena", late)] == ["on_hold:late-order"]
    assert says(ground.store, "taras", late) == says(ground.store, "nina", late) == []
    tell(ground, did("ivan", -3, "Order Delivered", order_id="x2"), now=late)
    assert says(ground.store, "ivan", late) == []
    assert says(ground.store, "olena", late) != []


def test_a_refund_holds_while_it_is_asked_for_and_a_week_after(ground: Ground) -> None:
    tell(ground, did("ivan", 3, "Refund Requested", order_id="x"))
    assert [why for why, _ in says(ground.store, "ivan")] == ["on_hold:refund"]
    tell(ground, did("ivan", 1, "Order Refunded", order_id="x", total=900))
    assert [why for why, _ in says(ground.store, "ivan")] == ["on_hold:refunded"]
    assert says(ground.store, "ivan", NOW + timedelta(days=6)) == []


def test_a_shop_writes_its_own_rules(ground: Ground) -> None:
    text = (
        "kind: hold\nid: complaint\nopens: [Ticket Opened]\ncloses: [Ticket Solved]\nkey: ticket\n"
        "where: [{property: angry, is: true}]\nlasts: 3 days\n---\n"
        "kind: hold\nid: refunded\nactive: false\n"
    )
    with ground.store.write() as conn:
        for one in decode_text(text):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="t", now_us=1)
        in_force = {rule.id: rule for rule in holding.in_force(conn)}
    assert in_force.keys() == {"complaint", "refund", "late-order"}
    tell(
        ground,
        did("olena", 1, "Ticket Opened", ticket="t", angry=True),
        did("ivan", 1, "Ticket Opened", ticket="t", angry=False),
        did("nina", 1, "Complaint Opened", complaint_id="x"),
        did("taras", 1, "Order Refunded"),
    )
    assert [why for why, _ in says(ground.store, "olena")] == ["on_hold:complaint"]
    assert says(ground.store, "ivan") == says(ground.store, "nina") == []
    assert says(ground.store, "taras") == []


def test_any_order_of_what_is_told_comes_to_the_same() -> None:
    told = [
        Hold(1, "c", "k", opened_us=10, begins_us=10, until_us=90),
        Hold(1, "c", "k", closed_us=20, until_us=100),
        Hold(1, "c", "k", opened_us=30, begins_us=30, until_us=110),
        Hold(1, "c", "k", closed_us=25, until_us=105),
    ]
    ends = set()
    for order in permutations(told):
        found = order[0]
        for one in order[1:]:
            found = united(found, one)
        ends.add(found)
    assert ends == {Hold(1, "c", "k", 30, 30, 110, 25)}
    (end,) = ends
    assert end.holds(30) and not end.holds(29) and not end.holds(110)


def test_merged_people_are_held_by_what_either_has_open(ground: Ground) -> None:
    tell(ground, did("olena", 1, "Complaint Opened", complaint_id="a"))
    olena, ivan = pid_of(ground.store, "olena"), pid_of(ground.store, "ivan")
    with ground.store.write() as conn:
        holds.take(conn, [Hold(ivan, "complaint", "a", closed_us=1, until_us=2)])
        holds.move(conn, {olena: ivan})
        assert holds.of(conn, olena) == []
        (kept,) = [hold for hold in holds.of(conn, ivan) if hold.key == "a"]
    assert kept.pid == ivan and kept.closed_us == 1 and kept.opened_us > 1
    assert [why for why, _ in says(ground.store, "ivan")] == ["on_hold:complaint"]


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("2026-06-03", datetime(2026, 6, 4, 12, tzinfo=UTC)),
        (datetime(2026, 6, 3, 8), datetime(2026, 6, 3, 8, tzinfo=UTC)),
        ("2026-06-03T08:00:00+03:00", datetime(2026, 6, 3, 5, tzinfo=UTC)),
        ("tomorrow", None),
        (None, None),
        (17.5, None),
        ("9999-12-31", None),
    ],
)
def test_a_promise_is_over_when_its_day_is_over_everywhere(
    said: object, until: datetime | None
) -> None:
    assert promised_until(said) == until


def test_nothing_is_asked_of_people_where_nothing_is_open(store: Store) -> None:
    with store.read() as conn:
        pids = np.arange(1, 50, dtype=np.int64)
        assert held(conn, pids, Asked("news", ["email"], NOW)).equals(pl.DataFrame(schema=COLUMNS))


def test_a_rule_says_what_opens_it() -> None:
    with pytest.raises(ValueError, match="opens"):
        HoldRule(id="x")
    assert {rule.id for rule in rules([])} == {rule.id for rule in BUILT_IN}
