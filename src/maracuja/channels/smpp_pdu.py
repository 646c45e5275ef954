"""SMPP 3.4 on the wire: what stands in a PDU, and its octets.

It knows the protocol alone: what a status means for a message is said by `sms_smpp`. Nothing that
comes in crashes it: what cannot be read is a PduFault with the status to answer.

Source: Short Message Peer to Peer Protocol Specification v3.4, issue 1.2.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final

import msgspec

from maracuja.model import Record

HEADER: Final = struct.Struct(">IIII")
PDU_BYTES_MAX: Final = 70_000  # a payload of 64 KiB and its fields
SHORT_MESSAGE_MAX: Final = 254
RESPONSE: Final = 0x8000_0000


class Command(IntEnum):
    """What a PDU is for; an answer has the highest bit set."""

    GENERIC_NACK = 0x8000_0000
    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    BIND_RECEIVER_RESP = 0x8000_0001
    BIND_TRANSMITTER_RESP = 0x8000_0002
    SUBMIT_SM_RESP = 0x8000_0004
    DELIVER_SM_RESP = 0x8000_0005
    UNBIND_RESP = 0x8000_0006
    BIND_TRANSCEIVER_RESP = 0x8000_0009
    ENQUIRE_LINK_RESP = 0x8000_0015


class Tag(IntEnum):
    """The optional parameters that are read or written here."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class CommandStatus(IntEnum):
    """What an answer says."""

    ROK = 0x00
    RINVMSGLEN = 0x01
    RINVCMDLEN = 0x02
    RINVCMDID = 0x03
    RINVBNDSTS = 0x04
    RALYBND = 0x05
    RSYSERR = 0x08
    RINVSRCADR = 0x0A
    RINVDSTADR = 0x0B
    RINVMSGID = 0x0C
    RBINDFAIL = 0x0D
    RINVPASWD = 0x0E
    RINVSYSID = 0x0F
    RMSGQFUL = 0x14
    RSUBMITFAIL = 0x45
    RTHROTTLED = 0x58
    RX_T_APPN = 0x64
    RX_P_APPN = 0x65
    RX_R_APPN = 0x66
    RDELIVERYFAILURE = 0xFE
    RUNKNOWNERR = 0xFF


class PduFault(ValueError):
    """Octets that are no PDU; `status` is what the other side is answered."""

    def __init__(self, words: str, status: CommandStatus, sequence: int = 0) -> None:
        super().__init__(words)
        self.status, self.sequence = status, sequence


class Pdu(Record, frozen=True):
    """One PDU: texts and small numbers by the names of the specification, optional ones by tag.

    Fields that are left out are empty or 0.
    """

    command: int
    status: int = 0
    sequence: int = 0
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    numbers: dict[str, int] = msgspec.field(default_factory=dict)
    short_message: bytes = b""
    tlvs: dict[int, bytes] = msgspec.field(default_factory=dict)

    def answer(self, status: int = 0, **texts: str) -> Pdu:
        """The answer to it."""
        command = self.command | RESPONSE
        return Pdu(command=command, status=status, sequence=self.sequence, texts=texts)

    @property
    def payload(self) -> bytes:
        """The message: in its own field, or in the optional one for long ones."""
        return self.short_message or self.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")


# Mandatory fields in order: a number is one octet, `message` a length and so many octets, any
# other a text of so many octets at most, with the zero that ends it.
_MESSAGE: Final[tuple[tuple[str, int | str], ...]] = (
    ("service_type", 6),
    ("source_addr_ton", "number"), ("source_addr_npi", "number"), ("source_addr", 21),
    ("dest_addr_ton", "number"), ("dest_addr_npi", "number"), ("destination_addr", 21),
    ("esm_class", "number"), ("protocol_id", "number"), ("priority_flag", "number"),
    ("schedule_delivery_time", 17), ("validity_period", 17),
    ("registered_delivery", "number"), ("replace_if_present_flag", "number"),
    ("data_coding", "number"), ("sm_default_msg_id", "number"), ("short_message", "message"),
)  # fmt: skip
_BIND: Final[tuple[tuple[str, int | str], ...]] = (
    ("system_id", 16), ("password", 9), ("system_type", 13), ("interface_version", "number"),
    ("addr_ton", "number"), ("addr_npi", "number"), ("address_range", 41),
)  # fmt: skip
_BOUND: Final[tuple[tuple[str, int | str], ...]] = (("system_id", 16),)
_NAMED: Final[tuple[tuple[str, int | str], ...]] = (("message_id", 65),)
_FIELDS: Final[dict[int, tuple[tuple[str, int | str], ...]]] = {
    Command.BIND_RECEIVER: _BIND,
    Command.BIND_TRANSMITTER: _BIND,
    Command.BIND_TRANSCEIVER: _BIND,
    Command.BIND_RECEIVER_RESP: _BOUND,
    Command.BIND_TRANSMITTER_RESP: _BOUND,
    Command.BIND_TRANSCEIVER_RESP: _BOUND,
    Command.SUBMIT_SM: _MESSAGE,
    Command.DELIVER_SM: _MESSAGE,
    Command.SUBMIT_SM_RESP: _NAMED,
    Command.DELIVER_SM_RESP: _NAMED,
    Command.UNBIND: (),
    Command.UNBIND_RESP: (),
    Command.ENQUIRE_LINK: (),
    Command.ENQUIRE_LINK_RESP: (),
    Command.GENERIC_NACK: (),
}


