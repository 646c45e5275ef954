"""What an SMSC says, read: receipts of many tongues, alphabets, ids, words of people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.heard import HeardKind
from maracuja.channels.smpp_pdu import Command, Pdu, Tag, joint_of
from maracuja.channels.sms_heard import heard_text, number_of
from maracuja.channels.sms_settings import SmsSettings
from maracuja.channels.sms_smpp import SmppDriver, is_receipt, plain_id
from maracuja.model import Status

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SETTINGS = SmsSettings(
    driver="smpp", host="smsc.example", system_id="shop", sender="7070", gone_codes=("001", "27")
)


def driver(**changes: Any) -> SmppDriver:
    return SmppDriver(msgspec.structs.replace(SETTINGS, **changes), "")


def receipt(text: str = "", esm_class: int = 4, **tlvs: bytes) -> Pdu:
    return Pdu(
        command=Command.DELIVER_SM,
        texts={"source_addr": "380501234567", "destination_addr": "7070"},
        numbers={"esm_class": esm_class},
        short_message=text.encode("latin-1"),
        tlvs={int(Tag[name]): value for name, value in tlvs.items()},
    )


USUAL = (
    "id:{id} sub:001 dlvrd:001 submit date:2611211200 done date:2611211201 "
    "stat:{stat} err:{err} text:stat:DELIVRD"
)


@pytest.mark.parametrize(
    ("stat", "err", "status"),
    [
        ("DELIVRD", "000", Status.DELIVERED),
        ("EXPIRED", "000", Status.EXPIRED),
        ("DELETED", "000", Status.FAILED),
        ("UNDELIV", "069", Status.FAILED),
        ("UNDELIV", "001", Status.BOUNCED),
        ("REJECTD", "000", Status.REJECTED),
        ("UNKNOWN", "000", Status.UNKNOWN),
        ("delivrd", "000", Status.DELIVERED),
    ],
)
def test_receipts_by_their_text(stat: str, err: str, status: Status) -> None:
    # The text of ours at the end may say anything: the first word of each name counts.
    told = driver().receipt(receipt(USUAL.format(id="0A1", stat=stat, err=err)), NOW)
    assert told is not None and told.status is status and told.vendor_id == "0A1"
    assert bool(told.address) == (status is Status.BOUNCED)


@pytest.mark.parametrize("stat", ["ENROUTE", "ACCEPTD", "", "NEWWORD"])
def test_what_is_not_final_tells_nothing(stat: str) -> None:
    assert driver().receipt(receipt(USUAL.format(id="1", stat=stat, err="0")), NOW) is None


def test_optional_parameters_count_before_the_text() -> None:
    pdu = receipt(
        USUAL.format(id="1", stat="DELIVRD", err="000"),
        RECEIPTED_MESSAGE_ID=b"7f\0",
        MESSAGE_STATE=b"\x05",
    )
    told = driver(ids_in_receipts="hex").receipt(pdu, NOW)
    assert told is not None
    assert (told.vendor_id, told.status, told.code) == ("127", Status.FAILED, "undeliv")


def test_a_network_error_without_a_text_may_mean_no_such_number() -> None:
    pdu = receipt(
        RECEIPTED_MESSAGE_ID=b"9\0", MESSAGE_STATE=b"\x05", NETWORK_ERROR_CODE=b"\x03\x00\x1b"
    )
    told = driver().receipt(pdu, NOW)
    assert told is not None and told.status is Status.BOUNCED
    assert told.address == "+380501234567"


def test_a_receipt_that_names_nothing_is_none() -> None:
    assert driver().receipt(receipt("stat:DELIVRD"), NOW) is None
    assert is_receipt(receipt()) and not is_receipt(receipt(esm_class=0x40))
    assert is_receipt(receipt(esm_class=0x20)), "word of an intermediate state is no text"


@pytest.mark.parametrize(
    ("told", "how", "plain"),
    [
        ("0A1", "as_is", "0A1"),
        ("A1", "hex", "161"),
        ("161", "decimal", "161"),
        ("0000000161", "decimal", "161"),
        ("a1b2-c3", "hex", "a1b2-c3"),
    ],
)
def test_ids_in_one_spelling(told: str, how: Any, plain: str) -> None:
    assert plain_id(told, how) == plain


@pytest.mark.parametrize(
    ("octets", "coding", "changes", "text"),
    [
        (b"\x1be \x00", 0, {}, "€ @"),
        ("é".encode("latin-1"), 0, {"default_alphabet": "latin1"}, "é"),
        (b"hello", 1, {}, "hello"),
        ("é".encode("latin-1"), 3, {}, "é"),
        ("Так 😀".encode("utf-16-be"), 8, {}, "Так 😀"),
        (b"\x01\x02", 4, {}, ""),
        (b"hello", 0xF0, {}, "hello"),
        ("Т".encode("utf-16-be") + b"\x04", 8, {}, "Т\ufffd"),
    ],
)
def test_alphabets_of_what_people_write(
    octets: bytes, coding: int, changes: dict[str, Any], text: str
) -> None:
    assert driver(**changes).text(octets, coding) == text


@given(st.binary(max_size=254), st.integers(0, 255), st.integers(0, 255), st.text(max_size=20))
def test_whatever_comes_in_crashes_nothing(
    octets: bytes, esm_class: int, coding: int, source: str
) -> None:
    pdu = Pdu(
        command=Command.DELIVER_SM,
        texts={"source_addr": source, "destination_addr": "7070"},
        numbers={"esm_class": esm_class, "data_coding": coding},
        short_message=octets,
        tlvs={int(Tag.MESSAGE_STATE): octets[:1], int(Tag.RECEIPTED_MESSAGE_ID): octets[:9]},
    )
    driver().receipt(pdu, NOW)
    _, rest = joint_of(pdu)
    driver().written(pdu, driver().text(rest, coding), NOW)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    "text",
    ["STOP", " stop. ", "Unsubscribe", "СТОП", "стоп!", "Отписаться", "відписатись", "ВІДМІНА",
     "Зогсоо", "болих", "/stop"],
)  # fmt: skip
def test_words_for_leaving(text: str) -> None:
    heard = heard_text(text, key="k", at_us=1, address="+1")
    assert heard.kind is HeardKind.LEAVE and heard.reachable


@pytest.mark.parametrize("text", ["START", "старт", "эхлэх", "start poster-1", "START+poster-1"])
def test_words_for_coming_back(text: str) -> None:
    heard = heard_text(text, key="k", at_us=1, address="+1")
    assert heard.kind is HeardKind.START
    assert heard.payload == ("poster-1" if "poster" in text else "")


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("please stop texting me", True),
        ("не пишіть мені більше", True),
        ("не присылайте мне это", True),
        ("дякую, чекаю", False),
        ("nonstop fun", False),
        ("Where is the bus stop?", True),
    ],
)
def test_what_sounds_like_leaving_is_for_a_person_to_read(text: str, sounds: bool) -> None:
    heard = heard_text(text, key="k", at_us=1, address="+1")
    assert heard.kind is HeardKind.MESSAGE and bool(heard.code) == sounds


@pytest.mark.parametrize(
    ("told", "number"),
    [("380501234567", "+380501234567"), ("+15005550006", "+15005550006"), ("BANK", ""),
     ("7070", ""), ("0501234567", ""), ("", "")],
)  # fmt: skip
def test_whose_number_it_is(told: str, number: str) -> None:
    assert number_of(told) == number
