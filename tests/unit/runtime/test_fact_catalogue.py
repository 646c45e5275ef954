"""Facts about people look up in the catalogue what events do not say of their products."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maracuja.runtime import fact_reports, segment_work
from maracuja.runtime.launch_ground import Ground
from maracuja.segments.check import decode_conditions
from maracuja.store import products
from maracuja.store.engine import Store
from maracuja.store.products import Product
from tests.unit.runtime.fact_shop import NOW, build, pid_of, project, send


def viewed(who: str, minute: int, **properties: Any) -> dict[str, Any]:
    return {
        "type": "track", "userId": who, "event": "Product Viewed", "properties": properties,
        "timestamp": f"2026-05-31T10:{minute:02}:00+00:00", "messageId": f"{who} {minute}",
    }  # fmt: skip


def product(key: str, category: str, price: int | None, currency: str = "UAH") -> Product:
    return Product(key, key.title(), category, price, currency, 5, "", "")


def stock(ground: Ground, *wanted: Product) -> None:
    with ground.store.write() as conn:
        products.put(conn, wanted)


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    """The shop; Vera's look at a pike lure says what it was, all others of hers only the id."""
    made = build(store, tmp_path / "shop")
    seen = [
        viewed("vera", 0, product_id="lure"),
        viewed("vera", 1, product_id="lure"),
        viewed("vera", 5, product_id="pike", category="pikes", price=80),
        viewed("vera", 9, product_id="nowhere"),
    ]
    send(store, seen)
    project(made)
    return made


def facts(ground: Ground, who: str) -> dict[str, Any]:
    found = fact_reports.of_person(ground, pid_of(ground.store, who), NOW)
    return {one.name: one.value for one in found}


def test_what_an_event_does_not_say_is_the_catalogues(ground: Ground) -> None:
    before = facts(ground, "vera")
    assert (before["top_category"], before["top_category_share"]) == ("pikes", 1)
    assert before["usual_price"] == 80
    assert before["longest_category"] == "pikes" and "funnel_category" not in before
    stock(
        ground,
        product("lure", "lures", 5000),
        product("pike", "lures", 1),
        product("t1", "", None),
    )
    after = facts(ground, "vera")
    assert (after["top_category"], after["top_category_share"]) == ("lures", 0.6667)
    assert after["usual_price"] == pytest.approx(60, rel=1e-4), (
        "the price that the event says is its own"
    )
    assert after["longest_category"] == "lures"
    assert facts(ground, "olena")["usual_price"] == 120


def test_a_segment_sees_a_catalogue_that_has_changed(ground: Ground) -> None:
    where = decode_conditions([{"fact": "category_affinity", "of": "lures", "above": 0.5}])
    counted = []
    for category in ("", "lures", "boats"):
        stock(ground, product("lure", category, None))
        counted.append(segment_work.count(ground, where, NOW, exact=True).people)
    assert counted == [0, 1, 0]


def test_products_whose_ids_are_numbers_are_found(store: Store, tmp_path: Path) -> None:
    ground = build(store, tmp_path / "shop", [viewed("vera", 0, product_id=7)])
    stock(ground, product("7", "lures", 12500, "KWD"))
    seen = facts(ground, "vera")
    assert (seen["top_product"], seen["top_category"]) == ("7", "lures")
    assert seen["usual_price"] == 12.5, "dinars of Kuwait have three decimals"
