"""A launch, and the last look before the sending, hold people's own law."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.config import make_config
from maracuja.lake.files import locate
from maracuja.model import ConsentState, Discovery, FileKind, TraitSource, TraitType, micros
from maracuja.runtime import launch_control
from maracuja.runtime.delivery_checks import Questions, Rules, check
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import facts_of
from maracuja.store import (
    consents,
    counters,
    definitions,
    discovered,
    manifest,
    meta,
    people,
    runs,
    traits,
)
from maracuja.store.engine import Store

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DEFINITIONS = """
kind: topic
id: harvest
---
kind: goal
id: order
event: Order Completed
---
kind: template
id: fruit
language: en
variants: [{language: en, subject: It is here, text: "Hello. {{ links.unsubscribe }}"}]
---
kind: campaign
id: fruit
topic: harvest
audience: [{trait: first_name, is: A}]
template: fruit
goals: [order]
holdout: 0
"""
# Who they are, and what becomes of them without a declaration of the shop's.
PEOPLE = [
    ("DE", None, "Europe/Berlin", "1990-01-01", ConsentState.OPTED_IN, "passed"),
    ("DE", None, "Europe/Berlin", "2012-01-01", ConsentState.OPTED_IN, "under_age"),
    ("DE", None, "Europe/Berlin", None, ConsentState.SOFT, "passed"),
    ("UA", None, "Europe/Kyiv", "2012-01-01", ConsentState.OPTED_IN, "passed"),
    (None, "+380501234567", None, None, ConsentState.SOFT, "law_opt_in"),
    ("RU", None, None, "2012-01-01", ConsentState.OPTED_IN, "under_age"),
    (None, None, "America/New_York", None, ConsentState.OPTED_IN, "law_hours"),
    (None, None, "Asia/Ulaanbaatar", None, ConsentState.OPTED_IN, "passed"),
    (None, None, None, None, ConsentState.OPTED_IN, "passed"),
    (None, None, None, None, ConsentState.UNKNOWN, "no_consent"),
]


def apply(conn: Connection, text: str) -> None:
    for one in decode_text(text):
        definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=1)


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    names = ("country", "timezone", "birthday", "first_name")
    size = len(PEOPLE)
    docs = traits.assemble(
        {
            "country": [one[0] for one in PEOPLE],
            "timezone": [one[2] for one in PEOPLE],
            "birthday": [one[3] for one in PEOPLE],
            "first_name": ["A"] * size,
        },
        {
            "email": [f"p{i}@shop.example" for i in range(size)],
            "phone": [one[1] for one in PEOPLE],
        },
        source=TraitSource.DECLARED,
        at_us=1,
    )
    with store.write() as conn:
        meta.create(conn, seed=7, reproducible=True)
        rev = people.next_rev(conn)
        counters.take(conn, "pid", size)
        people.create(conn, rev, range(1, size + 1), created_us=1, docs=docs)
        kinds = {**dict.fromkeys(names, TraitType.TEXT), "birthday": TraitType.DATE}
        found = [Discovery("trait", "", n, k, 1, 1, size, (), 1) for n, k in kinds.items()]  # type: ignore[arg-type]
        discovered.record(conn, found)
        consents.record(
            conn,
            pid=range(1, size + 1),
            topic="harvest",
            channel="email",
            state=[int(one[4]) for one in PEOPLE],
            at_us=1,
            recorded_us=1,
            source="form",
        )
        apply(conn, DEFINITIONS)
    lake = tmp_path / "lake"
    lake.mkdir()
    still = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
    shop = {"time_zone": "Europe/Kyiv", "country": "UA"}
    measured = {"global_holdout": 0}
    return Ground(
        store, lake, make_config({"pressure": still, "shop": shop, "measurement": measured})
    )


def decided(ground: Ground, now: datetime = NOON) -> dict[int, str]:
    """What the launch came to, by pid."""
    with ground.store.write() as conn:
        launch_control.launch(conn, ground, "fruit", now)
    launch = Launch(ground)
    launch.tick(now)
    launch.tick(now)
    launch.close()
    with ground.store.read() as conn:
        files = manifest.live(conn, [FileKind.DECISIONS], micros(now))
    rows = pl.concat([pl.read_parquet(locate(ground.lake, file.path)) for file in files])
    return dict(rows.sort("pid").select("pid", "reason").rows())


def looked(ground: Ground, now: datetime = NOON) -> dict[int, str]:
    """What the last look before the sending says, by pid."""
    with ground.store.read() as conn:
        (run,) = runs.every(conn)
        pids = list(range(1, len(PEOPLE) + 1))
        asked = Questions(pids, [f"p{pid - 1}@shop.example" for pid in pids], run.run)
        rules = Rules(None, "Europe/Kyiv", "salt", "UA")
        return {one.pid: one.reason for one in check(conn, asked, facts_of(run), rules, now)}


def test_people_of_all_countries_are_decided_in_one_set(ground: Ground) -> None:
    expected = {n: one[5] for n, one in enumerate(PEOPLE, 1)}
    assert decided(ground) == expected
    assert looked(ground) == expected


def test_a_declaration_makes_it_stricter(ground: Ground) -> None:
    with ground.store.write() as conn:
        apply(conn, "{kind: law, id: law, minimum_age: 40, soft_opt_in: false, advice: false}")
    found = decided(ground)
    assert found[1] == "under_age"
    assert found[3] == "law_opt_in"
    assert found[9] == "passed"
    assert looked(ground) == found


def test_confirmed_opt_ins_are_asked_for(ground: Ground) -> None:
    with ground.store.write() as conn:
        apply(conn, "{kind: law, id: law, double_opt_in: true, advice: false}")
        said = [(8, ConsentState.PENDING, "form"), (8, ConsentState.OPTED_IN, "link")]
        said.append((1, ConsentState.OPTED_IN, "confirmed: in the shop"))
        for pid, state, source in said:
            consents.record(
                conn,
                pid=[pid],
                topic="harvest",
                channel="email",
                state=int(state),
                at_us=2,
                recorded_us=2,
                source=source,
            )
    found = decided(ground)
    assert {pid for pid, reason in found.items() if reason == "passed"} == {1, 3, 8}
    assert found[4] == found[9] == "law_opt_in"
    assert looked(ground) == found


def test_a_declared_flag_of_children_counts(ground: Ground) -> None:
    with ground.store.write() as conn:
        apply(
            conn,
            "{kind: trait, id: first_name, purpose: test, basis: consent, class: minor,"
            " segments: [fruit]}\n---\n"
            "{kind: trait, id: child, purpose: leave children out, basis: legal_obligation,"
            " class: minor}",
        )
    assert decided(ground)[9] == "passed"  # the name A is no flag that is set
    assert looked(ground)[9] == "passed"
