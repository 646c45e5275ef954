"""Text messages over SMPP 3.4: our records to its PDUs, and what its PDUs mean for a message.

Lines, windows and waiting belong to the transport; nothing here knows how a PDU travels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from maracuja import rng
from maracuja.channels.base import Answer, Stage
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.http import HttpRequest, reference
from maracuja.channels.rulings import Ruling, accepted, over, stop, suppress, wait, whole
from maracuja.channels.smpp_pdu import (
    Command,
    CommandStatus,
    Joint,
    Pdu,
    Tag,
    header,
)
from maracuja.channels.sms_driver import SmsDriver
from maracuja.channels.sms_heard import heard_text, number_of
from maracuja.channels.sms_settings import MessageIds
from maracuja.channels.sms_text import (
    Alphabet,
    Segments,
    SenderKind,
    decode,
    encode,
    sender_kind,
)
from maracuja.model import Message, Record, SendResult, Status, micros, moment

PARTIAL: Final = 0x1_0000  # no status of SMPP: a later part was refused, an earlier one is gone
VERSION: Final = 0x34
OF: Final = " of "  # between a reference and how many parts it stands for
THROTTLED_S: Final = 2.0
TRIES_MAX: Final = 3  # of what may be a passing fault, or may be none
UCS2: Final = 8
_HAS_HEADER: Final = 0x40
_TONS: Final[Mapping[SenderKind, tuple[int, int]]] = {
    SenderKind.WORD: (5, 0), SenderKind.SHORT: (3, 0), SenderKind.NUMBER: (1, 1),
}  # fmt: skip
S = CommandStatus


class Submission(Record, frozen=True):
    """The wire form of one message: its parts in order, each as a submit_sm without a number."""

    message_id: bytes
    reference: str
    recipient: str
    parts: tuple[Pdu, ...]

    @property
    def named(self) -> str:
        """Our reference; of several parts, and how many they are."""
        total = len(self.parts)
        return self.reference if total == 1 else f"{self.reference}{OF}{total}"

    def __repr__(self) -> str:
        """Without number and text."""
        return f"<Submission {self.message_id.hex()}>"


ERRORS: Final[Mapping[int, Ruling]] = {
    S.RINVMSGLEN: over("too_long"),
    S.RINVBNDSTS: whole("not_bound"),
    S.RALYBND: whole("already_bound"),
    S.RSYSERR: wait("system"),
    S.RINVSRCADR: stop("sender"),
    S.RINVDSTADR: suppress("invalid"),
    S.RBINDFAIL: stop("bind"),
    S.RINVPASWD: stop("password"),
    S.RINVSYSID: stop("system_id"),
    S.RMSGQFUL: whole("queue_full"),
    S.RSUBMITFAIL: wait("submit"),
    S.RTHROTTLED: whole("throttled", THROTTLED_S),
    S.RX_T_APPN: wait("temporary"),
    S.RX_P_APPN: over("permanent"),
    S.RX_R_APPN: over("rejected"),
    S.RDELIVERYFAILURE: wait("delivery"),
    S.RUNKNOWNERR: wait("unknown"),
    PARTIAL: over("partial"),
}
_FEW: Final = frozenset({S.RSUBMITFAIL, S.RDELIVERYFAILURE, S.RUNKNOWNERR})
# States that are not final tell nothing.
STATES: Final[Mapping[str, Status]] = {
    "DELIVRD": Status.DELIVERED, "EXPIRED": Status.EXPIRED, "DELETED": Status.FAILED,
    "UNDELIV": Status.FAILED, "UNKNOWN": Status.UNKNOWN, "REJECTD": Status.REJECTED,
}  # fmt: skip
_BY_NUMBER: Final = {
    2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 7: "UNKNOWN", 8: "REJECTD",
}  # fmt: skip
_OWN_TEXT: Final = re.compile(r"\btext:", re.IGNORECASE)
_TOLD: Final = re.compile(r"\b(id|stat|err):(\S*)", re.IGNORECASE)


class SmppDriver(SmsDriver):
    """Parts as submit_sm, receipts and answers as deliver_sm."""

    over_http = False

    def bind(self) -> Pdu:
        """The request that opens a line in both directions."""
        settings = self.settings
        return Pdu(
            command=Command.BIND_TRANSCEIVER,
            texts={
                "system_id": settings.system_id,
                "password": settings.password,
                "system_type": settings.system_type,
            },
            numbers={"interface_version": VERSION},
        )

    def account_request(self) -> HttpRequest:
        """To bind is all that can be asked."""
        return HttpRequest(url=f"smpp://{self.settings.host}:{self.settings.port}", method="BIND")

    def answered_well(self, answer: Answer) -> bool:
        """Whether we are bound."""
        return answer.stage is Stage.GIVEN and answer.code == 0

    def account_words(self, answer: Answer) -> str:
        """Who we are there."""
        return f"{self.settings.system_id} at {self.settings.host}"

    # ------------------------------------------------------------ out

    def wire(self, message: Message, cut: Segments, now: datetime) -> Submission:
        """The parts, each with a receipt where receipts are wanted."""
        sender = message.sender or self.settings.sender
        kind = sender_kind(sender) or SenderKind.WORD
        (from_ton, from_npi), octets = _TONS[kind], [self._octets(p, cut) for p in cut.parts]
        base = Pdu(
            command=Command.SUBMIT_SM,
            texts={
                "source_addr": sender.lstrip("+"),
                "destination_addr": message.to.value.lstrip("+"),
                "validity_period": _until(message.expires_us),
            },
            numbers={
                "source_addr_ton": from_ton,
                "source_addr_npi": from_npi,
                "dest_addr_ton": 1,
                "dest_addr_npi": 1,
                "data_coding": UCS2 if cut.alphabet is Alphabet.UCS2 else 0,
            },
        )
        parts = self._joined(base, octets, int.from_bytes(message.id[:2]))
        if self.settings.receipts:
            parts = [
                msgspec.structs.replace(part, numbers={**part.numbers, "registered_delivery": 1})
                for part in parts
            ]
        return Submission(
            message_id=message.id,
            reference=reference(message),
            recipient=message.to.value,
            parts=tuple(parts),
        )

    def _octets(self, part: str, cut: Segments) -> bytes:
        if cut.alphabet is Alphabet.GSM7 and self.settings.default_alphabet == "latin1":
            return part.encode("latin-1", "replace")
        return encode(part, cut.alphabet)

    def _joined(self, base: Pdu, octets: list[bytes], number: int) -> list[Pdu]:
        """One PDU for each part, joined as the settings say."""
        how, total = self.settings.long_messages, len(octets)
        if total == 1:
            return [msgspec.structs.replace(base, short_message=octets[0])]
        if how == "payload":
            return [
                msgspec.structs.replace(base, tlvs={int(Tag.MESSAGE_PAYLOAD): b"".join(octets)})
            ]
        parts = []
        for place, part in enumerate(octets, 1):
            joint = Joint(reference=number, total=total, place=place)
            if how == "sar":
                tlvs = {
                    int(Tag.SAR_MSG_REF_NUM): number.to_bytes(2),
                    int(Tag.SAR_TOTAL_SEGMENTS): bytes((total,)),
                    int(Tag.SAR_SEGMENT_SEQNUM): bytes((place,)),
                }
                parts.append(msgspec.structs.replace(base, short_message=part, tlvs=tlvs))
            else:
                bits = self.settings.reference_bits
                numbers = {**base.numbers, "esm_class": _HAS_HEADER}
                whole = header(joint, bits) + part
                parts.append(msgspec.structs.replace(base, numbers=numbers, short_message=whole))
        return parts

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By the status of the answer; of the line itself, by that of the bind.

        Of a message in parts the answer has an id a line, and so has the result.
        """
        if answer.code == 0 and answer.stage is Stage.GIVEN:
            how = self.settings.ids_in_answers
            names = [plain_id(name, how) for name in answer.text.split("\n")]
            vendor_id = "\n".join(names) if all(names) else ""
            return accepted(vendor_id) if vendor_id else over("no_id").on(answer)
        ruling = ERRORS.get(answer.code, over(f"0x{answer.code:02x}"))
        if answer.code in _FEW and attempt >= TRIES_MAX:
            ruling = over(ruling.code)
        return ruling.on(answer)

    # ------------------------------------------------------------ in

    def receipt(self, pdu: Pdu, now: datetime) -> Heard | None:
        """What a receipt tells; None where nothing final is told, or of no message.

        The optional parameters count where they are there, else the text.
        """
        text = pdu.payload.decode("latin-1")
        # What follows `text:` is the beginning of our message, and may say anything.
        before = _OWN_TEXT.split(text, maxsplit=1)[0]
        said = {name.lower(): value for name, value in _TOLD.findall(before)}
        named = pdu.tlvs.get(Tag.RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1")
        state = pdu.tlvs.get(Tag.MESSAGE_STATE, b"")
        word = _BY_NUMBER.get(state[0], "") if state else said.get("stat", "").upper()[:7]
        error = said.get("err", "") or _network_error(pdu)
        vendor_id = plain_id(named or said.get("id", ""), self.settings.ids_in_receipts)
        status = STATES.get(word)
        if status is None or not vendor_id:
            return None
        gone = status is Status.FAILED and error in self.settings.gone_codes
        return Heard(
            kind=HeardKind.RECEIPT,
            key=f"{vendor_id}:{word}",
            at_us=micros(now),
            vendor_id=vendor_id,
            status=Status.BOUNCED if gone else status,
            address=number_of(pdu.texts.get("source_addr", "")) if gone else "",
            code=word.lower(),
            raw=f"stat:{word} err:{error}"[:200],
        )

    def text(self, octets: bytes, data_coding: int) -> str:
        """The text of octets that people sent; '' for what is no text."""
        if data_coding == UCS2:
            return decode(octets, Alphabet.UCS2)
        if data_coding in (2, 4):
            return ""
        latin = data_coding == 3 or (
            data_coding == 0 and self.settings.default_alphabet == "latin1"
        )
        if latin or data_coding == 1:
            return octets.decode("latin-1")
        return decode(octets, Alphabet.GSM7)

    def written(self, pdu: Pdu, text: str, now: datetime) -> Heard | None:
        """What a person wrote; None where nobody can be named.

        An SMSC sends again what it believes lost, under another number: the same words within
        ten minutes are one.
        """
        address = number_of(pdu.texts.get("source_addr", ""))
        if not address:
            return None
        to, slot = pdu.texts.get("destination_addr", ""), int(now.timestamp()) // 600
        return heard_text(
            text,
            stop_words=self.settings.stop_words,
            key=f"mo:{rng.make_id('mo', address, to, text, slot).hex()}",
            at_us=micros(now),
            address=address,
        )


def is_receipt(pdu: Pdu) -> bool:
    """Whether a deliver_sm tells of a message of ours."""
    return bool(pdu.numbers.get("esm_class", 0) & 0x3C)


def plain_id(told: str, how: MessageIds) -> str:
    """A message id in one spelling, whether it is told in hex or in decimal digits."""
    told = told.strip().strip("\0")
    try:
        return told if how == "as_is" else str(int(told, 16 if how == "hex" else 10))
    except ValueError:
        return told


def _network_error(pdu: Pdu) -> str:
    value = pdu.tlvs.get(Tag.NETWORK_ERROR_CODE, b"")
    return str(int.from_bytes(value[1:3])) if len(value) == 3 else ""


def _until(expires_us: int) -> str:
    """An absolute time in UTC, as the specification writes it; '' for as long as usual."""
    return f"{moment(expires_us):%y%m%d%H%M%S}000+" if expires_us else ""
