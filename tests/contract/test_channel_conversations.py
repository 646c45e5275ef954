"""What people write on any channel is a turn of their conversation, and can be answered there.

A new channel joins by its recorded calls alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja.channels import CHANNELS
from maracuja.channels.base import Channel
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.http import HttpChannel
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.model import micros
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.store import conversations, inbox, people
from maracuja.store.conversations import Conversation, TalkState, Turn
from tests.contract.channel_case import NOW, recorded
from tests.contract.channel_world import World, opened_world
from tests.contract.operator_desk import Desk
from tests.contract.test_accounts import PROMO, Shop
from tests.contract.test_accounts import shop as shop  # a fixture
from tests.contract.test_channels import case_of, heard

OVER_HTTP = [kind for kind in CHANNELS if issubclass(kind, HttpChannel)]
SAID = (HeardKind.MESSAGE, HeardKind.TAP)
Kind = type[Channel[Any]]
over_http = pytest.mark.parametrize("kind", OVER_HTTP, ids=lambda c: c.name)


def words_of(kind: Kind) -> dict[tuple[str, str], Heard]:
    """What people said in the recorded calls, by kind and the vendor's key."""
    case = case_of(kind)
    told = [one for call in recorded(kind.name) for one in heard(case, call.body).heard]
    said = [one for one in told if one.kind in SAID and one.address]
    return {(one.kind, one.key): one for one in reversed(said)}  # of several the first counts


def call_all(world: World, kind: Kind) -> None:
    """The vendor makes every recorded call."""
    case = case_of(kind)
    assert case.genuine is not None
    bodies = [call.body for call in recorded(kind.name)]
    raws = [one.encode() if isinstance(one, str) else msgspec.json.encode(one) for one in bodies]
    assert set(world.call([case.genuine(raw) for raw in raws])) <= {200, 204}
    world.settle(seconds=1)


def kept(world: World) -> list[tuple[Conversation, list[Turn]]]:
    with world.app.store.read() as conn:
        return [
            (talk, conversations.turns_of(conn, talk.id)) for talk in conversations.listed(conn)
        ]


@over_http
def test_recorded_words_are_turns_once_each(kind: Kind, tmp_path: Path) -> None:
    case, expected = case_of(kind), words_of(kind)
    with opened_world(tmp_path, case, faults=Faults()) as world:
        call_all(world, kind)
        found = kept(world)
        said = {turn.vendor_id: turn for _, turns in found for turn in turns}
        assert said.keys() == {key for _, key in expected}
        for (what, key), one in expected.items():
            turn = said[key]
            assert turn.text == one.text or not one.text
            assert bool(turn.tapped) == (what is HeardKind.TAP)
            shown = msgspec.json.decode(turn.media)
            assert [
                (m["kind"], m["url"] or m["reference"], m["name"], m["size"]) for m in shown
            ] == [(a.kind, a.reference, a.name, a.size) for a in one.attachments]
        for talk, turns in found:
            assert [turn.seq for turn in turns] == list(range(1, talk.seq + 1))
            assert talk.channel == kind.name and talk.address
            asking = sum(not turn.tapped for turn in turns)
            assert talk.unread == asking
            assert talk.state == (TalkState.OPEN if asking else TalkState.WAITING)
        call_all(world, kind)
        assert kept(world) == found, "the vendor may tell everything again"


@pytest.mark.parametrize("kind", [*filter(words_of, OVER_HTTP)], ids=lambda c: c.name)
def test_what_hears_people_can_answer_them(kind: Kind, tmp_path: Path) -> None:
    """Somebody writes, an operator answers, and the vendor takes it."""
    case = case_of(kind)
    with opened_world(tmp_path, case, faults=Faults()) as world:
        hear(world, kind)
        desk = Desk(world)
        (talk,) = desk.listed()
        before = len(world.vendor.taken)
        desk.answer(talk["id"], "It arrives tomorrow.")
        world.settle(minutes=1)
        assert len(world.vendor.taken) == before + 1 and not world.vendor.violations
        assert "It arrives tomorrow." in repr(world.vendor.shown[-1])
        assert desk.turns(talk["id"])[-1]["status"] == "sent"
        assert desk.listed()[0]["state"] == "waiting"


def hear(world: World, kind: Kind) -> None:
    """Somebody whom the vendor lets us write to writes a word."""
    case, address = case_of(kind), case_of(kind).address
    if case.arrive is not None:
        case.arrive(world.vendor, 1)
        world.call(world.vendor.calls())
        world.settle()
        with world.app.store.read() as conn:
            (pid,) = people.pids_after(conn, 0, 2)
            address = people.get(conn, pid).addresses[case.make().can.address_kind]
    one = Heard(
        kind=HeardKind.MESSAGE,
        key="word",
        at_us=micros(NOW),
        address=address,
        text="Where is it?",
    )
    context, body = encode_heard([one], kind.name, "main")
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(NOW), CALL, "internal", context, body)])
    world.settle()


def test_two_bots_have_two_conversations_and_each_answers_its_own(shop: Shop) -> None:
    shop.start(shop.main, 1000)
    shop.start(shop.promo, 1000)
    for world, text in ((shop.main, "To the shop"), (shop.promo, "To the other")):
        bot = world.vendor
        assert isinstance(bot, TelegramVendor)
        bot.write(1000, text, at_s=int(NOW.timestamp()))
        assert set(world.call(bot.calls())) <= {200}
    shop.main.settle()
    desk = Desk(shop.main)
    found = {talk["channel"]: talk for talk in desk.listed()}
    assert found.keys() == {"telegram", PROMO}
    assert len(desk.listed(channel="telegram")) == 2
    assert [talk["snippet"] for talk in desk.listed(channel=PROMO)] == ["To the other"]
    assert len({talk["pid"] for talk in found.values()}) == 1
    desk.answer(found[PROMO]["id"], "From the other")
    shop.main.settle(minutes=1)
    assert [body["text"] for _, _, body in shop.promo_bot.shown] == ["From the other"]
    assert shop.bot.shown == []
    assert desk.turns(found[PROMO]["id"])[-1]["status"] == "sent"
    assert desk.get(f"/{found[PROMO]['id']}/messages")["items"] == []
