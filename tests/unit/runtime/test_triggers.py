"""Campaigns that an event sets off: who enters, when they are due, and what keeps them out."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja.store.engine import Store
from tests.unit.runtime.trigger_shop import CART, TriggerShop, build


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
