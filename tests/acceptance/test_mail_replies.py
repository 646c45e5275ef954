"""Somebody answers a campaign's mail by SMTP, an operator answers, and the thread holds."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from email.message import Message
from email.utils import parseaddr
from pathlib import Path
from smtplib import SMTP, SMTPDataError
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from maracuja import app as composition
from maracuja.api.server import Server
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.cli import cli
from maracuja.clock import SimClock
from maracuja.model import ConsentState, micros
from maracuja.runtime import launch_control, mail_replies, orders
from maracuja.store import consents, definitions, inbox, people
from maracuja.ui import home
from tests.contract.channel_case import NOW
from tests.contract.channel_world import STILL, World
from tests.contract.operator_desk import Desk
from tests.unit.runtime.delivery_world import Obedient

MARIA = "maria+shop@mail.example"
CAMPAIGN = """
kind: topic
id: news
---
kind: template
id: hello
variants: [{language: en, subject: "Passion fruit", text: "Hello! {{ links.unsubscribe }}"}]
---
kind: campaign
id: hello
topic: news
audience: [{trait: email, known: true}]
template: hello
holdout: 0
"""


class Post:
    """A shop by mail, whose letters are read and answered by SMTP."""

    def __init__(self, place: Path, stack: ExitStack, definitions_: str = CAMPAIGN) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        mail = {
            "sender": "Shop <news@shop.example>",
            "reports_port": self.port,
            "hear_replies": True,
        }
        settings = {"pressure": STILL, "measurement": {"global_holdout": 0}, "email": mail}
        self.place, self.clock = place, SimClock(NOW)
        composition.create(place, settings, clock=self.clock, seed=1)
        self.app = stack.enter_context(composition.opened(place, self.clock))
        self.vendor = Obedient()
        worker = composition.make_worker(self.app, holder="test", transport=self.vendor)
        stack.callback(worker.close)
        server = Server(self.app, lambda: home)
        stack.callback(server.close)
        nothing: Any = None  # no vendor over HTTP is in this shop
        self.world = World(self.app, server, worker, self.clock, nothing, "email")
        self.desk = Desk(self.world)
        with self.app.store.write() as conn:
            for one in decode_text(definitions_):
                definitions.put(conn, kind_of(one), one.id, one, base=None, actor="t", now_us=1)

    def send(self) -> Message:
        """Maria and Ivan agree, the campaign goes out; Maria's mail."""
        said = {"topic": "news", "channel": "email", "state": "opted_in", "source": "form"}
        calls = [
            {"type": "identify", "userId": name, "messageId": f"i{name}", "traits": {"email": at}}
            for name, at in (("maria", MARIA), ("ivan", "ivan@mail.example"))
        ]
        calls += [
            {
                "type": "track",
                "userId": name,
                "messageId": f"c{name}",
                "event": "Subscription Updated",
                "properties": said,
            }
            for name in ("maria", "ivan")
        ]
        body = msgspec.json.encode({"batch": calls})
        with self.app.store.write_inbox() as conn:
            row = inbox.Request(micros(self.clock.now()), "batch", "server", b"{}", body)
            inbox.append(conn, [row])
        self.world.settle()
        with self.app.store.write() as conn:
            launch_control.launch(conn, self.app.ground, "hello", self.clock.now())
        self.world.settle(minutes=5)
        return self.letters(MARIA)[0]

    def letters(self, to: str) -> list[Message]:
        """What somebody has in their box."""
        found = [mail for mail in self.vendor.carried if mail.recipient == to]
        return [email.message_from_bytes(mail.data) for mail in found]

    def answer(
        self, letter: Message, text: str, *more: str, by: str = "maria@mail.example"
    ) -> int:
        """Somebody answers a letter; the code that our server gives."""
        to = parseaddr(letter["Reply-To"])[1]
        head = [
            f"From: Maria <{by}>",
            f"To: {to}",
            f"In-Reply-To: {letter['Message-ID']}",
            f"Subject: RE: {letter['Subject']}",
            *more,
        ]
        if not any(line.startswith("Message-ID:") for line in more):
            head.append("Message-ID: <first@mail.example>")
        body = "\r\n".join([*head, "", text, "", "> Hello!"])
        with SMTP("127.0.0.1", self.port, timeout=20) as line:
            try:
                line.sendmail(by, [to], body)
            except SMTPDataError as refused:
                return refused.smtp_code
        return 250

    def hear(self) -> None:
        """The worker takes what came in."""
        self.world.settle(seconds=1)

    def counted(self) -> dict[str, int]:
        """What was passed over."""
        with self.app.store.read() as conn:
            return mail_replies.counts(conn)

    def state(self, name: str = "maria") -> ConsentState:
        """What somebody has said about news."""
        with self.app.store.read() as conn:
            pid = people.find(conn, ["external_id"], [name])
            return ConsentState(int(consents.states(conn, pid, "news", "email")[0]))


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with ExitStack() as stack:
        yield Post(tmp_path / "shop", stack)


