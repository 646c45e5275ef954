"""Campaigns that an event sets off: who enters, when they are due, and what keeps them out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from maracuja.model import micros
from maracuja.runtime import campaign_status, definition_work, launch_control
from maracuja.store import audit, entries, erase, meta, runs
from maracuja.store.engine import Store
from tests.unit.runtime.trigger_shop import (
    CART,
    NOON,
    PEOPLE,
    SERIES,
    TriggerShop,
    build,
)


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> TriggerShop:
    return build(store, tmp_path / "shop")


def test_an_event_is_answered_when_its_wait_is_over(shop: TriggerShop) -> None:
    shop.apply(CART)
    shop.start()
    shop.track(1, "Product Added", product_id="p1")
    shop.track(2, "Product Viewed", product_id="p1")
    shop.pass_(hours=1, minutes=59)
    assert shop.told() == []
    shop.pass_(minutes=2)
    assert shop.told() == [(1, "send", "passed")]
    assert shop.texts() == {1: ["p1 for Name1. \ue000unsubscribe\ue002"]}


def test_who_has_bought_in_the_meantime_hears_nothing(shop: TriggerShop) -> None:
    shop.apply(CART)
    shop.track(1, "Order Completed", revenue=10.0)
    shop.start()
    shop.pass_(minutes=1)
    shop.track(1, "Product Added", product_id="p1")
    shop.track(2, "Product Added", product_id="p2")
    shop.pass_(hours=1)
    shop.track(2, "Order Completed", revenue=10.0)
    shop.pass_(hours=2)
    assert shop.told() == [(1, "send", "passed"), (2, "never", "goal_reached")]


def test_a_person_enters_again_only_after_the_time_that_is_asked(shop: TriggerShop) -> None:
    shop.apply(CART)
    shop.start()
    for day in range(9):
        shop.track(1, "Product Added", product_id=f"p{day}")
        shop.pass_(days=1)
    assert shop.texts() == {1: [f"p{n} for Name1. \ue000unsubscribe\ue002" for n in (0, 7)]}


def test_without_a_time_a_person_enters_once_and_for_all(shop: TriggerShop) -> None:
    shop.apply(CART.replace("  again_after: 7 days\n", ""))
    shop.start()
    for _ in range(3):
        shop.track(1, "Product Added", product_id="p1")
        shop.pass_(days=30)
    assert shop.told() == [(1, "send", "passed")]


def test_a_newer_event_begins_the_wait_anew_where_that_is_said(shop: TriggerShop) -> None:
    shop.apply(CART.replace("  wait: 2 hours\n", "  wait: 2 hours\n  restart: true\n"))
    shop.start()
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=1)
    shop.track(1, "Product Added", product_id="p2")
    shop.pass_(hours=1, minutes=30)
    assert shop.told() == []
    shop.pass_(hours=1)
    assert shop.texts() == {1: ["p2 for Name1. \ue000unsubscribe\ue002"]}


def test_what_happened_too_long_ago_or_before_the_launch_lets_nobody_in(
    shop: TriggerShop,
) -> None:
    shop.apply(CART)
    shop.track(1, "Product Added", product_id="p1")
    shop.project()
    shop.now += timedelta(minutes=1)
    shop.start()
    shop.pass_(days=2)
    shop.track(2, "Product Added", at=shop.now - timedelta(hours=13), product_id="p1")
    shop.track(3, "Product Added", at=shop.now - timedelta(hours=11), product_id="p1")
    shop.track(4, "Product Added", at=NOON - timedelta(days=1), product_id="p1")
    shop.pass_(hours=3)
    assert shop.told() == [(3, "send", "passed")]


def test_the_same_event_told_twice_lets_in_once(shop: TriggerShop) -> None:
    shop.apply(CART.replace("again_after: 7 days", "again_after: 1 minute"))
    shop.start()
    call = {
        "type": "track", "userId": "u1", "event": "Product Added", "messageId": "one",
        "timestamp": shop.now.isoformat(), "properties": {"product_id": "p1"},
    }  # fmt: skip
    shop.send(call)
    shop.tick()
    shop.send(call)
    shop.pass_(hours=3)
    assert shop.told() == [(1, "send", "passed")]


def test_several_messages_of_a_day_each_have_a_run_and_an_id(shop: TriggerShop) -> None:
    shop.apply(CART.replace("again_after: 7 days", "again_after: 1 minute"))
    shop.start()
    for n in range(3):
        shop.track(1, "Product Added", product_id=f"p{n}")
        shop.pass_(minutes=10)
    shop.pass_(hours=3)
    rows = shop.decided()
    assert rows["outcome"].to_list() == ["send"] * 3
    assert rows["run"].n_unique() == 3 and rows["message"].n_unique() == 3
    assert rows["occurrence"].to_list() == ["2026-11-20", "2026-11-20#2", "2026-11-20#3"]
    assert len(shop.texts()[1]) == 3


def test_properties_are_asked_as_segments_ask_them(shop: TriggerShop) -> None:
    asked = "  where: [{property: price, at_least: 10}, {property: kind, is_not: gift}]\n"
    shop.apply(CART.replace("  wait: 2 hours\n", f"  wait: 2 hours\n{asked}"))
    shop.start()
    shop.track(1, "Product Added", product_id="p1", price=9.99, kind="fruit")
    shop.track(2, "Product Added", product_id="p1", price=10, kind="fruit")
    shop.track(3, "Product Added", product_id="p1", price=11, kind="gift")
    shop.track(4, "Product Added", product_id="p1")
    shop.track(5, "Product Added", product_id="p1", price=12)
    shop.pass_(hours=3)
    assert shop.told() == [(2, "send", "passed"), (5, "send", "passed")]


def test_unless_counts_from_the_event_on_and_is_asked_when_due(shop: TriggerShop) -> None:
    shop.apply(
        CART.replace("goals: [order]", "goals: []").replace(
            "unless: [{did: Order Completed}]",
            "unless: [{did: Cart Cleared}, {all: [{did: Page Seen, at_least: 2}, "
            "{trait: city, is: Kyiv}]}]",
        )
    )
    shop.start()
    for i in (1, 2, 3, 4):
        shop.track(i, "Cart Cleared")
        shop.track(i, "Page Seen")
    shop.pass_(minutes=1)
    for i in (1, 2, 3, 4):
        shop.track(i, "Product Added", product_id="p1")
    shop.pass_(minutes=1)
    shop.track(2, "Cart Cleared")
    shop.track(3, "Page Seen")
    shop.track(4, "Page Seen")
    shop.track(4, "Page Seen")
    shop.pass_(hours=3)
    told = {who: reason for who, _, reason in shop.told()}
    assert told == {1: "passed", 2: "happened", 3: "passed", 4: "happened"}


def test_who_is_not_in_the_audience_when_due_hears_nothing(shop: TriggerShop) -> None:
    shop.apply(CART + "audience: [{trait: vip, is: true}]\n")
    shop.start()
    for i in (1, 2):
        shop.track(i, "Product Added", product_id="p1")
    shop.pass_(hours=1)
    shop.send({"type": "identify", "userId": "u2", "messageId": "v", "traits": {"vip": True}})
    shop.pass_(hours=2)
    assert shop.told() == [(1, "never", "not_in_audience"), (2, "send", "passed")]


def test_a_series_goes_on_until_the_goal_is_reached(shop: TriggerShop) -> None:
    shop.apply(SERIES)
    shop.start("welcome")
    for i in (1, 2, 3):
        shop.track(i, "Signed Up", plan="gold")
    shop.pass_(days=1)
    shop.track(2, "Page Seen")
    shop.pass_(days=2)
    shop.track(3, "Order Completed", revenue=1.0)
    shop.pass_(days=5)
    of = {i: [(o, r) for who, o, r in shop.told() if who == i] for i in (1, 2, 3)}
    sent = ("send", "passed")
    assert of == {
        1: [sent, sent, sent],
        2: [sent, ("never", "happened:message"), sent],
        3: [sent, sent, ("never", "goal_reached")],
    }
    assert shop.texts()[1][1].startswith("two gold")
    at = shop.decided().filter(pl.col("who") == 1)["at"].to_list()
    assert [(one - at[0]).days for one in at] == [0, 2, 7]
    with shop.store.read() as conn:
        assert not entries.counts(conn)


def test_who_is_held_out_is_held_out_of_the_whole_series(shop: TriggerShop) -> None:
    shop.apply(SERIES.replace("holdout: 0", "holdout: 0.5"))
    shop.start("welcome")
    for i in range(PEOPLE):
        shop.track(i, "Signed Up", plan="gold")
    shop.pass_(days=8)
    rows = shop.decided().group_by("who").agg(pl.col("outcome").unique(), pl.len())
    assert set(rows["len"]) == {3} and set(rows["outcome"].list.len()) == {1}
    assert 3 <= rows["outcome"].list.first().eq("ghost").sum() <= 17


def test_pause_holds_everybody_and_resume_goes_on_with_who_is_still_current(
    shop: TriggerShop,
) -> None:
    shop.apply(CART)
    shop.start()
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=1)
    with shop.store.write() as conn:
        launch_control.pause(conn, "cart", shop.now)
    shop.pass_(hours=13)
    shop.track(2, "Product Added", product_id="p2")
    shop.pass_(hours=3)
    assert shop.told() == []
    with shop.store.write() as conn:
        launch_control.resume(conn, "cart", shop.now)
    shop.pass_(minutes=1)
    assert shop.told() == [(1, "never", "expired"), (2, "send", "passed")]


def test_cancel_lets_everybody_go_and_a_new_launch_begins_anew(shop: TriggerShop) -> None:
    shop.apply(CART)
    shop.start()
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=1)
    with shop.store.write() as conn:
        launch_control.cancel(conn, "cart", shop.now)
    shop.pass_(hours=3)
    shop.track(2, "Product Added", product_id="p1")
    shop.pass_(hours=3)
    assert shop.told() == []
    shop.start()
    shop.track(3, "Product Added", product_id="p1")
    shop.pass_(hours=3)
    assert shop.told() == [(3, "send", "passed")]
    with shop.store.read() as conn:
        keys = [run.occurrence for run in runs.every(conn)]
    assert keys == ["entries", "entries@2", "2026-11-20@2"]


def test_a_changed_definition_holds_for_those_who_enter_after_it(shop: TriggerShop) -> None:
    shop.apply(CART)
    shop.start()
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=1)
    shop.apply(CART.replace("2 hours", "5 hours"))
    shop.pass_(seconds=30)
    shop.track(2, "Product Added", product_id="p1")
    shop.pass_(hours=2)
    assert shop.told() == [(1, "send", "passed")]
    shop.pass_(hours=4)
    assert shop.told() == [(1, "send", "passed"), (2, "send", "passed")]
    shop.pass_(days=2)
    with shop.store.read() as conn:
        states = {run.occurrence: run.state.value for run in runs.every(conn)}
    assert states["entries"] == "done" and states["entries@2"] == "sending"
    assert states.keys() == {"entries", "entries@2", "2026-11-20", "2026-11-20@2"}


def test_a_definition_that_is_broken_leaves_the_old_one_in_force(shop: TriggerShop) -> None:
    shop.apply(CART)
    shop.start()
    shop.apply(CART.replace("template: cart", "template: nowhere"))
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=3)
    assert shop.told() == [(1, "send", "passed")]


SCHEDULED = """
kind: campaign
id: cart
topic: offers
audience: [{trait: city, is: Kyiv}]
template: plain
goals: [order]
---
kind: template
id: plain
variants: [{language: en, subject: Plain, text: "Plain. {{ links.unsubscribe }}"}]
"""


@pytest.mark.parametrize("text", ["", SCHEDULED], ids=["deleted", "without a trigger"])
def test_a_definition_that_sets_nothing_off_any_more_ends_the_campaign_and_says_so(
    shop: TriggerShop, text: str
) -> None:
    shop.apply(CART)
    shop.start()
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=1)
    if text:
        shop.apply(text)
    else:
        with shop.store.write() as conn:
            definition_work.drop(conn, "campaign", "cart", base=1, now=shop.now, actor="ann")
    shop.pass_(seconds=30)
    shop.track(2, "Product Added", product_id="p1")
    shop.pass_(hours=6)
    assert shop.told() == [], "nobody enters, and whoever was under way was let go"
    with shop.store.read() as conn:
        [shown] = campaign_status.status(conn, "cart")
        [line] = audit.newest(conn, subject="campaign:cart", action="cancel")
        assert entries.next_due(conn, [shown.run]) is None
    assert (shown.state, line.actor) == ("cancelled", audit.WORKER)
    assert "no trigger any more" in shown.held == line.detail


def test_quiet_hours_put_off_until_the_morning(store: Store, tmp_path: Path) -> None:
    shop = build(store, tmp_path / "quiet", quiet_from="21:00", quiet_until="09:00")
    shop.apply(CART)
    shop.start()
    shop.pass_(hours=5)  # 19:01 in Kyiv
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=3)
    shop.track(2, "Product Added", product_id="p1")
    shop.pass_(hours=12)
    assert shop.told() == [
        (1, "wait", "quiet_hours"),
        (2, "wait", "quiet_hours"),
        (1, "send", "passed"),
        (2, "send", "passed"),
    ]
    at = shop.decided()["at"].to_list()
    assert [one.hour for one in at[2:]] == [7, 7] and at[1].day == 20


def test_who_buys_while_the_night_lasts_hears_nothing_in_the_morning(
    store: Store, tmp_path: Path
) -> None:
    shop = build(store, tmp_path / "quiet", quiet_from="21:00", quiet_until="09:00")
    shop.apply(CART)
    shop.start()
    shop.pass_(hours=6)
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=3)
    shop.track(1, "Order Completed", revenue=3.0)
    shop.pass_(hours=12)
    assert shop.told() == [(1, "wait", "quiet_hours"), (1, "never", "goal_reached")]


def test_two_people_who_become_one_hear_once(shop: TriggerShop) -> None:
    shop.apply(CART)
    shop.start()
    shop.track(1, "Product Added", product_id="p1")
    visitor = {"type": "track", "anonymousId": "v", "event": "Product Added", "messageId": "v1"}
    shop.send({**visitor, "timestamp": shop.now.isoformat(), "properties": {"product_id": "p2"}})
    shop.pass_(hours=1)
    shop.send({"type": "identify", "userId": "u1", "anonymousId": "v", "messageId": "v2"})
    shop.pass_(hours=3)
    assert shop.told() == [(1, "send", "passed")]
    assert shop.texts() == {1: ["p1 for Name1. \ue000unsubscribe\ue002"]}


def test_nothing_is_left_of_a_person_who_is_erased(shop: TriggerShop) -> None:
    shop.apply(CART)
    shop.start()
    shop.track(1, "Product Added", product_id="p1", note="my secret wish")
    shop.pass_(hours=1)
    with shop.store.write() as conn:
        salt = meta.load(conn).suppression_salt
        done = erase.erase(conn, shop.pid(1), salt=salt, now_us=micros(shop.now))
        assert done.counts["entries"] == 1
    shop.pass_(hours=3)
    assert shop.told() == []


def test_an_order_that_lies_unread_holds_back_who_is_due(shop: TriggerShop) -> None:
    shop.apply(CART)
    shop.start()
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=1)
    shop.track(1, "Order Completed", revenue=1.0)
    shop.now += timedelta(hours=2)
    shop.launch.tick(shop.now)  # the projection lags behind
    assert shop.told() == []
    shop.pass_(minutes=1)
    assert shop.told() == [(1, "never", "goal_reached")]


def test_events_of_our_own_set_campaigns_off_too(shop: TriggerShop) -> None:
    shop.apply(
        CART.replace("event: Product Added", "event: Subscription Updated").replace(
            "  wait: 2 hours\n", "  where: [{property: topic, is: offers}]\n"
        )
    )
    shop.apply(
        "kind: template\nid: cart\nlanguage: en\nvariants:\n  - {language: en, subject: S, "
        'text: "{{ event.state }} {{ links.unsubscribe }}"}'
    )
    shop.start()
    said = {"topic": "offers", "channel": "email", "state": "opted_in", "source": "form"}
    shop.track(1, "Subscription Updated", **said)
    shop.pass_(minutes=1)
    assert shop.texts()[1] == ["opted_in \ue000unsubscribe\ue002"]
