"""Three days at the desk: people write, two operators answer, vendors stumble; nobody is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from maracuja import rng
from maracuja.simulate.vendors.http import Faults
from maracuja.store import conversations
from maracuja.store.conversations import Author, TalkState
from tests.contract.channel_case import Case
from tests.contract.channel_cases import sms, telegram, viber, whatsapp
from tests.contract.channel_world import World, opened_world
from tests.contract.operator_desk import Desk
from tests.nights import some_at_night

PEOPLE = 8
STEPS = 72  # of an hour
FAULTS = Faults(
    limited=0.05, unavailable=0.05, lost_before=0.05, lost_after=0.05, doubled=0.3, reordered=0.3
)
DONE = {"sent", "delivered", "read", "replied", "unknown"}


class Side(NamedTuple):
    """A channel: how its people say something, and what they have before their eyes."""

    case: Case
    say: Callable[[Any, int, str, datetime], None]


def say_telegram(vendor: Any, n: int, text: str, at: datetime) -> None:
    vendor.write(1000 + n, text, at_s=int(at.timestamp()))


def say_viber(vendor: Any, n: int, text: str, at: datetime) -> None:
    vendor.write(viber.user(n), at_ms=int(at.timestamp() * 1000), text=text)


def say_whatsapp(vendor: Any, n: int, text: str, at: datetime) -> None:
    vendor.write(whatsapp.user(n), text, at_s=int(at.timestamp()))


def say_sms(vendor: Any, n: int, text: str, at: datetime) -> None:
    vendor.write(f"+38067123{n:04}", text)


SIDES = {
    "telegram": Side(telegram.CASE, say_telegram),
    "viber": Side(viber.CASE, say_viber),
    "whatsapp": Side(whatsapp.CASE, say_whatsapp),
    "sms": Side(sms.CASE, say_sms),
}


class Given(NamedTuple):
    """An answer that was taken: by whom, which turn it became, and what had been seen."""

    operator: str
    number: str
    seq: int
    after: int
    text: str


def answer_some(desk: Desk, seen: list[Any], chance: rng.Rng) -> tuple[list[Given], int]:
    """The operator answers some of what they saw a while ago; and how often they came too late."""
    given, late = [], 0
    for talk in seen:
        if chance.random() < 0.6:
            text = f"{desk.name} to {talk['id'][:6]}, having seen {talk['seq']}."
            body = {"id": text, "after": talk["seq"], "operator": desk.name, "text": text}
            asked = desk.ask("POST", f"/{talk['id']}/answers", json=body)
            if asked.status_code == 409:
                assert asked.json()["where"] == "after"
                late += 1
            else:
                assert asked.status_code == 202, asked.text
                turn = asked.json()
                given.append(Given(desk.name, talk["id"], turn["seq"], talk["seq"], text))
    return given, late


def play(world: World, side: Side) -> tuple[list[str], list[Given], int]:
    """Everything that people said, the answers that were taken, and collisions."""
    chance = rng.stream(7, "desk", world.channel)
    anna, boris = Desk(world), Desk(world, "Boris")
    said: list[str] = []
    given: list[Given] = []
    late = 0
    if side.case.arrive is not None:
        side.case.arrive(world.vendor, PEOPLE)
        world.call(world.vendor.calls())
    for step in range(STEPS):
        for n in range(PEOPLE):
            if chance.random() < 0.15:
                said.append(f"word {n} of hour {step}")
                side.say(world.vendor, n, said[-1], world.clock.now())
        assert set(world.call(world.vendor.calls())) <= {200}
        world.settle(minutes=20)
        seen = anna.listed(state="open")  # both look at the same moment
        for desk in (anna, boris):
            taken, collided = answer_some(desk, seen, chance)
            given += taken
            late += collided
        world.settle(minutes=40)
    for talk in anna.listed(state="open"):
        anna.answer(talk["id"], f"the last to {talk['id']}.")
    world.settle(hours=2)
    return said, given, late


@pytest.mark.slow
@pytest.mark.parametrize("channel", some_at_night(SIDES))
def test_days_at_the_desk(channel: str, tmp_path: Path) -> None:
    side = SIDES[channel]
    with opened_world(tmp_path, side.case, seed=11, faults=FAULTS) as world:
        said, given, late = play(world, side)
        with world.app.store.read() as conn:
            talks = {one.id.hex(): one for one in conversations.listed(conn)}
            turns = {n: conversations.turns_of(conn, bytes.fromhex(n)) for n in talks}
        everything = [turn for several in turns.values() for turn in several]
        words = [t.text for t in everything if t.author == Author.PERSON and t.text in set(said)]
        assert Counter(words) == Counter(said), "every word is a turn once"
        assert all([t.seq for t in s] == list(range(1, len(s) + 1)) for s in turns.values())
        assert given and late, "answers were taken, and some came too late"

        by_place = {(number, t.seq): t for number, several in turns.items() for t in several}
        for one in given:
            between = (by_place[one.number, seq] for seq in range(one.after + 1, one.seq))
            others = [t for t in between if t.operator not in ("", one.operator)]
            assert not others, "nobody answered past another operator"

        answers = [t for t in everything if t.author == Author.OPERATOR]
        shown = Counter(
            t.text for t in answers for one in world.vendor.shown if t.text in repr(one)
        )
        assert {t.status for t in answers} <= DONE
        for turn in answers:
            arrived = shown[turn.text]
            assert arrived == 1 or (turn.status == "unknown" and arrived == 0), turn
        assert {one.state for one in talks.values()} == {TalkState.WAITING}
        assert not world.vendor.violations
