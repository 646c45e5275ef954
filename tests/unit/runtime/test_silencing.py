"""Who wants nothing about a category gets no campaign about it, and no product of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from maracuja.campaigns.categories import is_below, parts
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.errors import BadInput, NotFound
from maracuja.runtime import launch_control
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.silenced_texts import in_parts
from maracuja.runtime.silencing import COLUMN, lift, offered, silence, silenced_of
from maracuja.store import audit, definitions, products, silenced
from maracuja.store.engine import Store
from maracuja.store.silenced import Silenced
from maracuja.templates.compiled import Rendered
from tests.unit.runtime.small_shop import Shop, build

RODS = """
kind: template
id: rods
language: en
sold_out: fallback
variants:
  - language: en
    subject: Rods
    text: "{{ products['r1'].title | default: 'Something' }} is here. {{ links.unsubscribe }}"
---
kind: campaign
id: rods
topic: news
audience: all
template: rods
goals: [order]
holdout: 0
"""


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    found = build(store, tmp_path / "shop", size=12)
    with store.write() as conn:
        rod = products.Product("r1", "Pike Hunter", "Fishing > Rods", 1, "UAH", 3, "", "")
        products.put(conn, [rod])
    return found


def put(shop: Shop, text: str) -> None:
    with shop.store.write() as conn:
        for one in decode_text(text):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="t", now_us=1)


def launched(shop: Shop, name: str) -> pl.DataFrame:
    """The decisions of a campaign, by pid."""
    ground = Ground(shop.store, shop.lake, shop.config)
    with shop.store.write() as conn:
        launch_control.launch(conn, ground, name, shop.now)
    launch = Launch(ground)
    due = shop.now
    while due is not None and due <= shop.now:
        due = launch.tick(shop.now)
    launch.close()
    files = sorted((shop.lake).rglob("decisions/**/*.parquet"))
    frame = pl.concat([pl.read_parquet(path) for path in files], how="diagonal")
    return frame.filter(pl.col("campaign") == name).sort("pid")


def quiet(shop: Shop, who: str, category: str) -> int:
    pid = shop.find(who)
    with shop.store.write() as conn:
        silence(conn, pid, category, source="link", actor="person", now=shop.now)
    return pid


def test_a_campaign_about_a_silenced_category_leaves_the_person_out(shop: Shop) -> None:
    put(shop, RODS + "category: fishing/rods\n")
    above, exact = (
        quiet(shop, "customer-1", "Fishing"),
        quiet(shop, "customer-2", "fishing > rods"),
    )
    other, below = quiet(shop, "customer-4", "tea"), quiet(shop, "customer-6", "fishing/rods/pike")
    found = {row["pid"]: row["reason"] for row in launched(shop, "rods").rows(named=True)}
    assert found[above] == "not_about_this:Fishing"
    assert found[exact] == "not_about_this:fishing > rods"
    assert found[other] == found[below] == "passed"


def test_a_campaign_about_nothing_in_particular_reaches_them(shop: Shop) -> None:
    put(shop, RODS)
    pid = quiet(shop, "customer-1", "tea")
    found = {row["pid"]: row["reason"] for row in launched(shop, "rods").rows(named=True)}
    assert found[pid] == "passed"


def test_categories_lie_below_each_other_however_they_are_written() -> None:
    assert parts(" Fishing >  Rods/Pike ") == ("fishing", "rods", "pike")
    assert is_below("Fishing > Rods", "fishing")
    assert is_below("fishing", "Fishing")
    assert not is_below("fishing", "fishing/rods")
    assert not is_below("fishingrods", "fishing")
    assert not is_below("anything", " ")


def test_products_of_silenced_categories_are_not_offered() -> None:
    shelf = pl.DataFrame({"id": ["a", "b", "c"], "category": ["Fishing > Rods", "tea", None]})
    assert offered(shelf, ["fishing"])["id"].to_list() == ["b", "c"]
    assert offered(shelf, [])["id"].to_list() == ["a", "b", "c"]


def test_a_word_is_kept_once_audited_and_taken_back(shop: Shop) -> None:
    pid = quiet(shop, "customer-1", "tea")
    shop.now += timedelta(days=1)
    quiet(shop, "customer-1", "tea")
    with shop.store.write() as conn:
        (kept,) = silenced.of(conn, pid)
        assert kept.at_us < shop.now.timestamp() * 1e6 - 1
        frame = silenced_of(conn, np.array([pid], dtype=np.int64))
        assert frame.rows() == [(pid, ["tea"])]
        lift(conn, pid, "tea", actor="person", now=shop.now)
        assert silenced.of(conn, pid) == []
        with pytest.raises(NotFound):
            lift(conn, pid, "tea", actor="person", now=shop.now)
        with pytest.raises(BadInput):
            silence(conn, pid, " ", source="x", actor="x", now=shop.now)
        actions = [row.action for row in audit.newest(conn) if row.subject == f"person:{pid}"]
        assert {"silenced", "unsilenced"} <= set(actions)


def test_a_merged_person_keeps_both_words(store: Store) -> None:
    with store.write() as conn:
        silenced.put(conn, Silenced(1, "tea", 5, "link"))
        silenced.put(conn, Silenced(2, "tea", 3, "link"))
        silenced.put(conn, Silenced(2, "rods", 4, "link"))
        silenced.move(conn, {2: 1})
        found = [(one.category, one.at_us) for one in silenced.of(conn, 1)]
        assert found == [("rods", 4), ("tea", 3)]
        assert silenced.of(conn, 2) == []


def test_a_product_of_a_silenced_category_is_gone_for_that_person(shop: Shop) -> None:
    put(shop, RODS)
    quiet(shop, "customer-1", "fishing")
    quiet(shop, "customer-2", "tea")
    sent = launched(shop, "rods").filter(pl.col("outcome") == "send")
    bodies = pl.concat(
        [pl.read_parquet(path) for path in sorted(shop.lake.rglob("bodies/**/*.parquet"))],
        how="diagonal",
    ).filter(pl.col("template").str.starts_with("rods"))
    texts = {row["pid"]: str(row) for row in bodies.rows(named=True)}
    assert texts.keys() == set(sent["pid"].to_list())
    gone = {pid for pid, text in texts.items() if "Something" in text}
    assert gone == {shop.find("customer-1")}
    assert all("Pike Hunter" in text for pid, text in texts.items() if pid not in gone)
    assert [pid for pid, text in texts.items() if not text] == []


def test_people_keep_their_places_where_texts_are_made_in_parts() -> None:
    shelf = pl.DataFrame({"id": ["r1"], "category": ["fishing"]})
    people = pl.DataFrame(
        {"name": ["a", "b", "c", "d"], COLUMN: [None, ["fishing"], None, ["tea", "fishing"]]},
        schema={"name": pl.String, COLUMN: pl.List(pl.String)},
    )

    def render(some: pl.DataFrame, products: pl.DataFrame | None) -> Rendered:
        assert products is not None
        there = str(products.height)
        slots = some.select(s0=pl.col("name") + there)
        return Rendered({}, slots, pl.Series([None] * some.height, dtype=pl.String), {})

    made = in_parts(render, people, shelf)
    assert made.slots["s0"].to_list() == ["a1", "b0", "c1", "d0"]
    assert made.errors.len() == 4 and made.unsaid is None
