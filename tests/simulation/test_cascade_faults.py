"""Cascades under faults and crashes: no step is lost, none doubled, none follows a delivery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from maracuja import commit_points, rng
from maracuja.campaigns.decoding import decode_text
from maracuja.simulate.vendors.http import Faults
from maracuja.store import definitions
from tests.nights import some_at_night
from tests.simulation.cascade_world import CHANNELS, Shop, opened_shop, phone

PEOPLE = 30
WAIT = timedelta(minutes=30)
FAULTS = Faults(
    limited=0.1, unavailable=0.1, failing=0.1, lost_before=0.1, lost_after=0.1, doubled=0.1,
    reordered=0.1,
)  # fmt: skip
STEPS = """
    - {channel: viber_business, wait: 30 minutes, price: 0.4}
    - {channel: sms, wait: 30 minutes}
    - {channel: telegram}
"""
AT_ONCE = ("Message Failed", "Message Rejected", "Message Bounced")
GOT = ("Message Delivered", "Message Read", "Message Clicked", "Message Replied")


def live(shop: Shop, seed: int) -> None:
    """Six hours in which phones receive, refuse or are silent, each in its own way."""
    chance = rng.stream(seed, "phones")
    fates = chance.choice(["Delivered", "Undelivered", "Read", ""], (PEOPLE, 2)).tolist()
    minutes = chance.integers(1, 70, (PEOPLE, 2)).tolist()
    told: set[tuple[str, int]] = set()
    for minute in range(0, 360, 10):
        for side, name in ((0, "viber_business"), (1, "sms")):
            for n in set(shop.got(name)):
                fate = fates[n][side]
                if fate and (name, n) not in told and minute >= minutes[n][side]:
                    told.add((name, n))
                    if name == "sms":
                        shop.sms.becomes(phone(n), "Delivered" if fate == "Read" else fate)
                    else:
                        shop.viber.tell_status(phone(n), fate)
        shop.settle(minutes=10)
    shop.settle(hours=60)


def check(shop: Shop) -> None:
    """What must hold of every cascade, whatever went wrong."""
    assert shop.waiting() == [] and shop.run_state() == "done", "every cascade ends"
    for vendor in (shop.viber, shop.telegram, shop.sms):
        assert vendor.violations == []
        assert all(times == 1 for times in vendor.taken.values()), "none is doubled"
    sends = shop.decisions().filter(outcome="send")
    assert sends.group_by("n", "channel").len()["len"].max() == 1
    events = shop.events().filter(pl.col("kind") == "internal")
    for n in range(PEOPLE):
        steps = sends.filter(n=n).sort("step")
        assert steps["step"].to_list() == list(range(steps.height)), "no step is lost"
        for at in range(1, steps.height):
            before, then = steps["message"][at - 1].hex(), steps["at"][at]
            told = events.filter(
                pl.col("properties.message") == before, pl.col("received") <= then
            )
            said = dict(zip(told["event"], told["ts"], strict=True))
            heard = set(told.filter(pl.col("received") < then)["event"])
            assert not heard & set(GOT), f"{n}: a step follows a delivery"
            failed = bool(said.keys() & set(AT_ONCE))
            sent = said.get("Message Sent", said.get("Message Unknown"))
            assert failed or (sent is not None and then - sent >= WAIT), f"{n}: too early"


@pytest.mark.slow
@pytest.mark.parametrize("order", ["given", "cheapest", "responding"])
@pytest.mark.parametrize("seed", some_at_night([1, 2]))
def test_with_every_fault_each_person_gets_one_message_at_a_time(
    tmp_path: Path, seed: int, order: str
) -> None:
    faults = dict.fromkeys(CHANNELS, FAULTS)
    with opened_shop(
        tmp_path, order=order, steps=STEPS, seed=seed, faults=faults, holdout=0.2
    ) as shop:
        shop.know(PEOPLE, chats=range(0, PEOPLE, 2), phones=range(PEOPLE - 3))
        shop.launch()
        live(shop, seed)
        check(shop)
        ghosts = shop.decisions().filter(outcome="ghost")
        assert ghosts.height and set(ghosts["step"]) == {0}, "ghosts go no further"


class Died(BaseException):
    """The process ended here."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, point: str, times: int) -> Iterator[None]:
    """Let the next work end where this point is passed for the n-th time."""
    left = times

    def die() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            commit_points.arm("")
            raise Died

    with monkeypatch.context() as patch:
        patch.setattr(commit_points, "_die", die)
        commit_points.arm(point, times)
        try:
            yield
        finally:
            commit_points.arm("")


