"""Conversations over the API: read, answered where the person wrote, closed; nobody collides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maracuja.channels.heard import Attachment, Heard, HeardKind
from maracuja.content import MediaKind
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.model import micros
from maracuja.runtime.export_person import export_person
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.store import audit, erase, inbox, keys, people, suppressions
from tests.contract.channel_case import NOW
from tests.contract.channel_cases.telegram import CASE
from tests.contract.channel_world import World, opened_world
from tests.contract.operator_desk import Desk

CHAT = "1000"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    url = ""
    if request.param == "postgresql":
        new_url: Callable[[], str] = request.getfixturevalue("new_postgresql_url")
        url = new_url()
    with opened_world(tmp_path / "shop", CASE, faults=Faults(), url=url) as made:
        yield made


@pytest.fixture
def anna(world: World) -> Desk:
    return Desk(world)


def hear(world: World, key: str, kind: HeardKind = HeardKind.MESSAGE, **fields: Any) -> None:
    """One thing told, taken in at once."""
    now_us = micros(world.clock.now())
    told = {"at_us": now_us, "address": CHAT, "text": key, **fields}
    context, body = encode_heard([Heard(kind=kind, key=key, **told)], "telegram", "main")
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(now_us, CALL, "internal", context, body)])
    world.settle()


def sent(world: World) -> list[tuple[int, str]]:
    """To whom what went out."""
    vendor = world.vendor
    assert isinstance(vendor, TelegramVendor)
    return [(chat, str(body.get("text", body))) for chat, _, body in vendor.shown]


def test_a_word_is_listed_shown_and_answered_where_it_was_said(world: World, anna: Desk) -> None:
    hear(world, "Where is my order?", observed={"first_name": "Maria"})
    (talk,) = anna.listed()
    assert (talk["state"], talk["unread"], talk["snippet"]) == ("open", 1, "Where is my order?")
    assert (talk["channel"], talk["address"], talk["name"]) == ("telegram", CHAT, "Maria")
    assert (talk["language"], talk["answer_until"]) == ("en", None)
    asked = anna.answer(talk["id"], "It arrives tomorrow.")
    assert (asked["status"], asked["author"], asked["operator"]) == ("queued", "operator", "Anna")
    world.settle()
    assert sent(world) == [(1000, "It arrives tomorrow.")]
    thread = anna.get(f"/{talk['id']}")
    assert [(t["seq"], t["author"], t["status"]) for t in thread["turns"]] == [
        (1, "person", ""),
        (2, "operator", "sent"),
    ]
    assert (thread["conversation"]["state"], thread["conversation"]["unread"]) == ("waiting", 0)
    assert anna.turns(talk["id"], after=1) == thread["turns"][1:]
    assert not thread["more"]


def test_a_thread_is_read_from_its_end(world: World, anna: Desk) -> None:
    for n in range(1, 8):
        hear(world, f"Word {n}")
    number = anna.listed()[0]["id"]

    def read(**query: int) -> tuple[list[int], bool]:
        thread = anna.get(f"/{number}", **query)
        return [turn["seq"] for turn in thread["turns"]], thread["more"]

    assert read(before=99, limit=3) == ([5, 6, 7], True)
    assert read(before=5, limit=3) == ([2, 3, 4], True)
    assert read(before=2, limit=3) == ([1], False)
    assert read(before=1) == ([], False)
    assert read(after=3, before=6, limit=9) == ([4, 5], False)


def test_the_same_id_is_one_answer(world: World, anna: Desk) -> None:
    hear(world, "Hello?")
    number = anna.listed()[0]["id"]
    first = anna.answer(number, "Hello.", id="x")
    assert anna.answer(number, "Hello.", id="x", after=0) == first
    assert anna.answer(number, "Good bye.", 409, id="x")["where"] == "id"
    world.settle()
    assert sent(world) == [(1000, "Hello.")]
    assert anna.answer(number, "Hello.", id="x")["status"] == "sent"


def test_two_operators_do_not_answer_twice(world: World, anna: Desk) -> None:
    hear(world, "Hello?")
    number = anna.listed()[0]["id"]
    boris = Desk(world, "Boris")
    anna.answer(number, "Hello, this is Anna.")
    refused = boris.answer(number, "Hello, this is Boris.", 409, after=1)
    assert (refused["where"], "Anna has answered since" in refused["detail"]) == ("after", True)
    hear(world, "Thank you!")
    assert boris.answer(number, "Boris here.", 409, after=1)["where"] == "after"
    anna.answer(number, "You are welcome.", after=1)  # her own words are no collision
    boris.answer(number, "It is Boris all the same.", after=1, force=True)
    boris.answer(number, "And again.", after=5)
    world.settle(minutes=1)
    assert [text for _, text in sent(world)] == [
        "Hello, this is Anna.",
        "You are welcome.",
        "It is Boris all the same.",
        "And again.",
    ]


def test_lists_are_filtered_and_paged(world: World, anna: Desk) -> None:
    for n in range(5):
        hear(world, f"word {n}", address=str(2000 + n))
        world.settle(minutes=1)
    newest = anna.listed()
    assert [talk["snippet"] for talk in newest] == [f"word {n}" for n in (4, 3, 2, 1, 0)]
    pages, cursor = [], ""
    while True:
        page = anna.get(limit=2, after=cursor)
        pages += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    assert pages == newest
    first = newest[0]
    anna.change(first["id"], assignee="Anna", state="closed")
    assert [t["id"] for t in anna.listed(assignee="Anna")] == [first["id"]]
    assert [t["id"] for t in anna.listed(state="closed")] == [first["id"]]
    assert len(anna.listed(state=["open", "waiting"])) == 4
    assert len(anna.listed(assignee="")) == 4
    assert len(anna.listed(channel="telegram")) == 5
    assert anna.listed(channel="sms") == []
    assert len(anna.listed(person=f"pid:{first['pid']}")) == 1
    assert anna.ask("GET", "", params={"person": "nobody@shop.example"}).status_code == 404
    assert anna.ask("GET", "", params={"after": "x"}).status_code == 400
    assert anna.ask("GET", "", params={"state": "lost"}).status_code == 400


def test_a_word_in_a_closed_conversation_opens_it_again(world: World, anna: Desk) -> None:
    hear(world, "Hello?")
    number = anna.listed()[0]["id"]
    closed = anna.change(number, state="closed")
    assert (closed["state"], closed["unread"]) == ("closed", 0)
    hear(world, "One thing more")
    (talk,) = anna.listed()
    assert (talk["id"], talk["state"], talk["unread"]) == (number, "open", 1)
    assert anna.change(number, read=2)["unread"] == 0
    assert anna.change(number, read=1)["unread"] == 1
    with world.app.store.read() as conn:
        lines = audit.newest(conn, subject=f"conversation:{number}")
    assert [(line.action, line.actor) for line in lines] == [
        ("conversation.state", "key:desk of Anna")
    ]


def test_who_was_answered_and_says_nothing_is_let_go(world: World, anna: Desk) -> None:
    hear(world, "Hello?")
    number = anna.listed()[0]["id"]
    anna.answer(number, "Hello.")
    world.settle()
    world.clock.advance(timedelta(days=13))
    world.settle()
    assert anna.listed()[0]["state"] == "waiting"
    world.clock.advance(timedelta(days=2))
    world.settle()
    assert anna.listed()[0]["state"] == "closed"
    hear(world, "I am back")
    fresh, old = anna.listed()
    assert (old["id"], fresh["state"], fresh["seq"]) == (number, "open", 1)


def test_what_people_send_is_named_but_not_fetched(world: World, anna: Desk) -> None:
    picture = Attachment(kind=MediaKind.PICTURE, reference="AgAC", size=90_000)
    file = Attachment(kind=MediaKind.FILE, reference="https://v.example/t.pdf", name="t.pdf")
    hear(world, "1", text="", attachments=(picture, file))
    hear(world, "2", text="", declared={"phone": "067 123 45 67"})
    hear(world, "3", kind=HeardKind.TAP, text="", payload="yes")
    (talk,) = anna.listed()
    first, second, third = anna.turns(talk["id"])
    assert [
        (m["kind"], m["reference"], m["url"], m["name"], m["size"]) for m in first["media"]
    ] == [
        ("picture", "AgAC", "", "", 90_000),
        ("file", "", "https://v.example/t.pdf", "t.pdf", 0),
    ]
    assert second["text"] == "phone: +380671234567"
    assert (third["text"], third["tapped"]) == ("", "yes")
    assert (talk["unread"], talk["snippet"]) == (2, "yes")


def test_words_for_leaving_are_obeyed_and_are_no_turns(world: World, anna: Desk) -> None:
    hear(world, "Hello?")
    hear(world, "STOP", kind=HeardKind.LEAVE)
    hear(world, "START", kind=HeardKind.START)
    (talk,) = anna.listed()
    assert talk["seq"] == 1


def test_nothing_goes_where_nothing_may_go(world: World, anna: Desk) -> None:
    hear(world, "Hello?")
    (talk,) = anna.listed()
    salt = world.app.secrets.suppression_salt
    with world.app.store.write() as conn:
        digest = suppressions.digest(salt, "telegram", CHAT)
        suppressions.add(conn, channel="telegram", digest=[digest], reason="by_hand", at_us=1)
    refused = anna.answer(talk["id"], "Hello.", 409)
    assert "suppressed" in refused["detail"] and refused["fix"]
    with world.app.store.write() as conn:
        suppressions.lift(conn, "telegram", [digest])
    assert anna.answer(talk["id"], "", 400)["where"] == "text"
    assert anna.answer(talk["id"], "x" * 4097, 422)["code"] == "unsupported"
    assert anna.answer(talk["id"], "a\x00b", 400)
    video = {"kind": "video", "url": "http://shop.example/v.mp4"}
    assert anna.answer(talk["id"], "Look", 400, media=[video])
    assert anna.ask("POST", f"/{'0' * 32}/answers", json={"id": "1", "after": 0, "text": "x"})
    assert anna.ask("GET", "/" + "0" * 32).status_code == 404
    assert anna.ask("GET", "/nonsense").status_code == 400
    world.settle()
    assert sent(world) == []


def test_an_answer_has_pictures_and_buttons_where_the_channel_has(
    world: World, anna: Desk
) -> None:
    hear(world, "Which one?")
    (talk,) = anna.listed()
    picture = {"kind": "picture", "url": "https://shop.example/fruit.jpg"}
    buttons = [{"text": "This one", "reply": "this"}]
    said = anna.answer(talk["id"], "This?", media=[picture], buttons=buttons)
    assert said["media"][0]["url"] == picture["url"] and said["buttons"][0]["reply"] == "this"
    world.settle()
    vendor = world.vendor
    assert isinstance(vendor, TelegramVendor)
    chat, method, body = vendor.shown[-1]
    assert (chat, method) == (1000, "sendPhoto") and "This one" in str(body)


def test_an_answer_that_fails_makes_it_the_shops_turn_again(world: World, anna: Desk) -> None:
    vendor = world.vendor
    assert isinstance(vendor, TelegramVendor)
    hear(world, "Hello?")
    vendor.closed.add(1000)
    (talk,) = anna.listed()
    anna.answer(talk["id"], "Hello.")
    world.settle()
    assert anna.turns(talk["id"])[-1]["status"] == "bounced"
    assert anna.listed()[0]["state"] == "open"


def test_what_was_sent_stands_around_the_words(world: World, anna: Desk) -> None:
    vendor = world.vendor
    assert isinstance(vendor, TelegramVendor)
    vendor.start(1000, "poster-1", at_s=int(NOW.timestamp()) - 60, first_name="Maria")
    world.call(vendor.calls())
    world.settle()
    world.identify([{"first_name": "Nobody"}])
    world.settle(minutes=1)
    world.launch()
    world.settle(minutes=5)
    hear(world, "Tell me more")
    (talk,) = anna.listed()
    anna.answer(talk["id"], "Gladly.")
    world.settle(minutes=1)
    (around,) = anna.get(f"/{talk['id']}/messages")["items"]
    assert around["campaign"] == "hello" and around["became"] == "sent"
    assert around["text"].startswith("Hello Maria, the passion fruit is here.")


def test_the_erased_leave_no_conversation(world: World, anna: Desk) -> None:
    hear(world, "Hello?")
    (talk,) = anna.listed()
    anna.answer(talk["id"], "Hello.")
    with world.app.store.write() as conn:
        found = erase.erase(conn, talk["pid"], salt=world.app.secrets.suppression_salt, now_us=1)
    assert (found.counts["conversations"], found.counts["turns"]) == (1, 2)
    assert anna.listed() == []
    world.settle(minutes=1)
    assert sent(world) == []


def test_the_export_of_a_person_holds_every_word(world: World, anna: Desk) -> None:
    hear(world, "Hello?")
    (talk,) = anna.listed()
    anna.answer(talk["id"], "Hello.")
    world.settle(minutes=1)
    found = export_person(world.app.ground, talk["pid"], world.clock.now())
    (thread,) = found["conversations"]
    assert [turn["text"] for turn in thread["turns"]] == ["Hello?", "Hello."]
    (single,) = found["single_messages"]
    assert (single["text"], single["address"]) == ("Hello.", CHAT)
    assert [status for status, _ in single["became"]] == ["sent"]
    assert found["messages"] == []


def test_a_number_that_joins_two_people_joins_their_conversations(
    world: World, anna: Desk
) -> None:
    world.identify([{"phone": "+380671234567", "first_name": "Maria"}])
    world.settle()
    hear(world, "Hello?")
    hear(world, "my number", text="", declared={"phone": "067 123 45 67"})
    (talk,) = anna.listed()
    with world.app.store.read() as conn:
        assert talk["pid"] == int(people.find(conn, ["phone"], ["+380671234567"])[0])
    assert talk["seq"] == 2


def test_only_keys_of_the_shop_may_read(world: World, anna: Desk) -> None:
    with world.app.store.write() as conn:
        secret = world.app.secrets.key_secret
        browser = keys.create(conn, keys.KeyKind.BROWSER, "page", 1, key_secret=secret).secret
    for key, status in (("nonsense", 401), (browser, 403)):
        anna.key = key
        assert anna.ask("GET", "").status_code == status
        assert anna.ask("PATCH", "/" + "0" * 32, json={}).status_code == status
        assert anna.ask("POST", "/" + "0" * 32 + "/answers", json={}).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"id": "1", "text": "no after"}',
        b'{"id": "", "after": 1, "text": "no id"}',
        b'{"id": "1", "after": -1, "text": "x"}',
        b'{"id": "1", "after": 99999999999, "text": "x"}',
        b'{"id": "1", "after": 1, "text": "\\ud800"}',
        b'{"id": "1", "after": 1, "text": "\\ue0001"}',
        b'{"id": "1", "after": 1, "text": "x", "more": 1}',
        b'{"id": "1", "after": 1, "text": "   "}',
        b'{"id": "1", "after": 1, "text": "x", "operator": "a\\nb"}',
        b'{"id": "1", "after": 1, "text": "x", "buttons": [{"text": "b"}]}',
        b'{"id": "1", "after": 1, "text": "x", "media": [{"kind": "song", "url": "https://x"}]}',
    ],
)
def test_a_strange_answer_is_refused_with_a_sentence(
    world: World, anna: Desk, body: bytes
) -> None:
    hear(world, "Hello?")
    (talk,) = anna.listed()
    asked = anna.ask("POST", f"/{talk['id']}/answers", content=body)
    assert asked.status_code == 400 and asked.json()["detail"]
    assert anna.listed()[0]["seq"] == 1


def test_moments_are_told(world: World, anna: Desk) -> None:
    hear(world, "Hello?", at_us=micros(NOW - timedelta(hours=1)))
    (talk,) = anna.listed()
    assert talk["last_word"] == "2026-11-21T11:00:00Z" == talk["opened"]
