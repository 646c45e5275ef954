"""The shop's tone holds a campaign where it refuses, advises where it does not, on every run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sqlalchemy import select

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.facts import freeze
from maracuja.campaigns.schedule import Occurrence
from maracuja.errors import CampaignError, TemplateError
from maracuja.runtime import campaign_status, campaign_work, template_work
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.launch_work import open_round, read_people
from maracuja.store import definitions, schema
from maracuja.store.engine import Store
from tests.unit.runtime.small_shop import NOW, build

RULES = "kind: tone\nid: house\nemoji: 0\nforbidden: [hello]\n"
STRICT = RULES + "refuse: [forbidden]\n"
DAILY = """
kind: campaign
id: daily
topic: news
audience: all
template: hello
goals: [order]
schedule: {every: day, at: "10:00"}
"""


def ground_of(store: Store, root: Path, *texts: str) -> Ground:
    shop = build(store, root / "shop", size=5)
    put(store, *texts)
    return Ground(shop.store, shop.lake, shop.config)


def put(store: Store, *texts: str) -> None:
    with store.write() as conn:
        for text in texts:
            for one in decode_text(text):
                definitions.put(conn, kind_of(one), one.id, one, base=None, actor="t", now_us=1)


def told(ground: Ground) -> tuple[list[str], list[str]]:
    """What keeps the campaign from going out, and what is advised: (where, where)."""
    with ground.store.read() as conn:
        campaign = definitions_in_force(conn)[("campaign", "hello")]
        assert isinstance(campaign, Campaign)
        faults = campaign_work.check(conn, ground, campaign, NOW)
        advice = campaign_work.advice(conn, ground, campaign, NOW)
    # The shop of these tests has no postal address, and is told so.
    said = [one for one in advice if one.code != "no_address"]
    return [one.where for one in faults], [f"{one.code} {one.where}" for one in said]


def test_a_mild_tone_advises_and_a_strict_one_holds(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, RULES)
    assert told(ground) == ([], ["forbidden hello: variants[0].text"])
    put(store, STRICT)
    assert told(ground) == (["hello: variants[0].text"], [])
    with ground.store.write() as conn, pytest.raises(TemplateError, match="forbidden by the tone"):
        campaign_work.launch(conn, ground, "hello", NOW)
    with ground.store.read() as conn:
        template = template_work.get(conn, "hello")
    checked = template_work.check(ground, template, NOW)
    assert not checked.ok
    assert [one.level for one in checked.findings if one.code == "forbidden"] == ["error"]


def test_a_tone_that_grew_strict_holds_the_next_occurrence(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, RULES, DAILY)
    with ground.store.write() as conn:
        campaign_work.launch(conn, ground, "daily", NOW)
    put(store, STRICT)
    work = Launch(ground)
    work.tick(NOW + timedelta(days=1))
    work.close()
    with ground.store.read() as conn:
        run = campaign_status.status(conn, "daily")[0]
    assert run.state == "paused" and "forbidden by the tone `house`" in run.held


ENDING = """
kind: template
id: hello
language: en
ends: {EARLY10: 2026-11-23}
variants:
  - language: en
    subject: Only today
    text: "Say EARLY10, {{ person.first_name }}. {{ links.unsubscribe }}"
