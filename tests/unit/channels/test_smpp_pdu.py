"""PDUs of SMPP 3.4: octets by hand, there and back, and whatever may come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.smpp_pdu import (
    HEADER,
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
    read_header,
    size_of,
)

SUBMIT = Pdu(
    command=Command.SUBMIT_SM,
    sequence=7,
    texts={"source_addr": "SHOP", "destination_addr": "380501234567"},
    numbers={
        "source_addr_ton": 5,
        "dest_addr_ton": 1,
        "dest_addr_npi": 1,
        "registered_delivery": 1,
        "data_coding": 8,
    },
    short_message="Так".encode("utf-16-be"),
)


def test_a_submit_has_the_octets_of_the_specification() -> None:
    assert encode(SUBMIT).hex(" ") == (
        "00 00 00 37 00 00 00 04 00 00 00 00 00 00 00 07 "
        "00 05 00 53 48 4f 50 00 01 01 33 38 30 35 30 31 32 33 34 35 36 37 00 "
        "00 00 00 00 00 01 00 08 00 06 04 22 04 30 04 3a"
    )


def test_the_bind_of_the_specifications_example() -> None:
    octets = bytes.fromhex(
        "0000002F000000020000000000000001"
        "534D50503354455354007365637265743038005355424D4954310000010100"
    )
    pdu = decode(octets)
    assert pdu.command == Command.BIND_TRANSMITTER and pdu.sequence == 1
    assert pdu.texts["system_id"] == "SMPP3TEST" and pdu.texts["password"] == "secret08"
    assert pdu.texts["system_type"] == "SUBMIT1" and pdu.numbers["addr_npi"] == 1
    assert encode(pdu) == octets


COMMANDS = st.sampled_from([Command.SUBMIT_SM, Command.DELIVER_SM])
TEXT = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=15)
PDUS = st.builds(
    Pdu,
    command=COMMANDS,
    sequence=st.integers(1, 0x7FFFFFFF),
    texts=st.fixed_dictionaries({"source_addr": TEXT, "destination_addr": TEXT}),
    numbers=st.fixed_dictionaries({"esm_class": st.integers(0, 255)}),
    short_message=st.binary(max_size=254),
    tlvs=st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=300), max_size=4),
)


@given(PDUS)
def test_there_and_back(pdu: Pdu) -> None:
    octets = encode(pdu)
    assert size_of(octets[: HEADER.size]) == len(octets)
    back = decode(octets)
    assert back.short_message == pdu.short_message and back.tlvs == pdu.tlvs
    assert pdu.texts.items() <= back.texts.items()
    assert pdu.numbers.items() <= back.numbers.items()
    assert encode(back) == octets


@given(st.binary(max_size=200), st.sampled_from([*Command, 0x33]))
def test_any_octets_are_a_pdu_or_a_fault(rest: bytes, command: int) -> None:
    octets = HEADER.pack(HEADER.size + len(rest), command, 0, 9) + rest
    try:
        pdu = decode(octets)
    except PduFault as fault:
        assert fault.sequence == 9
        assert fault.status in (CommandStatus.RINVCMDLEN, CommandStatus.RINVCMDID)
    else:
        joint_of(pdu)


@given(st.binary(max_size=16).map(lambda octets: octets.ljust(16, b"\0")))
def test_sizes_that_cannot_be_are_refused(head: bytes) -> None:
    try:
        assert 16 <= size_of(head) <= 70_000
    except PduFault as fault:
        assert fault.status is CommandStatus.RINVCMDLEN


def test_a_refusing_answer_has_no_body_and_may_have_one() -> None:
    refused = Pdu(command=Command.SUBMIT_SM_RESP, status=0x58, sequence=1)
    assert len(encode(refused)) == 16
    assert decode(encode(refused)).status == 0x58
    with_body = bytes.fromhex("00000011800000040000005800000001" + "00")
    assert decode(with_body).texts == {"message_id": ""}


@pytest.mark.parametrize("bits", [8, 16])
def test_headers_of_parts(bits: int) -> None:
    joint = Joint(reference=0x1234, total=3, place=2)
    octets = header(joint, bits)
    assert octets.hex() == {8: "050003340302", 16: "06080412340302"}[bits]
    told, rest = read_header(octets + b"text")
    assert told is not None and (told.total, told.place, rest) == (3, 2, b"text")


@pytest.mark.parametrize(
    "octets", ["", "00", "05", "0500030100", "050003010203", "ff", "0300030102"]
)
def test_headers_that_join_nothing(octets: str) -> None:
    joint, _ = read_header(bytes.fromhex(octets))
    assert joint is None


def test_other_elements_of_a_header_are_passed_over() -> None:
    octets = bytes.fromhex("0b" + "05040b8423f0" + "0003aa0201") + b"rest"
    joint, rest = read_header(octets)
    assert joint == Joint(reference=0xAA, total=2, place=1) and rest == b"rest"


def test_joints_by_optional_parameters() -> None:
    pdu = Pdu(
        command=Command.DELIVER_SM,
        short_message=b"x",
        tlvs={
            int(Tag.SAR_MSG_REF_NUM): b"\x01\x02",
            int(Tag.SAR_TOTAL_SEGMENTS): b"\x02",
            int(Tag.SAR_SEGMENT_SEQNUM): b"\x01",
        },
    )
    assert joint_of(pdu) == (Joint(reference=0x102, total=2, place=1), b"x")


def test_fields_that_are_too_long_are_refused() -> None:
    with pytest.raises(PduFault):
        encode(Pdu(command=Command.SUBMIT_SM, short_message=b"x" * 255))
    with pytest.raises(PduFault):
        encode(Pdu(command=Command.BIND_TRANSCEIVER, texts={"password": "123456789"}))
