"""People's rights: clocks, steps, what holds at once, reminders, and who is left out by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.profiling import by_behaviour
from maracuja.config import make_config
from maracuja.decisions.law import Right
from maracuja.errors import BadInput, Conflict, NotFound
from maracuja.model import ConsentState, Trait, TraitSource
from maracuja.runtime import law_clock, rights_work
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.law_clock import LawClock
from maracuja.runtime.law_voice import asked_by_law
from maracuja.runtime.voice import Asked
from maracuja.segments.definition import Segment
from maracuja.store import (
    audit,
    breaches,
    consents,
    definitions,
    erase,
    merging,
    meta,
    objections,
    people,
    resolving,
    rights,
)
from maracuja.store.breaches import Breach
from maracuja.store.engine import Store
from maracuja.templates.definition import Template

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)  # a Friday
US = 1_000_000


@pytest.fixture
def shop(store: Store) -> Store:
    """Persons 1 (German), 2 (Ukrainian by telephone), 3 (Russian), 4 (nowhere known)."""
    with store.write() as conn:
        meta.create(conn, seed=3, reproducible=True)
        claims = resolving.Claims(
            rows=4,
            row=[0, 1, 2, 3],
            kind=["external_id"] * 4,
            value=["a", "b", "c", "d"],
            at_us=1,
        )
        rev = people.next_rev(conn)
        resolving.resolve(conn, rev, claims, now_us=1)
        told = TraitSource.DECLARED
        people.change(
            conn,
            rev,
            [1, 2, 3, 4],
            set_traits=[
                {"country": Trait("Germany", told, 1.0, 5)},
                {},
                {"country": Trait("RU", told, 1.0, 5)},
                {},
            ],
            set_addresses=[{}, {"phone": "+380671234567"}, {}, {}],
            now_us=5,
        )
    return store


def take(store: Store, pid: int, right: Right, now: datetime = NOON) -> rights_work.RequestShown:
    with store.write() as conn:
        return rights_work.take_down(
            conn, pid, right, country="UA", source="by e-mail", actor="ann", now=now
        )


@pytest.mark.parametrize(
    ("pid", "right", "law", "country", "days"),
    [
        (1, Right.ACCESS, "germany", "DE", 30),
        (2, Right.ACCESS, "ukraine", "UA", 30),
        (3, Right.ACCESS, "russia", "RU", 14),  # ten working days
        (4, Right.ERASURE, "ukraine", "UA", 10),
        (3, Right.RECTIFICATION, "russia", "RU", 11),  # seven, over two weekends
    ],
)
def test_the_clock_is_that_of_the_persons_country(
    shop: Store, pid: int, right: Right, law: str, country: str, days: int
) -> None:
    made = take(shop, pid, right)
    assert (made.law, made.country, made.state) == (law, country, "open")
    assert made.due == NOON + timedelta(days=days)
    assert made.rule and made.source == "by e-mail"
    assert [(one.actor, one.action) for one in made.steps] == [("ann", "rights_taken_down")]


def test_who_did_what_is_on_record(shop: Store) -> None:
    made = take(shop, 1, Right.ACCESS)
    later = NOON + timedelta(days=20)
    with shop.write() as conn:
        longer = rights_work.extend(conn, made.id, "many letters", actor="bob", now=later)
        assert made.extendable and longer.extended and not longer.extendable
        assert longer.due == NOON + timedelta(days=90)
        with pytest.raises(Conflict, match="extended already"):
            rights_work.extend(conn, made.id, "more", actor="bob", now=later)
        with pytest.raises(BadInput, match="what was done"):
            rights_work.answer(conn, made.id, actor="bob", now=later)
        done = rights_work.answer(conn, made.id, actor="bob", now=later, outcome="handed over")
        assert (done.state, done.outcome, done.closed) == ("answered", "handed over", later)
        assert [one.action for one in done.steps] == [
            "rights_taken_down",
            "rights_extended",
            "rights_answered",
        ]
        with pytest.raises(Conflict, match="answered already"):
            rights_work.refuse(conn, made.id, "no", actor="bob", now=later)
        with pytest.raises(Conflict):
            rights_work.withdraw(conn, made.id, actor="bob", now=later)
        with pytest.raises(NotFound):
            rights_work.show(conn, 99, later)


def test_refusals_need_a_reason_and_ukraine_leaves_no_more_time(shop: Store) -> None:
    made = take(shop, 2, Right.ACCESS)
    with shop.write() as conn:
        with pytest.raises(BadInput, match="no more time"):
            rights_work.extend(conn, made.id, "x", actor="bob", now=NOON)
        with pytest.raises(BadInput, match="reason"):
            rights_work.refuse(conn, made.id, " ", actor="bob", now=NOON)
        assert rights_work.refuse(conn, made.id, "not theirs", actor="b", now=NOON).state == (
            "refused"
        )
        assert rights_work.listed(conn, NOON) == []
        assert len(rights_work.listed(conn, NOON, every=True)) == 1
    with pytest.raises(BadInput, match="future"):
        take_later(shop)


def take_later(store: Store) -> None:
    with store.write() as conn:
        rights_work.take_down(
            conn,
            1,
            Right.ACCESS,
            country="UA",
            source="",
            actor="ann",
            now=NOON,
            received=NOON + timedelta(hours=1),
        )


def withheld(store: Store, facts: object = None) -> dict[int, str]:
    """Whom the voice keeps marketing from, and why."""
    with store.read() as conn:
        asked = Asked("news", ["email"], NOON, facts)  # type: ignore[arg-type]
        found = asked_by_law(conn, np.array([1, 2, 3, 4]), asked)
    return dict(found.select("pid", "withheld").rows())


def test_an_erasure_and_a_restriction_hold_marketing(shop: Store) -> None:
    assert withheld(shop) == {}
    take(shop, 1, Right.ERASURE)
    limited = take(shop, 2, Right.RESTRICTION)
    take(shop, 3, Right.ACCESS)
    assert limited.state == "answered"
    assert withheld(shop) == {1: "restricted", 2: "restricted"}
    with shop.write() as conn:
        rights_work.withdraw(conn, limited.id, actor="ann", now=NOON)
    assert withheld(shop) == {1: "restricted"}


def test_an_erasure_is_asked_of_the_worker_and_its_certificate_is_linked(shop: Store) -> None:
    from maracuja.store import commands

    made = take(shop, 1, Right.ERASURE)
    with shop.write() as conn:
        done = rights_work.answer(conn, made.id, actor="ann", now=NOON)
        (order,) = commands.waiting(conn)
        assert (order.name, order.args) == ("erase", {"pid": 1})
        assert done.outcome == f"command:{order.id}" and not done.certificate
        commands.finish(conn, order.id, 9, {"certificate": {"id": "c0ffee"}})
        assert rights_work.show(conn, made.id, NOON).certificate == "c0ffee"


def test_the_register_outlives_the_person_and_names_nobody(shop: Store) -> None:
    made = take(shop, 1, Right.ERASURE)
    take(shop, 1, Right.OBJECTION)
    with shop.write() as conn:
        erase.erase(conn, 1, salt="s", now_us=1)
        kept = rights_work.show(conn, made.id, NOON)
        assert (kept.pid, kept.source, kept.right) == (None, "", "erasure")
        assert objections.count(conn) == 0


def test_requests_and_objections_follow_merged_people(shop: Store) -> None:
    made = take(shop, 2, Right.ACCESS)
    with shop.write() as conn:
        rights_work.object_to_profiling(
            conn, 2, country="UA", source="page", actor="person", now=NOON
        )
        merging.merge(conn, people.next_rev(conn), [merging.Merge(2, 1, "by_hand")], now_us=9)
        assert rights_work.show(conn, made.id, NOON).pid == 1
        assert rights_work.objects(conn, 1) and rights_work.objects(conn, 2)


def test_an_objection_is_given_once_and_taken_back(shop: Store) -> None:
    with shop.write() as conn:
        said = {"country": "UA", "source": "page", "actor": "person", "now": NOON}
        assert rights_work.object_to_profiling(conn, 1, **said)  # type: ignore[arg-type]
        assert not rights_work.object_to_profiling(conn, 1, **said)  # type: ignore[arg-type]
        (request,) = rights_work.listed(conn, NOON, every=True)
        assert (request.right, request.state, request.late) == ("objection", "answered", False)
        assert rights_work.allow_profiling(conn, 1, actor="person", now=NOON)
        assert not rights_work.allow_profiling(conn, 1, actor="person", now=NOON)
        (request,) = rights_work.listed(conn, NOON, every=True)
        assert request.state == "withdrawn"


DEFINITIONS = """
{kind: segment, id: buyers, where: [{did: Order Completed}]}
---
{kind: segment, id: kyiv, where: [{trait: city, is: Kyiv}]}
---
{kind: segment, id: kyiv-buyers, where: [{segment: buyers}, {trait: city, is: Kyiv}]}
---
{kind: template, id: plain, variants: [{language: en, subject: A, text: B}]}
---
kind: template
id: counting
facts: {orders: {did: Order Completed}}
variants: [{language: en, subject: A, text: "{{ facts.orders }}"}]
"""


@pytest.mark.parametrize(
    ("fields", "template", "where"),
    [
        ("audience: kyiv", "plain", []),
        ("audience: buyers", "plain", ["audience"]),
        ("audience: kyiv-buyers", "plain", ["audience"]),
        ("audience: [{trait: city, is: Kyiv}]", "plain", []),
        ("audience: [{did: Order Completed}]", "plain", ["audience"]),
        ("audience: [{segment: buyers}]", "plain", ["audience"]),
        ("audience: kyiv\nexclude: [buyers]", "plain", ["exclude"]),
        ("audience: kyiv", "counting", ["template counting"]),
        ("audience: gone", "plain", ["audience"]),
    ],
)
def test_what_goes_by_behaviour(fields: str, template: str, where: list[str]) -> None:
    known = {one.id: one for one in decode_text(DEFINITIONS)}
    segments = {id_: one for id_, one in known.items() if isinstance(one, Segment)}
    (campaign,) = decode_text(f"kind: campaign\nid: c\ntopic: t\ntemplate: x\n{fields}")
    assert isinstance(campaign, Campaign)
    text = known[template]
    assert isinstance(text, Template)
    assert by_behaviour(campaign, segments, [text]) == where


def test_who_objects_is_left_out_of_what_goes_by_behaviour(shop: Store, tmp_path: Path) -> None:
    from maracuja.runtime import launch_control
    from maracuja.runtime.launch_work import facts_of

    take(shop, 3, Right.OBJECTION)
    assert withheld(shop) == {}
    campaigns = """