POINTS = (
    "chunk.decisions_written",
    "chunk.bodies_written",
    "chunk.queued",
    "chunk.committed",
    "waiting.begun",
    "waiting.committed",
    "delivery.claimed",
    "delivery.handed_on",
    "delivery.recorded",
    "delivery.committed",
    "projection.files_written",
    "projection.people_written",
    "projection.committed",
    "run.done",
)


@pytest.mark.slow
@pytest.mark.parametrize("times", some_at_night([1, 2]))
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_any_commit_point_loses_no_step_and_doubles_none(
    tmp_path: Path, point: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_shop(tmp_path, steps=STEPS) as shop:
        shop.know(12, chats=range(0, 12, 2))
        shop.viber.stopped = {phone(0), phone(1)}
        shop.launch()
        died = 0
        for minute in range(0, 130, 5):
            if minute == 10:
                for n in range(2, 5):
                    shop.viber.tell_status(phone(n), "Delivered")
                shop.viber.tell_status(phone(5), "Undelivered")
            if minute == 45:
                for n in {6, 7} & set(shop.got("sms")):
                    shop.sms.becomes(phone(n), "Delivered")
            with dying(monkeypatch, "" if died else point, times):
                try:
                    shop.settle(minutes=5)
                except Died:
                    died += 1
                    shop.restart()
        shop.settle(hours=1)
        assert died or times == 2, "the point was passed"
        assert shop.run_state() == "done" and shop.waiting() == []
        assert sorted(shop.got("viber_business")) == list(range(2, 12))
        sms = [0, 1, *range(5, 12)]
        assert Counter(shop.got("sms")) == Counter(sms), "once each"
        assert sorted(shop.got("telegram")) == [0, 8, 10]


WELCOME = """
kind: campaign
id: hello
topic: news
trigger: {event: Signed Up, wait: 10 minutes, unless: [{did: Order Completed}]}
cascade:
  steps: [{channel: viber_business, wait: 30 minutes}, {channel: sms, wait: 30 minutes},
          {channel: telegram}]
template: hello
expires_after: 5 hours
goals: [order]
holdout: 0
"""


def welcome(shop: Shop) -> None:
    """The campaign listens, and ten people sign up; one of them buys before it is due."""
    with shop.app.store.write() as conn:
        [one] = decode_text(WELCOME)
        version = definitions.get(conn, "campaign", "hello").version
        definitions.put(conn, "campaign", "hello", one, base=version, actor="test", now_us=1)
    shop.launch()
    shop.settle(minutes=1)
    for n in range(10):
        shop.track(n, "Signed Up")
    shop.settle(minutes=5)
    shop.order(9, 10)


def receipts(shop: Shop, minute: int) -> None:
    """Some phones receive what comes, one refuses it, the others are silent."""
    if minute == 20:
        for n in range(2, 5):
            shop.viber.tell_status(phone(n), "Delivered")
        shop.viber.tell_status(phone(5), "Undelivered")
    if minute == 55:
        for n in {6, 7} & set(shop.got("sms")):
            shop.sms.becomes(phone(n), "Delivered")


def welcomed(shop: Shop) -> None:
    """Who got what of it, once each: who was reached got nothing more."""
    assert sorted(shop.got("viber_business")) == list(range(2, 9)), "who has bought gets nothing"
    assert Counter(shop.got("sms")) == Counter([0, 1, *range(5, 9)]), "once each"
    assert sorted(shop.got("telegram")) == [0, 8]
    assert shop.waiting() == []
    never = shop.decisions().filter(n=9)
    assert never.select("outcome", "reason").rows() == [("never", "goal_reached")]


def test_what_an_event_sets_off_falls_back_to_other_channels(tmp_path: Path) -> None:
    with opened_shop(tmp_path) as shop:
        shop.know(10, chats=range(0, 10, 2))
        shop.viber.stopped = {phone(0), phone(1)}
        welcome(shop)
        shop.settle(minutes=4)
        assert shop.got("viber_business") == [], "its wait is not over"
        for minute in range(10, 130, 5):
            receipts(shop, minute)
            shop.settle(minutes=5)
        shop.settle(hours=6)
        welcomed(shop)


@pytest.mark.slow
@pytest.mark.parametrize("point", some_at_night(["entries.handed_over", *POINTS[:-1]]))
def test_a_crash_between_the_event_and_the_last_channel_changes_nothing(
    tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_shop(tmp_path) as shop:
        shop.know(10, chats=range(0, 10, 2))
        shop.viber.stopped = {phone(0), phone(1)}
        welcome(shop)
        died = 0
        for minute in range(5, 130, 5):
            receipts(shop, minute)
            with dying(monkeypatch, "" if died else point, 1):
                try:
                    shop.settle(minutes=5)
                except Died:
                    died += 1
                    shop.restart()
        shop.settle(hours=6)
        assert died, "the point was passed"
        welcomed(shop)
