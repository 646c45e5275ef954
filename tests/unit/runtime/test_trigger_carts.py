"""The cart in texts of a campaign with a trigger, and the link that restores it."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import polars as pl
import pytest
from fastapi import FastAPI

from maracuja.api.cart_links import cart_router
from maracuja.clock import SimClock
from maracuja.errors import ConfigError
from maracuja.links.making import LinkMaker, Recipient
from maracuja.links.tokens import KeyRing
from maracuja.runtime import campaign_status, campaign_work, launch_control
from maracuja.runtime.cart_links import CartLinks, Item, address, faulty
from maracuja.runtime.entry_replay import rehearse
from maracuja.runtime.export_person import export_person
from maracuja.runtime.link_actions import LinkActions
from maracuja.runtime.people_why import why
from maracuja.store import entries, inbox
from maracuja.store.engine import Store
from tests.unit.runtime.trigger_shop import CART, PEOPLE, SERIES, TriggerShop, build

RING = KeyRing([b"0123456789abcdef"])
TEXTS = """
kind: template
id: cart
language: en
variants:
  - language: en
    subject: "{{ cart.count }} in your cart"
    text: |
      {% for item in cart.items limit: 3 %}{{ item.title }} x{{ item.quantity }} {{ item.price | money: item.currency }}
      {% endfor %}{{ cart.total | money: cart.currency }}, first {{ products[cart.product_id].stock }} left
      {{ links.cart }} {{ links.unsubscribe }}
