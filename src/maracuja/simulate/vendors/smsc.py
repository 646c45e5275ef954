"""An SMSC on loopback that keeps SMPP 3.4, and breaks it on a seeded schedule.

It never looks at our side: what it took, and what it was sent wrongly, is there to be compared.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from maracuja import rng
from maracuja.channels.smpp_pdu import (
    HEADER,
    RESPONSE,
    Command,
    CommandStatus,
    Joint,
    Pdu,
    PduFault,
    Tag,
    decode,
    encode,
    header,
    joint_of,
    size_of,
)
from maracuja.channels.sms_text import Alphabet, split
from maracuja.channels.sms_text import decode as letters
from maracuja.channels.sms_text import encode as octets_of
from maracuja.simulate.vendors.http import Faults

_NUMBERS: Final = {"DELIVRD": 2, "EXPIRED": 3, "DELETED": 4, "UNDELIV": 5, "REJECTD": 8}
_UCS2: Final = 8


def _delivered(number: str) -> tuple[str, str]:
    return "DELIVRD", "000"


@dataclass(kw_only=True)
class Smsc:
    """One account at an operator. All of it is used from the loop of `serving_smsc`, or after.

    `faults`: limited is RTHROTTLED, unavailable RMSGQFUL, failing RSYSERR; a lost answer ends the
    line. `fate` says stat and err of a number's receipt, '' for none. `taken` counts whole
    messages by number, `shown` has (number, text).
    """

    system_id: str = "shop"
    password: str = "secret"
    seed: int = 0
    faults: Faults = field(default_factory=Faults)
    fate: Callable[[str], tuple[str, str]] = _delivered
    by_tlv: bool = True  # receipts by optional parameters, else by their text alone
    hex_answers: bool = False  # ids in hex in answers, in decimal in receipts
    mute: bool = False  # answers nothing but binds
    unreal: set[str] = field(default_factory=set)
    taken: Counter[str] = field(default_factory=Counter)
    shown: list[tuple[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)  # with which deliver_sm were answered
    binds: int = 0
    enquiries: int = 0
    submits: int = 0
    _parts: dict[tuple[str, int], dict[int, str]] = field(default_factory=dict)
    _tries: Counter[bytes] = field(default_factory=Counter)
    _line: _Line | None = None
    _owed: dict[int, Pdu] = field(default_factory=dict)  # deliver_sm that were not answered
    _sequence: int = 0

    # ------------------------------------------------------------ what it is asked

    def take(self, pdu: Pdu, line: _Line) -> None:
        """One PDU of a line."""
        match pdu.command:
            case Command.BIND_TRANSCEIVER:
                self._bind(pdu, line)
            case Command.UNBIND:
                line.write(pdu.answer())
                line.end()
            case Command.DELIVER_SM_RESP:
                self.statuses[pdu.status] += 1
                if pdu.status == CommandStatus.ROK:
                    self._owed.pop(pdu.sequence, None)
            case _ if self.mute:
                pass
            case Command.ENQUIRE_LINK:
                self.enquiries += 1
                line.write(pdu.answer())
            case Command.SUBMIT_SM if line.bound:
                self._submit(pdu, line)
            case Command.SUBMIT_SM:
                line.write(pdu.answer(CommandStatus.RINVBNDSTS))

    def _bind(self, pdu: Pdu, line: _Line) -> None:
        revoked = self.faults.revoked_after is not None and (
            self.submits >= self.faults.revoked_after
        )
        if pdu.texts["system_id"] != self.system_id:
            line.write(pdu.answer(CommandStatus.RINVSYSID))
        elif pdu.texts["password"] != self.password or revoked:
            line.write(pdu.answer(CommandStatus.RINVPASWD))
        else:
            if pdu.numbers["interface_version"] != 0x34:
                self.violations.append("interface_version")
            self.binds += 1
            line.bound, self._line = True, line
            line.write(pdu.answer(system_id="SMSC"))
            for owed in list(self._owed.values()):
                line.write(owed)

    def _submit(self, pdu: Pdu, line: _Line) -> None:
        self.submits += 1
        fault = _fault(pdu)
        if fault:
            self.violations.append(fault)
        number = f"+{pdu.texts['destination_addr']}"
        if fault or number in self.unreal:
            line.write(pdu.answer(CommandStatus.RINVDSTADR))
            return
        if self.faults.revoked_after is not None and self.submits > self.faults.revoked_after:
            line.end()
            return
        key = number.encode() + pdu.payload
        self._tries[key] += 1
        chance = rng.stream(self.seed, "smsc", key, self._tries[key])
        status = self._unlucky(chance, line)
        if status is None:
            return
        if status:
            line.write(pdu.answer(status))
            return
        ours = self._keep(number, pdu)
        lost = chance.random() < self.faults.lost_after
        receipt = self._receipt(pdu, ours) if pdu.numbers["registered_delivery"] & 1 else None
        told = format(ours, "x") if self.hex_answers else str(ours)
        early = chance.random() < self.faults.reordered
        doubled = chance.random() < self.faults.doubled
        if receipt is not None and early:
            self._tell(receipt)
        if lost:
            line.end()
            if receipt is not None and not early:
                self._tell(receipt)
            return
        slow_s = self.faults.slow_s if chance.random() < self.faults.slow else 0.0
        line.write(pdu.answer(message_id=told), after_s=slow_s)
        if receipt is not None and (doubled or not early):
            self._tell(receipt)

    def _unlucky(self, chance: rng.Rng, line: _Line) -> int | None:
        """The status of what goes wrong by the schedule, 0: nothing; None: the line has ended."""
        faults, luck = self.faults, chance.random()
        for share, status in (
            (faults.limited, CommandStatus.RTHROTTLED),
            (faults.unavailable, CommandStatus.RMSGQFUL),
            (faults.failing, CommandStatus.RSYSERR),
        ):
            if luck < share:
                return int(status)
            luck -= share
        if luck < faults.lost_before:
            line.end()
            return None
        return 0

    def _keep(self, number: str, pdu: Pdu) -> int:
        """Put a part to the others; the number of the message as it is here."""
        joint, octets = joint_of(pdu)
        alphabet = Alphabet.UCS2 if pdu.numbers["data_coding"] == _UCS2 else Alphabet.GSM7
        text = letters(octets, alphabet)
        if joint is None:
            self._show(number, text)
        else:
            parts = self._parts.setdefault((number, joint.reference), {})
            parts[joint.place] = text
            if len(parts) == joint.total:
                self._show(number, "".join(parts[n] for n in sorted(parts)))
                del self._parts[number, joint.reference]
        return 0xA0_0000 + self.submits

    def _show(self, number: str, text: str) -> None:
        self.taken[number] += 1
        self.shown.append((number, text))

    # ------------------------------------------------------------ what it tells

    def _receipt(self, pdu: Pdu, ours: int) -> Pdu | None:
        stat, error = self.fate(f"+{pdu.texts['destination_addr']}")
        if not stat:
            return None
        text = (
            f"id:{ours} sub:001 dlvrd:001 submit date:2611211200 done date:2611211200 "
            f"stat:{stat} err:{error} text:"
        )
        tlvs = {
            int(Tag.RECEIPTED_MESSAGE_ID): f"{ours}\0".encode(),
            int(Tag.MESSAGE_STATE): bytes((_NUMBERS[stat],)),
        }
        return self._deliver(
            pdu.texts["destination_addr"], pdu.texts["source_addr"], text.encode(), 0x04,
            tlvs=tlvs if self.by_tlv else {},
        )  # fmt: skip

    def write(self, number: str, text: str, reference_bits: int = 8) -> None:
        """A person writes; what is long comes in parts."""
        cut, number_of_message = split(text, reference_bits), self._sequence & 0xFF
        coding = _UCS2 if cut.alphabet is Alphabet.UCS2 else 0
        for place, part in enumerate(cut.parts, 1):
            octets, esm_class = octets_of(part, cut.alphabet), 0
            if len(cut.parts) > 1:
                joint = Joint(reference=number_of_message, total=len(cut.parts), place=place)
                octets, esm_class = header(joint, reference_bits) + octets, 0x40
            self._tell(
                self._deliver(number.lstrip("+"), "7070", octets, esm_class, data_coding=coding)
            )

    def _deliver(self, source: str, to: str, octets: bytes, esm_class: int, **more: Any) -> Pdu:
        return Pdu(
            command=Command.DELIVER_SM,
            texts={"source_addr": source, "destination_addr": to},
            numbers={
                "source_addr_ton": 1, "source_addr_npi": 1, "esm_class": esm_class,
                "data_coding": more.get("data_coding", 0),
            },
            short_message=octets,
            tlvs=more.get("tlvs", {}),
        )  # fmt: skip

    def _tell(self, pdu: Pdu) -> None:
        """Send a deliver_sm; it is owed until it is answered."""
        self._sequence += 1
        numbered = Pdu(**{**_plain(pdu), "sequence": self._sequence})
        self._owed[self._sequence] = numbered
        if self._line is not None:
            self._line.write(numbered)

    @property
    def owed(self) -> int:
        """How many deliver_sm have not been answered well."""
        return len(self._owed)

    def drop(self) -> None:
        """End the line as a failing network does."""
        if self._line is not None:
            self._line.end()


def _plain(pdu: Pdu) -> dict[str, Any]:
    return {name: getattr(pdu, name) for name in pdu.__struct_fields__}


def _fault(pdu: Pdu) -> str:
    """What is wrong with a submit_sm; '' where nothing is."""
    numbers, to = pdu.numbers, pdu.texts["destination_addr"]
    if not to.isdigit() or not 7 <= len(to) <= 15 or numbers["dest_addr_ton"] != 1:
        return f"destination {to}"
    source, ton = pdu.texts["source_addr"], numbers["source_addr_ton"]
    if not source or (ton == 5) != (not source.isdigit()) or (ton == 5 and len(source) > 11):
        return f"source {source}"
    size, text = len(pdu.short_message), joint_of(pdu)[1]
    if numbers["data_coding"] == _UCS2 and (size > 140 or len(text) % 2):
        return f"{size} octets of UCS-2"
    if numbers["data_coding"] == 0 and size > 160:
        return f"{size} septets"
    if not size and Tag.MESSAGE_PAYLOAD not in pdu.tlvs:
        return "no message"
    return ""


class _Line:
    """A line that somebody has opened to the SMSC."""

    def __init__(self, smsc: Smsc, writer: asyncio.StreamWriter) -> None:
        self.bound = False
        self._smsc, self._writer = smsc, writer

    def write(self, pdu: Pdu, after_s: float = 0.0) -> None:
        """Send a PDU, now or later."""
        if after_s:
            asyncio.get_running_loop().call_later(after_s, self.write, pdu)
        elif not self._writer.is_closing():
            self._writer.write(encode(pdu))

    def end(self) -> None:
        """Break the line."""
        if self._smsc._line is self:
            self._smsc._line = None
        self._writer.close()

    async def serve(self, reader: asyncio.StreamReader) -> None:
        """Take every PDU until the line ends."""
        with suppress(asyncio.IncompleteReadError, OSError):
            while not self._writer.is_closing():
                head = await reader.readexactly(HEADER.size)
                body = await reader.readexactly(size_of(head) - HEADER.size)
                try:
                    pdu = decode(head + body)
                except PduFault as fault:
                    self._smsc.violations.append(str(fault))
                    continue
                if pdu.command & RESPONSE and pdu.command != Command.DELIVER_SM_RESP:
                    continue
                self._smsc.take(pdu, self)
        self.end()


class Served:
    """A running SMSC: its port, and a way into its thread."""

    def __init__(self, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self.port = port
        self._loop = loop

    def do(self, call: Callable[..., Any], *args: Any) -> Any:
        """Call something of the SMSC in its own thread, and what it returned."""

        async def run() -> Any:
            return call(*args)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)


@contextmanager
def serving_smsc(smsc: Smsc, host: str = "127.0.0.1", port: int = 0) -> Iterator[Served]:
    """The SMSC behind a socket on loopback, in a thread of its own."""
    loop = asyncio.new_event_loop()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with suppress(asyncio.CancelledError):
            await _Line(smsc, writer).serve(reader)
        serving.discard(task)

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, host, port)

    async def stop(server: asyncio.Server) -> None:
        server.close()
        smsc.drop()
        for task in list(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await asyncio.sleep(0)

    thread = threading.Thread(target=loop.run_forever, name="smsc", daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield Served(server.sockets[0].getsockname()[1], loop)
    finally:
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
