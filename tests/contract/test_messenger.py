"""Messenger and Instagram against Meta's collections, and the whole way through their windows."""

from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.channels.instagram import Instagram
from maracuja.channels.messenger import Messenger
from maracuja.content import Button, Card, Content, Media, MediaKind
from maracuja.model import Verdict, micros
from maracuja.runtime import channel_trial
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.messenger import MessengerVendor, message_faults
from maracuja.store import people
from maracuja.store.outbox import OutboxState
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases import instagram, messenger
from tests.contract.channel_cases.messenger import AT_S, person
from tests.contract.channel_world import World, define, opened_world
from tests.contract.messenger_api import fits, requests

S = OutboxState

# ---------------------------------------------------------------- Meta's own examples


@pytest.mark.data
def test_every_answer_of_the_collections_is_read() -> None:
    answers = [text for _, _, _, found in requests() for text in found]
    assert len(answers) == 6
    channel = Messenger(messenger.SETTINGS)
    for text in answers:
        result = channel.decode(Answer(stage=Stage.GIVEN, code=200, text=text))
        assert result.verdict is Verdict.ACCEPTED and result.vendor_id.startswith("m_")


@pytest.mark.data
def test_the_simulated_vendor_takes_the_examples_that_it_knows() -> None:
    """Stickers, reactions, posts and the media template are of other kinds than we send."""
    others = ("like_heart", "MEDIA_SHARE", '"media"', "sender_action")
    seen = 0
    for name, _, body, _ in requests():
        text = msgspec.json.encode(body).decode()
        if any(other in text for other in others):
            continue
        seen += 1
        told = text.replace("<PATH_TO_ASSET>", "https://a.b/c").replace(
            "MEDIA_URL", "https://a.b/c"
        )
        told = told.replace("ACTUAL_AUDIO_OR_VIDEO_FILE_URL", "https://a.b/c")
        about = "page" if name.startswith("messenger") else "instagram"
        assert list(message_faults(msgspec.json.decode(told), about)) == [], told
    assert seen == 9


@pytest.mark.data
def test_our_bodies_of_the_examples_are_the_examples() -> None:
    """The same button and generic templates that Meta shows, from our own content."""
    by_kind = {
        body["message"].get("attachment", {}).get("payload", {}).get("template_type"): body
        for name, _, body, _ in requests()
        if name.startswith("messenger") and "message" in body
    }
    (element,) = by_kind["generic"]["message"]["attachment"]["payload"]["elements"]
    see, chat = element["buttons"]
    content = Content(
        text="",
        cards=(
            Card(
                title=element["title"],
                text=element["subtitle"],
                picture=element["image_url"],
                url=element["default_action"]["url"],
                buttons=(
                    Button(text=see["title"], url=see["url"]),
                    Button(text=chat["title"], reply=chat["payload"]),
                ),
            ),
        ),
    )
    (ours,) = sent(content)["attachment"]["payload"]["elements"]
    ours["buttons"][1]["payload"] = ours["buttons"][1]["payload"].partition(" ")[2]
    del element["default_action"]["webview_height_ratio"]  # how large the page opens: as usual
    assert ours == element

    template = by_kind["button"]["message"]["attachment"]["payload"]
    buttons = tuple(Button(text=b["title"], url=b["url"]) for b in template["buttons"])
    content = Content(text=template["text"], buttons=buttons)
    assert sent(content)["attachment"]["payload"] == template


def sent(content: Content) -> dict[str, dict[str, dict[str, list[dict[str, object]]]]]:
    wire = Messenger(messenger.SETTINGS).encode(message(messenger.CASE, content=content), NOW)
    fits(wire)
    return msgspec.json.decode(wire.body)["message"]  # type: ignore[no-any-return]


@pytest.mark.data
def test_the_check_would_notice() -> None:
    wire = Messenger(messenger.SETTINGS).encode(message(messenger.CASE), NOW)
    body = msgspec.json.decode(wire.body)
    for wrong in (
        {**body, "to": "1"},
        {**body, "message": {"body": "x"}},
        {**body, "message": {"attachment": {"type": "template", "payload": {}}}},
        {**body, "recipient": {"id": 5}},
        {"message": body["message"]},
    ):
        with pytest.raises(AssertionError):
            fits(msgspec.structs.replace(wire, body=msgspec.json.encode(wrong)))


def test_both_channels_send_what_the_simulated_vendor_takes() -> None:
    for channel, case, about in (
        (Messenger(messenger.SETTINGS), messenger.CASE, "page"),
        (Instagram(instagram.SETTINGS), instagram.CASE, "instagram"),
    ):
        for name, content in case.contents.items():
            body = msgspec.json.decode(channel.encode(message(case, content=content), NOW).body)
            assert list(message_faults(body, about)) == [], name


# ---------------------------------------------------------------- the whole way


def vendor_of(world: World) -> MessengerVendor:
    assert isinstance(world.vendor, MessengerVendor)
    return world.vendor


