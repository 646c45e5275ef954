"""Texts that name the nearest outlet and the bonus balance, for a chunk at a time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from maracuja.campaigns.outlets import read_hours
from maracuja.errors import Conflict
from maracuja.model import TraitType, micros, moment
from maracuja.runtime import bonus_work
from maracuja.runtime.bonus_keeping import BonusKeeping
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.people_view import show
from maracuja.runtime.template_work import get, preview
from maracuja.store import outlets, people, resolving
from maracuja.store.bonus import any_entries
from maracuja.store.engine import Store
from maracuja.store.outlets import Outlet
from tests.unit.runtime.shop_people import NOON, apply, launch, make_ground, texts

OFFER = """
kind: template
id: offer
variants:
  - language: en
    subject: For you
    text: "{% if outlet.name %}{{ outlet.name }} {{ outlet.hours_today }}
      {{ outlet.distance_km | default: '?' }} {{ outlet.open_now }}{% else %}online{% endif %}
      / {{ bonus.balance | default: 0 }}
      {% if bonus.expiring %}{{ bonus.expiring }} by {{ bonus.expires_on }}{% endif %}
      \\n{{ links.unsubscribe }}"
---
kind: campaign
id: offer
topic: news
audience: all
template: offer
goals: [order]
holdout: 0
"""
TOKYO = "Asia/Tokyo"
HOURS = read_hours("mon-fri 09:00-18:00")


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    """1 is by coordinates, 2 by city, 3 elsewhere."""
    numbers, words = TraitType.NUMBER, TraitType.TEXT
    made = make_ground(
        store,
        tmp_path,
        3,
        {
            "latitude": (numbers, [50.46, None, None]),
            "longitude": (numbers, [30.52, None, None]),
            "city": (words, ["Lviv", "м. Львів", "Paris"]),
        },
    )
    apply(store, OFFER)
    with store.write() as conn:
        outlets.put(
            conn,
            [
                Outlet("k1", "Podil", "Main 1", "Київ", 50.465, 30.515, "", "", "", HOURS),
                Outlet(
                    "l1", "Rynok", "Square 2", "Львів", None, None, "Asia/Tokyo", "", "", HOURS
                ),
                Outlet("x", "Gone", "", "Paris", None, None, "", "", "", HOURS, closed=True),
            ],
        )
    return made


def credit(ground: Ground, pid: int, key: str, amount: int, days: int = 0) -> None:
    with ground.store.write() as conn:
        bonus_work.bonus.add(
            conn,
            [
                bonus_work.Entry(
                    pid, "till", key, amount, micros(NOON - timedelta(days=1)),
                    micros(NOON + timedelta(days=days)) if days else 0,
                )
            ],
        )  # fmt: skip
        bonus_work.show_balances(conn, [pid], NOON)


def test_each_person_reads_their_own(ground: Ground) -> None:
    credit(ground, 1, "a", 500, days=10)
    credit(ground, 1, "b", 300)
    read = {
        pid: " ".join(text.split())
        for pid, text in texts(ground, launch(ground, "offer").run).items()
    }
    assert read == {
        1: "Podil 09:00–18:00 0.7 true / 800 500 by 2026-11-30",
        # By its own clock it is nine in the evening there.
        2: "Rynok 09:00–18:00 ? false / 0",
        3: "online / 0",
    }


def test_the_balance_is_a_trait_and_follows_when_it_ends(ground: Ground) -> None:
    credit(ground, 1, "a", 500, days=10)

    def balance() -> object:
        with ground.store.read() as conn:
            known = {t.name: t.value for t in show(conn, 1, NOON).traits}
        return known.get("bonus_balance")

    assert balance() == 500
    keeping = BonusKeeping(ground.store)
    due = keeping(NOON)
    assert due == NOON + timedelta(days=10)
    assert keeping(due) == due
    assert balance() == 0
    assert keeping(due) is None


def test_spending_is_once_and_never_more_than_there_is(ground: Ground) -> None:
    credit(ground, 1, "a", 500)
    with ground.store.write() as conn:
        assert bonus_work.spend(conn, 1, 200, "till", "s1", NOON).balance == 300
        assert bonus_work.spend(conn, 1, 200, "till", "s1", NOON).balance == 300
        with pytest.raises(Conflict, match="The balance is 300, less than 301"):
            bonus_work.spend(conn, 1, 301, "till", "s2", NOON)
        with pytest.raises(Conflict, match="another amount or person"):
            bonus_work.spend(conn, 1, 100, "till", "s1", NOON)
        assert any_entries(conn)


def test_a_preview_shows_what_a_person_would_read(ground: Ground) -> None:
    credit(ground, 2, "a", 40)
    with ground.store.read() as conn:
        template = get(conn, "offer")
    said = preview(ground, template, NOON, pid=2).text
    assert "Rynok" in said and "/ 40" in " ".join(said.split())


def test_a_file_of_bonuses_is_entered_once(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "bonuses.csv"
    path.write_text(
        "email,source,key,amount,at,expires,note\n"
        "p1@mail.example,orders,A-1,500,2026-11-01,2026-12-31,welcome\n"
        "p1@mail.example,orders,A-2,-100,2026-11-02,,\n"
        "nobody@mail.example,orders,A-3,1,,,\n"
        "p1@mail.example,orders,A-4,1.5,,,\n"
        ",orders,A-5,1,,,\n"
        "p1@mail.example,orders,A-1,501,,,\n",
        encoding="utf-8",
    )
    with ground.store.write() as conn:
        resolving.resolve(
            conn,
            people.next_rev(conn),
            resolving.Claims(rows=1, row=[0], kind=["email"], value=["p1@mail.example"], at_us=1),
            now_us=1,
            actor="test",
        )
        pid = int(people.find(conn, ["email"], ["p1@mail.example"])[0])
    found = bonus_work.add_file(ground, path, NOON)
    assert (found.taken, found.there_already) == (2, 0)
    assert [(one.line, one.reason) for one in found.refused] == [
        (4, "nobody has the email `nobody@mail.example`"),
        (5, "`1.5` is no whole amount"),
        (6, "nobody is named"),
        (7, "`orders` `A-1` was entered with another amount or person"),
    ]
    assert bonus_work.add_file(ground, path, NOON).there_already == 2
    with ground.store.read() as conn:
        has = bonus_work.show(conn, pid, NOON)
    assert (has.balance, has.expiring) == (400, 400)
    assert has.expires_at == moment(micros(has.expires_at)) if has.expires_at else False
