"""Carries messages of the web chat into our own inbox: a batch is one transaction.

It shows nothing to anybody: the server does, once the rows are committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.exc import OperationalError

from maracuja.channels.base import Answer, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.web_chat import Row
from maracuja.errors import Conflict
from maracuja.model import micros
from maracuja.runtime.transport import Course
from maracuja.store import web_chat
from maracuja.store.engine import Store
from maracuja.store.web_chat import Added, New, Side

NOBODY: Final = Answer(stage=Stage.GIVEN, code=410, text="nobody is there any more")
FULL: Final = Answer(stage=Stage.GIVEN, code=409, text="too much is not seen yet")
BUSY: Final = Answer(stage=Stage.GIVEN, code=503, text="the database is busy")
NO_ROOM: Final = Answer(stage=Stage.GIVEN, code=423, text="the disk is full")

_row: Final = msgspec.json.Decoder(Row)


class WebChatTransport:
    """The inbox in place of a vendor; the same message again is the same line."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def send(self, wires: Sequence[HttpRequest], course: Course) -> list[Answer | None]:
        """Answers in the order of `wires`; None for all of them where they may not be begun."""
        if course.halted() or not await course.begin(range(len(wires))):
            return [None] * len(wires)
        answers = await asyncio.to_thread(self._write, wires)
        for n, answer in enumerate(answers):
            course.answered(n, answer)
        return list(answers)

    async def ask(self, request: HttpRequest) -> Answer:
        """The answer to one message."""
        return (await asyncio.to_thread(self._write, [request]))[0]

    async def close(self) -> None:
        """There is no connection of its own."""

    def _write(self, wires: Sequence[HttpRequest]) -> list[Answer]:
        new = [_new(_row.decode(wire.body)) for wire in wires]
        try:
            with self._store.write() as conn:
                added = web_chat.add(conn, new, micros(self._now()))
        except Conflict:
            return [BUSY] * len(wires)
        except OperationalError as fault:  # undone as a whole: none of it stands
            return [NO_ROOM if "full" in str(fault.orig) else BUSY] * len(wires)
        return [_answer(one) for one in added]


def _new(row: Row) -> New:
    return New(
        address=row.address,
        message=bytes.fromhex(row.message),
        pid=row.pid,
        run=row.run,
        side=Side.SHOP,
        expires_us=row.expires_us,
        body=msgspec.json.encode({"id": row.id, **row.shown}),
    )


def _answer(added: Added) -> Answer:
    if added.full:
        return FULL
    if not added.seq:
        return NOBODY
    return Answer(stage=Stage.GIVEN, code=200, text=f'{{"seq": {added.seq}}}')
