"""What an SMSC tells on a line: receipts and what people write, kept before they are answered.

Nothing is decided here: parts are joined, a receipt that came before the answer to its message
waits for it, and all of it goes to the inbox.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from maracuja.channels.heard import Heard
from maracuja.channels.smpp_pdu import Joint, Pdu, joint_of
from maracuja.channels.sms_smpp import OF, SmppDriver, is_receipt, plain_id

NAMED_MAX: Final = 100_000  # messages whose ids are remembered here; the database has the others
JOINING_MAX: Final = 1_000  # messages of people whose parts are not all there
GAP: Final = "\u2026"  # stands for a part that never came

Keep = Callable[[Sequence[Heard]], None]
"""Makes what was heard durable; it blocks, and is called in a thread."""


@dataclass
class _Joining:
    """The parts of one message that are there."""

    first: Pdu
    total: int
    texts: dict[int, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it, with a sign where parts are missing."""
        return "".join(self.texts.get(place, GAP) for place in range(1, self.total + 1))


class Inbound:
    """Takes the deliver_sm of every line of one account. One event loop only.

    `waiting` names the messages whose answers are still out: only theirs can be early receipts.
    """

    def __init__(
        self,
        driver: SmppDriver,
        keep: Keep,
        now: Callable[[], datetime],
        waiting: Callable[[], set[str]],
    ) -> None:
        self._driver, self._settings = driver, driver.settings
        self._keep, self._now, self._waiting = keep, now, waiting
        self._named: OrderedDict[str, str] = OrderedDict()  # vendor's id: our reference
        self._changed = asyncio.Event()  # set and replaced by every answer
        self._joining: dict[tuple[str, str, int, int], _Joining] = {}
        self._queue: list[tuple[Heard, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    def named(self, reference: str, vendor_id: str) -> None:
        """A message was answered, with an id or without: receipts that wait look again."""
        if vendor_id:
            self._named[plain_id(vendor_id, self._settings.ids_in_answers)] = reference
            if len(self._named) > NAMED_MAX:
                self._named.popitem(last=False)
        self.look_again()

    def look_again(self) -> None:
        """Let receipts that wait see whether there is anything left to wait for."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def take(self, pdu: Pdu) -> int:
        """Keep what a deliver_sm tells; the status with which it is answered."""
        if is_receipt(pdu):
            heard = self._driver.receipt(pdu, self._now())
            if heard is not None:
                await self._put(await self._with_message(heard))
            return 0
        joint, octets = joint_of(pdu)
        text = self._driver.text(octets, pdu.numbers.get("data_coding", 0))
        if joint is not None:
            return await self._join(pdu, joint, text)
        await self._written(pdu, text)
        return 0

    async def close(self) -> None:
        """Keep what is half there."""
        for key in list(self._joining):
            await self._give_up(key)
        if self._writing is not None:
            await self._writing

    # ------------------------------------------------------------ receipts

    async def _with_message(self, heard: Heard) -> Heard:
        """The receipt with its message, waiting for the answers that are out when it comes."""
        known, out = heard.vendor_id, self._waiting()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.hold_s):
                while known not in self._named and out & self._waiting():
                    await self._changed.wait()
        named, _, total = self._named.get(known, "").partition(OF)
        return msgspec.structs.replace(
            heard, reference=named, parts=int(total or 1) if named else 0
        )

    # ------------------------------------------------------------ what people write

    async def _join(self, pdu: Pdu, joint: Joint, text: str) -> int:
        """Put a part to the others; the last one brings the whole to the inbox.

        Each part is answered at once, else the next one would not come.
        """
        source, to = pdu.texts.get("source_addr", ""), pdu.texts.get("destination_addr", "")
        key = (source, to, joint.reference, joint.total)
        joining = self._joining.get(key)
        if joining is None:
            while len(self._joining) >= JOINING_MAX:
                await self._give_up(next(iter(self._joining)))
            joining = self._joining[key] = _Joining(pdu, joint.total)
            loop = asyncio.get_running_loop()
            loop.call_later(self._settings.hold_s, self._expire, key, joining)
        joining.texts[joint.place] = text
        if len(joining.texts) == joint.total:
            await self._give_up(key)
        return 0

    def _expire(self, key: tuple[str, str, int, int], joining: _Joining) -> None:
        """The rest has not come in time."""
        if self._joining.get(key) is joining:
            del self._joining[key]
            heard = self._driver.written(joining.first, joining.text, self._now())
            if heard is not None:
                self._enqueue(heard)

    async def _give_up(self, key: tuple[str, str, int, int]) -> None:
        """Keep a message as far as it is there."""
        joining = self._joining.pop(key, None)
        if joining is not None:
            await self._written(joining.first, joining.text)

    async def _written(self, pdu: Pdu, text: str) -> None:
        heard = self._driver.written(pdu, text, self._now())
        if heard is not None:
            await self._put(heard)

    # ------------------------------------------------------------ the inbox

    async def _put(self, heard: Heard) -> None:
        """Done once it is durable; what comes meanwhile is written together afterwards."""
        await self._enqueue(heard)

    def _enqueue(self, heard: Heard) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.add_done_callback(lambda over: over.cancelled() or over.exception())
        self._queue.append((heard, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write())
        return done

    async def _write(self) -> None:
        while self._queue:
            batch, self._queue = self._queue, []
            fault: Exception | None = None
            try:
                await asyncio.to_thread(self._keep, [heard for heard, _ in batch])
            except Exception as raised:  # told to each of them, and by them to the SMSC
                fault = raised
            for _, done in batch:
                if done.done():
                    continue
                if fault is None:
                    done.set_result(None)
                else:
                    done.set_exception(fault)
