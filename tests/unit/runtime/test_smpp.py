"""The SMPP transport against an SMSC on loopback that keeps its contract, and breaks it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.smpp_pdu import Command, CommandStatus, Pdu
from maracuja.channels.sms import Sms
from maracuja.channels.sms_settings import SmsSettings
from maracuja.channels.sms_smpp import PARTIAL
from maracuja.content import Content
from maracuja.model import Address, Message, Scope, Status, Verdict
from maracuja.rng import make_id
from maracuja.runtime.smpp import SmppTransport
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.smsc import Served, Smsc, serving_smsc

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LONG = "Привіт, Маріє! Маракуйя вже тут, приходьте по неї щодня до вечора, чекаємо на вас! "


class Course:
    """Lets everything go; notes what was begun and answered."""

    urgent = False

    def __init__(self, most: int = 1_000_000) -> None:
        self.begun: list[int] = []
        self.ended: dict[int, Answer] = {}
        self.most = most

    def halted(self) -> bool:
        return len(self.begun) >= self.most

    async def begin(self, numbers: Sequence[int]) -> bool:
        self.begun += numbers
        return True

    def answered(self, number: int, answer: Answer) -> None:
        self.ended[number] = answer


class Kept:
    """The inbox of the test; `full` refuses."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.full = False

    def __call__(self, heard: Sequence[Heard]) -> None:
        if self.full:
            raise OSError("no room")
        self.heard += heard


class World:
    """A transport and its SMSC."""

    def __init__(self, served: Served, smsc: Smsc, **settings: Any) -> None:
        values = {
            "driver": "smpp", "host": "127.0.0.1", "port": served.port, "system_id": "shop",
            "password": "secret", "sender": "7070", "timeout_s": 2.0, **settings,
        }  # fmt: skip
        self.smsc, self.served, self.kept = smsc, served, Kept()
        self.channel = Sms(SmsSettings(**values))
        self.transport = SmppTransport(
            self.channel, lambda: NOW, self.kept, back_off_s=(0.02, 0.05)
        )
        self._runner = asyncio.Runner()

    def wire(self, n: int, text: str = "Hello") -> Any:
        message = Message(
            id=make_id("m", n, text),
            pid=n,
            channel="sms",
            to=Address(kind="phone", value=f"+38050{1_000_000 + n}"),
            content=Content(text=text),
            campaign="c",
            topic="t",
            marketing=False,
            language="uk",
            run=1,
        )
        return self.channel.encode(message, NOW)

    def send(self, *wires: Any, course: Course | None = None) -> list[Answer | None]:
        return self._runner.run(self.transport.send(wires, course or Course()))

    def close(self) -> None:
        self._runner.run(self.transport.close())
        self._runner.close()


@contextmanager
def opened(smsc: Smsc | None = None, **settings: Any) -> Iterator[World]:
    smsc = smsc or Smsc()
    with serving_smsc(smsc) as served:
        world = World(served, smsc, **settings)
        try:
            yield world
        finally:
            world.close()


