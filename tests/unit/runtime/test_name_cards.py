"""Name cards are kept in the lake without names as they were given, and go with the person."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.lake.files import locate
from maracuja.language import cards
from maracuja.model import FileKind, LakeFile, Profile, Trait, TraitSource, micros
from maracuja.runtime import launch_control, name_cards
from maracuja.runtime.erasing import erase_person
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground
from maracuja.store import definitions, manifest
from maracuja.store.engine import Store
from tests.unit.runtime.small_shop import Shop, build

NAMES = ("Олена", "Тарас", "ІВАНЕНКО олена")
GREETING = """
kind: template
id: greeting
language: uk
variants:
  - language: uk
    text: "{{ person.first_name | vocative | or_else: 'Вітаємо' }}! {{ links.unsubscribe }}"
---
kind: campaign
id: greeting
topic: news
audience: all
template: greeting
goals: [order]
"""


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    """Three customers with real names, and a campaign that greets everybody by name."""
    made = build(store, tmp_path / "shop", size=6)
    for i, name in enumerate(NAMES, 1):  # customer 0 wants no letters
        made.call({"type": "identify", "userId": f"customer-{i}", "traits": {"firstName": name}})
    made.project()
    with store.write() as conn:
        for one in decode_text(GREETING):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=1)
    return made


def launch(shop: Shop) -> None:
    ground = Ground(shop.store, shop.lake, shop.config)
    with shop.store.write() as conn:
        launch_control.launch(conn, ground, "greeting", shop.now)
    work = Launch(ground)
    due: datetime | None = shop.now
    while due is not None and due <= shop.now:
        due = work.tick(shop.now)
    work.close()


def files(shop: Shop) -> list[LakeFile]:
    with shop.store.read() as conn:
        return manifest.live(conn, [FileKind.NAMES], micros(shop.now))


def kept(shop: Shop) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(locate(shop.lake, file.path)) for file in files(shop)])


def test_a_launch_keeps_the_cards_of_new_names_only(shop: Shop) -> None:
    launch(shop)
    frame = kept(shop)
    assert "raw" not in frame.columns
    assert {"Олена", "Тарас"} <= set(frame["given"])
    assert "ІВАНЕНКО" not in repr(frame.rows()).upper()  # a surname never stays
    with shop.store.read() as conn:
        known = name_cards.load(conn, shop.lake, shop.now)
    people = pl.DataFrame({"raw": ["Олена", "Марта"], "told": ["", ""]})
    found = known(people, "uk").sort("raw")
    assert found["voc"].to_list() == ["Марто", "Олено"]
    assert known.take_fresh()["given"].to_list() == ["Марта"]
    assert known(people, "uk").height == 2 and not known.take_fresh().height


def test_kept_cards_are_those_that_would_be_made(shop: Shop) -> None:
    launch(shop)
    with shop.store.read() as conn:
        known = name_cards.load(conn, shop.lake, shop.now)
    people = pl.DataFrame({"raw": list(NAMES), "told": [""] * 3})
    again = cards.make_cards(people, "uk")
    found = known(people, "uk").select(again.columns)
    assert found.sort("raw").equals(again.sort("raw"))
    assert not known.take_fresh().height


def test_the_cards_of_a_person_go_with_them(shop: Shop) -> None:
    launch(shop)
    before = kept(shop)
    certificate = erase_person(shop.place, shop.projection, shop.find("customer-3"), shop.now)
    assert certificate.lake["name_cards_deleted"] == 1
    left = kept(shop)
    assert before.height - left.height == 1
    key = cards.key(NAMES[2], "", "uk")
    assert key in before["key"] and key not in left["key"]


def test_a_persons_cards_are_found_whatever_their_profile_said_of_the_gender() -> None:
    traits = {"first_name": Trait("Олена", TraitSource.DECLARED, 1.0, 0)}
    person = Profile(pid=1, bucket=0, rev=1, created_us=0, draw_pid=1, traits=traits)
    for told in ("", "f", "m", "f 985", "m 510"):
        assert cards.key("Олена", told, "ru") in name_cards.keys_of(person)


def test_cards_of_older_rules_are_not_used_and_go(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch(shop)
    (old,) = files(shop)
    monkeypatch.setattr(cards, "rules_version", lambda: "newer")
    with shop.store.read() as conn:
        known = name_cards.load(conn, shop.lake, shop.now)
    assert known(pl.DataFrame({"raw": ["Олена"], "told": [""]}), "uk").height == 1
    assert known.take_fresh().height == 1
    shop.keep_up()
    assert old.path not in {file.path for file in files(shop)}


def test_many_files_become_one(shop: Shop) -> None:
    launch(shop)
    with shop.store.read() as conn:
        known = name_cards.load(conn, shop.lake, shop.now)
    for n, name in enumerate("Ганна Марта Софія Ірина Оксана Наталія Юлія Іван Петро".split()):
        known(pl.DataFrame({"raw": [name], "told": [""]}), "uk")
        fresh = known.take_fresh()
        one = name_cards.write(shop.lake, f"n{n}", fresh, number=n, now=shop.now)
        with shop.store.write() as conn:
            manifest.add(conn, [one])
    before = kept(shop)
    shop.keep_up()
    assert len(files(shop)) == 1
    assert set(kept(shop)["key"]) == set(before["key"])
