"""From a launch to the outbox: who is sent to, who is a ghost, who waits, who never hears."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
import pytest
from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.config import Config, make_config
from maracuja.decisions.reasons import Reason, read
from maracuja.lake.bodies import read_bodies
from maracuja.lake.decisions import DECISION_TYPES
from maracuja.lake.events import write_events
from maracuja.lake.files import locate
from maracuja.model import (
    ConsentState,
    Discovery,
    FileKind,
    Privacy,
    Trait,
    TraitSource,
    TraitType,
    micros,
)
from maracuja.rng import make_id
from maracuja.runtime import campaign_status, delivery_texts, launch_control
from maracuja.runtime.campaign_rehearsal import rehearse
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_again import Renewal
from maracuja.runtime.launch_commit import PART_BITS, commit
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import (
    decide_people,
    facts_of,
    open_round,
    read_people,
)
from maracuja.runtime.people_why import why
from maracuja.runtime.profile_copy import copy_profiles
from maracuja.store import (
    audit,
    consents,
    counters,
    definitions,
    discovered,
    manifest,
    merging,
    meta,
    outbox,
    people,
    products,
    runs,
    suppressions,
    traits,
    waiting,
)
from maracuja.store.engine import Store
from maracuja.store.outbox import OutboxState
from maracuja.store.runs import RunState
from maracuja.templates.placeholders import OPEN

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PEOPLE = 400
ZONES = ("Europe/Kyiv", "America/New_York", "Asia/Ulaanbaatar", None)
DEFINITIONS = """
kind: topic
id: harvest
---
kind: topic
id: codes
type: service
---
kind: goal
id: order
event: Order Completed
value: revenue
---
kind: segment
id: kyiv
where: [{trait: city, is: Kyiv}]
---
kind: segment
id: staff
where: [{trait: staff, is: true}]
---
kind: template
id: fruit
language: en
variants:
  - language: en
    subject: "{{ person.first_name }}, it is here"
    text: "Hello {{ person.first_name }}. {{ links.unsubscribe }}"
  - language: uk
    subject: "{{ person.first_name }}, вже тут"
    text: "Вітаємо, {{ person.first_name }}! {{ links.unsubscribe }}"
