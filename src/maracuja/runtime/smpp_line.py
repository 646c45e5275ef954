"""One line to an SMSC: bound in both directions, asked and answered by sequence number.

It repeats nothing and reconnects nothing: once it is down, what was written and not answered stays
so, and whoever holds it opens another.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from maracuja.channels.base import Answer, Stage
from maracuja.channels.smpp_pdu import (
    HEADER,
    RESPONSE,
    Command,
    CommandStatus,
    Pdu,
    PduFault,
    decode,
    encode,
    size_of,
)
from maracuja.channels.sms_smpp import SmppDriver

QUIT_S: Final = 2.0
DELIVERIES_MAX: Final = 10_000  # taken and not answered yet; more are refused for the moment
LATE_MAX: Final = 10_000  # answers that may still come, for messages that are unknown by now
_BROKEN: Final = (OSError, asyncio.IncompleteReadError, ssl.SSLError, TimeoutError)

Deliver = Callable[[Pdu], Awaitable[int]]
"""Takes a deliver_sm and says with which status it is answered."""
Named = Callable[[str, str], None]
"""Is told the reference of a message and the id that it was given, '' where none; however late."""


class LineDown(Exception):
    """Nothing was answered; `given`: the request had been written."""

    def __init__(self, words: str, *, given: bool) -> None:
        super().__init__(words)
        self.given = given


@dataclass
class _Asked:
    """A request that waits for its answer; `reference` is that of a message."""

    answer: asyncio.Future[Pdu]
    at_s: float
    reference: str = ""


class Line:
    """A line that is opened once and used until `closed` is set. One event loop only."""

    def __init__(self, driver: SmppDriver, deliver: Deliver, named: Named) -> None:
        self.closed = asyncio.Event()
        self._driver, self._settings = driver, driver.settings
        self._deliver, self._named = deliver, named
        self._asked: dict[int, _Asked] = {}
        self._sequence = 0
        self._heard_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._taking = 0
        self._writer: asyncio.StreamWriter | None = None
        self._why = "the line is not open"

    def unanswered(self) -> set[str]:
        """The messages that were given lately and are not answered, though it may be too late."""
        since_s = asyncio.get_running_loop().time() - self._settings.hold_s
        return {one.reference for one in self._asked.values() if one.at_s > since_s} - {""}

    async def open(self) -> Answer | None:
        """Connect and bind; None, or why the SMSC does not take us."""
        settings = self._settings
        try:
            async with asyncio.timeout(settings.timeout_s):
                reader, self._writer = await asyncio.open_connection(
                    settings.host,
                    settings.port,
                    ssl=ssl.create_default_context() if settings.tls else None,
                )
        except _BROKEN as fault:
            self._close(f"{type(fault).__name__}: {fault}")
            return Answer(stage=Stage.CONNECT, text=self._why, lost=True)
        self._spawn(self._read(reader))
        try:
            said = await self.ask(self._driver.bind())
        except LineDown as fault:
            self._close(str(fault))
            return Answer(stage=Stage.LOGIN, text=str(fault), lost=True)
        if said.status:
            self._close("the SMSC does not bind us")
            return Answer(stage=Stage.LOGIN, code=said.status, text=status_name(said.status))
        self._spawn(self._stay_alive())
        return None

    async def ask(self, pdu: Pdu, reference: str = "") -> Pdu:
        """The answer to a request. Raises LineDown."""
        if self._writer is None or self.closed.is_set():
            raise LineDown(self._why, given=False)
        self._sequence = self._sequence % 0x7FFF_FFFF + 1
        sequence = self._sequence
        octets = bytearray(encode(pdu))
        octets[12:16] = sequence.to_bytes(4)
        loop = asyncio.get_running_loop()
        asked = _Asked(loop.create_future(), loop.time(), reference)
        self._asked[sequence] = asked
        self._writer.write(octets)
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                await self._drain()
                return await asked.answer
        except TimeoutError:
            if not reference or len(self._asked) > LATE_MAX:
                del self._asked[sequence]
            raise LineDown("no answer in time", given=True) from None

    async def quit(self) -> None:
        """Say good-bye where the line is open, close it and end all that it was doing."""
        with contextlib.suppress(LineDown, TimeoutError):
            async with asyncio.timeout(QUIT_S):
                await self.ask(Pdu(command=Command.UNBIND))
        self._close("closed by us")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._writer is not None:
            with contextlib.suppress(*_BROKEN):
                async with asyncio.timeout(QUIT_S):
                    await self._writer.wait_closed()

    # ------------------------------------------------------------ what comes in

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Every PDU that comes, until the line breaks."""
        loop = asyncio.get_running_loop()
        try:
            while not self.closed.is_set():
                head = await reader.readexactly(HEADER.size)
                body = await reader.readexactly(size_of(head) - HEADER.size)
                self._heard_at = loop.time()
                try:
                    self._take(decode(head + body))
                except PduFault as fault:
                    self._refuse(fault)
            return
        except PduFault as fault:  # where the next PDU begins nobody knows
            self._refuse(fault)
            self._close(str(fault))
        except _BROKEN as fault:
            self._close(f"{type(fault).__name__}: {fault}")

    def _take(self, pdu: Pdu) -> None:
        if pdu.command & RESPONSE:
            self._answered(pdu)
        elif pdu.command == Command.DELIVER_SM:
            if self._taking >= DELIVERIES_MAX:
                self._write(pdu.answer(CommandStatus.RX_T_APPN))
            else:
                self._taking += 1
                self._spawn(self._take_delivery(pdu))
        elif pdu.command == Command.ENQUIRE_LINK:
            self._write(pdu.answer())
        elif pdu.command == Command.UNBIND:
            self._write(pdu.answer())
            self._close("the SMSC has ended the line")
        else:
            self._write(pdu.answer(CommandStatus.RINVCMDID))

    def _answered(self, pdu: Pdu) -> None:
        """Hand an answer to whoever waits for it; the id of a message is told in any case."""
        asked = self._asked.pop(pdu.sequence, None)
        if asked is None:
            return
        if asked.reference:
            self._named(asked.reference, "" if pdu.status else pdu.texts.get("message_id", ""))
        if not asked.answer.done():
            asked.answer.set_result(pdu)

    async def _take_delivery(self, pdu: Pdu) -> None:
        """Answer a deliver_sm only once it is kept; what we could not keep is sent again."""
        try:
            status = await self._deliver(pdu)
        except Exception:  # whatever it is, the SMSC must keep what we could not
            status = CommandStatus.RX_T_APPN
        finally:
            self._taking -= 1
        self._write(pdu.answer(status))

    async def _stay_alive(self) -> None:
        """Ask after a silence whether the other side is there; without an answer, it is not."""
        loop, silence_s = asyncio.get_running_loop(), self._settings.enquire_link_s
        while not self.closed.is_set():
            left = self._heard_at + silence_s - loop.time()
            if left > 0:
                await asyncio.sleep(left)
                continue
            try:
                await self.ask(Pdu(command=Command.ENQUIRE_LINK))
            except LineDown as fault:
                self._close(f"the SMSC is silent: {fault}")

    # ------------------------------------------------------------ ends

    def _refuse(self, fault: PduFault) -> None:
        nack = Pdu(command=Command.GENERIC_NACK, status=fault.status, sequence=fault.sequence)
        self._write(nack)

    def _write(self, pdu: Pdu) -> None:
        if self._writer is not None and not self.closed.is_set():
            self._writer.write(encode(pdu))

    async def _drain(self) -> None:
        """Let the other side keep up; a broken line is told by `_read`."""
        if self._writer is not None:
            with contextlib.suppress(OSError):
                await self._writer.drain()

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _close(self, why: str) -> None:
        """The line is down: whoever waits learns that what was written may have arrived."""
        if self.closed.is_set():
            return
        self._why = why
        self.closed.set()
        for asked in self._asked.values():
            if not asked.answer.done():
                asked.answer.set_exception(LineDown(why, given=True))
                asked.answer.exception()  # nobody may be waiting any more
        self._asked.clear()
        if self._writer is not None:
            self._writer.close()


def status_name(status: int) -> str:
    """The name of a status, or its number."""
    known = status in CommandStatus.__members__.values()
    return CommandStatus(status).name if known else f"0x{status:08x}"