"""  # noqa: E501


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> TriggerShop:
    made = build(store, tmp_path / "shop")
    made.apply(TEXTS)
    made.apply(CART)
    made.start()
    return made


def pages(shop: TriggerShop, cart_url: str) -> tuple[FastAPI, list[inbox.Request], SimClock]:
    """The pages behind the links, what they noted, and their clock."""
    noted: list[inbox.Request] = []

    async def put(request: inbox.Request) -> None:
        noted.append(request)

    clock = SimClock(shop.now)
    links = LinkMaker("https://m.example", RING)
    actions = LinkActions(shop.store, shop.root / "lake", RING, links)
    carts = CartLinks(shop.store, RING, cart_url=cart_url, shop_url="https://shop.example/?a=1")
    app = FastAPI()
    app.include_router(cart_router(carts, actions, put, clock))
    return app, noted, clock


def get(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://m.example") as asking:
            return await asking.get(path, headers=headers)

    return asyncio.run(ask())


def link(shop: TriggerShop, who: int) -> str:
    """The path of the link in the message of a customer."""
    row = shop.decided().filter(who=who, outcome="send").row(-1, named=True)
    to = Recipient(
        message=row["message"], pid=row["pid"], run=row["run"], channel=1, topic="offers"
    )
    return urlsplit(LinkMaker("https://m.example", RING).page(to, "cart", shop.now)).path


def filled(shop: TriggerShop) -> TriggerShop:
    """Customer 1 has left two pears and a plum; 2 only what is sold out."""
    add: dict[str, Any] = {"event": "Product Added"}
    shop.track(1, **add, product_id="p2")
    shop.track(1, **add, product_id="p1", quantity=3)
    shop.track(1, "Product Removed", product_id="p1")
    shop.track(1, **add, product_id="p3")
    shop.track(2, **add, product_id="p3")
    shop.pass_(hours=3)
    return shop


def test_a_text_shows_what_lies_in_the_cart(shop: TriggerShop) -> None:
    filled(shop)
    assert shop.told() == [(1, "send", "passed"), (2, "never", "product_gone:cart")]
    text = shop.texts()[1][0]
    assert "Pear x2 ₴12.50" in text and "Plum x1 ₴9" in text
    assert "34" in text and "first 2 left" in text and "\ue000cart\ue002" in text


def test_a_list_that_the_event_tells_is_the_cart(shop: TriggerShop) -> None:
    listed = [{"product_id": "p2", "quantity": 4}, {"product_id": "p9"}, {"sku": "p1"}]
    shop.track(1, "Product Added", product_id="p3", products=listed)
    shop.pass_(hours=3)
    assert "Plum x4" in shop.texts()[1][0] and "Pear x1" in shop.texts()[1][0]


def test_the_link_leads_to_the_shops_own_cart_from_any_device(shop: TriggerShop) -> None:
    path = link(filled(shop), 1)
    app, noted, _ = pages(shop, "https://shop.example/basket?add={items}#top")
    answer = get(app, path)
    assert answer.status_code == 302 and answer.headers["cache-control"] == "no-store"
    to = urlsplit(answer.headers["location"])
    assert (to.netloc, to.path, to.fragment) == ("shop.example", "/basket", "top")
    marks = parse_qs(to.query)
    assert set(marks["add"][0].split(",")) == {"p1:2", "p2:1"}
    assert marks["utm_campaign"] == ["cart"]
    told = answer.headers["location"]
    assert "u1" not in told.replace("utm", "") and "@" not in told and "Name1" not in told
    assert [one.call for one in noted] == ["click"]


def test_without_a_cart_of_its_own_the_shop_gets_it_as_a_parameter(shop: TriggerShop) -> None:
    path = link(filled(shop), 1)
    app, noted, _ = pages(shop, "")
    to = urlsplit(get(app, path).headers["location"])
    packed = parse_qs(to.query)["cart"][0]
    body = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    assert {one["product_id"] for one in msgspec.json.decode(body)["items"]} == {"p1", "p2"}
    told = get(app, f"{path}.json", origin="https://shop.example")
    assert told.headers["access-control-allow-origin"] == "*"
    assert {one["product_id"]: one["quantity"] for one in told.json()["items"]} == {
        "p1": 2,
        "p2": 1,
    }
    assert set(told.json()) == {"items", "expires"} and len(noted) == 1


def test_a_link_ends_after_thirty_days_and_nobody_forges_one(shop: TriggerShop) -> None:
    path = link(filled(shop), 1)
    app, noted, clock = pages(shop, "https://shop.example/basket?add={items}")
    forged = path[:-2] + ("AA" if path[-2:] != "AA" else "BB")
    assert get(app, forged).status_code == 404 and get(app, "/b/x.json").status_code == 404
    clock.advance(timedelta(days=29, hours=20))
    assert get(app, path).status_code == 302
    clock.advance(timedelta(days=1))
    assert get(app, path).status_code == 404 and get(app, f"{path}.json").status_code == 404
    assert "text/html" in get(app, path).headers["content-type"] and len(noted) == 1


def test_an_address_holds_as_many_items_as_fit() -> None:
    many = [Item(f"product {n} " + "x" * 40, n + 1) for n in range(50)]
    made = address("https://shop.example/c?i={items}", many)
    assert len(made) <= 2000 and "product%200%20" in made
    assert address("https://shop.example/c?i={items}", []) == "https://shop.example/c?i="


@pytest.mark.parametrize("url", ["https://shop.example/cart", "shop/{items}", "javascript:{cart}"])
def test_an_address_that_takes_no_cart_is_refused(store: Store, url: str) -> None:
    assert faulty(url)
    with pytest.raises(ConfigError, match="cannot restore"):
        CartLinks(store, RING, cart_url=url, shop_url="")


def test_a_dry_run_tells_who_would_have_got_it(shop: TriggerShop) -> None:
    filled(shop)
    shop.track(3, "Product Added", product_id="p1")
    shop.track(3, "Product Added", product_id="p2")
    shop.pass_(minutes=10)
    shop.track(3, "Order Completed", revenue=2.0)
    shop.track(4, "Product Added", product_id="p1")
    shop.pass_(minutes=10)
    before = shop.decided().height
    found = rehearse(shop.ground, "cart", shop.now + timedelta(hours=2), days=7)
    assert found.replay is not None and found.replay.days == 7
    told = found.replay
    assert (told.events, told.entered, told.again, told.not_due) == (7, 4, 3, 0)
    (message,) = told.messages
    assert message.message == "cart" and message.due == 4
    assert {(one.reason, one.detail): one.people for one in message.gates} == {
        ("passed", ""): 2,
        ("goal_reached", ""): 1,
        ("product_gone", "cart"): 1,
    }
    assert "Pear" in found.samples[0].text and sum(one.people for one in found.when) == 2
    assert shop.decided().height == before
    assert rehearse(shop.ground, "cart", shop.now, days=7).replay.not_due == 2  # type: ignore[union-attr]


def test_a_dry_run_of_a_series_goes_through_its_messages(shop: TriggerShop) -> None:
    shop.apply(SERIES)
    for i in (5, 6, 7):
        shop.track(i, "Signed Up", plan="gold")
    shop.pass_(days=1)
    shop.track(6, "Order Completed", revenue=1.0)
    shop.pass_(days=8)
    found = rehearse(shop.ground, "welcome", shop.now, days=30)
    assert found.replay is not None
    assert [(one.message, one.due) for one in found.replay.messages] == [
        ("w1", 3),
        ("w2", 3),
        ("w3", 2),
    ]
    assert [len(one.gates) for one in found.replay.messages] == [1, 2, 1]


def test_the_report_joins_all_days_and_counts_a_person_once(shop: TriggerShop) -> None:
    half = CART.replace("holdout: 0", "holdout: 0.5").replace("7 days", "1 hour")
    with shop.store.write() as conn:
        launch_control.cancel(conn, "cart", shop.now)
    shop.apply(half)
    shop.start()
    for day in range(4):
        for i in range(PEOPLE):
            shop.track(i, "Product Added", product_id="p1")
        shop.pass_(hours=4)
        for i in range(day, PEOPLE, 4):
            shop.track(i, "Order Completed", revenue=10.0)
        shop.pass_(hours=20)
    shop.keep_up()
    found = campaign_work.report(shop.ground, "cart", shop.now)
    assert found.audience.people == PEOPLE
    held = shop.decided().group_by("who").agg(pl.col("held").n_unique())
    assert set(held["held"]) == {1}
    with shop.store.read() as conn:
        assert campaign_work.newest_launched(conn) == "cart"
        shown = campaign_status.status(conn, "cart")
    assert {one.state for one in shown} <= {"sending", "done", "cancelled"}


def test_why_tells_that_a_message_is_still_to_come(shop: TriggerShop) -> None:
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=1)
    told = [why(shop.ground, shop.pid(i), shop.now, campaign="cart").absent for i in (1, 2)]
    assert told == [
        "The person has entered, and the message is not due yet.",
        "No event `Product Added` has let the person in since the campaign was launched.",
    ]
    with shop.store.read() as conn:
        (listens,) = campaign_status.status(conn, "cart")
    assert (listens.waiting, listens.state) == (1, "sending")


def test_what_a_message_was_about_is_kept_no_longer_than_its_link_works(
    shop: TriggerShop,
) -> None:
    filled(shop)
    (row,) = export_person(shop.ground, shop.pid(1), shop.now)["entries"]
    assert row["campaign"] == "cart" and "product_id" in row["event"]
    shop.now += timedelta(days=39)
    shop.keep_up()
    with shop.store.read() as conn:
        assert entries.oldest_us(conn) is not None
    shop.now += timedelta(days=2)
    shop.keep_up()
    with shop.store.read() as conn:
        assert entries.oldest_us(conn) is None
        assert [one.event for one in entries.of_person(conn, shop.pid(1))] == [b""]
    shop.track(1, "Product Added", product_id="p1")
    shop.pass_(hours=3)
    assert shop.told()[-1] == (1, "send", "passed"), "seven days are over"


def test_a_text_that_reads_a_cart_needs_a_trigger(shop: TriggerShop) -> None:
    shop.apply(
        "kind: campaign\nid: plain\ntopic: offers\naudience: [{trait: city, known: true}]\n"
        "template: cart\ngoals: [order]"
    )
    with shop.store.read() as conn:
        campaign = campaign_work.get(conn, "plain")
        (fault,) = campaign_work.check(conn, shop.ground, campaign, shop.now)
    assert "has no trigger" in fault.message and fault.where == "trigger"


def test_clocks_that_change_put_nobody_off_or_twice(store: Store, tmp_path: Path) -> None:
    shop = build(store, tmp_path / "spring", quiet_from="21:00", quiet_until="09:00")
    shop.now = datetime(2027, 3, 27, 12, tzinfo=UTC)  # the night in which Kyiv's clocks go on
    shop.apply(CART)
    shop.start()
    for hours in range(40):
        if hours < PEOPLE:
            shop.track(hours, "Product Added", product_id="p1")
        shop.pass_(hours=1)
    last = {who: outcome for who, outcome, _ in shop.told()}
    assert [last[i] for i in range(PEOPLE)] == ["send"] * PEOPLE
    assert shop.decided().filter(outcome="send").height == PEOPLE
    at = shop.decided().filter(outcome="send")["at"].dt.replace_time_zone("UTC")
    hours_there = at.dt.convert_time_zone("Europe/Kyiv").dt.hour()
    assert hours_there.is_between(9, 20).all()