---
{kind: topic, id: news}
---
{kind: campaign, id: by-city, topic: news, audience: kyiv, template: plain, holdout: 0}
---
{kind: campaign, id: by-orders, topic: news, audience: kyiv-buyers, template: plain, holdout: 0}
"""
    ground = Ground(shop, tmp_path, make_config({}))
    links = DEFINITIONS.replace("text: B}", 'text: "B {{ links.unsubscribe }}"}')
    found = {}
    with shop.write() as conn:
        for one in decode_text(links + campaigns):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="t", now_us=1)
        for name in ("by-city", "by-orders"):
            found[name] = facts_of(launch_control.launch(conn, ground, name, NOON))
    assert withheld(shop, found["by-city"]) == {}
    assert withheld(shop, found["by-orders"]) == {3: "objected"}


def test_reminders_come_once_before_the_deadline(shop: Store) -> None:
    made = take(shop, 1, Right.ACCESS)
    clock = LawClock(shop)
    early = NOON + timedelta(days=24)
    assert clock(early) is not None
    with shop.read() as conn:
        assert law_clock.board(conn) == []
    soon = NOON + timedelta(days=26)
    clock(soon)
    clock(soon + timedelta(hours=1))
    with shop.write() as conn:
        (words,) = law_clock.board(conn)
        assert words.startswith("Request 1 (access, germany) has to be answered by 2026-04-05")
        assert len(audit.newest(conn, action="reminded")) == 1
        rights_work.answer(conn, made.id, actor="ann", now=soon, outcome="done")
        assert law_clock.board(conn) == []


def test_breaches_are_reminded_of_too(shop: Store) -> None:
    noticed = int(NOON.timestamp()) * US
    leak = Breach(0, noticed, None, None, "a lost laptop", "", "", "gdpr", 4,
                  noticed + 72 * 3600 * US, "", None, None, None, None)  # fmt: skip
    with shop.write() as conn:
        breaches.add(conn, leak)
    LawClock(shop)(NOON + timedelta(hours=49))
    with shop.read() as conn:
        (words,) = law_clock.board(conn)
    assert words == "Breach 1 has to be reported by 2026-03-09 12:00 UTC."


def test_consent_states_are_as_they_were(shop: Store) -> None:
    with shop.write() as conn:
        consents.record(
            conn,
            pid=[1],
            topic="news",
            channel="email",
            state=int(ConsentState.SOFT),
            at_us=1,
            recorded_us=1,
            source="order",
        )
        assert consents.states(conn, [1], "news", "email").tolist() == [5]
        assert rights.withholding(conn, [1, 2]).tolist() == []
