"""The SMPP transport: one line to an SMSC, kept open in a thread of its own.

It listens between batches too, for receipts and answers. It never repeats what may have arrived,
and it decides nothing: answers go back as they came, with how far the message had got.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from maracuja.channels.base import Answer, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.smpp_pdu import CommandStatus, Pdu
from maracuja.channels.sms import Sms
from maracuja.channels.sms_smpp import PARTIAL, Submission
from maracuja.model import Scope, Verdict
from maracuja.runtime.smpp_inbound import Inbound, Keep
from maracuja.runtime.smpp_line import Line, LineDown, status_name
from maracuja.runtime.transport import Course, Places

BACK_OFF_S: Final = (1, 2, 4, 8, 15, 30, 60)
REFUSED_S: Final = 300  # until a line that was refused by name or password is tried again
AGAIN_S: Final = (1.0, 2.0, 5.0, 5.0)  # before a later part is offered once more
PASSING: Final = frozenset(
    {
        CommandStatus.RTHROTTLED,
        CommandStatus.RMSGQFUL,
        CommandStatus.RSYSERR,
        CommandStatus.RX_T_APPN,
    }
)

_BROKE: Final = Answer(stage=Stage.CONNECT, text="the line broke", lost=True)
_Found = TypeVar("_Found")


class SmppTransport:
    """Carries the messages of one account. `keep` makes durable what comes in by itself.

    `start` begins to listen; the first message does so too. After `close` it may start again.
    """

    def __init__(
        self,
        channel: Sms,
        now: Callable[[], datetime],
        keep: Keep,
        *,
        back_off_s: Sequence[float] = BACK_OFF_S,
    ) -> None:
        if channel.smpp is None:
            raise ValueError("the channel does not go over SMPP")
        self._channel, self._driver = channel, channel.smpp
        self._settings = channel.settings
        self._now, self._keep, self._back_off_s = now, keep, back_off_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._places = Places(self._settings.window)
        # Of the thread's loop alone:
        self._line: Line | None = None
        self._fault = _BROKE  # why there is none
        self._settled = asyncio.Event()  # the last try to open a line has ended
        self._keeper: asyncio.Task[None] | None = None
        self._inbound: Inbound | None = None

    # ------------------------------------------------------------ the thread

    def start(self) -> None:
        """Open the line in the background and keep it open."""
        with self._lock:
            if self._thread is not None:
                return
            self._loop = loop = asyncio.new_event_loop()
            self._settled = asyncio.Event()
            loop.call_soon(self._begin)
            self._thread = threading.Thread(target=loop.run_forever, name="smpp", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Say good-bye, keep what is half there, and end the thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            if loop is None or thread is None:
                return
            asyncio.run_coroutine_threadsafe(self._end(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def close(self) -> None:
        """As Transport says."""
        await asyncio.to_thread(self.stop)

    def _begin(self) -> None:
        self._inbound = Inbound(self._driver, self._keep, self._now, self._waiting)
        self._keeper = asyncio.ensure_future(self._keep_open(self._inbound))

    async def _end(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._inbound is not None:
            await self._inbound.close()
        await asyncio.get_running_loop().shutdown_default_executor()

    async def _on_thread(self, work: Coroutine[Any, Any, _Found]) -> _Found:
        """What a coroutine of the thread's loop returns."""
        self.start()
        assert self._loop is not None
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    # ------------------------------------------------------------ the line

    async def _keep_open(self, inbound: Inbound) -> None:
        """Open a line, and another when it breaks, with longer and longer pauses between."""
        failures = 0
        while True:
            self._settled.clear()
            line = Line(self._driver, inbound.take, inbound.named)
            try:
                fault = await line.open()
                self._fault = fault or _BROKE
                if fault is None:
                    self._line, failures = line, 0
                    self._settled.set()
                    await line.closed.wait()
            finally:
                self._line = None
                inbound.look_again()
                await line.quit()
            fault = self._fault
            self._settled.set()
            refused = self._channel.decode(fault).verdict is Verdict.OURS
            pause_s = self._back_off_s[min(failures, len(self._back_off_s) - 1)]
            failures += 1
            await asyncio.sleep(REFUSED_S if refused else pause_s)

    def _waiting(self) -> set[str]:
        return self._line.unanswered() if self._line is not None else set()

    async def _ready(self) -> Answer | None:
        """None where a line is open; else why there is none."""
        await self._settled.wait()
        return None if self._line is not None else self._fault

    async def ask(self, request: HttpRequest) -> Answer:
        """Whether the SMSC takes us: there is nothing else that it can be asked."""
        return await self._on_thread(self._ready()) or Answer(stage=Stage.GIVEN, text="bound")

    # ------------------------------------------------------------ one batch

    async def send(self, wires: Sequence[Submission], course: Course) -> list[Answer | None]:
        """Answers in the order of `wires`; None for those that were not begun."""
        answers: list[Answer | None] = [None] * len(wires)
        if course.halted():
            return answers
        fault = await self._on_thread(self._ready())
        if fault is not None:
            answers[0] = fault
            return answers
        todo = deque(enumerate(wires))
        async with asyncio.TaskGroup() as group:
            for _ in range(self._places.count(course, len(wires))):
                group.create_task(self._work(todo, answers, course))
        return answers

    async def _work(
        self,
        todo: deque[tuple[int, Submission]],
        answers: list[Answer | None],
        course: Course,
    ) -> None:
        """One message after another from the common queue, until it is empty or all is halted."""
        while todo and not course.halted():
            async with self._places.turn:
                if not todo:
                    return
                n, wire = todo.popleft()
                if not await course.begin([n]):
                    return
                answer = await self._on_thread(self._carry(wire))
            answers[n] = answer
            course.answered(n, answer)
            if self._channel.decode(answer).scope is Scope.ACCOUNT:
                todo.clear()  # throttled, or the line is down: the rest waits with the account

    async def _carry(self, wire: Submission) -> Answer:
        """Give the parts in order; their ids, a line each, or what went wrong and where."""
        names: list[str] = []
        for taken, part in enumerate(wire.parts):
            try:
                said = await self._offer(part, wire.named, taken)
            except LineDown as fault:
                if fault.given:
                    return Answer(stage=Stage.GIVEN, text=str(fault), lost=True)
                if not taken:
                    return Answer(stage=Stage.CONNECT, text=str(fault), lost=True)
                return _partial(taken, wire, str(fault))
            if said.status:
                name = status_name(said.status)
                known = Answer(stage=Stage.GIVEN, code=said.status, text=name)
                return _partial(taken, wire, name) if taken else known
            names.append(said.texts.get("message_id", ""))
        return Answer(stage=Stage.GIVEN, text="\n".join(names))

    async def _offer(self, part: Pdu, reference: str, taken: int) -> Pdu:
        """One part; once others are with the SMSC, a passing refusal is waited out."""
        for pause_s in (*AGAIN_S, None):
            line = self._line
            if line is None:
                raise LineDown("the line is down", given=False)
            said = await line.ask(part, reference)
            if not taken or said.status not in PASSING or pause_s is None:
                break
            await asyncio.sleep(pause_s)
        return said


def _partial(taken: int, wire: Submission, why: str) -> Answer:
    """Some parts are with the SMSC and one was refused: nothing of it may be sent again."""
    text = f"{taken} of {len(wire.parts)} parts were taken: {why}"
    return Answer(stage=Stage.GIVEN, code=PARTIAL, text=text)
