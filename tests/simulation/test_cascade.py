"""Cascades over three simulated vendors: who gets what, when, and that nobody gets it twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from maracuja.decisions.reason_words import words
from maracuja.decisions.reasons import read
from maracuja.model import FileKind, micros
from maracuja.runtime import campaign_work
from maracuja.runtime.campaign_rehearsal import rehearse
from maracuja.runtime.cascade_rehearsal import costs
from maracuja.runtime.launch_history import FIRST, History
from maracuja.runtime.people_why import why
from maracuja.simulate.vendors.http import Faults
from maracuja.stats.cascade import ChannelTold
from maracuja.store import definitions, manifest, people
from maracuja.store.merging import Merge, merge
from maracuja.store.outbox import OutboxState
from maracuja.ui import report_cascade
from tests.simulation.cascade_world import CHANNELS, NOW, Shop, opened_shop, phone


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened_shop(tmp_path) as made:
        yield made


def test_who_is_reached_gets_one_message_and_who_is_not_gets_the_next(shop: Shop) -> None:
    shop.know(6, phones={0, 1, 2, 3}, chats={2, 3, 4})
    shop.launch()
    shop.settle()
    assert shop.got("viber_business") == [0, 1, 2, 3], "first where it reaches"
    assert shop.got("telegram") == [4], "else the next that does"
    shop.viber.tell_status(phone(0), "Delivered")
    shop.viber.tell_status(phone(2), "Delivered")
    shop.settle(minutes=29)
    assert shop.got("sms") == []
    shop.settle(minutes=2)
    assert shop.got("telegram") == [4, 3], "no receipt for half an hour: the next channel"
    assert shop.got("sms") == [1], "who has no chat is sent the one after"
    shop.settle(hours=5)
    assert len(shop.got("viber_business") + shop.got("telegram") + shop.got("sms")) == 7
    assert shop.waiting() == [] and shop.run_state() == "done"
    never = shop.decisions().filter(n=5)
    reason, detail = read(never["reason"].item())
    assert words(reason, "en", detail) == "there is no address to reach the person at"


def test_what_fails_for_good_goes_on_at_once(shop: Shop) -> None:
    shop.know(3)
    shop.viber.stopped = {phone(0)}
    shop.telegram.closed = {1000}
    shop.launch()
    shop.settle(seconds=5)
    assert shop.got("viber_business") == [1, 2]
    assert shop.got("telegram") == []
    assert shop.got("sms") == [0], "two steps failed"
    shop.viber.tell_status(phone(1), "Undelivered")
    shop.settle(seconds=5)
    assert shop.got("telegram") == [1], "a receipt says so"
    shop.settle(hours=1)
    assert shop.got("telegram") == [1, 2]
    assert shop.run_state() == "done"
    steps = shop.decisions().filter(outcome="send").sort("n", "step")
    told = steps.select("n", "step", "channel").rows()
    assert told == [
        (0, 0, "viber_business"),
        (0, 1, "telegram"),
        (0, 2, "sms"),
        (1, 0, "viber_business"),
        (1, 1, "telegram"),
        (2, 0, "viber_business"),
        (2, 1, "telegram"),
    ]
    assert steps["message"].n_unique() == steps.height


def test_consent_and_opting_out_hold_for_each_channel(shop: Shop) -> None:
    shop.know(4, agreed={"viber_business": {0, 1}, "sms": {0, 1, 2}, "telegram": ()})
    shop.launch()
    shop.settle()
    assert shop.got("viber_business") == [0, 1] and shop.got("sms") == [2]
    shop.leave("sms", 0)
    shop.settle(hours=1)
    assert shop.got("sms") == [2, 1], "the first opted out before the step"
    last = shop.decisions().filter(n=0)
    assert last["outcome"].to_list() == ["send", "never"]
    assert last["reason"][1] == "unreachable:telegram=no_consent,sms=opted_out"
    assert shop.decisions().filter(n=3)["reason"].to_list() == ["no_consent"]
    assert shop.states() == {OutboxState.SENT: 4}


def test_the_cheapest_that_reaches_goes_first(tmp_path: Path) -> None:
    with opened_shop(tmp_path, order="cheapest") as shop:
        shop.know(3, chats={1, 2})
        shop.launch()
        shop.settle()
        assert shop.got("telegram") == [1, 2], "it costs nothing"
        assert shop.got("viber_business") == [0]
        shop.settle(hours=1)
        assert shop.got("sms") == [0]


def test_where_a_person_answers_goes_first(tmp_path: Path) -> None:
    with opened_shop(tmp_path, order="responding") as shop:
        shop.know(4)
        shop.launch()
        shop.settle()
        assert shop.got("viber_business") == [0, 1, 2, 3], "nothing is known: as it is written"
        shop.viber.tell_status(phone(0), "Read")
        shop.viber.tell_status(phone(1), "Read")
        shop.settle(hours=1)
        assert shop.got("telegram") == [2, 3]
        shop.telegram.press(1002, shop.telegram.message_of(1002), "yes", at_s=int(NOW.timestamp()))
        shop.settle(minutes=1)
        shop.again("again")
        shop.settle()
        assert shop.got("viber_business")[4:] == [0, 1, 3], "of equal ones as written"
        assert shop.got("telegram")[2:] == [2]


def test_the_report_compares_the_channels_and_says_what_was_saved(tmp_path: Path) -> None:
    steps = """
    - {channel: viber_business, wait: 30 minutes, price: 0.4}
    - {channel: telegram}
    - {channel: sms, price: 1.5}