def test_an_answer_is_heard_and_the_thread_holds(post: Post) -> None:
    first = post.send()
    assert parseaddr(first["Reply-To"])[0] == "Shop"
    assert post.answer(first, "Is it ripe?") == 250
    assert post.answer(first, "Is it ripe?") == 250, "the same mail may come twice"
    post.hear()
    (talk,) = post.desk.listed()
    assert (talk["channel"], talk["address"], talk["state"]) == ("email", MARIA, "open")
    (turn,) = post.desk.turns(talk["id"])
    assert (turn["text"], turn["subject"]) == ("Is it ripe?", "RE: Passion fruit")
    assert f"<{turn['about']}@shop.example>" == first["Message-ID"]
    with post.app.store.read() as conn:
        (maria,) = people.find(conn, ["external_id"], ["maria"]).tolist()
    assert talk["pid"] == maria

    post.desk.answer(talk["id"], "It is.")
    post.world.settle(minutes=1)
    second = post.letters(MARIA)[1]
    assert second["Subject"] == "Re: Passion fruit"
    assert second["In-Reply-To"] == "<first@mail.example>"
    assert second["References"].split() == [first["Message-ID"], "<first@mail.example>"]
    assert second["Auto-Submitted"] is None and second["Reply-To"] != first["Reply-To"]
    assert post.desk.turns(talk["id"])[-1]["status"] == "sent"

    assert post.answer(second, "Two, then.", "Message-ID: <second@mail.example>") == 250
    post.hear()
    (talk,) = post.desk.listed()
    assert (talk["seq"], talk["state"]) == (3, "open"), "the conversation goes on"
    post.desk.answer(talk["id"], "They are yours.")
    post.world.settle(minutes=1)
    third = post.letters(MARIA)[2]
    assert third["Subject"] == "Re: Passion fruit"
    assert third["References"].split() == [
        first["Message-ID"],
        "<first@mail.example>",
        second["Message-ID"],
        "<second@mail.example>",
    ]
    assert post.world.counts()["Message Replied"] == 2


def test_a_stranger_is_told_where_to_write_from_and_a_machine_is_counted(post: Post) -> None:
    first = post.send()
    assert post.answer(first, "STOP", by="ivan@mail.example") == 550
    assert post.answer(first, "STOP", "Auto-Submitted: auto-replied") == 250
    assert post.answer(first, "Hello!", f"X-Report-Token: {first['X-Report-Token']}") == 250
    post.hear()
    assert post.desk.listed() == []
    assert post.counted() == {"automatic": 1, "loop": 1, "stranger": 1}
    listed = CliRunner().invoke(cli, ["conversation", "list", "-w", str(post.place)])
    assert "passed over: 1 automatic, 1 loop, 1 stranger" in listed.stdout
    assert post.state() is post.state("ivan") is ConsentState.OPTED_IN
    assert "Message Replied" not in post.world.counts()


def test_stop_in_the_first_line_is_obeyed(post: Post) -> None:
    first = post.send()
    assert post.answer(first, "Stop.\r\n\r\nSent from my iPhone") == 250
    post.hear()
    assert post.state() is ConsentState.OPTED_OUT
    assert post.state("ivan") is ConsentState.OPTED_IN
    assert post.desk.listed() == []


def test_words_below_stop_are_for_a_person_to_read(post: Post) -> None:
    first = post.send()
    assert post.answer(first, "Unsubscribe\r\nAnd where is K-1042?") == 250
    post.hear()
    assert post.state() is ConsentState.OPTED_OUT
    (talk,) = post.desk.listed()
    assert "K-1042" in talk["snippet"]


def test_who_was_erased_answers_nobody(post: Post) -> None:
    first = post.send()
    with post.app.store.write() as conn:
        (maria,) = people.find(conn, ["external_id"], ["maria"]).tolist()
        orders.ask_erasure(conn, maria, post.clock.now(), actor="test")
    post.world.settle(minutes=1)
    post.clock.advance(timedelta(minutes=1))
    assert post.answer(first, "Is it ripe?") == 550


def test_a_reply_to_of_the_campaign_wins(tmp_path: Path) -> None:
    with ExitStack() as stack:
        mine = CAMPAIGN + "reply_to: Anna <anna@shop.example>\n"
        post = Post(tmp_path / "shop", stack, mine)
        assert parseaddr(post.send()["Reply-To"])[1] == "anna@shop.example"
