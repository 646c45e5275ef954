"""A poll in a message: shown by every channel, answered back, and nothing made up is counted."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import polars as pl
import pytest
from rich.console import Console

from maracuja import rng
from maracuja.app import key_ring, make_links
from maracuja.channels import CHANNELS, polls
from maracuja.channels.base import Channel
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.http import HttpRequest
from maracuja.channels.polls import Answered, by_number, read_reply, reply_of
from maracuja.channels.sms import Sms
from maracuja.channels.telegram import Telegram
from maracuja.channels.viber_bodies import TAPPED
from maracuja.channels.web_push import WebPush
from maracuja.content import Content, Poll, PollAnswer
from maracuja.errors import TemplateError
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.links.making import LinkMaker, Recipient
from maracuja.links.tokens import KeyRing, Purpose
from maracuja.model import TraitSource, micros
from maracuja.runtime import campaign_work, template_work
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.store import erase, inbox, people
from maracuja.templates.definition import decode
from maracuja.ui import report_html, report_terminal
from tests.contract.channel_case import NOW, Case, message
from tests.contract.channel_cases import whatsapp
from tests.contract.channel_world import World, define, opened_world
from tests.contract.test_channel_delivery import begin
from tests.contract.test_channels import case_of
from tests.unit.runtime.test_hearing import hear, pid_of, traits_of, world  # noqa: F401

RING = KeyRing([b"k" * 32])
LINKS = LinkMaker("https://s.shop.example", RING)
RUN = 3
TAMPERED = 10_000
TEA = Poll(
    question="Який чай?",
    answers=(PollAnswer(text="Чорний", value="black"), PollAnswer(text="Зелений", value="green")),
    trait="tea",
)
MANY = msgspec.structs.replace(
    TEA, answers=tuple(PollAnswer(text=f"Чай {n}", value=f"t{n}") for n in range(1, 11))
)
LONG = msgspec.structs.replace(TEA, answers=("Чорний, як завжди, з молоком і цукром", "Зелений"))


def shown(kind: type[Channel[Any]], content: Content, channel_code: int = 1) -> Content:
    """The content as the channel shows it."""
    to = Recipient(message=bytes(16), pid=7, run=RUN, channel=channel_code, topic="news")
    return polls.shown(
        content,
        kind.can,
        kind.refuse,
        run=RUN,
        seal=LINKS.seal,
        page=lambda question: LINKS.vote(to, question, NOW),
    )


def wire_text(wire: Any) -> str:
    """All that goes to the vendor as one text."""
    if isinstance(wire, HttpRequest):
        body = wire.body.decode("utf-8", "replace")
        try:
            return json.dumps(json.loads(body), ensure_ascii=False)
        except ValueError:
            return body
    return repr(wire)


@pytest.mark.parametrize("poll", [TEA, MANY, LONG], ids=["two", "ten", "long"])
@pytest.mark.parametrize("kind", CHANNELS, ids=lambda c: c.name)
def test_every_channel_shows_a_poll_in_a_way_that_it_can_carry(
    kind: type[Channel[Any]], poll: Poll
) -> None:
    case: Case = case_of(kind)
    subject = "Чай" if kind.can.subject_chars_max else ""
    html = "<p>Привіт</p>" if kind.can.html else ""
    content = Content(text="Привіт!", subject=subject, html=html, poll=poll)
    made = shown(kind, content, kind.code)
    kind.refuse(made)
    wire = case.make().encode(message(case, content=made, language="uk"), NOW)
    if case.fits is not None:
        case.fits(wire)
    replies = [b.reply for b in (*made.buttons, *made.keyboard) if b.reply]
    if replies:
        said = [read_reply(RING.unseal(one) or "") for one in replies]
        assert said == [Answered("tea", a.kept, False, RUN) for a in poll.choices]
        text = wire_text(wire)
        if isinstance(wire, HttpRequest) and kind.name != "mobile_push":
            assert all(one in text for one in replies) or kind.name == "web_push"
    elif made.poll is not None:
        assert kind.can.answers_by_number
        assert all(f"{n} - {a.text}" in made.text for n, a in enumerate(poll.choices, 1))
    else:
        links = re.findall(r"/v/([A-Za-z0-9_-]+)", repr(made))
        tickets = [RING.read(token, Purpose.VOTE) for token in links]
        assert tickets and all(tickets)
        asked = polls.read_question(tickets[0].detail)  # type: ignore[union-attr]
        assert asked is not None and [kept for _, kept in asked.answers] == [
            one.kept for one in poll.choices
        ]


def test_which_way_each_channel_takes() -> None:
    ways: dict[str, str] = {}
    for kind in CHANNELS:
        made = shown(kind, Content(text="Привіт!", poll=MANY), kind.code)
        ways[kind.name] = (
            "buttons"
            if any(b.reply for b in made.buttons)
            else "keyboard"
            if made.keyboard
            else "numbers"
            if made.poll
            else "link"
            if made.link
            else "page"
        )
    assert ways["telegram"] == ways["viber"] == ways["whatsapp"] == "buttons"
    assert ways["messenger"] == ways["instagram"] == "keyboard"
    assert ways["sms"] == "numbers"
    assert ways["web_push"] == ways["mobile_push"] == "link"
    assert ways["email"] == "page"
    two = shown(WebPush, Content(text="Привіт!", subject="Чай", poll=TEA)).buttons
    assert all(one.reply for one in two)


def test_numbers_are_read_and_other_words_are_not() -> None:
    assert by_number(TEA, " 2. ", RUN) == [Answered("tea", "green", False, RUN)]
    several = msgspec.structs.replace(MANY, multiple=True)
    assert [one.value for one in by_number(several, "1, 3 10", RUN)] == ["t1", "t3", "t10"]
    for text in ("3", "0", "1 2", "1st", "two", "", "I take 1", "١", "-1", "99999999999"):
        assert by_number(TEA, text, RUN) == []


def test_a_template_with_a_poll_that_makes_no_sense_is_refused() -> None:
    poll = "{question: Q, trait: tea, answers: [%s]}"
    good = f"{{kind: template, id: t, variants: [{{language: en, poll: {poll}}}]}}"
    assert decode(good % "a, {text: b, value: c}").variants[0].poll is not None
    for bad in ("a", "a, a", "a, {text: b, value: a}", ", ".join("abcdefghijk"), "a, ''"):
        with pytest.raises(TemplateError):
            decode(good % bad)


@pytest.mark.slow
def test_nothing_made_up_is_an_answer(world: World) -> None:  # noqa: F811
    """Tampered seals of buttons and tokens of pages: none of ten thousand counts."""
    hear(world, HeardKind.START, "1")
    ring, links = key_ring(world.app), make_links(world.app)
    chance = rng.stream(1, "polls", "tampered")
    genuine = links.seal(reply_of(Answered("tea", "green", False, RUN)))
    pid = pid_of(world)
    to = Recipient(message=bytes(16), pid=pid, run=RUN, channel=1, topic="news")
    token = links.vote(to, polls.as_question(TEA), NOW).rpartition("/")[2]
    assert ring.unseal(genuine) and ring.read(token, Purpose.VOTE)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    taken = 0
    for n in range(TAMPERED):
        whole = genuine if n % 2 else token
        at = int(chance.integers(len(whole) - 1))
        letter = letters[int(chance.integers(len(letters)))]
        if whole[at] == letter:
            continue
        spoiled = whole[:at] + letter + whole[at + 1 :]
        found = ring.unseal(spoiled) if n % 2 else ring.read(spoiled, Purpose.VOTE)
        taken += found is not None
    assert taken == 0
    for n, payload in enumerate((genuine[:-1] + "_", "?3.tea=green", "tea=green", f"?{genuine}")):
        hear(world, HeardKind.TAP, f"press{n}", payload=payload)
    assert "tea" not in traits_of(world, pid)
    for purpose in (Purpose.CLICK, Purpose.OPEN, Purpose.UNSUBSCRIBE):
        assert ring.read(token, purpose) is None


def answers(world: World) -> pl.DataFrame:  # noqa: F811
    world.settle(seconds=2)
    frame = world.events()
    return frame.filter(frame["event"] == "Poll Answered")


def press(world: World, key: str, answer: Answered, **fields: Any) -> None:  # noqa: F811
    hear(world, HeardKind.TAP, key, payload=make_links(world.app).seal(reply_of(answer)), **fields)


def test_a_second_answer_replaces_the_first_or_joins_the_list(world: World) -> None:  # noqa: F811
    hear(world, HeardKind.START, "1")
    pid = pid_of(world)
    for n, value in enumerate(("black", "green")):
        press(world, f"p{n}", Answered("tea", value, False, RUN))
    assert traits_of(world, pid)["tea"] == ("green", TraitSource.DECLARED)
    for n, value in enumerate(("music", "books", "music")):
        press(world, f"m{n}", Answered("likes", value, True, RUN))
    assert traits_of(world, pid)["likes"] == (["music", "books"], TraitSource.DECLARED)
    press(world, "m0", Answered("likes", "music", True, RUN))  # told twice by the vendor
    found = answers(world)
    assert sorted(found["properties.poll"]) == ["likes"] * 3 + ["tea"] * 2
    assert set(found["properties.run"].to_list()) == {RUN}
    sets = make_links(world.app).seal("tags+=vip")  # a button that is no poll adds to a list too
    hear(world, HeardKind.TAP, "t", payload=sets)
    assert traits_of(world, pid)["tags"] == (["vip"], TraitSource.DECLARED)
    assert len(answers(world)) == 5


POLL = """
kind: template
id: hello
variants:
  - language: en
    text: "Hello {{ person.first_name }}. {{ links.unsubscribe }}"
    poll:
      question: "Which tea, {{ person.first_name }}?"
      trait: tea
      answers: [{text: Black, value: black}, {text: "Green {{ person.first_name }}", value: green}]
