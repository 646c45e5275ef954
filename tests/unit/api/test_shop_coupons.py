"""Coupons over HTTP: a personal code is taken from its person alone, and once."""

from __future__ import annotations

import msgspec
import pytest

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.model import micros
from maracuja.runtime import coupon_work
from maracuja.store import coupons, definitions, inbox
from tests.unit.api.api_world import NOON, World

POOL = """
kind: coupons
id: spring
name: Ten per cent
ends: 2026-12-31
pattern: "SPRING-######"
low: 1
---
kind: coupons
id: open
personal: false
"""
PATH = "/v1/shop/coupons"


@pytest.fixture
def shop(world: World) -> World:
    """The world with two pools of codes."""
    with world.app.store.write() as conn:
        for one in decode_text(POOL):
            definitions.put(
                conn, kind_of(one), one.id, one, base=None, actor="test", now_us=micros(NOON)
            )
    for name in ("spring", "open"):
        made = coupon_work.generate(world.app.ground, name, 3, NOON, actor="test")
        assert (made.taken, made.there_already) == (3, 0)
    return world


def give(shop: World, who: str, pool: str = "spring") -> str:
    """The code that the person gets."""
    said = shop.ask("POST", f"{PATH}/{pool}/give", key="server key", json={"external_id": who})
    assert said.status_code == 200, said.text
    return str(said.json()["code"])


def redeem(shop: World, code: str, **used: object) -> tuple[int, str]:
    """The status, and the state or what is wrong."""
    said = shop.ask("POST", f"{PATH}/codes/{code}/redeem", key="server key", json=used)
    told = said.json()
    return said.status_code, told.get("state") or told["detail"]


def test_a_person_gets_one_code_and_keeps_it(shop: World) -> None:
    code = give(shop, "u1")
    assert code.startswith("SPRING-") and len(code) == len("SPRING-######")
    assert give(shop, "u1") == code
    assert give(shop, "u2") != code


def test_a_personal_code_is_taken_from_its_person_alone_and_once(shop: World) -> None:
    code = give(shop, "u1")
    assert redeem(shop, code) == (403, "This coupon is personal.")
    assert redeem(shop, code, external_id="u2") == (
        403,
        "This coupon was given to somebody else.",
    )
    order = {"external_id": "u1", "order_id": "A-1", "revenue": 125_00, "currency": "uah"}
    assert redeem(shop, code.lower(), **order) == (200, "redeemed")
    assert redeem(shop, code, **order) == (200, "redeemed"), "the same order says it again"
    assert redeem(shop, code, external_id="u1", order_id="A-2") == (
        409,
        "This coupon was used already.",
    )
    assert give(shop, "u1") != code, "who has used one gets another"
    (pool,) = [one for one in shop.ask("GET", PATH).json()["items"] if one["pool"] == "spring"]
    assert (pool["free"], pool["given"], pool["redeemed"], pool["low"]) == (1, 2, 1, True)
    assert pool["revenue"] == [{"campaign": "", "currency": "UAH", "orders": 1, "revenue": 125_00}]


def test_a_code_for_anybody_asks_nobody_who_they_are(shop: World) -> None:
    code = give(shop, "u1", "open")
    assert redeem(shop, code) == (200, "redeemed")


def test_what_is_no_coupon_of_ours_is_refused(shop: World) -> None:
    assert redeem(shop, "SPRING-NEVER") == (404, "There is no such coupon.")
    with shop.app.store.read() as conn:
        free = coupons.listed(conn, "spring")[0].code
    assert redeem(shop, free) == (409, "This coupon was given to nobody yet.")
    assert shop.ask("GET", f"{PATH}/codes/{free}").json()["state"] == "free"
    assert shop.ask("POST", f"{PATH}/none/give", json={"external_id": "u1"}).status_code == 404
    assert shop.ask("GET", PATH, key="browser key").status_code == 403
    assert shop.ask("GET", PATH, key=None).status_code == 401


def test_an_empty_pool_says_so(shop: World) -> None:
    for n in range(3):
        give(shop, f"u{n}")
    said = shop.ask("POST", f"{PATH}/spring/give", json={"external_id": "u9"})
    assert (said.status_code, said.json()["detail"]) == (409, "No coupon of `spring` is left.")


def test_an_order_with_the_code_redeems_it(shop: World) -> None:
    code = give(shop, "u1")
    order = {
        "type": "track", "userId": "u1", "event": "Order Completed", "messageId": "order-1",
        "properties": {"order_id": 77, "coupon": code.lower(), "revenue": 99.5, "currency": "UAH"},
    }  # fmt: skip
    body = msgspec.json.encode({"batch": [order]})
    row = inbox.Request(micros(NOON), "batch", "server", b"{}", body)
    with shop.app.store.write_inbox() as conn:
        inbox.append(conn, [row, row])
    shop.worker.settle(shop.app.clock.now())
    told = shop.ask("GET", f"{PATH}/codes/{code}").json()
    assert (told["state"], told["order_id"]) == ("redeemed", "77")
    (pool,) = [one for one in shop.ask("GET", PATH).json()["items"] if one["pool"] == "spring"]
    assert pool["revenue"] == [{"campaign": "", "currency": "UAH", "orders": 1, "revenue": 9950}]


def test_codes_are_pasted_and_made(shop: World) -> None:
    pasted = "code,expires\nA-1,2026-12-24\nA-2,\nnot a code!,\na-1,\nA-3,tomorrow\n"
    said = shop.ask("POST", f"{PATH}/open/codes", json={"codes": pasted})
    assert said.status_code == 200, said.text
    added = said.json()
    assert (added["taken"], [one["line"] for one in added["refused"]]) == (2, [4, 6])
    again = shop.ask("POST", f"{PATH}/open/codes", json={"codes": "A-1\nA-9"}).json()
    assert (again["taken"], again["there_already"]) == (1, 1)
    made = shop.ask("POST", f"{PATH}/open/make", json={"count": 20})
    assert made.json()["taken"] == 20
    pools = {one["pool"]: one["codes"] for one in shop.items(PATH)}
    assert pools == {"spring": 3, "open": 26}
    assert shop.ask("POST", f"{PATH}/none/make", json={"count": 1}).status_code == 404
    told = {(one["action"], one["subject"]) for one in shop.items("/api/audit")}
    assert {("add_coupons", "coupons:open"), ("make_coupons", "coupons:open")} <= told