"""
SHORT = """
kind: campaign
id: hello
topic: news
audience: all
template: hello
goals: [order]
expires_after: 1 hour
"""


def test_a_code_that_ends_before_the_message_is_refused(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, ENDING)  # sent on 21 November, expires three days later
    faults, advice = told(ground)
    assert faults == ["hello: variants[0].text"]
    assert advice == ["moving_date hello: variants[0].subject"]
    with ground.store.write() as conn, pytest.raises(TemplateError, match="ends on 2026-11-23"):
        campaign_work.launch(conn, ground, "hello", NOW)
    put(store, SHORT)
    assert told(ground) == ([], [])


def test_the_occurrence_that_a_code_does_not_outlive_is_held(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, ENDING, f"{DAILY}expires_after: 1 hour\n")
    with ground.store.write() as conn:
        campaign_work.launch(conn, ground, "daily", NOW)
    work = Launch(ground)
    states = []
    for days in (1, 2, 3):
        now = due = NOW + timedelta(days=days)
        while due is not None and due <= now:
            due = work.tick(now)
        with ground.store.read() as conn:
            run = campaign_status.status(conn, "daily")[0]
        states.append((run.state, "EARLY10" in run.held))
    work.close()
    assert states[-1] == ("paused", True)
    assert ("paused", True) not in states[:2]


def test_a_template_that_watches_nothing_may_not_be_used(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, ENDING.replace("Say EARLY10", "Say EARLY20"))
    with ground.store.read() as conn:
        template = template_work.get(conn, "hello")
    checked = template_work.check(ground, template, NOW)
    assert [one.code for one in checked.findings if one.level == "error"] == ["unfounded"]
    assert not checked.ok


DISCREET = "kind: tone\nid: house\ndiscreet: {categories: [fruit]}\n"
PEAR = """
kind: template
id: hello
language: en
variants:
  - language: en
    subject: Look
    preheader: Look at this
    text: "{{ products['p1'].title }} {{ links.unsubscribe }}"
---
kind: topic
id: news
channels: [email, telegram]
---
kind: campaign
id: chat
topic: news
audience: all
template: hello
goals: [order]
channel: telegram
"""


def faults_on(ground: Ground, campaign: str) -> set[str | None]:
    """Why the people of the shop get no text in that campaign; None for those who get one."""
    with ground.store.read() as conn:
        around = definitions_in_force(conn)
        wanted = around[("campaign", campaign)]
        assert isinstance(wanted, Campaign)
        occurrence = Occurrence(key="once", planned=NOW)
        facts = freeze(wanted, around, occurrence, salt="s", global_holdout=0.0)
        pids = np.array(conn.execute(select(schema.profiles.c.pid)).scalars().all())
    work = open_round(ground, 1, facts, NOW)
    people = read_people(work, pids, NOW).with_columns(variant=pl.lit("only"))
    return set(work.texts.write(people).faults)


def test_a_launch_shows_no_discreet_product_on_a_lock_screen(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, PEAR)
    assert faults_on(ground, "chat") == faults_on(ground, "hello") == {None}
    put(store, DISCREET)
    assert faults_on(ground, "hello") == {None}
    assert faults_on(ground, "chat") == {"product_gone:products['p1']"}


def test_a_preview_is_as_discreet_as_the_launch(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, PEAR, DISCREET)
    with ground.store.read() as conn:
        template = template_work.get(conn, "hello")
        pid = conn.execute(select(schema.profiles.c.pid)).scalars().first()
    assert pid is not None
    letter = template_work.preview(ground, template, NOW, pid=pid)
    assert letter.text.startswith("Pear")
    chat = template_work.preview(ground, template, NOW, pid=pid, channel="telegram")
    assert chat.error.startswith("product_gone")


def test_a_discreet_product_in_a_subject_holds_the_campaign(store: Store, tmp_path: Path) -> None:
    subject = PEAR.replace("subject: Look", "subject: \"{{ products['p1'].title }}\"")
    ground = ground_of(store, tmp_path, subject, DISCREET)
    assert told(ground)[0] == ["hello: variants[0].subject"]


def test_a_day_beyond_the_calendar_is_a_sentence(store: Store, tmp_path: Path) -> None:
    far = DAILY.replace("daily", "hello").replace("every: day", "day: 9999-12-31")
    ground = ground_of(store, tmp_path, far)
    assert told(ground) == (["schedule.day"], [])
    with ground.store.write() as conn, pytest.raises(CampaignError, match="outside of the calend"):
        campaign_work.launch(conn, ground, "hello", NOW)
