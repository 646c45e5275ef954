"""A price that fell sets a campaign off, and its message brings a coupon of the person's own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec

from maracuja.model import micros
from maracuja.runtime import launch_control
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.product_news import ProductNews
from maracuja.runtime.projection import Projection
from maracuja.store import coupons, inbox, products, runs
from maracuja.store.engine import Store
from maracuja.store.products import Product
from tests.unit.runtime.shop_people import NOON, apply, make_ground, texts, tick

CHEAPER = """
kind: coupons
id: cheaper
---
kind: template
id: cheaper
variants:
  - language: en
    subject: Cheaper
    text: "{{ event.name }} now costs {{ event.price }}; {{ coupon.code }} takes more off.\\n
      {{ links.unsubscribe }}"
---
kind: campaign
id: cheaper
topic: news
trigger: {event: Product Price Dropped, where: [{property: drop, at_least: 0.1}]}
template: cheaper
coupons: cheaper
goals: [order]
holdout: 0
"""


def project(ground: Ground, now_us: int, *bodies: bytes) -> None:
    with ground.store.write_inbox() as conn:
        rows = [inbox.Request(now_us, "batch", "server", b"{}", body) for body in bodies]
        inbox.append(conn, rows)


def test_who_looked_hears_of_the_drop_with_a_code(store: Store, tmp_path: Path) -> None:
    ground = make_ground(store, tmp_path, 5)
    apply(store, CHEAPER)
    rod = Product("rod", "Rod", "", 10_000, "UAH", 4, "", "")
    with store.write() as conn:
        coupons.add(conn, "cheaper", [(f"C{n}", f"C{n}") for n in range(9)])
        products.put(conn, [rod])
        launch_control.launch(conn, ground, "cheaper", NOON)
    tick(ground)
    projection = Projection(store, ground.lake, country="UA")
    looked = {
        "type": "track", "userId": "u2", "event": "Product Viewed", "messageId": "seen",
        "timestamp": NOON.isoformat(), "properties": {"product_id": "rod"},
    }  # fmt: skip
    project(ground, micros(NOON), msgspec.json.encode({"batch": [looked]}))
    later = NOON + timedelta(hours=1)
    while not projection.project(later).nothing:
        pass
    with store.write() as conn:
        cheap = rod._replace(price=8_000)
        products.put(conn, [cheap], drop=0.05, at_us=micros(later))
    assert ProductNews(ground)(later) == later
    while not projection.project(later).nothing:
        pass
    tick(ground, later)
    with store.read() as conn:
        last = max(run.run for run in runs.every(conn))
        (code,) = [one.code for one in coupons.listed(conn, "cheaper") if one.pid == 2]
    assert texts(ground, last) == {2: f"Rod now costs 80; {code} takes more off."}


def test_the_second_message_of_a_series_brings_the_code(store: Store, tmp_path: Path) -> None:
    ground = make_ground(store, tmp_path, 5)
    apply(
        store,
        CHEAPER.partition("---\nkind: campaign")[0]
        .replace("{{ event.name }} now costs", "Only")
        .replace("{{ event.price }}; ", "")
        + """---
kind: template
id: hello
variants: [{language: en, subject: Hello, text: "Hello\\n{{ links.unsubscribe }}"}]
---
kind: campaign
id: series
topic: news
trigger: {event: Signed Up}
messages: [{template: hello}, {template: cheaper, wait: 1 day}]
coupons: cheaper
goals: [order]
holdout: 0
""",
    )
    with store.write() as conn:
        coupons.add(conn, "cheaper", [("C1", "C1"), ("C2", "C2")])
        launch_control.launch(conn, ground, "series", NOON)
    tick(ground)
    projection = Projection(store, ground.lake, country="UA")
    signed = {"type": "track", "userId": "u3", "event": "Signed Up", "messageId": "signed",
              "timestamp": NOON.isoformat()}  # fmt: skip
    project(ground, micros(NOON), msgspec.json.encode({"batch": [signed]}))
    while not projection.project(NOON).nothing:
        pass
    tick(ground, NOON)
    with store.read() as conn:
        assert {one.pid for one in coupons.listed(conn, "cheaper")} == {None}
    later = NOON + timedelta(days=1, minutes=1)
    tick(ground, later)
    with store.read() as conn:
        last = max(run.run for run in runs.every(conn))
        assert [one.pid for one in coupons.listed(conn, "cheaper")] == [3, None]
    assert texts(ground, last) == {3: "Only C1 takes more off."}