def encode(pdu: Pdu) -> bytes:
    """Its octets. Raises PduFault where a field is longer than the specification allows."""
    body = bytearray()
    for name, kind in _FIELDS[pdu.command]:
        if kind == "number":
            body.append(pdu.numbers.get(name, 0))
        elif kind == "message":
            if len(pdu.short_message) > SHORT_MESSAGE_MAX:
                raise PduFault("the message is too long", CommandStatus.RINVMSGLEN)
            body.append(len(pdu.short_message))
            body += pdu.short_message
        else:
            octets = pdu.texts.get(name, "").encode("latin-1", "replace")
            if len(octets) >= int(kind) or 0 in octets:
                raise PduFault(f"{name} is too long", CommandStatus.RINVCMDLEN)
            body += octets + b"\0"
    # An answer that refuses has no body.
    if pdu.status and pdu.command & RESPONSE:
        body.clear()
    for tag, value in pdu.tlvs.items():
        body += struct.pack(">HH", tag, len(value)) + value
    return HEADER.pack(HEADER.size + len(body), pdu.command, pdu.status, pdu.sequence) + body


def size_of(header: bytes) -> int:
    """How many octets the PDU has whose first 16 these are. Raises PduFault."""
    size, _, _, sequence = HEADER.unpack(header)
    if not HEADER.size <= size <= PDU_BYTES_MAX:
        raise PduFault("no PDU is so long", CommandStatus.RINVCMDLEN, sequence)
    return int(size)


def decode(octets: bytes) -> Pdu:
    """What stands in the octets of one PDU. Raises PduFault."""
    _, command, status, sequence = HEADER.unpack_from(octets)
    fields = _FIELDS.get(command)
    if fields is None:
        raise PduFault("it is no command that we know", CommandStatus.RINVCMDID, sequence)
    reader = _Reader(octets, sequence)
    texts: dict[str, str] = {}
    numbers: dict[str, int] = {}
    message = b""
    # Answers that refuse come with their fields, or without.
    for name, kind in fields if reader.left or not command & RESPONSE else ():
        if kind == "number":
            numbers[name] = reader.take(1)[0]
        elif kind == "message":
            message = reader.take(reader.take(1)[0])
        else:
            texts[name] = reader.text()
    tlvs: dict[int, bytes] = {}
    while reader.left:
        tag, size = struct.unpack(">HH", reader.take(4))
        tlvs[tag] = reader.take(size)
    return Pdu(
        command=command,
        status=status,
        sequence=sequence,
        texts=texts,
        numbers=numbers,
        short_message=message,
        tlvs=tlvs,
    )


class _Reader:
    """The octets of one PDU behind its header, taken one field after another."""

    def __init__(self, octets: bytes, sequence: int) -> None:
        self._octets, self._at, self._sequence = octets, HEADER.size, sequence

    @property
    def left(self) -> int:
        """How many octets are left."""
        return len(self._octets) - self._at

    def take(self, size: int) -> bytes:
        """So many octets."""
        if size > self.left:
            raise self._short()
        self._at += size
        return self._octets[self._at - size : self._at]

    def text(self) -> str:
        """A text up to its zero."""
        end = self._octets.find(0, self._at)
        if end < 0:
            raise self._short()
        return self.take(end - self._at + 1)[:-1].decode("latin-1")

    def _short(self) -> PduFault:
        return PduFault("it ends too early", CommandStatus.RINVCMDLEN, self._sequence)


# ---------------------------------------------------------------- headers of joined messages


class Joint(Record, frozen=True):
    """Which part of which message something is: number of the message, parts, place from 1."""

    reference: int
    total: int
    place: int


def header(joint: Joint, reference_bits: int) -> bytes:
    """The user data header of one part: 6 octets for an 8-bit number, 7 for a 16-bit one."""
    if reference_bits == 16:
        return struct.pack(">BBBHBB", 6, 8, 4, joint.reference & 0xFFFF, joint.total, joint.place)
    return bytes((5, 0, 3, joint.reference & 0xFF, joint.total, joint.place))


def read_header(octets: bytes) -> tuple[Joint | None, bytes]:
    """The joint that a user data header tells, if it does, and what follows the header."""
    end = 1 + octets[0] if octets else 0
    joint, at = None, 1
    while at + 2 <= min(end, len(octets)):
        kind, size = octets[at], octets[at + 1]
        value = octets[at + 2 : at + 2 + size]
        if kind == 0 and len(value) == 3:
            joint = _joint(value[0], value[1], value[2])
        elif kind == 8 and len(value) == 4:
            joint = _joint(value[0] << 8 | value[1], value[2], value[3])
        at += 2 + size
    return joint, octets[end:]


def joint_of(pdu: Pdu) -> tuple[Joint | None, bytes]:
    """Which part of a longer message it is, if it is one, and its octets without a header."""
    if pdu.numbers.get("esm_class", 0) & 0x40:
        return read_header(pdu.payload)
    values = [
        pdu.tlvs.get(tag, b"")
        for tag in (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)
    ]
    if not all(values):
        return None, pdu.payload
    numbers = [int.from_bytes(value) for value in values]
    return _joint(numbers[0], numbers[1], numbers[2]), pdu.payload


def _joint(reference: int, total: int, place: int) -> Joint | None:
    """None for a part of nothing, or of a message of one part."""
    if total > 1 and 1 <= place <= total:
        return Joint(reference=reference, total=total, place=place)
    return None
