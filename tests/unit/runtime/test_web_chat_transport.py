"""Messages into our own inbox: a batch is one transaction, the same message is the same line."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import OperationalError

from maracuja.channels.base import Answer
from maracuja.channels.http import HttpRequest
from maracuja.errors import Conflict
from maracuja.model import Address, Verdict, micros
from maracuja.rng import make_id
from maracuja.runtime.web_chat_transport import WebChatTransport
from maracuja.store import web_chat
from maracuja.store.engine import Store
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases.web_chat import CASE


class Course:
    """A batch that may begin, or not; what was begun and answered."""

    def __init__(self, *, may: bool = True, halted: bool = False) -> None:
        self.may, self.stopped = may, halted
        self.begun: list[int] = []
        self.answers: dict[int, Answer] = {}

    def halted(self) -> bool:
        return self.stopped

    async def begin(self, numbers: Sequence[int]) -> bool:
        self.begun += numbers
        return self.may

    def answered(self, number: int, answer: Answer) -> None:
        self.answers[number] = answer


def wire(n: int, address: str = "user:u1") -> HttpRequest:
    to = Address(kind="web_chat", value=address)
    made: HttpRequest = CASE.make().encode(message(CASE, id=make_id("m", n), to=to), NOW)
    return made


def sent(store: Any, wires: list[HttpRequest], course: Course | None = None) -> list[Any]:
    transport = WebChatTransport(store, lambda: NOW)
    return asyncio.run(transport.send(wires, course or Course()))


def test_a_batch_is_written_and_repeated_without_doubling(store: Store) -> None:
    guest, nobody = f"guest:{'a' * 32}", f"guest:{'b' * 32}"
    with store.write() as conn:
        web_chat.come(conn, guest, micros(NOW))
    batch = [wire(1), wire(2, guest), wire(3, nobody), wire(4), wire(4)]
    course = Course()
    first = sent(store, batch, course)
    assert course.begun == [0, 1, 2, 3, 4] and list(course.answers.values()) == first
    assert [answer.code for answer in first] == [200, 200, 410, 200, 200]
    assert sent(store, batch) == first, "the same lines"
    channel = CASE.make()
    said = [channel.decode(answer) for answer in first]
    assert [one.verdict for one in said] == [
        Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.PERMANENT, Verdict.ACCEPTED, Verdict.ACCEPTED,
    ]  # fmt: skip
    with store.read() as conn:
        assert [line.seq for line in web_chat.of(conn, ["user:u1"])] == [1, 2]
        assert len(web_chat.of(conn, [guest])) == 1


def test_nothing_is_written_that_may_not_begin(store: Store) -> None:
    for course in (Course(may=False), Course(halted=True)):
        assert sent(store, [wire(1), wire(2)], course) == [None, None]
        assert course.answers == {}
    with store.read() as conn:
        assert web_chat.find(conn, ["user:u1"]) == {}


class Ailing:
    """A store that cannot be written to."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    @contextmanager
    def write(self) -> Iterator[None]:
        raise self._fault
        yield


def test_a_database_that_ails_loses_and_suppresses_nothing() -> None:
    channel = CASE.make()
    for fault, verdict, scope in (
        (Conflict("locked"), Verdict.TEMPORARY, "account"),
        (OperationalError("", {}, Exception("database is locked")), Verdict.TEMPORARY, "account"),
        (OperationalError("", {}, Exception("database or disk is full")), Verdict.OURS, "account"),
    ):
        for answer in sent(Ailing(fault), [wire(1), wire(2)]):
            result = channel.decode(answer)
            assert (result.verdict, result.scope) == (verdict, scope), fault