def until(holds: Callable[[], object], within_s: float = 5.0) -> None:
    """Wait until something holds that another thread brings about."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "it never came"
        threading.Event().wait(0.005)


def test_messages_go_out_and_receipts_come_back() -> None:
    with opened() as world:
        answers = world.send(*(world.wire(n, f"Hello {n} €") for n in range(40)))
        results = [world.channel.decode(a) for a in answers if a]
        assert [r.verdict for r in results] == [Verdict.ACCEPTED] * 40
        assert len({r.vendor_id for r in results}) == 40
        assert sorted(world.smsc.shown) == sorted(
            (f"+38050{1_000_000 + n}", f"Hello {n} €") for n in range(40)
        )
        until(lambda: len(world.kept.heard) == 40)
        assert {h.status for h in world.kept.heard} == {Status.DELIVERED}
        assert {h.vendor_id for h in world.kept.heard} == {r.vendor_id for r in results}
        assert len({h.reference for h in world.kept.heard} - {""}) == 40
        until(lambda: world.smsc.owed == 0)
        assert not world.smsc.violations


@pytest.mark.parametrize("how", ["udh8", "udh16", "sar", "payload"])
def test_long_texts_arrive_whole(how: str) -> None:
    with opened(long_messages=how) as world:
        text = LONG * 3 + "😀" * 30
        wire = world.wire(1, text)
        (answer,) = world.send(wire)
        assert answer
        result = world.channel.decode(answer)
        assert result.verdict is Verdict.ACCEPTED
        assert world.smsc.shown == [("+380501000001", text)]
        until(lambda: len(world.kept.heard) == len(wire.parts))
        assert {one.vendor_id for one in world.kept.heard} == {*result.vendor_id.split("\n")}
        assert {one.parts for one in world.kept.heard} == {len(wire.parts)}, "one for each part"
        assert {one.reference for one in world.kept.heard} == {wire.reference}
        assert not world.smsc.violations


def test_receipts_by_text_alone_and_ids_in_two_spellings() -> None:
    smsc = Smsc(by_tlv=False, hex_answers=True, fate=lambda number: ("UNDELIV", "001"))
    with opened(smsc, ids_in_answers="hex", gone_codes=("001",)) as world:
        (answer,) = world.send(world.wire(1))
        assert answer
        named = world.channel.decode(answer).vendor_id
        assert named.isdigit()
        until(lambda: world.kept.heard)
        (heard,) = world.kept.heard
        assert (heard.status, heard.vendor_id) == (Status.BOUNCED, named)
        assert heard.reference and heard.address == "+380501000001"


def test_a_receipt_before_the_answer_waits_for_it() -> None:
    smsc = Smsc(faults=Faults(reordered=1.0, slow=1.0, slow_s=0.3))
    with opened(smsc) as world:
        (answer,) = world.send(world.wire(1))
        assert answer and answer.code == 0
        until(lambda: world.kept.heard)
        assert world.kept.heard[0].reference.endswith(".1.1")


def test_an_answer_that_comes_too_late_still_names_its_message() -> None:
    smsc = Smsc(faults=Faults(reordered=1.0, slow=1.0, slow_s=0.6))
    with opened(smsc, timeout_s=0.2, hold_s=5.0) as world:
        (answer,) = world.send(world.wire(1))
        assert answer is not None
        assert world.channel.decode(answer).verdict is Verdict.UNKNOWN
        assert not world.kept.heard, "the receipt waits"
        until(lambda: world.kept.heard)
        assert world.kept.heard[0].reference.endswith(".1.1")
        until(lambda: world.smsc.owed == 0)


def test_a_receipt_waits_no_longer_than_it_may() -> None:
    smsc = Smsc(faults=Faults(reordered=1.0, slow=1.0, slow_s=60.0))
    with opened(smsc, timeout_s=0.1, hold_s=0.3) as world:
        world.send(world.wire(1))
        until(lambda: world.kept.heard)
        assert world.kept.heard[0].reference == "" and world.kept.heard[0].vendor_id


def test_receipts_are_answered_only_once_they_are_kept() -> None:
    with opened() as world:
        world.kept.full = True
        world.send(world.wire(1))
        until(lambda: world.smsc.statuses[CommandStatus.RX_T_APPN])
        assert world.smsc.owed == 1
        world.kept.full = False
        world.served.do(world.smsc.drop)
        until(lambda: world.smsc.owed == 0)
        assert len(world.kept.heard) == 1


def test_what_people_write_is_joined_and_understood() -> None:
    with opened() as world:
        world.transport.start()
        until(lambda: world.smsc.binds)
        write, do = world.smsc.write, world.served.do
        do(write, "+380501000001", LONG * 3)
        do(write, "+380501000002", "СТОП")
        do(write, "+380501000003", "START poster-1")
        do(write, "+380501000004", "thanks [€] " * 20, 16)
        do(write, "BANK", "code 1234")
        until(lambda: len(world.kept.heard) == 4)
        told = {h.address[-1]: h for h in world.kept.heard}
        assert told["1"].text == LONG * 3 and told["1"].kind is HeardKind.MESSAGE
        assert told["2"].kind is HeardKind.LEAVE and told["2"].reachable
        assert told["3"].kind is HeardKind.START and told["3"].payload == "poster-1"
        assert told["4"].text == "thanks [€] " * 20
        until(lambda: world.smsc.owed == 0)
        do(write, "+380501000002", "СТОП")
        until(lambda: len(world.kept.heard) == 5)
        again = world.kept.heard[-1]
        assert again.key == told["2"].key, "told twice within minutes, it is one"


def test_a_part_that_never_comes_is_not_waited_for_forever() -> None:
    with opened(hold_s=0.2) as world:
        world.transport.start()
        until(lambda: world.smsc.binds)
        part = Pdu(
            command=Command.DELIVER_SM,
            texts={"source_addr": "380501000001", "destination_addr": "7070"},
            numbers={"esm_class": 0x40},
            short_message=bytes((5, 0, 3, 7, 2, 1)) + b"half of",
        )
        world.served.do(world.smsc._tell, part)
        until(lambda: world.kept.heard)
        assert world.kept.heard[0].text == "half of…"


def test_a_wrong_password_stops_the_channel() -> None:
    with opened(password="wrong") as world:
        answers = world.send(world.wire(1), world.wire(2))
        assert answers[1] is None and answers[0] is not None
        result = world.channel.decode(answers[0])
        assert (result.verdict, result.code) == (Verdict.OURS, "password")


def test_a_line_that_is_still_thought_open_is_tried_again_soon() -> None:
    with opened() as world:
        bind, refused = world.smsc._bind, []

        def busy(pdu: Pdu, line: Any) -> None:
            if len(refused) < 2:
                refused.append(pdu)
                line.write(pdu.answer(CommandStatus.RALYBND))
            else:
                bind(pdu, line)

        world.smsc._bind = busy  # type: ignore[method-assign]
        world.transport.start()
        until(lambda: world.smsc.binds == 1)
        assert len(refused) == 2


def test_nobody_there_is_a_matter_of_waiting() -> None:
    with opened() as world:
        port = world.served.port
    settings = {
        "driver": "smpp", "host": "127.0.0.1", "port": port, "system_id": "s", "sender": "7070",
    }  # fmt: skip
    channel = Sms(msgspec.convert(settings, SmsSettings))
    transport = SmppTransport(channel, lambda: NOW, Kept())

    async def send() -> list[Answer | None]:
        try:
            return await transport.send([channel.encode(message_to(1), NOW)], Course())
        finally:
            await transport.close()

    (answer,) = asyncio.run(send())
    assert answer is not None and answer.lost and answer.stage is Stage.CONNECT
    result = channel.decode(answer)
    assert (result.verdict, result.scope) == (Verdict.TEMPORARY, Scope.ACCOUNT)


def message_to(n: int) -> Message:
    return Message(
        id=make_id("m", n),
        pid=n,
        channel="sms",
        to=Address(kind="phone", value=f"+38050{1_000_000 + n}"),
        content=Content(text="Hello"),
        campaign="c",
        topic="t",
        marketing=False,
        language="en",
    )


def test_throttling_holds_the_rest_of_the_batch() -> None:
    with opened(Smsc(faults=Faults(limited=1.0)), window=1) as world:
        course = Course()
        answers = world.send(*(world.wire(n) for n in range(5)), course=course)
        assert answers[1:] == [None] * 4 and course.begun == [0]
        assert answers[0] is not None
        result = world.channel.decode(answers[0])
        assert (result.verdict, result.scope) == (Verdict.TEMPORARY, Scope.ACCOUNT)
        assert result.retry_after_s == 2.0


def test_a_line_that_breaks_leaves_what_was_given_unknown_and_is_opened_again() -> None:
    smsc = Smsc(faults=Faults(lost_after=1.0))
    with opened(smsc) as world:
        (answer,) = world.send(world.wire(1))
        assert answer is not None and answer.lost and answer.stage is Stage.GIVEN
        assert world.channel.decode(answer).verdict is Verdict.UNKNOWN
        smsc.faults = Faults()
        until(lambda: smsc.binds == 2)
        until(lambda: world.kept.heard, 5)
        assert world.send(world.wire(2))[0] is not None
        assert dict(world.smsc.taken) == {"+380501000001": 1, "+380501000002": 1}


def test_a_later_part_that_is_refused_ends_the_message() -> None:
    with opened() as world:
        taken = {"n": 0}
        submit = world.smsc._unlucky

        def second_is_refused(chance: Any, line: Any) -> int | None:
            taken["n"] += 1
            return int(CommandStatus.RX_P_APPN) if taken["n"] == 2 else submit(chance, line)

        world.smsc._unlucky = second_is_refused  # type: ignore[method-assign]
        (answer,) = world.send(world.wire(1, LONG * 2))
        assert answer is not None and answer.code == PARTIAL
        result = world.channel.decode(answer)
        assert (result.verdict, result.code) == (Verdict.CONTENT, "partial")


@pytest.mark.slow
def test_a_later_part_that_is_throttled_is_offered_again() -> None:
    with opened() as world:
        taken = {"n": 0}

        def second_is_throttled(chance: Any, line: Any) -> int | None:
            taken["n"] += 1
            return int(CommandStatus.RTHROTTLED) if taken["n"] == 2 else 0

        world.smsc._unlucky = second_is_throttled  # type: ignore[method-assign]
        (answer,) = world.send(world.wire(1, LONG * 2))
        assert answer is not None
        assert world.channel.decode(answer).verdict is Verdict.ACCEPTED
        assert world.smsc.shown == [("+380501000001", LONG * 2)]


def test_silence_is_asked_about_and_a_dead_line_is_replaced() -> None:
    with opened(enquire_link_s=0.05, timeout_s=0.3) as world:
        world.transport.start()
        until(lambda: world.smsc.enquiries >= 3)
        assert world.smsc.binds == 1
        world.smsc.mute = True
        until(lambda: world.smsc.binds >= 2)


def test_what_is_no_pdu_is_answered_and_crashes_nothing() -> None:
    with opened() as world:
        world.transport.start()
        until(lambda: world.smsc.binds)
        line = world.smsc._line
        assert line is not None
        for octets in (
            (16).to_bytes(4) + (0x33).to_bytes(4) + bytes(4) + (9).to_bytes(4),
            (17).to_bytes(4) + (5).to_bytes(4) + bytes(4) + (9).to_bytes(4) + b"x",
            (16).to_bytes(4) + (0x8000_0004).to_bytes(4) + bytes(4) + (999).to_bytes(4),
        ):
            world.served.do(line._writer.write, octets)
        (answer,) = world.send(world.wire(1))
        assert answer is not None and answer.code == 0
        world.served.do(line._writer.write, (3).to_bytes(4) + bytes(12))
        until(lambda: world.smsc.binds == 2)


def test_nothing_more_is_begun_once_halted() -> None:
    with opened(window=1) as world:
        course = Course(most=3)
        answers = world.send(*(world.wire(n) for n in range(10)), course=course)
        assert [a is not None for a in answers] == [True] * 3 + [False] * 7
        assert set(course.ended) == {0, 1, 2}


def test_every_fault_at_once_doubles_nothing_and_tells_every_end() -> None:
    share = 0.1
    faults = Faults(
        limited=share, unavailable=share, failing=share, lost_before=share / 4,
        lost_after=share / 4, doubled=share, reordered=share, slow=share, slow_s=0.02,
    )  # fmt: skip
    smsc = Smsc(seed=7, faults=faults)
    with opened(smsc, window=5) as world:
        todo, sent, unknown = set(range(200)), set(), set()
        for _ in range(1000):
            batch = sorted(todo)[:50]
            if not batch:
                break
            answers = world.send(*(world.wire(n) for n in batch))
            for n, answer in zip(batch, answers, strict=True):
                if answer is None:
                    continue
                verdict = world.channel.decode(answer).verdict
                if verdict is Verdict.ACCEPTED:
                    sent.add(n)
                elif verdict is Verdict.UNKNOWN:
                    unknown.add(n)
                else:
                    assert verdict is Verdict.TEMPORARY
                todo -= {n} if verdict is not Verdict.TEMPORARY else set()
        assert not todo and len(sent) + len(unknown) == 200 and unknown
        assert set(smsc.taken.values()) == {1}, "nothing is doubled"
        assert {f"+38050{1_000_000 + n}" for n in sent} <= set(smsc.taken)
        until(lambda: smsc.owed == 0, 20)
        assert not smsc.violations
        assert len({h.key for h in world.kept.heard}) == len(smsc.taken), "every receipt is kept"