"""


def test_over_telegram_a_press_answers_and_is_counted(tmp_path: Path) -> None:
    case = case_of(Telegram)
    with opened_world(tmp_path, case, faults=Faults()) as world:  # noqa: F811
        with world.app.store.write() as conn:
            define(conn, POLL)
        vendor = world.vendor
        assert isinstance(vendor, TelegramVendor)
        vendor.start(1000, "", at_s=int(NOW.timestamp()) - 60, first_name="Maria")
        world.call(vendor.calls())
        world.settle()
        world.launch()
        world.deliver(hours=1)
        ((chat, method, body),) = vendor.shown
        assert (chat, method) == (1000, "sendMessage")
        assert body["text"].startswith("Hello Maria.")
        assert body["text"].endswith("\n\nWhich tea, Maria?")
        (black,), (green,) = body["reply_markup"]["inline_keyboard"]
        assert (black["text"], green["text"]) == ("Black", "Green Maria")
        at_s = int(world.clock.now().timestamp())
        for one in (black, green):
            vendor.press(1000, vendor.message_of(1000), one["callback_data"], at_s=at_s)
            assert set(world.call(vendor.calls())) == {200}
            world.settle(seconds=2)
        found = answers(world)
        assert sorted(found["properties.answer"]) == ["black", "green"]
        assert found["properties.message"].n_unique() == 1
        with world.app.store.read() as conn:
            (pid,) = people.pids_after(conn, 0, 10)
            held = people.get(conn, pid).traits["tea"]
        assert (held.value, held.source) == ("green", TraitSource.DECLARED)


Press = Callable[[Any, str], None]
AT_S = int(NOW.timestamp()) + 3600
PRESSES: dict[str, Press] = {
    "viber": lambda vendor, reply: vendor.write(
        vendor.shown[0][0], at_ms=AT_S * 1000, text=TAPPED + reply
    ),
    "whatsapp": lambda vendor, reply: vendor.press(
        whatsapp.user(0), reply, at_s=AT_S, wa_id=whatsapp.number(0)
    ),
    "messenger": lambda vendor, _: vendor.press(vendor.shown[0][0], "Green", at_s=AT_S),
    "instagram": lambda vendor, _: vendor.press(vendor.shown[0][0], "Green", at_s=AT_S),
    "webhook": lambda vendor, reply: vendor.tell(
        "pressed", at_s=AT_S, address=vendor.shown[0]["to"], payload=reply
    ),
    "web_push": lambda vendor, _: vendor.tell("b0", "pressed", button=1),
}
BY_NAME = {kind.name: kind for kind in CHANNELS}


@pytest.mark.parametrize("name", PRESSES)
def test_over_each_channel_with_buttons_a_press_becomes_a_declared_trait(
    name: str, tmp_path: Path
) -> None:
    """As its vendor carries it there and back: in a keyboard, a list, a quick reply, an action."""
    with opened_world(tmp_path, case_of(BY_NAME[name]), faults=Faults()) as world:  # noqa: F811
        subject = 'subject: "Tea"\n    ' if BY_NAME[name].can.subject_chars_max else ""
        with world.app.store.write() as conn:
            text = POLL.replace("    poll:", f"    {subject}poll:")
            define(conn, text.replace("Green {{ person.first_name }}", "Green"))
        begin(world, BY_NAME[name], 1)
        world.deliver(hours=1)
        assert len(world.vendor.taken) == 1 and not world.vendor.violations
        told = json.dumps(msgspec.to_builtins(world.vendor.shown), ensure_ascii=False)
        replies = re.findall(r"\?[0-9a-f]+\.tea=green~[A-Za-z0-9_-]{8}", told)
        assert replies, told
        PRESSES[name](world.vendor, replies[0])
        assert set(world.call(world.vendor.calls())) == {200}
        world.settle(seconds=3)
        with world.app.store.read() as conn:
            held = [
                people.get(conn, pid).traits.get("tea") for pid in people.pids_after(conn, 0, 9)
            ]
        (found,) = [one for one in held if one is not None]
        assert (found.value, found.source) == ("green", TraitSource.DECLARED)
        (answer,) = answers(world).to_dicts()
        assert (answer["properties.poll"], answer["properties.answer"]) == ("tea", "green")
        assert answer["properties.run"] >= 1 and answer["properties.channel"] == name


def test_the_report_counts_the_people_of_each_answer(tmp_path: Path) -> None:
    case = case_of(Telegram)
    with opened_world(tmp_path, case, faults=Faults()) as world:  # noqa: F811
        with world.app.store.write() as conn:
            define(conn, POLL)
        vendor = world.vendor
        assert isinstance(vendor, TelegramVendor)
        at_s = int(NOW.timestamp())
        for n in range(5):
            vendor.start(1000 + n, "", at_s=at_s - 60, first_name=f"Name{n}")
        world.call(vendor.calls())
        world.settle()
        world.launch()
        world.deliver(hours=1)
        keys = {
            chat: [row[0]["callback_data"] for row in body["reply_markup"]["inline_keyboard"]]
            for chat, _, body in vendor.shown
        }
        later = world.clock.now()
        for n, chosen in enumerate(((0,), (1,), (1, 0), (0, 1))):
            for nth, answer in enumerate(chosen):
                seconds = int(later.timestamp()) + nth
                vendor.press(1000 + n, vendor.message_of(1000 + n), keys[1000 + n][answer],
                             at_s=seconds)  # fmt: skip
                world.call(vendor.calls())
                world.settle(seconds=3)
        found = campaign_work.report(world.app.ground, "hello", world.clock.now())
        (told,) = found.polls
        assert (told.poll, told.people, told.multiple) == ("tea", 4, False)
        assert [(one.answer, one.people) for one in told.answers] == [("black", 2), ("green", 2)]
        drawn = Console(width=100, record=True, file=io.StringIO())
        drawn.print(report_terminal.terminal(found, "uk"))
        assert "Опитування: tea" in drawn.export_text()
        assert "Poll: tea" in report_html.html(found, "en")


def test_a_preview_shows_the_poll_as_the_channel_will(world: World) -> None:  # noqa: F811
    with world.app.store.write() as conn:
        define(conn, POLL)
        template = template_work.get(conn, "hello")
    for channel, words in (("telegram", "Green"), ("sms", "2 - Green"), ("email", "/v/")):
        found = template_work.side_by_side(world.app.ground, template, NOW, channel=channel)
        assert words in repr(msgspec.to_builtins(found)), channel


def ask(world: World, method: str, path: str, **given: Any) -> httpx.Response:  # noqa: F811
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(world.server)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as asking:
            return await asking.request(method, path, **given)

    return asyncio.run(send())


def test_the_page_of_a_poll_is_answered_by_pressing_its_button_alone(
    world: World,  # noqa: F811
) -> None:
    hear(world, HeardKind.START, "1")
    pid = pid_of(world)
    to = Recipient(message=b"m" * 16, pid=pid, run=RUN, channel=1, topic="news")
    path = (
        "/v/" + make_links(world.app).vote(to, polls.as_question(TEA, 1), NOW).rpartition("/")[2]
    )
    for method in ("GET", "HEAD"):
        page = ask(world, method, path)
        assert page.status_code == 200
    page = ask(world, "GET", path)
    assert 'value="1" checked' in page.text and "Який чай?" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert ask(world, "GET", f"{path}x").status_code == 404
    world.worker.settle(world.clock.now())
    assert "tea" not in traits_of(world, pid), "prefetchers follow every link"
    for numbers in (["1"], ["0", "1"], ["7"], ["x"], []):
        said = ask(world, "POST", path, data={"answer": numbers, "lang": "en"})
        assert said.status_code == 200
        assert ("Thank you" in said.text) == (numbers[:1] in (["1"], ["0"]))
    world.worker.settle(world.clock.now())
    assert traits_of(world, pid)["tea"] == ("black", TraitSource.DECLARED)
    found = answers(world)
    assert sorted(found["properties.answer"]) == ["black", "green"]
    assert set(found["properties.message"].to_list()) == {"6d" * 16}
    assert set(found["properties.channel"].to_list()) == {"email"}
    with world.app.store.write() as conn:
        erase.erase(conn, pid, salt=world.app.secrets.suppression_salt, now_us=1)
    assert ask(world, "GET", path).status_code == 404
    assert ask(world, "POST", path, data={"answer": ["1"]}).status_code == 404


def test_by_sms_a_number_answers_the_last_poll(tmp_path: Path) -> None:
    case = case_of(Sms)
    with opened_world(tmp_path, case, faults=Faults()) as world:  # noqa: F811
        with world.app.store.write() as conn:
            define(conn, POLL)
        assert case.known is not None
        world.identify([{**case.known(0), "first_name": "Maria"}])
        world.settle()
        world.launch()
        world.deliver(hours=1)
        with world.app.store.read() as conn:
            (pid,) = people.pids_after(conn, 0, 10)
            phone = people.get(conn, pid).addresses["phone"]
        for n, text in enumerate(("hello", "2", "9")):
            at_us = micros(world.clock.now())
            one = Heard(kind=HeardKind.MESSAGE, key=f"a{n}", at_us=at_us, address=phone, text=text)
            context, body = encode_heard([one], "sms", "main")
            with world.app.store.write_inbox() as conn:
                inbox.append(conn, [inbox.Request(at_us, CALL, "internal", context, body)])
            world.settle(seconds=2)
        with world.app.store.read() as conn:
            held = people.get(conn, pid).traits["tea"]
        assert (held.value, held.source) == ("green", TraitSource.DECLARED)
        found = answers(world)
        assert found["properties.answer"].to_list() == ["green"]
        assert found["properties.message"].to_list() != [None]
