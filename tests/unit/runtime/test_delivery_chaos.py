"""Delivery under a vendor that breaks on a seeded schedule, with crashes at any moment.

What must hold is read off the state, not off the answers: every message ends, none reaches the
vendor twice once it may have been taken, unknown are at most those in flight.
"""

from __future__ import annotations

import email
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maracuja import rng
from maracuja.channels.base import Answer, Mail, Stage
from maracuja.model import ConsentState
from maracuja.runtime.transport import Course
from maracuja.store.engine import Store
from maracuja.store.outbox import OutboxState
from tests.unit.runtime.delivery_world import ACCEPTED, NOW, Crash, World, facts_of

FINAL = {
    OutboxState.SENT,
    OutboxState.FAILED,
    OutboxState.UNKNOWN,
    OutboxState.EXPIRED,
    OutboxState.WITHDRAWN,
}
FAULTS = (
    Answer(stage=Stage.RECIPIENT, code=550, text="5.1.1 no such user"),
    Answer(stage=Stage.RECIPIENT, code=451, text="4.3.0 try later"),
    Answer(stage=Stage.RECIPIENT, code=421, text="4.7.0 too many connections"),
    Answer(stage=Stage.CONTENT, lost=True, text="broke before the content"),
    Answer(stage=Stage.GIVEN, lost=True, text="broke after the content"),
    Answer(stage=Stage.CONNECT, lost=True, text="refused"),
    Answer(stage=Stage.GIVEN, code=552, text="5.3.4 too big"),
)


class Misbehaving:
    """A vendor whose faults and crashes are drawn from a seed; it remembers what it took."""

    def __init__(self, seed: int) -> None:
        self._draw = rng.stream(seed, "vendor")
        self._rates = self._draw.dirichlet([6.0] + [1.0] * len(FAULTS))
        self._crash_rate = float(self._draw.choice([0.0, 0.01, 0.05]))
        self.taken: list[Mail] = []

    async def send(self, wires: Sequence[Any], course: Course) -> list[Answer | None]:
        answers: list[Answer | None] = [None] * len(wires)
        for n, mail in enumerate(wires):
            if course.halted() or self._draw.random() < 0.02 or not await course.begin([n]):
                break
            kind = int(self._draw.choice(len(self._rates), p=self._rates))
            answer = ACCEPTED if kind == 0 else FAULTS[kind - 1]
            if answer is ACCEPTED or (answer.lost and answer.stage is Stage.GIVEN):
                self.taken.append(mail)
            if self._draw.random() < self._crash_rate:
                raise Crash
            answers[n] = answer
            course.answered(n, answer)
            if self._draw.random() < self._crash_rate:
                raise Crash
            if answer.stage is Stage.CONNECT:
                break
        return answers

    async def close(self) -> None:
        pass


def live(world: World, vendor: Misbehaving) -> int:
    """Run for three days of jumps, starting again after each crash; how many were in flight."""
    now, lost = NOW, 0
    for _ in range(20_000):
        try:
            due = world.delivery.step(now)
        except Crash:
            world.delivery.close()
            world.delivery = world.open(vendor)
            unknown = world.delivery.recover(now)
            lost += unknown
            assert unknown <= 1, "this vendor carries one message at a time"
            continue
        if due is None or due > NOW + timedelta(days=3):
            return lost
        now = due
    raise AssertionError("the delivery does not come to rest")


def check(world: World, vendor: Misbehaving, lost: int) -> None:
    states = world.states()
    assert set(states.values()) <= FINAL
    ids = Counter(email.message_from_bytes(mail.data)["Message-ID"] for mail in vendor.taken)
    assert max(ids.values()) == 1, "no Message-ID reaches the server twice"
    taken = {int(mail.recipient.partition("@")[0][1:]) for mail in vendor.taken}
    sent = {pid for pid, state in states.items() if state is OutboxState.SENT}
    unknown = {pid for pid, state in states.items() if state is OutboxState.UNKNOWN}
    assert sent <= taken <= sent | unknown
    broken = sum(p.get("raw", "").startswith("broke after") for _, _, p in world.events())
    assert len(unknown) == lost + broken
    told = Counter(pid for pid, _, _ in world.events())
    assert set(told) == set(states) and set(told.values()) == {1}, "one end for each message"


@pytest.mark.parametrize("seed", range(1, 9))
def test_every_message_ends_once(sqlite_store: Store, tmp_path: Path, seed: int) -> None:
    print("seed", seed)
    world = World(sqlite_store, tmp_path / "lake")
    world.delivery.close()
    vendor = Misbehaving(seed)
    world.delivery = world.open(vendor)
    world.ready(150, facts=facts_of(expires_after="2 days"))
    world.consent(range(1, 150, 7), ConsentState.OPTED_OUT)
    lost = live(world, vendor)
    check(world, vendor, lost)
    world.delivery.close()


def test_on_both_databases(store: Store, tmp_path: Path) -> None:
    world = World(store, tmp_path / "lake")
    world.delivery.close()
    vendor = Misbehaving(3)
    world.delivery = world.open(vendor)
    world.ready(40)
    check(world, vendor, live(world, vendor))
    world.delivery.close()