---
kind: template
id: code
variants: [{language: en, subject: Your code, text: "Your code is ready."}]
---
kind: campaign
id: fruit
topic: harvest
audience: kyiv
exclude: [staff]
template: fruit
goals: [order]
---
kind: campaign
id: codes
topic: codes
audience: kyiv
template: code
"""


def config(**pressure: object) -> Config:
    """The configuration, without quiet hours and caps unless asked for."""
    still = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
    return make_config({"pressure": {**still, **pressure}, "shop": {"time_zone": "UTC"}})


def apply(store: Store, text: str) -> None:
    """Put definitions in force."""
    with store.write() as conn:
        for one in decode_text(text):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=1)


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    """A shop with 400 people: every second one in Kyiv, with holes in what is known."""
    docs = traits.assemble(
        {
            "first_name": [None if i % 10 == 4 else f"Name{i}" for i in range(PEOPLE)],
            "city": ["Kyiv" if i % 2 == 0 else "Lviv" for i in range(PEOPLE)],
            "language": ["uk" if i % 3 == 0 else "en" for i in range(PEOPLE)],
            "timezone": [ZONES[i % 4] for i in range(PEOPLE)],
            "staff": [i % 50 == 0 for i in range(PEOPLE)],
        },
        {"email": [None if i % 20 == 6 else f"p{i}@shop.example" for i in range(PEOPLE)]},
        source=TraitSource.DECLARED,
        at_us=1,
    )
    kinds = dict.fromkeys(("first_name", "city", "language", "timezone"), TraitType.TEXT)
    kinds["staff"] = TraitType.BOOLEAN
    with store.write() as conn:
        meta.create(conn, seed=7, reproducible=True)
        rev = people.next_rev(conn)
        first = counters.take(conn, "pid", PEOPLE)
        assert first == 1
        people.create(conn, rev, range(1, PEOPLE + 1), created_us=1, docs=docs)
        discovered.record(
            conn,
            [
                Discovery("trait", "", name, kind, 1, 1, PEOPLE, (), 1)  # type: ignore[arg-type]
                for name, kind in kinds.items()
            ],
        )
        said = [pid for pid in range(1, PEOPLE + 1) if (pid - 1) % 20 != 8]
        consents.record(
            conn,
            pid=said,
            topic="harvest",
            channel="email",
            state=[
                ConsentState.OPTED_OUT if (pid - 1) % 20 == 10 else ConsentState.OPTED_IN
                for pid in said
            ],
            at_us=1,
            recorded_us=1,
            source="form",
        )
        suppressions.add(
            conn,
            channel="email",
            digest=[make_id("x")],
            pid=[13],
            reason="bounced",
            at_us=1,
        )
    apply(store, DEFINITIONS)
    lake = tmp_path / "lake"
    lake.mkdir()
    return Ground(store, lake, config())


def run_all(ground: Ground, now: datetime, *, parts_max: int = 8) -> datetime | None:
    """Tick until nothing is due."""
    launch = Launch(ground)
    try:
        due: datetime | None = now
        while due is not None and due <= now:
            due = launch.tick(now, parts_max=parts_max)
        return due
    finally:
        launch.close()


def decided(ground: Ground, now: datetime = NOON) -> pl.DataFrame:
    """All decisions on record."""
    with ground.store.read() as conn:
        files = manifest.live(conn, [FileKind.DECISIONS], micros(now))
    frames = [pl.read_parquet(locate(ground.lake, file.path)) for file in files]
    return pl.concat(frames).sort("at", "pid") if frames else pl.DataFrame()


def said(body: delivery_texts.Body) -> str:
    """What stands before the way out."""
    return body.content.text.partition(OPEN)[0].rstrip("; \n")


def start(ground: Ground, campaign: str, now: datetime = NOON) -> runs.Run:
    """Launch a campaign by hand."""
    with ground.store.write() as conn:
        return launch_control.launch(conn, ground, campaign, now)


def test_everybody_in_the_audience_gets_one_decision_with_its_reason(ground: Ground) -> None:
    run = start(ground, "fruit")
    assert run_all(ground, NOON) is None
    rows = decided(ground)
    assert rows["pid"].to_list() == [i + 1 for i in range(0, PEOPLE, 2) if i % 50]
    reasons = Counter(rows["reason"].to_list())
    # Of twenty, ten are in Kyiv: 4 and 14 nameless, 6 without address, 8 silent, 10 opted out.
    assert reasons["suppressed"] == 1
    assert reasons["no_address"] == 20
    assert reasons["no_consent"] == 20
    assert reasons["opted_out"] == 16
    assert reasons["missing:person.first_name"] == 40
    sends = rows.filter(pl.col("outcome") == "send")
    ghosts = rows.filter(pl.col("outcome") == "ghost")
    assert reasons["passed"] == sends.height
    assert reasons["held_out"] == ghosts.height > 0
    assert set(ghosts["held"]) <= {"global", "campaign"}
    assert set(sends["held"]) == {""}
    with ground.store.read() as conn:
        assert runs.get(conn, run.run).state is RunState.SENDING
        assert outbox.counts(conn, run.run)[OutboxState.QUEUED] == sends.height


def test_bodies_stand_in_the_file_that_the_outbox_names(ground: Ground) -> None:
    run = start(ground, "fruit")
    run_all(ground, NOON)
    sends = decided(ground).filter(pl.col("outcome") == "send")
    with ground.store.read() as conn:
        (chunk,) = outbox.chunks_of(conn, [run.run << PART_BITS])
    skeletons, bodies = read_bodies(ground.lake, chunk.path)
    assert bodies["pid"].to_list() == sends["pid"].to_list()
    assert bodies["message"].to_list() == sends["message"].to_list()
    assert bodies["message"][0] == make_id("message", "fruit", "once", bodies["pid"][0])
    assert set(skeletons) == {"fruit/0", "fruit/1"}
    person = bodies.row(0, named=True)
    assert person["address"] == f"p{person['pid'] - 1}@shop.example"
    assert f"Name{person['pid'] - 1}" in person.values()
    by_language = dict(bodies.select("template", "language").unique().rows())
    assert by_language == {"fruit/0": "en", "fruit/1": "uk"}


def test_the_same_launch_gives_the_same_bytes(ground: Ground) -> None:
    run = start(ground, "fruit")
    run_all(ground, NOON)
    with ground.store.read() as conn:
        files = manifest.live(conn, [FileKind.DECISIONS, FileKind.BODIES], micros(NOON))
    first = decided(ground)
    # As after a crash before the commit: the same part again, from the same state.
    work = open_round(ground, run.run, facts_of(run), NOON)
    again = decide_people(work, read_people(work, first["pid"].to_numpy(), NOON), NOON)
    assert again.decisions.equals(first)
    with ground.store.read() as conn:
        (chunk,) = outbox.chunks_of(conn, [run.run << PART_BITS])
    assert commit(work, run, again, NOON) is False  # the run has gone on
    skeletons, bodies = read_bodies(ground.lake, chunk.path)
    assert bodies.equals(again.bodies.select(bodies.columns))
    assert skeletons == again.skeletons
    with ground.store.read() as conn:
        assert manifest.live(conn, [FileKind.DECISIONS, FileKind.BODIES], micros(NOON)) == files


def test_a_service_message_goes_to_everybody_with_an_address(ground: Ground) -> None:
    start(ground, "codes")
    night = NOON.replace(hour=23)
    run_all(ground, night)
    rows = decided(ground, night)
    assert set(rows["outcome"]) == {"send", "never"}
    assert set(rows["reason"]) == {"passed", "no_address", "suppressed"}
    assert set(rows["held"]) == {""}


def test_quiet_hours_wait_and_are_decided_again_when_they_end(ground: Ground) -> None:
    quiet = Ground(ground.store, ground.lake, config(quiet_from="21:00", quiet_until="09:00"))
    night = NOON.replace(hour=22)
    run = start(quiet, "fruit", night)
    due = run_all(quiet, night)
    waits = decided(quiet, night).filter(pl.col("outcome") == "wait")
    assert set(waits["reason"]) == {"quiet_hours"}
    with quiet.store.read() as conn:
        assert waiting.counts(conn) == {run.run: waits.height}
    assert due == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)  # nine o'clock in Ulaanbaatar
    hours = set(waits["due"].dt.hour())
    assert hours == {1, 7}
    # Somebody says no in the meantime.
    silent = waits["pid"][0]
    with quiet.store.write() as conn:
        consents.record(
            conn,
            pid=[silent],
            topic="harvest",
            channel="email",
            state=ConsentState.OPTED_OUT,
            at_us=2,
            recorded_us=2,
            source="page",
        )
    later = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    run_all(quiet, later)
    rows = decided(quiet, later)
    second = rows.filter(pl.col("at") == later.replace(tzinfo=None))
    assert sorted(second["pid"]) == sorted(waits["pid"])
    assert set(second["outcome"]) <= {"send", "ghost", "never"}
    assert second.filter(pl.col("pid") == silent)["reason"].to_list() == ["opted_out"]
    with quiet.store.read() as conn:
        assert waiting.counts(conn) == {}


def test_the_cap_counts_ghosts_and_other_campaigns(ground: Ground) -> None:
    capped = Ground(ground.store, ground.lake, config(messages=1, per_days=7))
    apply(
        capped.store,
        "kind: campaign\nid: again\ntopic: harvest\naudience: kyiv\ntemplate: fruit\n"
        "goals: [order]\nexpires_after: 10 days\nholdout: 0",
    )
    start(capped, "codes", NOON)
    start(capped, "fruit", NOON)
    run_all(capped, NOON)
    before = decided(capped)
    heard = before.filter(
        pl.col("outcome").is_in(["send", "ghost"]) & (pl.col("campaign") == "fruit")
    )
    later = NOON + timedelta(days=1)
    start(capped, "again", later)
    due = run_all(capped, later)
    assert due == NOON + timedelta(days=7)
    rows = decided(capped, later).filter(pl.col("campaign") == "again")
    capped_pids = rows.filter(pl.col("reason") == "frequency_cap")["pid"].to_list()
    assert sorted(capped_pids) == sorted(heard["pid"].to_list())
    week = NOON + timedelta(days=7)
    run_all(capped, week)
    rows = decided(capped, week).filter(pl.col("campaign") == "again")
    last = rows.sort("at").unique("pid", keep="last")
    assert "wait" not in set(last["outcome"])


def test_local_times_come_as_waves(ground: Ground) -> None:
    apply(
        ground.store,
        "kind: campaign\nid: wave\ntopic: harvest\naudience: kyiv\ntemplate: fruit\n"
        "goals: [order]\nschedule: {day: 2026-11-25, at: '10:00', zone: person}",
    )
    run = start(ground, "wave")
    due = run_all(ground, NOON)
    assert due == datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # ten o'clock in Kiritimati
    due = run_all(ground, due)
    assert due == datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # Ulaanbaatar
    with ground.store.read() as conn:
        everybody = waiting.counts(conn)[run.run]
    assert everybody == 200
    seen = []
    while due is not None:
        seen.append(due.hour)
        due = run_all(ground, due)
    assert seen == [2, 8]  # then Kyiv, and nobody is left


def test_a_pause_stops_between_chunks_and_a_cancel_withdraws(ground: Ground) -> None:
    run = start(ground, "fruit")
    launch = Launch(ground)
    assert launch.tick(NOON, parts_max=0) == NOON
    with ground.store.write() as conn:
        launch_control.pause(conn, "fruit", NOON)
    assert launch.tick(NOON) is None
    assert decided(ground).is_empty()
    with ground.store.write() as conn:
        launch_control.resume(conn, "fruit", NOON)
    launch.tick(NOON)
    with ground.store.write() as conn:
        launch_control.cancel(conn, "fruit", NOON)
    launch.close()
    with ground.store.read() as conn:
        counts = outbox.counts(conn, run.run)
        assert runs.get(conn, run.run).state is RunState.CANCELLED
    assert counts[OutboxState.QUEUED] == 0
    assert counts[OutboxState.WITHDRAWN] > 0


def test_one_command_stops_everything(ground: Ground) -> None:
    start(ground, "fruit")
    with ground.store.write() as conn:
        launch_control.stop_all(conn, NOON)
    assert run_all(ground, NOON) is None
    assert decided(ground).is_empty()
    with ground.store.write() as conn:
        launch_control.go_on(conn, NOON)
    run_all(ground, NOON)
    assert not decided(ground).is_empty()


def test_a_recurring_campaign_plans_what_follows(ground: Ground) -> None:
    apply(
        ground.store,
        "kind: campaign\nid: weekly\ntopic: harvest\naudience: kyiv\ntemplate: fruit\n"
        "goals: [order]\nschedule: {every: week, weekdays: [monday], at: '10:00'}",
    )
    start(ground, "weekly")
    monday = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert run_all(ground, NOON) == monday
    assert run_all(ground, monday) == monday + timedelta(days=7)
    with ground.store.read() as conn:
        found = runs.every(conn, campaign="weekly")
    assert [run.occurrence for run in found] == ["2026-11-23T10:00", "2026-11-30T10:00"]
    # Arms stay: who was held out of the first is held out of the second.
    run_all(ground, monday + timedelta(days=7))
    rows = (
        decided(ground, monday + timedelta(days=8))
        .group_by("pid")
        .agg(pl.col("held").n_unique(), pl.col("run").n_unique())
    )
    assert set(rows["held"]) == {1}
    assert set(rows["run"]) == {2}


def test_by_each_persons_clock_today_is_for_those_whose_hour_is_ahead(ground: Ground) -> None:
    daily = WEEKLY.replace("every: week, weekdays: [monday], at: '10:00'", DAILY)
    apply(ground.store, daily)
    start(ground, "weekly")
    run_all(ground, NOON)
    zones = {
        zone or "UTC": {i + 1 for i in range(PEOPLE) if ZONES[i % 4] == zone} for zone in ZONES
    }
    rows = decided(ground).filter(pl.col("occurrence") == "2026-11-20T11:00")
    passed = set(rows.filter(pl.col("reason") == "hour_passed")["pid"])
    wait = set(rows.filter(pl.col("reason") == "local_time")["pid"])
    assert passed == set(rows["pid"]) - wait
    assert wait <= zones["America/New_York"] and not passed & zones["America/New_York"]
    tomorrow = NOON + timedelta(days=1)
    run_all(ground, tomorrow)
    again = decided(ground, tomorrow).filter(pl.col("occurrence") == "2026-11-21T11:00")
    assert "hour_passed" not in set(again["reason"])
    assert "send" in set(again.filter(pl.col("pid").is_in(list(passed)))["outcome"])


DAILY = "every: day, at: '11:00', zone: person"
WEEKLY = """
kind: campaign
id: weekly
topic: harvest
audience: kyiv
template: fruit
goals: [order]
schedule: {every: week, weekdays: [monday], at: '10:00'}
"""
DISCREET = """
kind: template
id: fruit
language: en
variants: [{language: en, subject: It is here, text: "It is here. {{ links.unsubscribe }}"}]
"""


def test_each_occurrence_is_checked_again_and_held_with_the_reason(ground: Ground) -> None:
    monday = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    apply(ground.store, WEEKLY)
    start(ground, "weekly")
    run_all(ground, monday)
    sent = decided(ground, monday).height
    with ground.store.write() as conn:
        discovered.set_privacy(conn, "trait", "", "first_name", Privacy.SENSITIVE)
    later = monday + timedelta(days=7)
    run_all(ground, later)
    assert decided(ground, later).height == sent, "nobody is decided about"

    def newest() -> campaign_status.RunShown:
        with ground.store.read() as conn:
            return campaign_status.status(conn, "weekly")[0]

    assert newest().state == "paused"
    assert "`person.first_name` is marked as sensitive" in newest().held
    with ground.store.write() as conn:
        launch_control.resume(conn, "weekly", later)
    run_all(ground, later)
    assert newest().state == "paused", "nothing has been mended"

    apply(ground.store, DISCREET)
    with ground.store.write() as conn:
        launch_control.resume(conn, "weekly", later)
    run_all(ground, later)
    rows = decided(ground, later).filter(pl.col("run") == newest().run - 1)
    assert "send" in set(rows["outcome"])
    assert newest().held == "" and newest().occurrence == "2026-12-07T10:00"


OFFER = """
kind: template
id: offer
variants:
  - language: en
    subject: Look
    text: |
      {{ person.city }}: {{ products['p1'].title }} for {{ products['p1'].price }}
      {{ links.unsubscribe }}
