"""Coupon codes in a launch: one each, none for ghosts, back when nothing went out."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
import pytest
from sqlalchemy import Connection, update

from maracuja.campaigns.bonus import Entry
from maracuja.errors import CampaignError
from maracuja.model import micros
from maracuja.runtime import campaign_work, launch_control
from maracuja.runtime.campaign_rehearsal import rehearse
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_chunk import FOLDED
from maracuja.runtime.launch_commit import PART_BITS, commit
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import (
    decide_people,
    facts_of,
    open_round,
    read_people,
)
from maracuja.store import bonus, coupons, erase, merging, meta, outbox, people, runs, schema
from maracuja.store.engine import Store
from maracuja.store.outbox import OutboxState
from tests.unit.runtime.shop_people import NOON, apply, decisions, launch, make_ground, texts, tick
from tests.unit.runtime.test_launch import Died, Mortal

PEOPLE = 60
OFFER = """
kind: coupons
id: spring
ends: 2026-12-31
valid: 14 days
---
kind: template
id: offer
variants:
  - language: en
    subject: For you
    text: "{{ coupon.code }} until {{ coupon.expires }}\\n{{ links.unsubscribe }}"
---
kind: campaign
id: offer
topic: news
audience: all
template: offer
coupons: spring
goals: [order]
holdout: 0.2
"""


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    made = make_ground(store, tmp_path, PEOPLE)
    apply(store, OFFER)
    return made


def stock(ground: Ground, count: int, *, until_us: int = 0) -> None:
    """Put so many codes into the pool."""
    with ground.store.write() as conn:
        rows = [(f"CODE-{n:03}", f"Code-{n:03}") for n in range(count)]
        coupons.add(conn, "spring", rows, works_until_us=until_us)


def become(conn: Connection, chunk: int, n: int, state: OutboxState) -> None:
    """A message has come to rest."""
    mine = (schema.outbox.c.chunk == chunk, schema.outbox.c.n == n)
    conn.execute(update(schema.outbox).where(*mine).values(state=state.value))


def standing(ground: Ground) -> dict[str, int | None]:
    """Whose each code is."""
    with ground.store.read() as conn:
        return {one.code: one.pid for one in coupons.listed(conn, "spring")}


def test_each_code_is_in_one_text_and_in_one_hand(ground: Ground) -> None:
    stock(ground, 100)
    run = launch(ground, "offer")
    rows = decisions(ground)
    sent = set(rows.filter(pl.col("outcome") == "send")["pid"])
    ghosts = rows.filter(pl.col("outcome") == "ghost").height
    assert ghosts and len(sent) + ghosts == PEOPLE
    read = texts(ground, run.run)
    held = {code: pid for code, pid in standing(ground).items() if pid}
    assert {pid: f"{code} until 2026-12-04" for code, pid in held.items()} == read
    assert set(read) == sent, "ghosts use none up"
    # They are given in their order, without a gap.
    assert sorted(held) == [f"Code-{n:03}" for n in range(len(sent))]


def test_who_comes_too_late_hears_nothing_and_why(ground: Ground) -> None:
    stock(ground, 10)
    launch(ground, "offer")
    rows = decisions(ground)
    sent = rows.filter(pl.col("outcome") == "send")
    assert sent.height == 10
    assert set(rows.filter(pl.col("outcome") == "never")["reason"]) == {"coupons_gone"}
    # Ghosts run out of codes at the same place as the others.
    last = sent["pid"].max()
    ghosts = rows.filter(pl.col("outcome") == "ghost")
    assert ghosts.height and ghosts["pid"].max() <= last + 10
    assert not rows.filter((pl.col("outcome") == "never") & (pl.col("pid") < last)).height


def test_a_rehearsal_sees_it_and_gives_nothing(ground: Ground) -> None:
    stock(ground, 10)
    gates = {(g.outcome, g.reason): g.people for g in rehearse(ground, "offer", NOON).gates}
    assert gates["send", "passed"] == 10
    assert gates["never", "coupons_gone"] > 0
    assert set(standing(ground).values()) == {None}
    launch(ground, "offer")
    rows = decisions(ground)
    assert rows.filter(pl.col("outcome") == "send").height == 10


def test_a_person_who_is_asked_again_keeps_the_code(ground: Ground) -> None:
    stock(ground, 100)
    first = texts(ground, launch(ground, "offer").run)
    apply(ground.store, OFFER.replace("id: offer\ntopic", "id: again\ntopic"))
    second = texts(ground, launch(ground, "again", NOON + timedelta(hours=1)).run)
    both = set(first) & set(second)
    assert both
    assert {pid: first[pid] for pid in both} == {pid: second[pid] for pid in both}
    held = [pid for pid in standing(ground).values() if pid]
    assert len(held) == len(set(held)), "nobody has two"


def test_a_code_that_was_used_is_not_given_again(ground: Ground) -> None:
    stock(ground, 100)
    first = texts(ground, launch(ground, "offer").run)
    with ground.store.write() as conn:
        mine = coupons.listed(conn, "spring")[0]
        assert coupons.redeem(conn, [mine._replace(redeemed_us=micros(NOON))]) == 1
    apply(ground.store, OFFER.replace("id: offer\ntopic", "id: again\ntopic"))
    second = texts(ground, launch(ground, "again", NOON + timedelta(hours=1)).run)
    assert mine.pid is not None
    if mine.pid in second:
        assert first[mine.pid] != second[mine.pid]


@pytest.mark.parametrize("state", [OutboxState.FAILED, OutboxState.EXPIRED])
def test_a_code_comes_back_when_its_message_never_went_out(
    ground: Ground, state: OutboxState
) -> None:
    stock(ground, 100)
    run = launch(ground, "offer")
    chunk = run.run << PART_BITS
    with ground.store.write() as conn:
        assert coupons.open_ones(conn)
        queued = outbox.counts(conn, run.run)[OutboxState.QUEUED]
        for n, became in enumerate((state, OutboxState.SENT, OutboxState.UNKNOWN)):
            become(conn, chunk, n, became)
        assert coupons.settle(conn) == 1
        assert coupons.settle(conn) == 0
    assert standing(ground)["Code-000"] is None
    assert sum(pid is not None for pid in standing(ground).values()) == queued - 1
    with ground.store.write() as conn:
        outbox.withdraw_run(conn, run.run)
        assert coupons.settle(conn) == queued - 3
        assert not coupons.open_ones(conn)
        assert coupons.pool(conn, "spring", micros(NOON)).given == 2


def test_a_code_that_went_out_once_stays_whatever_becomes_of_a_second_message(
    ground: Ground,
) -> None:
    stock(ground, 100)
    run = launch(ground, "offer")
    with ground.store.write() as conn:
        become(conn, run.run << PART_BITS, 0, OutboxState.SENT)
    apply(ground.store, OFFER.replace("id: offer\ntopic", "id: again\ntopic"))
    again = launch(ground, "again", NOON + timedelta(hours=1))
    with ground.store.write() as conn:
        outbox.withdraw_run(conn, again.run)
        coupons.settle(conn)
    owner = standing(ground)["Code-000"]
    assert owner is not None


def test_two_campaigns_never_give_the_same_code(ground: Ground) -> None:
    stock(ground, 200)
    apply(ground.store, OFFER.replace("id: offer\ntopic", "id: again\ntopic"))
    with ground.store.write() as conn:
        launch_control.launch(conn, ground, "offer", NOON)
        launch_control.launch(conn, ground, "again", NOON)
    tick(ground)
    held = [pid for pid in standing(ground).values() if pid]
    assert len(held) == len(set(held)) > 0


def test_a_code_that_ends_before_the_message_is_not_given(ground: Ground) -> None:
    stock(ground, 100, until_us=micros(NOON + timedelta(days=1)))
    launch(ground, "offer")
    assert set(decisions(ground)["reason"]) <= {"coupons_gone", "passed", "held_out"}
    assert decisions(ground).filter(pl.col("outcome") == "send").is_empty()


def test_a_pool_that_ends_before_the_message_is_refused(ground: Ground) -> None:
    apply(ground.store, OFFER.replace("2026-12-31", "2026-11-21"))
    stock(ground, 100)
    with ground.store.read() as conn:
        offer = campaign_work.get(conn, "offer")
        (fault,) = campaign_work.check(conn, ground, offer, NOON)
    assert fault.message == (
        "a coupon ends on 2026-11-21, and the message may still arrive on 2026-11-23."
    )
    launch(ground, "offer")
    assert decisions(ground).is_empty()


def test_a_text_with_codes_needs_a_pool_and_a_pool_a_text(ground: Ground) -> None:
    apply(ground.store, OFFER.replace("coupons: spring\n", ""))
    with pytest.raises(CampaignError, match="names no pool"):
        launch(ground, "offer")
    apply(ground.store, OFFER.replace("{{ coupon.code }} until {{ coupon.expires }}", "Hello"))
    with pytest.raises(CampaignError, match="No text of the campaign shows a code"):
        launch(ground, "offer")
    apply(ground.store, OFFER.replace("coupons: spring", "coupons: sprung"))
    with pytest.raises(CampaignError, match="Did you mean `spring`"):
        launch(ground, "offer")


def test_a_generic_twin_and_an_arm_without_codes(ground: Ground) -> None:
    apply(
        ground.store,
        OFFER.replace(
            "template: offer\ncoupons",
            "variants:\n  - {id: own, template: offer}\n"
            "  - {id: twin, generic_twin_of: own}\n  - {id: bare, template: bare}\ncoupons",
        )
        + """---
