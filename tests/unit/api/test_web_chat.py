"""The web chat from outside: who may read what, what a message becomes, what is forgotten."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maracuja.api.web_chat_bell import Bell
from maracuja.app import erasure_place
from maracuja.channels.web_chat_token import make_token
from maracuja.model import ConsentState, micros
from maracuja.rng import make_id
from maracuja.runtime.erasing import erase_person
from maracuja.runtime.export_person import export_person
from maracuja.store import consents, people, web_chat
from maracuja.store.keys import sign_id
from maracuja.store.web_chat import New, Side
from tests.unit.api.web_chat_world import SECRET, SHOP, SIGNED, ChatWorld, opened_chat

STOP = {"t": "say", "id": "visitor-9999", "text": "Стоп"}


def say(number: int, text: str) -> dict[str, Any]:
    return {"t": "say", "id": f"visitor-{number:04}", "text": text}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ChatWorld]:
    """A fresh one for each test, on both databases."""
    url = ""
    if request.param == "postgresql":
        new_url: Callable[[], str] = request.getfixturevalue("new_postgresql_url")
        url = new_url()
    with opened_chat(tmp_path / "shop", url=url) as made:
        yield made


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[ChatWorld]:
    """As `world`, on SQLite alone."""
    with opened_chat(tmp_path / "shop", origins=[SHOP]) as made:
        yield made


def pid_of(world: ChatWorld, kind: str, value: str) -> int:
    with world.app.store.read() as conn:
        found: int = people.find(conn, [kind], [value]).tolist()[0]
    return found


# ---------------------------------------------------------------- the way of a message


def test_a_campaign_waits_until_it_is_seen(world: ChatWorld) -> None:
    world.identify("u1", first_name="Maria")
    first = world.open("u1")
    world.say(first["token"], {"t": "start", "source": "cart"})
    world.settle(seconds=2)
    pid = pid_of(world, "external_id", "u1")
    assert pid == pid_of(world, "web_chat", "user:u1") > 0
    with world.app.store.read() as conn:
        assert consents.states(conn, [pid], "news", "web_chat").tolist() == [ConsentState.OPTED_IN]
    world.launch()
    world.settle(seconds=5)

    welcome = world.open("u1", after=first["seq"])
    assert welcome["unseen"] == 1 and welcome["started"]
    (line,) = world.lines(welcome["token"])
    assert line["text"].startswith("Hello Maria") and line["from"] == "shop" and not line["seen"]
    assert line["leave"].startswith("https://go.shop.example/u/")
    told = world.say(welcome["token"], {"t": "taken", "ids": [line["id"]]})
    assert told["unseen"] == 1
    seen = {"t": "seen", "ids": [line["id"]]}
    assert world.say(welcome["token"], seen)["unseen"] == 0
    world.say(welcome["token"], seen, seen)
    world.settle(seconds=2)
    counts = world.events()
    named = ("Message Sent", "Message Delivered", "Message Read", "Chat Opened", "Chat Started")
    assert [counts.get(one) for one in named] == [1, 1, 1, 1, 1], counts

    world.say(welcome["token"], STOP)
    world.settle(seconds=2)
    with world.app.store.read() as conn:
        assert consents.states(conn, [pid], "news", "web_chat").tolist() == [
            ConsentState.OPTED_OUT
        ]
    world.say(welcome["token"], {"t": "start"})
    world.settle(seconds=2)
    with world.app.store.read() as conn:  # to look again is no word about consent
        assert consents.states(conn, [pid], "news", "web_chat").tolist() == [
            ConsentState.OPTED_OUT
        ]


def test_words_are_kept_once_and_become_events(world: ChatWorld) -> None:
    guest = world.open()
    assert guest["visitor"].startswith("guest:")
    for _ in range(3):
        told = world.say(guest["token"], say(1, "When?"), say(2, "And how much?"))
        assert [line["seq"] for line in told["said"]] == [1, 2]
    assert [line["text"] for line in world.lines(guest["token"])] == ["When?", "And how much?"]
    world.settle(seconds=2)
    assert world.events()["Message Replied"] == 2
    assert pid_of(world, "web_chat", guest["visitor"]) > 0


def test_a_customer_who_never_came_finds_what_was_written_to_them(chat: ChatWorld) -> None:
    chat.identify("u1", first_name="Maria")
    chat.settle(seconds=2)
    body = {"to": {"external_id": "u1"}, "text": "Your order is here.", "idempotency_key": "o-1"}
    key = chat.keys["server key"]
    sent = chat.ask("POST", "/v1/messages", token=key, json={**body, "channel": "web_chat"})
    unasked = chat.ask("POST", "/v1/messages", token=key, json={**body, "idempotency_key": "o-2"})
    chat.settle(seconds=5)
    told = chat.open("u1")
    assert [line["text"] for line in chat.lines(told["token"])] == ["Your order is here."]
    chat.settle(seconds=2)
    assert pid_of(chat, "web_chat", "user:u1") == pid_of(chat, "external_id", "u1")
    status = [
        chat.ask("GET", f"/v1/messages/{one.json()['id']}", token=key).json()["status"]
        for one in (sent, unasked)
    ]
    assert status == ["sent", "failed"], "unasked, it goes where somebody surely looks"


def test_an_operator_answers_in_the_thread(chat: ChatWorld) -> None:
    guest = chat.open()
    chat.say(guest["token"], say(1, "When does it arrive?"))
    chat.settle(seconds=2)
    key = chat.keys["admin key"]
    (talk,) = chat.ask("GET", "/v1/conversations", token=key).json()["items"]
    answered = chat.ask(
        "POST",
        f"/v1/conversations/{talk['id']}/answers",
        token=key,
        json={"id": "a-1", "text": "On Friday.", "operator": "Anna", "force": True, "after": 0},
    )
    assert answered.status_code == 202, answered.text
    chat.settle(seconds=5)
    assert [(line["from"], line["text"]) for line in chat.lines(guest["token"])] == [
        ("you", "When does it arrive?"), ("shop", "On Friday."),
    ]  # fmt: skip


def test_a_press_sets_the_trait_that_the_button_names(chat: ChatWorld) -> None:
    body = {
        "to": {"address": "user:u1"},
        "channel": "web_chat",
        "text": "Which size?",
        "buttons": [{"text": "Size M", "reply": "m"}],
        "idempotency_key": "size-1",
    }
    sent = chat.ask("POST", "/v1/messages", token=chat.keys["server key"], json=body)
    assert sent.status_code == 202, sent.text
    chat.settle(seconds=5)
    told = chat.open("u1")
    (line,) = chat.lines(told["token"])
    (button,) = line["buttons"]
    tap = {"t": "tap", "id": "visitor-0001", "of": line["id"], "text": button["text"],
           "payload": button["reply"]}  # fmt: skip
    for _ in range(2):
        answer = chat.say(told["token"], tap)
        assert [one["text"] for one in answer["said"]] == ["Size M"]
    chat.settle(seconds=2)
    assert chat.events()["Message Clicked"] == 1
    status = chat.ask(
        "GET", f"/v1/messages/{sent.json()['id']}", token=chat.keys["server key"]
    ).json()
    assert status["status"] == "clicked"


def test_lines_come_in_pages_and_expire(chat: ChatWorld) -> None:
    token, thread = chat.open("u1")["token"], "user:u1"
    now_us = micros(chat.clock.now())

    def line(n: int, expires_us: int = 0) -> New:
        body = b'{"id": "m%d", "text": "line %d"}' % (n, n)
        return New(thread, make_id("m", n), 1, 1, Side.SHOP, expires_us, body)

    rows = [line(n) for n in range(120)]
    with chat.app.store.write() as conn:
        web_chat.add(conn, [*rows, line(120, now_us + 60_000_000)], now_us)
    page = chat.ask("GET", "/v1/inbox?after=10&limit=5", token=token).json()
    assert [one["seq"] for one in page["lines"]] == [11, 12, 13, 14, 15] and page["seq"] == 121
    older = chat.ask("GET", "/v1/inbox?before=11&limit=3", token=token).json()["lines"]
    assert [one["seq"] for one in older] == [8, 9, 10]
    assert page["unseen"] == 121
    chat.settle(minutes=2)
    assert chat.ask("GET", "/v1/inbox?after=119", token=token).json()["unseen"] == 120
    assert [one["seq"] for one in chat.say(token, after=119)["lines"]] == [120]
    with chat.app.store.write() as conn:
        added = web_chat.add(conn, [line(n) for n in range(200, 500)], now_us)
    assert [one.full for one in added] == [False] * 179 + [True] * 121, "there is an end to it"


# ---------------------------------------------------------------- who may read what


def test_nobody_reads_anothers_thread(chat: ChatWorld) -> None:
    mine = chat.open("u1")
    chat.say(mine["token"], say(1, "My secret"))
    key, proof = chat.keys["browser key"], sign_id(chat.keys[SIGNED], "u1")
    for given, status in (
        ({"key": key, "user": "u1"}, 401),
        ({"key": key, "user": "u1", "proof": "00" * 32}, 401),
        ({"key": key, "user": "u1", "proof": "я" * 64}, 401),
        ({"key": key, "user": "u2", "proof": proof}, 401),
        ({"key": key, "user": "u1\n", "proof": proof}, 401),
        ({"key": "mrc_browser_x_y", "user": "u1", "proof": proof}, 401),
        ({"key": chat.keys["server key"], "user": "u1", "proof": proof}, 403),
        ({"user": "u1", "proof": proof}, 400),
        ({"key": key, "user": 7}, 400),
        ([], 400),
    ):
        assert chat.ask("POST", "/v1/inbox/open", json=given).status_code == status, given
    other = chat.open("u2")
    forged = make_token("another secret of thirty-two letters", "user:u1", 2**40)
    late = make_token(SECRET, "user:u1", int(chat.clock.now().timestamp()) - 1)
    for token in ("", "x", other["token"][:-1], f"{mine['token']}x", forged, late, "я", "a.b.c"):
        headers = {"authorization": f"Bearer {token}".encode()}
        assert chat.ask("GET", "/v1/inbox", headers=headers).status_code == 401, token
        assert chat.ask("POST", "/v1/inbox", headers=headers, json={}).status_code == 401
    assert chat.lines(other["token"]) == []
    # A token that somebody else was given opens nothing after logging out.
    after = chat.open(token=mine["token"])
    assert after["visitor"].startswith("guest:") and chat.lines(after["token"]) == []


def test_a_guest_becomes_no_customer_by_a_browsers_word(chat: ChatWorld) -> None:
    chat.identify("u1", first_name="Maria", email="maria@shop.example")
    guest = chat.open()
    chat.say(guest["token"], say(1, "I am Maria"))
    chat.settle(seconds=2)
    number = guest["visitor"].removeprefix("guest:")
    for anonymous in (number, guest["visitor"]):
        for call in (
            {"type": "track", "event": "Cart Viewed", "userId": "u1", "anonymousId": anonymous},
            {"type": "identify", "userId": "u1", "anonymousId": anonymous, "traits": {}},
            {"type": "alias", "userId": "u1", "previousId": anonymous},
        ):
            body = {"batch": [call], "writeKey": chat.keys["browser key"]}
            assert chat.ask("POST", "/v1/batch", json=body).status_code == 200
    chat.settle(seconds=2)
    maria, stranger = pid_of(chat, "external_id", "u1"), pid_of(chat, "web_chat", guest["visitor"])
    assert 0 < maria != stranger > 0, "her messages would go to whoever claims to be her"


def test_who_logs_in_keeps_what_they_wrote_as_a_guest(world: ChatWorld) -> None:
    world.identify("u1", first_name="Maria")
    customer = world.open("u1")
    world.say(customer["token"], say(1, "Known"))
    guest = world.open()
    world.say(guest["token"], say(2, "As a guest"), say(1, "Known"))
    world.settle(seconds=2)
    assert pid_of(world, "web_chat", guest["visitor"]) != pid_of(world, "external_id", "u1")

    again = world.open("u1", token=guest["token"])
    assert again["visitor"] == "user:u1"
    assert [line["text"] for line in world.lines(again["token"])] == ["Known", "As a guest"]
    world.say(again["token"], say(2, "As a guest"))
    assert len(world.lines(again["token"])) == 2, "the same word under the new address too"
    world.settle(seconds=2)
    assert pid_of(world, "web_chat", guest["visitor"]) == pid_of(world, "external_id", "u1")
    # The guest's token is nobody's now: another tab with it changes nothing for the customer.
    late = {"frames": [say(3, "From a tab that was forgotten")]}
    assert world.ask("POST", "/v1/inbox", token=guest["token"], json=late).status_code == 404
    world.settle(seconds=2)
    with world.app.store.read() as conn:
        person = people.get(conn, pid_of(world, "external_id", "u1"))
    assert person.addresses["web_chat"] == "user:u1"
    assert chat_is_new(world, guest["token"])


def chat_is_new(world: ChatWorld, token: str) -> bool:
    told = world.open(token=token)
    return told["visitor"].startswith("guest:") and world.lines(told["token"]) == []


def test_pages_of_other_sites_are_refused(chat: ChatWorld) -> None:
    given = {"key": chat.keys["browser key"]}
    for origin, status in ((SHOP, 200), ("https://evil.example", 403), ("null", 403)):
        headers = {"origin": origin}
        answer = chat.ask("POST", "/v1/inbox/open", json=given, headers=headers)
        assert answer.status_code == status
        allowed = answer.headers.get("access-control-allow-origin")
        assert allowed == (SHOP if status == 200 else None)
    asked = {"origin": SHOP, "access-control-request-method": "POST"}
    preflight = chat.ask("OPTIONS", "/v1/inbox", headers=asked)
    assert preflight.status_code == 204
    assert "authorization" in preflight.headers["access-control-allow-headers"]


def test_limits_are_said(chat: ChatWorld) -> None:
    token = chat.open()["token"]
    chat.say(token, *(say(n, "x") for n in range(20)))
    slow = chat.ask("POST", "/v1/inbox", token=token, json={"frames": [say(99, "x")]})
    assert slow.status_code == 429 and int(slow.headers["retry-after"]) >= 1
    for frames, status in (
        ([{"t": "say", "id": "short", "text": "x"}], 400),
        ([{"t": "say", "id": "visitor-0100", "text": ""}], 400),
        ([{"t": "say", "id": "visitor-0100", "text": "x" * 4_001}], 400),
        ([{"t": "say", "id": "visitor-0100", "text": "a\0b"}], 400),
        ([{"t": "shout", "id": "visitor-0100", "text": "x"}], 400),
        ([{"t": "seen", "ids": ["0" * 32 + ".1.1.forged"]}], 400),
        ([{"t": "tap", "id": "visitor-0100", "of": "nothing", "payload": "yes"}], 400),
        ([{"t": "seen", "ids": []}] * 51, 400),
        ("x", 400),
    ):
        answer = chat.ask("POST", "/v1/inbox", token=token, json={"frames": frames})
        assert answer.status_code == status, frames
        assert answer.json()["message"]
    big = chat.ask("POST", "/v1/inbox", token=token, content=b" " * 70_000)
    assert big.status_code == 413
    assert chat.ask("POST", "/v1/inbox", token=token, content=b"\xff").status_code == 400
    half = b'{"frames": [{"t": "say", "id": "visitor-0100", "text": "\\ud800"}]}'
    assert chat.ask("POST", "/v1/inbox", token=token, content=half).status_code == 400


def test_tokens_are_in_no_log(chat: ChatWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = chat.open("u1")
    chat.say(told["token"], say(1, "My secret"))
    chat.settle(seconds=2)
    for hidden in (told["token"], SECRET, chat.keys["browser key"], "My secret"):
        assert hidden not in caplog.text


# ---------------------------------------------------------------- what is forgotten


def test_an_erased_person_leaves_no_line(world: ChatWorld) -> None:
    world.identify("u1", first_name="Maria")
    guest = world.open()
    world.say(guest["token"], say(1, "A secret of a guest"))
    told = world.open("u1")
    world.say(told["token"], say(2, "A secret of Maria"))
    world.open("u1", token=guest["token"])
    world.settle(seconds=2)
    pid = pid_of(world, "external_id", "u1")
    exported = export_person(world.app.ground, pid, world.clock.now())
    assert [line["text"] for line in exported["web_chat"]] == [
        "A secret of Maria", "A secret of a guest",
    ]  # fmt: skip
    projection = world.worker._parts.projection
    erase_person(erasure_place(world.app), projection, pid, world.clock.now())
    assert world.lines(told["token"]) == []
    with world.app.store.read() as conn:
        assert web_chat.find(conn, ["user:u1", guest["visitor"]]) == {}


def test_what_was_seen_goes_after_a_while_and_what_was_not_stays(chat: ChatWorld) -> None:
    guest, known = chat.open(), chat.open("u1")
    chat.say(guest["token"], say(1, "Hello"))
    chat.say(known["token"], say(2, "Hello"))
    row = New("user:u1", make_id("m"), 1, 1, Side.SHOP, 0, b'{"id": "m", "text": "News"}')
    with chat.app.store.write() as conn:
        web_chat.add(conn, [row], micros(chat.clock.now()))
    chat.clock.advance(timedelta(days=100))
    again = chat.open("u1")
    assert [line["text"] for line in chat.lines(again["token"])] == ["News"]
    chat.clock.advance(timedelta(days=300))
    assert [line["text"] for line in chat.lines(chat.open("u1")["token"])] == ["News"]
    assert chat_is_new(chat, guest["token"]), "a guest of more than a year ago"


# ---------------------------------------------------------------- the page's side


def test_the_snippet_is_served_to_any_page(chat: ChatWorld) -> None:
    plain = chat.ask("GET", "/w/web_chat/main.js", headers={"accept-encoding": "identity"})
    assert plain.status_code == 200 and plain.headers["content-type"].startswith("text/javascript")
    assert plain.headers["cross-origin-resource-policy"] == "cross-origin"
    small = chat.ask("GET", "/w/web_chat/main.js")
    assert small.headers["content-encoding"] == "gzip" and small.content == plain.content
    assert len(gzip.compress(plain.content)) < 10_000
    same = chat.ask("GET", "/w/web_chat/main.js", headers={"if-none-match": plain.headers["etag"]})
    assert same.status_code == 304
    assert b"innerHTML" not in plain.content and b"insertAdjacentHTML" not in plain.content


def test_a_waiting_request_is_answered_when_something_comes(chat: ChatWorld) -> None:
    token = chat.open("u1")["token"]
    row = New("user:u1", make_id("m"), 1, 1, Side.SHOP, 0, b'{"id": "m", "text": "News"}')

    def write() -> None:
        with chat.app.store.write() as conn:
            web_chat.add(conn, [row], micros(chat.clock.now()))

    async def play() -> Any:
        import httpx

        transport = httpx.ASGITransport(chat.server)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://go") as asking:
            headers = {"authorization": f"Bearer {token}"}
            body = {"wait_s": 20, "frames": []}
            waiting = asyncio.create_task(asking.post("/v1/inbox", headers=headers, json=body))
            await asyncio.sleep(0.3)
            assert not waiting.done()
            await asyncio.to_thread(write)  # as another process would
            return (await asyncio.wait_for(waiting, 10)).json()

    assert [line["text"] for line in asyncio.run(play())["lines"]] == ["News"]


def test_one_question_looks_for_all_open_chats() -> None:
    class Desk:
        asked = 0

        def last(self) -> int:
            return 7

        def news(self, after: int) -> tuple[int, set[int]]:
            self.asked += 1
            return (after + 1, {2}) if self.asked == 1 else (after, set())

    desk = Desk()

    async def play() -> None:
        bell = Bell(desk)  # type: ignore[arg-type]
        async with bell.listen(1) as one, bell.listen(2) as two, bell.listen(2) as three:
            await asyncio.wait_for(asyncio.gather(two.wait(), three.wait()), 5)
            assert not one.is_set() and desk.asked == 1
        watching = bell._watching
        assert watching is not None
        await asyncio.wait_for(watching, 5)  # nobody listens: nobody asks

    asyncio.run(play())


def test_a_server_that_stops_closes_the_chats(chat: ChatWorld) -> None:
    key = chat.keys["browser key"]

    async def play() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        await frames.put({"type": "websocket.connect"})
        hello = f'{{"t": "hello", "key": "{key}"}}'
        await frames.put({"type": "websocket.receive", "text": hello})

        async def send(message: Any) -> None:
            told.append(dict(message))

        scope = {
            "type": "websocket", "path": "/w/web_chat/main", "headers": [(b"origin", b"https://shop.example")],
            "query_string": b"", "subprotocols": [], "scheme": "ws", "root_path": "",
        }  # fmt: skip
        talking = asyncio.create_task(chat.server(scope, frames.get, send))
        while len(told) < 2:
            await asyncio.sleep(0.02)
        await chat.server.drained(10, asyncio.Event())
        await asyncio.wait_for(talking, 5)
        refused: list[dict[str, Any]] = []

        async def note(message: Any) -> None:
            refused.append(dict(message))

        await chat.server(scope, frames.get, note)
        assert refused == [{"type": "websocket.close", "code": 1012}]
        return told

    told = asyncio.run(play())
    assert [one["type"] for one in told] == [
        "websocket.accept", "websocket.send", "websocket.close",
    ]  # fmt: skip
    assert told[-1]["code"] == 1012