---
kind: campaign
id: offer
topic: harvest
audience: kyiv
template: offer
goals: [order]
"""
FRUIT = products.Product("p1", "Passion fruit", "fruit", 500, "UAH", 4, "https://x.example", "")


def put_product(ground: Ground, fruit: products.Product) -> None:
    """Put it in the catalogue."""
    with ground.store.write() as conn:
        products.put(conn, [fruit])


def test_a_rehearsal_says_which_value_is_missing(ground: Ground) -> None:
    [gate] = [g for g in rehearse(ground, "fruit", NOON).gates if g.reason == "missing"]
    assert (gate.detail, gate.people) == ("person.first_name", 40)
    assert gate.says == "not sent: the person's first name is not known"


def test_before_the_audience_is_frozen_why_says_so(ground: Ground) -> None:
    start(ground, "fruit")
    assert why(ground, 3, NOON).absent == (
        "Nothing is decided yet, and the worker has still to freeze the audience of `fruit`."
    )
    inside, outside = (why(ground, pid, NOON, campaign="fruit").absent for pid in (3, 2))
    assert "launched, but its audience is not yet frozen" in inside
    assert inside.endswith("the person would be in it.")
    assert outside.endswith("the person would not be in it.")
    run_all(ground, NOON)
    assert why(ground, 3, NOON).decisions and not why(ground, 2, NOON).absent
    assert "was not in the audience" in why(ground, 2, NOON, campaign="fruit").absent


@pytest.mark.parametrize("by", ["quiet hours", "each person's clock"])
def test_who_is_written_to_later_is_shown_by_a_rehearsal(ground: Ground, by: str) -> None:
    name = "fruit"
    if by == "quiet hours":
        ground = Ground(ground.store, ground.lake, config(quiet_from="00:01", quiet_until="23:59"))
    else:
        name = "weekly"
        apply(ground.store, WEEKLY.replace("'10:00'", "'10:00', zone: person"))
    found = rehearse(ground, name, NOON, samples=2)
    assert not [gate for gate in found.gates if gate.outcome == "send"]
    assert len(found.samples) == 2
    for one in found.samples:
        assert one.text and not one.error
        # Of twenty, 8 is silent and 10 has opted out: these are not written to later either.
        assert one.pid is not None and (one.pid - 1) % 20 not in (8, 10)


def test_the_control_group_among_those_who_wait_is_told_apart(ground: Ground) -> None:
    quiet = config(quiet_from="00:01", quiet_until="23:59")
    found = rehearse(Ground(ground.store, ground.lake, quiet), "fruit", NOON)
    (waits,) = [gate for gate in found.gates if gate.outcome == "wait"]
    assert 0 < waits.control < waits.people
    assert not any(gate.control for gate in found.gates if gate.outcome != "wait")
    # Nobody of them gets a message: no hour counts them, and nothing is paid for.
    assert sum(hour.people for hour in found.when) == waits.people - waits.control
    assert found.cost is not None and found.cost.people == waits.people - waits.control


def test_a_sold_out_product_is_a_reason(ground: Ground) -> None:
    apply(ground.store, OFFER)
    put_product(ground, FRUIT._replace(stock=0))
    start(ground, "offer")
    run_all(ground, NOON)
    assert "product_gone" in {read(kept)[0].value for kept in decided(ground)["reason"]}
    assert "send" not in set(decided(ground)["outcome"])


def test_price_and_stock_are_those_of_the_moment_of_sending(ground: Ground) -> None:
    apply(ground.store, OFFER)
    put_product(ground, FRUIT)
    run = start(ground, "offer")
    run_all(ground, NOON)
    with ground.store.read() as conn:
        (chunk,) = outbox.chunks_of(conn, [run.run << PART_BITS])
    bodies = list(delivery_texts.read(ground.lake, chunk, [0, 1, 2]).values())
    assert {said(body) for body in bodies} == {"Kyiv: Passion fruit for 500"}
    renew = Renewal(ground)
    assert renew(chunk, facts_of(run), bodies, NOON) == bodies
    put_product(ground, FRUIT._replace(price=650))
    renewed = renew(chunk, facts_of(run), bodies, NOON)
    assert [body.message for body in bodies] == [
        body.message for body in renewed if not isinstance(body, Reason)
    ]
    texts = {said(body) for body in renewed if not isinstance(body, Reason)}
    assert texts == {"Kyiv: Passion fruit for 650"}
    put_product(ground, FRUIT._replace(stock=0))
    assert renew(chunk, facts_of(run), bodies, NOON) == [Reason.PRODUCT_GONE] * 3


def test_launching_twice_is_refused(ground: Ground) -> None:
    from maracuja.errors import Conflict, NotFound

    start(ground, "fruit")
    with pytest.raises(Conflict, match="launched already"):
        start(ground, "fruit")
    with pytest.raises(NotFound):
        start(ground, "nothing")


def test_a_text_that_turns_out_wrong_pauses_its_campaign_alone(ground: Ground) -> None:
    apply(
        ground.store,
        "kind: segment\nid: odd\nwhere: [{sum: Order Completed, of: revenue, above: 5}]\n---\n"
        "kind: campaign\nid: odd\ntopic: harvest\naudience: odd\ntemplate: fruit\n"
        "goals: [order]",
    )
    broken = start(ground, "odd")
    with ground.store.write() as conn:
        definitions.drop(conn, "segment", "odd", base=None, actor="test", now_us=2)
    fine = start(ground, "fruit")
    run_all(ground, NOON)
    with ground.store.read() as conn:
        assert runs.get(conn, broken.run).state is RunState.PAUSED
        assert runs.get(conn, fine.run).state is RunState.SENDING
        (line,) = audit.newest(conn, action="pause")
    assert line.subject == "campaign:odd"
    assert "odd" in line.detail


def test_a_merge_during_the_wait_does_not_let_a_person_hear_twice(ground: Ground) -> None:
    quiet = Ground(ground.store, ground.lake, config(quiet_from="21:00", quiet_until="09:00"))
    evening = NOON.replace(hour=19, minute=30)  # half past nine in Kyiv, half past three in Asia
    morning = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    start(quiet, "fruit", evening)
    run_all(quiet, evening)
    run_all(quiet, morning)  # Ulaanbaatar has heard, Kyiv still waits
    rows = decided(quiet, morning).sort("at").unique("pid", keep="last", maintain_order=True)
    sent = rows.filter(pl.col("outcome") == "send")["pid"].to_list()
    waits = rows.filter(pl.col("outcome") == "wait")["pid"].to_list()
    pairs = [(waits[0], sent[0]), (sent[1], waits[1])]  # (who goes, who stays)
    with quiet.store.write() as conn:
        rev = people.next_rev(conn)
        merging.merge(
            conn,
            rev,
            [merging.Merge(loser, winner, "email") for loser, winner in pairs],
            now_us=micros(morning),
        )
    noon = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    run_all(quiet, noon)
    rows = decided(quiet, noon)
    last = rows.filter(pl.col("at") == noon.replace(tzinfo=None))["pid"].to_list()
    assert set(last) == set(waits) - {waits[0], waits[1]}
    messages = rows.filter(pl.col("outcome") == "send")["message"]
    assert messages.n_unique() == messages.len()


def test_the_copy_and_what_is_newer_than_it_are_read_together(ground: Ground) -> None:
    copied = copy_profiles(ground.store, ground.lake, NOON)
    assert copied == PEOPLE
    moved = Trait("Kyiv", TraitSource.DECLARED, 1.0, 5)
    named = Trait("Newname", TraitSource.DECLARED, 1.0, 5)
    with ground.store.write() as conn:
        rev = people.next_rev(conn)
        people.change(
            conn,
            rev,
            [2, 3],
            set_traits=[{"city": moved}, {"first_name": named}],
            now_us=6,
        )
    run = start(ground, "fruit")
    run_all(ground, NOON)
    rows = decided(ground)
    assert 2 in rows["pid"].to_list()  # moved to Kyiv after the copy was made
    with ground.store.read() as conn:
        (chunk,) = outbox.chunks_of(conn, [run.run << PART_BITS])
    sent = {
        body.pid: body.content.subject
        for body in delivery_texts.read(ground.lake, chunk, range(200)).values()
    }
    assert sent[3].startswith("Newname")
    assert 5 not in sent  # whose name nobody knows


def test_templates_speak_of_facts_of_the_lake(ground: Ground) -> None:
    at = NOON.replace(tzinfo=None) - timedelta(days=1)
    events = pl.DataFrame(
        {
            "pid": [3, 3, 5],
            "kind": ["track"] * 3,
            "event": ["Order Completed"] * 3,
            "ts": [at] * 3,
            "received": [at] * 3,
            "message_id": ["a", "b", "c"],
            "properties.revenue": [10.5, 20.0, 7.25],
        }
    )
    known = {"properties.revenue": TraitType.NUMBER}
    files = write_events(ground.lake, "e", events, known, low=1, high=3, now=NOON)
    with ground.store.write() as conn:
        manifest.add(conn, files)
    apply(
        ground.store,
        "kind: template\nid: thanks\nfacts:\n"
        "  spent: {sum: Order Completed, of: revenue, within: 90 days}\n"
        "  orders: {did: Order Completed}\n"
        "variants: [{language: en, subject: Thanks, text: "
        "'{{ facts.orders }} orders, {{ facts.spent | default: 0 }}; {{ links.unsubscribe }}'}]\n"
        "---\n"
        "kind: campaign\nid: thanks\ntopic: harvest\naudience: kyiv\ntemplate: thanks\n"
        "holdout: 0",
    )
    run = start(ground, "thanks")
    run_all(ground, NOON)
    with ground.store.read() as conn:
        (chunk,) = outbox.chunks_of(conn, [run.run << PART_BITS])
    texts = {
        body.pid: said(body)
        for body in delivery_texts.read(ground.lake, chunk, range(200)).values()
    }
    assert texts[3] == "2 orders, 30.5"
    assert set(texts.values()) <= {"2 orders, 30.5", "1 orders, 7.25", "0 orders, 0"}


def test_a_chunk_of_nobody_is_no_fault(ground: Ground) -> None:
    run = start(ground, "fruit")
    work = open_round(ground, run.run, facts_of(run), NOON)
    empty = decide_people(work, read_people(work, np.array([], dtype=np.int64), NOON), NOON)
    assert (empty.decisions.height, empty.bodies.height, empty.waiting.height) == (0, 0, 0)
    assert empty.decisions.columns == list(DECISION_TYPES)


class Died(Exception):
    """What a crash is to a test."""


class Mortal:
    """A store that dies at its n-th write: before the commit, or just after it."""

    def __init__(self, store: Store, writes: int, *, committed: bool) -> None:
        self.read = store.read
        self._store = store
        self._left = writes
        self._committed = committed

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """As Store.write, until the hour has come."""
        self._left -= 1
        with self._store.write() as conn:
            yield conn
            if self._left == 0 and not self._committed:
                raise Died
        if self._left == 0:
            raise Died


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("writes", [1, 2, 3])
def test_a_launch_that_dies_at_any_write_ends_as_if_it_had_not(
    ground: Ground, writes: int, committed: bool
) -> None:
    run = start(ground, "fruit")
    store = cast(Store, Mortal(ground.store, writes, committed=committed))
    mortal = Ground(store, ground.lake, ground.config)
    with contextlib.suppress(Died):
        run_all(mortal, NOON)
    later = NOON + timedelta(minutes=5)
    run_all(ground, later)
    rows = decided(ground, later)
    assert rows["pid"].to_list() == [i + 1 for i in range(0, PEOPLE, 2) if i % 50]
    sends = rows.filter(pl.col("outcome") == "send")
    with ground.store.read() as conn:
        assert outbox.counts(conn, run.run)[OutboxState.QUEUED] == sends.height
        (chunk,) = outbox.chunks_of(conn, [run.run << PART_BITS])
        known = [file.path for file in manifest.live(conn, list(FileKind), micros(later))]
    _, bodies = read_bodies(ground.lake, chunk.path)
    assert bodies["pid"].to_list() == sends["pid"].to_list()
    assert len(known) == len(set(known)) == 3