kind: template
id: bare
variants: [{language: en, subject: Hello, text: "Hello\\n{{ links.unsubscribe }}"}]
""",
    )
    stock(ground, 100)
    run = launch(ground, "offer")
    arms = dict(
        decisions(ground).filter(pl.col("outcome") == "send").select("pid", "variant").rows()
    )
    read = texts(ground, run.run)
    with_code = {pid for pid, text in read.items() if text.startswith("Code-")}
    assert with_code == {pid for pid, arm in arms.items() if arm != "bare"}
    assert sum(pid is not None for pid in standing(ground).values()) == len(with_code)


def test_two_chunks_under_way_never_offer_the_same_code(ground: Ground) -> None:
    """The second chunk is decided while the first is not committed yet."""
    stock(ground, 100)
    with ground.store.write() as conn:
        run = launch_control.launch(conn, ground, "offer", NOON)
    work = open_round(ground, run.run, facts_of(run), NOON)
    halves = [np.arange(1, 31), np.arange(31, PEOPLE + 1)]
    first, second = (decide_people(work, read_people(work, half, NOON), NOON) for half in halves)
    codes = [*first.coupons[FOLDED], *second.coupons[FOLDED]]
    assert len(codes) == len(set(codes)) > 30
    assert set(standing(ground).values()) == {None}, "nothing is given before the commit"


def test_a_code_that_is_given_meanwhile_is_not_given_twice(ground: Ground) -> None:
    """A till gives away a code that is in the texts of a chunk: the chunk is decided again."""
    stock(ground, 100)
    run = launch_half(ground)
    work = open_round(ground, run.run, facts_of(run), NOON)
    pids = np.arange(1, PEOPLE + 1)
    decided = decide_people(work, read_people(work, pids, NOON), NOON)
    with ground.store.write() as conn:
        taken = coupons.free(conn, "spring", 1, until_us=0, now_us=0)[0]
        assert coupons.hand(conn, "spring", taken, 7, expires_us=0, now_us=1)
    assert not commit(work, run, decided, NOON)
    assert [pid for pid in standing(ground).values() if pid] == [7]
    again = decide_people(work, read_people(work, pids, NOON), NOON)
    assert commit(work, run, again, NOON)
    held = {code: pid for code, pid in standing(ground).items() if pid}
    assert held.pop("Code-000") == 7
    assert 7 not in held.values(), "who has one from the till keeps it"


def launch_half(ground: Ground) -> runs.Run:
    """A run whose audience is taken, and nobody decided about."""
    with ground.store.write() as conn:
        run = launch_control.launch(conn, ground, "offer", NOON)
    work = Launch(ground)
    try:
        work.freeze(run, NOON)
    finally:
        work.close()
    with ground.store.read() as conn:
        return runs.get(conn, run.run)


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("writes", [1, 2, 3, 4])
def test_a_launch_that_dies_at_any_write_gives_each_code_once(
    ground: Ground, writes: int, committed: bool
) -> None:
    stock(ground, 100)
    with ground.store.write() as conn:
        run = launch_control.launch(conn, ground, "offer", NOON)
    store = cast(Store, Mortal(ground.store, writes, committed=committed))
    with contextlib.suppress(Died):
        tick(Ground(store, ground.lake, ground.config), NOON)
    tick(ground, NOON + timedelta(minutes=5))
    read = texts(ground, run.run)
    held = {pid: code for code, pid in standing(ground).items() if pid}
    assert {pid: text.split()[0] for pid, text in read.items()} == held
    assert len(set(held.values())) == len(held) == len(read) > 0


def test_merged_people_keep_their_codes_and_erased_ones_leave_none(ground: Ground) -> None:
    stock(ground, 100)
    launch(ground, "offer")
    owners = sorted(pid for pid in standing(ground).values() if pid)
    one, other, gone = owners[:3]
    with ground.store.write() as conn:
        bonus.add(conn, [Entry(pid, "s", f"k{pid}", 10, 1) for pid in (one, other, gone)])
        merging.merge(
            conn, people.next_rev(conn), [merging.Merge(other, one, "by_hand")], now_us=2
        )
        salt = meta.load(conn).suppression_salt
        erasure = erase.erase(conn, gone, salt=salt, now_us=3)
    after = list(standing(ground).values())
    assert (after.count(one), after.count(other), after.count(gone)) == (2, 0, 0)
    assert after.count(erasure.pseudonym) == 1, "the code is never given again"
    assert (erasure.counts["coupons"], erasure.counts["bonus_entries"]) == (1, 1)
    with ground.store.read() as conn:
        assert [entry.pid for entry in bonus.of_people(conn, [one, other, gone])] == [one, one]