def begin(world: World, size: int) -> None:
    messenger.arrive(vendor_of(world), size)
    assert set(world.call(world.vendor.calls())) == {200}
    world.settle()
    world.name_everybody()


def test_who_is_silent_for_a_day_is_not_written_to(tmp_path: Path) -> None:
    with opened_world(tmp_path, messenger.CASE, faults=Faults()) as world:
        begin(world, 6)
        world.settle(hours=25)
        vendor, at_s = vendor_of(world), int(world.clock.now().timestamp())
        vendor.write(person(0), "Is it ripe?", at_s=at_s)
        vendor.follow(person(1), "flyer-2", at_s=at_s)  # a link opens the window too
        assert set(world.call(vendor.calls())) == {200}
        world.settle(seconds=2)
        world.launch()
        world.deliver(hours=1)
        assert world.states() == {S.SENT: 2, S.WITHDRAWN: 4}
        assert {who for who, _ in vendor.shown} == {person(0), person(1)}
        assert not vendor.violations


def test_reading_until_a_moment_is_told_once_for_each_message(tmp_path: Path) -> None:
    with opened_world(tmp_path, messenger.CASE, faults=Faults()) as world:
        begin(world, 3)
        world.launch()
        world.deliver(hours=0.1)
        vendor, at_s = vendor_of(world), int(world.clock.now().timestamp())
        vendor.read(person(0), at_s=at_s)
        vendor.read(person(0), at_s=at_s)
        vendor.read(person(0), at_s=at_s + 40)  # looked again: nothing new was there
        vendor.read(person(1), at_s=AT_S - 30)  # before we wrote
        vendor.acted_s["99"] = at_s
        vendor._last["99"] = "m_x"
        vendor.read("99", at_s=at_s)  # nobody we know
        calls = vendor.calls()
        assert set(world.call(calls)) == {200}
        world.settle(minutes=1)
        assert set(world.call(calls)) == {200}
        world.settle(minutes=1)
        read = world.events().filter(pl.col("event") == "Message Read")
        assert read.height == 1
        assert read["properties.message"].null_count() == 0
        assert read["ts"].dt.epoch("us")[0] <= micros(world.clock.now())


TEMPLATE = """
kind: template
id: hello
variants:
  - language: en
    channel: messenger
    text: "{{ person.first_name }}, which size?"
    picture: "https://shop.example/fruit.jpg"
    buttons:
      - {text: See, url: "https://shop.example/sale"}
      - {text: L, reply: l, sets: size=L}
    keyboard:
      - {text: M, reply: m, sets: wants=M}
"""


def test_presses_name_their_message_and_set_traits(tmp_path: Path) -> None:
    with opened_world(tmp_path, messenger.CASE, faults=Faults()) as world:
        with world.app.store.write() as conn:
            define(conn, TEMPLATE)
        begin(world, 1)
        world.launch()
        world.deliver(hours=1)
        vendor, at_s = vendor_of(world), int(world.clock.now().timestamp())
        assert world.states() == {S.SENT: 1} and not vendor.violations
        vendor.press(person(0), "L", at_s=at_s)
        vendor.press(person(0), "M", at_s=at_s)
        assert set(world.call(vendor.calls())) == {200}
        world.settle(seconds=2)
        with world.app.store.read() as conn:
            (pid,) = people.find(conn, ["messenger"], [person(0)]).tolist()
            traits = people.get(conn, pid).traits
        assert (traits["size"].value, traits["wants"].value) == ("L", "M")
        pressed = world.events().filter(pl.col("event") == "Message Clicked")
        assert pressed.height == 2 and pressed["properties.message"].n_unique() == 1
        assert pressed["properties.message"].null_count() == 0


def test_the_account_is_asked_and_people_are_learnt(tmp_path: Path) -> None:
    for place, case in (("m", messenger.CASE), ("i", instagram.CASE)):
        with opened_world(tmp_path / place, case, faults=Faults()) as world:
            vendor, channel = vendor_of(world), case.make()
            assert isinstance(channel, Messenger)
            assert "shop" in channel_trial.check_account(channel, vendor)
            channel_trial.connect(channel, vendor, "https://go.shop.example/w/x/main")
            vendor.start(person(0), at_s=AT_S)
            world.call(vendor.calls())
            result = channel_trial.send_test(channel, vendor, person(0), "Hello", NOW)
            assert result.verdict is Verdict.ACCEPTED
            store, now = world.app.store, world.clock.now()
            found = channel_trial.learn(store, channel, vendor, [person(0)], now)
            assert "Maria" in repr(found)


def test_a_file_goes_alone() -> None:
    file = Media(kind=MediaKind.FILE, url="https://shop.example/ticket.pdf", size=1)
    assert sent(Content(text="", media=(file,))) == {
        "attachment": {"type": "file", "payload": {"url": "https://shop.example/ticket.pdf"}}
    }
