"""The whole way over SMPP: the worker's own line to an SMSC on loopback, and back to the lake."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maracuja import app as composition
from maracuja.runtime import smpp
from maracuja.runtime.vendor_accounts import Vendors
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.smsc import Served, Smsc, serving_smsc
from maracuja.store import health
from maracuja.store.outbox import OutboxState as S
from tests.contract.channel_cases.sms import known, number
from tests.contract.channel_cases.sms_smpp import CASE
from tests.contract.channel_world import World, define, opened_world

PEOPLE = 30


class AsVendor(Smsc):
    """The SMSC as the world of the suites knows vendors."""

    now: Any = None


def until(holds: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait until something holds that another thread brings about."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "it never came"
        threading.Event().wait(0.005)


@contextmanager
def opened(
    place: Path, monkeypatch: pytest.MonkeyPatch, smsc: AsVendor, **settings: Any
) -> Iterator[tuple[World, Served]]:
    """A shop whose worker opens its line by itself."""
    make = composition.make_worker
    monkeypatch.setattr(
        composition, "make_worker", lambda app, holder, **_: make(app, holder=holder)
    )
    monkeypatch.setattr(smpp.SmppTransport.__init__, "__kwdefaults__", {"back_off_s": (0.02,)})
    with serving_smsc(smsc) as served:
        section = {
            "driver": "smpp", "host": "127.0.0.1", "port": served.port, "system_id": "shop",
            "password": "secret", "sender": "MARACUJA", "timeout_s": 5, **settings,
        }  # fmt: skip
        made = replace(CASE, section=section, vendor=lambda *_: smsc)  # type: ignore[arg-type,return-value]
        with opened_world(place, made, faults=Faults()) as world:
            yield world, served


def begin(world: World, size: int = PEOPLE) -> None:
    """The shop knows its customers' numbers; all agree, and the campaign is launched."""
    world.identify([known(n) for n in range(size)])
    world.settle()
    world.launch()


def test_a_campaign_goes_out_and_what_became_of_it_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fates = {number(20): ("UNDELIV", "001"), number(21): ("EXPIRED", "000"), number(22): ("", "")}
    smsc = AsVendor(fate=lambda to: fates.get(to, ("DELIVRD", "000")))
    with opened(tmp_path, monkeypatch, smsc, gone_codes=["001"]) as (world, served):
        begin(world)
        world.deliver(hours=1)
        assert world.states() == {S.SENT: PEOPLE}
        assert set(smsc.taken.values()) == {1} and len(smsc.taken) == PEOPLE
        assert "passion fruit" in smsc.shown[0][1] and not smsc.violations
        for n in range(3):
            served.do(smsc.write, number(n), "Дякую, чекаю на маракуйю! " * (1 + 3 * n))
        served.do(smsc.write, number(5), "СТОП")
        until(lambda: smsc.owed == 0)
        world.settle(seconds=2)
        counts = world.counts()
        assert counts["Message Sent"] == PEOPLE
        assert counts["Message Delivered"] == PEOPLE - 3
        assert counts["Message Bounced"] == 1 and counts["Message Failed"] == 1
        assert counts["Message Replied"] == 3 and counts["Chat Left"] == 1
        told = world.events().filter(world.events()["event"] == "Message Delivered")
        assert told["properties.message"].null_count() == 0, "each is known by its message"


LONG = """
kind: template
id: hello
language: uk
variants:
  - language: uk
    text: "Вітаємо, {{ person.first_name }}! %s {{ links.unsubscribe }}"
""" % ("Маракуйя вже тут, приходьте по неї щодня до вечора. " * 3)


def test_a_message_in_parts_is_delivered_once_all_of_them_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: Counter[str] = Counter()

    def fate(to: str) -> tuple[str, str]:
        """The second part of two messages does not arrive; of one nothing more is told."""
        told[to] += 1
        if told[to] == 2 and to in (number(1), number(2)):
            return "UNDELIV", "000"
        return ("", "") if told[to] == 2 and to == number(3) else ("DELIVRD", "000")

    smsc = AsVendor(fate=fate, hex_answers=True)
    with opened(tmp_path, monkeypatch, smsc, ids_in_answers="hex") as (world, _):
        with world.app.store.write() as conn:
            define(conn, LONG)
        begin(world, 10)
        world.deliver(hours=1)
        assert world.states() == {S.SENT: 10}
        assert set(told.values()) == {4} and not smsc.violations, "a receipt for each part"
        until(lambda: smsc.owed == 0)
        world.settle(seconds=2)
        counts = world.counts()
        assert counts["Message Sent"] == 10
        assert counts["Message Delivered"] == 7 and counts["Message Failed"] == 2


def test_receipts_of_another_day_are_known_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the SMSC could not tell while nobody listened, it tells to the next worker."""
    smsc = AsVendor(faults=Faults(), hex_answers=True)
    kept = Vendors.smpp

    def full(vendors: Any, channel: Any) -> Any:
        transport = kept(vendors, channel)

        def refuse(_: Any) -> None:
            raise OSError("no room")

        transport._keep = refuse
        return transport

    monkeypatch.setattr(Vendors, "smpp", full)
    with opened(tmp_path, monkeypatch, smsc, ids_in_answers="hex") as (world, _):
        begin(world)
        world.deliver(hours=1)
        assert world.states() == {S.SENT: PEOPLE}
        world.worker.close()
        assert smsc.owed == PEOPLE
        monkeypatch.setattr(Vendors, "smpp", kept)
        world.worker = composition.make_worker(world.app, holder="next")
        try:
            until(lambda: smsc.owed == 0)
            world.settle(seconds=2)
            assert world.counts()["Message Delivered"] == PEOPLE
        finally:
            world.worker.close()


@pytest.mark.slow
def test_unknown_outcomes_are_never_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = 0.1
    smsc = AsVendor(
        seed=3,
        faults=Faults(
            limited=share, failing=share, lost_before=share / 2,
            lost_after=share / 2, doubled=share, reordered=share,
        ),
    )  # fmt: skip
    with opened(tmp_path, monkeypatch, smsc, window=3) as (world, _):
        begin(world, 60)
        world.deliver(hours=24)
        states = world.states()
        assert world.left() == 0, "nothing is lost"
        assert sum(states.values()) == 60 and set(states) == {S.SENT, S.UNKNOWN}
        assert set(smsc.taken.values()) == {1}, "nothing is doubled"
        assert len(smsc.taken) >= states[S.SENT] and not smsc.violations
        until(lambda: smsc.owed == 0)
        world.settle(seconds=2)
        delivered = world.counts()["Message Delivered"]
        assert states[S.SENT] <= delivered <= len(smsc.taken), "each of them once"


def test_a_password_that_no_longer_holds_stops_the_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    smsc = AsVendor(faults=Faults(revoked_after=10))
    with opened(tmp_path, monkeypatch, smsc) as (world, _):
        begin(world)
        world.deliver(hours=0.01)
        with world.app.store.read() as conn:
            assert "sms" in health.paused(conn)
        assert world.states()[S.QUEUED] >= PEOPLE - 20


def test_the_account_is_asked_by_binding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from maracuja.runtime import channel_trial

    with opened(tmp_path, monkeypatch, AsVendor()) as (world, _):
        channel, transport = world.app.vendors.sending("sms")
        words = channel_trial.check_account(channel, transport)  # type: ignore[arg-type]
        assert words == "shop at 127.0.0.1"
        result = channel_trial.send_test(
            channel, transport, number(1), "It works.", world.clock.now()
        )
        assert result.verdict == "accepted"