"""
    with opened_shop(tmp_path, steps=steps) as shop:
        shop.know(10, chats=range(2), agreed={c: range(10) for c in CHANNELS})
        shop.viber.stopped = {phone(9)}
        shop.launch()
        shop.settle()
        for n in range(6):
            shop.viber.tell_status(phone(n), "Read" if n < 2 else "Delivered")
        shop.order(3, 20)
        shop.settle(hours=1)
        shop.order(8, 30)
        shop.settle(hours=24 * 9)
        told = campaign_work.report(shop.app.ground, "hello", now=shop.clock.now()).cascade
        assert told is not None
        viber, telegram, sms = told.channels
        assert viber == ChannelTold(
            channel="viber_business", sent=9, delivered=6, read=2, clicked=0, failed=1,
            fell_back=4, goals=1, cost=360,
        )  # fmt: skip
        assert (telegram.sent, telegram.delivered, telegram.read) == (0, None, None)
        assert sms == ChannelTold(
            channel="sms", sent=4, delivered=0, read=None, clicked=0, failed=0, fell_back=0,
            goals=1, cost=600,
        )  # fmt: skip
        assert (told.people, told.cost, told.alone, told.alone_cost) == (10, 960, "sms", 1500)
        assert told.saved == 540
        said = report_cascade.sentence(told, "UAH", "en")
        assert said.replace("\u00a0", " ") == (
            "The cascade cost UAH 9.60. The same 10 people by SMS alone, one message each at "
            "UAH 1.50, would have cost UAH 15.00: it saved UAH 5.40."
        )


def test_the_dry_run_says_whom_each_step_reaches_and_what_it_may_cost(shop: Shop) -> None:
    shop.know(
        40, phones=range(30), chats=range(20, 40), agreed={one: range(40) for one in CHANNELS[:2]}
        | {"sms": range(25)},
    )  # fmt: skip
    now = shop.clock.now()
    viber, telegram, sms = rehearse(shop.app.ground, "hello", now).cascade
    assert (viber.reachable, viber.first, viber.least, viber.expected, viber.most) == (
        30, 30, 30, 30.0, 30,
    )  # fmt: skip
    assert (telegram.reachable, telegram.first, telegram.expected, telegram.most) == (
        20, 10, None, 20,
    )  # fmt: skip
    assert (sms.reachable, sms.first, sms.least, sms.expected, sms.most) == (25, 0, 0, None, 25)
    assert viber.cost_most == pytest.approx(12) and sms.each == pytest.approx(0.9)
    assert costs([viber, telegram, sms]) == pytest.approx((12.0, None, 12 + 25 * 0.9), nan_ok=True)
    shop.launch()
    shop.settle()
    for n in range(24):
        shop.viber.tell_status(phone(n), "Delivered")
    shop.settle(hours=1)
    assert len(shop.got("telegram")) == 10 + 6 and len(shop.got("sms")) == 0
    viber, telegram, sms = rehearse(shop.app.ground, "hello", shop.clock.now()).cascade
    assert telegram.expected == pytest.approx(10 + 10 * 6 / 30), "six of thirty did not arrive"
    assert sms.expected is None, "sixteen messages say too little about Telegram"


def test_the_dry_run_has_no_steps_where_there_is_no_cascade(shop: Shop) -> None:
    shop.know(2)
    with shop.app.store.write() as conn:
        raw = msgspec.json.decode(definitions.get(conn, "campaign", "hello").body)
        raw |= {"cascade": None, "channel": "sms"}
        definitions.put(
            conn, "campaign", "hello", raw, base=None, actor="test", now_us=micros(NOW)
        )
    assert rehearse(shop.app.ground, "hello", NOW).cascade == ()


def test_a_receipt_that_comes_late_still_stops_the_next_message(tmp_path: Path) -> None:
    down = {"sms": Faults(unavailable=1.0)}
    with opened_shop(tmp_path, faults=down) as shop:
        shop.know(2, chats=())
        shop.launch()
        shop.settle(minutes=31)
        assert shop.states() == {OutboxState.SENT: 2, OutboxState.QUEUED: 2}, "SMS is down"
        shop.viber.tell_status(phone(0), "Delivered")
        shop.settle(seconds=1)
        shop.sms.faults = Faults()
        shop.settle(hours=3)
        assert shop.got("sms") == [1]
        assert shop.states() == {OutboxState.SENT: 3, OutboxState.WITHDRAWN: 1}
        found = why(shop.app.ground, shop.pids[0], shop.clock.now())
        assert [one.says for one in found.decisions] == [
            "not sent: another channel of the cascade had reached the person first",
            "sent",
        ]
        told = campaign_work.report(shop.app.ground, "hello", now=shop.clock.now()).cascade
        assert told is not None and [one.failed for one in told.channels] == [0, 0, 0]


def test_who_leaves_by_a_link_gets_nothing_more(shop: Shop) -> None:
    shop.know(2, chats=())
    shop.launch()
    shop.settle()
    assert shop.press_leave(shop.viber.shown[0][1]["text"]) == 200
    shop.settle(hours=1)
    assert shop.got("sms") == [1], "the other one did not leave"
    assert shop.run_state() == "done"


def test_people_who_turn_out_to_be_one_get_no_second_cascade(shop: Shop) -> None:
    shop.know(4, chats=())
    shop.launch()
    shop.settle()
    shop.viber.tell_status(phone(1), "Delivered")
    shop.settle(minutes=1)
    with shop.app.store.write() as conn:
        rev, now_us = people.next_rev(conn), micros(shop.clock.now())
        one, other = Merge(shop.pids[0], shop.pids[1], ""), Merge(shop.pids[2], shop.pids[3], "")
        merge(conn, rev, [one, other], now_us=now_us, actor="test")
    shop.settle(hours=2)
    assert shop.got("viber_business") == [0, 1, 2, 3]
    assert shop.got("sms") == [], "each has had two messages already, as two people"
    assert shop.run_state() == "done" and shop.waiting() == []


def test_lift_counts_the_first_step_alone(tmp_path: Path) -> None:
    with opened_shop(tmp_path, holdout=0.3) as shop:
        shop.know(40, chats=())
        shop.launch()
        shop.settle(hours=1)
        sent = shop.decisions().filter(outcome="send")
        ghosts = shop.decisions().filter(outcome="ghost")
        firsts = sent.filter(step=0).height
        assert sent.height == 2 * firsts and firsts + ghosts.height == 40
        report = campaign_work.report(shop.app.ground, "hello", now=shop.clock.now())
        assert report.audience.would_send == 40 and report.audience.sent == firsts
        last = campaign_work.last_decisions(shop.app.ground, "hello", shop.clock.now())
        assert last.height == 40 and set(last["outcome"]) == {"send", "ghost"}
        shop.settle(hours=24)
        again = shop.clock.now()
        with shop.app.store.read() as conn:
            files = manifest.live(conn, [FileKind.DECISIONS], micros(again))
        none = np.empty(0, dtype=np.int64)
        counted = History(
            shop.app.lake_root, files, none, none, FIRST, again - timedelta(days=7)
        ).of(np.sort(np.array(shop.pids)))
        assert counted.height == 40, "the cap counts each message once, and ghosts"
