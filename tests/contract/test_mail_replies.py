"""Answers as the usual mail programs write them (`recorded_mails`): what of them is heard."""

from __future__ import annotations

import string
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.base import Inbound
from maracuja.channels.email import Email
from maracuja.channels.email_quotes import own_words
from maracuja.channels.email_replies import (
    ATTACHMENTS_MAX,
    AUTOMATIC,
    LOOP,
    REPLY_BYTES_MAX,
    MailReply,
)
from maracuja.channels.email_settings import EmailSettings
from maracuja.channels.heard import TEXT_CHARS_MAX
from maracuja.errors import WebhookRejected
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.rng import stream

MAILS = Path(__file__).parent / "recorded_mails"
RING = KeyRing([b"k" * 32])
SETTINGS = EmailSettings(sender="Shop <news@shop.example>", reports_port=2526, hear_replies=True)
EMAIL = Email(SETTINGS, RING)
TICKET = Ticket(purpose=Purpose.REPLY, message=b"m" * 16, pid=7, run=3)
REPLY = f"reply+{RING.sign(TICKET)}@shop.example"

TEXTS = {
    "gmail_uk": "Добрий день!\nА чи є ще жовта?",
    "gmail_ru_wrapped": "Да, отложите две.",
    "outlook_desktop": "Please see the invoice. One of them was broken.\n\nRegards,\nMaria",
    "outlook_web_html_only": "Можно забрать завтра?",
    "outlook_ios_ru": "Когда вы открываетесь?",
    "apple_mail": "This is how it came, and I would like to have a new one before the "
    "weekend if that can be done.",
    "mail_ru": "Здравствуйте, а скидка действует в воскресенье?",
    "mail_ru_unmarked": "Спасибо, получила.",
    "ukr_net": "Замовлення K-1042 ще не прийшло.",
    "ukr_net_quoted": "Так, беру.",
    "thunderbird_inline": "Is it ripe?\n\nYes, two.",
    "stop": "STOP",
    "stop_signed": "Стоп",
    "stop_and_more": "Відписатись\nІ де моє замовлення K-1042?",
    "empty_with_subject": "Please call me",
}
LEAVING = {"stop": False, "stop_signed": False, "stop_and_more": True}  # and are there words
ENCLOSED = {
    "outlook_desktop": [("file", "рахунок.pdf", 9)],
    "apple_mail": [("picture", "IMG_0042.jpeg", 6)],
}
MACHINES = {path.stem for path in MAILS.glob("machine_*.eml")}


def raw(name: str) -> bytes:
    """A recorded mail as it comes over the wire, answering REPLY."""
    text = (MAILS / f"{name}.eml").read_bytes().replace(b"REPLY", REPLY.encode())
    return text.replace(b"\n", b"\r\n")


def read(body: bytes, to: str = REPLY, sender: str = "maria@mail.example") -> MailReply | None:
    return EMAIL.parse_reply(Inbound(body=body, recipient=to, sender=sender))


def reply(body: bytes) -> MailReply:
    found = read(body)
    assert found is not None
    return found


def plain(text: str, *more: str) -> bytes:
    head = ["From: maria@mail.example", "Message-ID: <1@mail.example>", *more]
    return "\r\n".join([*head, "Content-Type: text/plain; charset=utf-8", "", text]).encode()


def test_every_recorded_mail_is_expected() -> None:
    assert {path.stem for path in MAILS.glob("*.eml")} == TEXTS.keys() | MACHINES | {
        "loop_own_mail"
    }


@pytest.mark.parametrize("name", TEXTS)
def test_the_words_of_the_person_alone_are_heard(name: str) -> None:
    found = reply(raw(name))
    assert found.ticket == TICKET and found.sender == "maria@mail.example"
    assert found.text == TEXTS[name]
    assert not found.machine
    assert found.leaves == (name in LEAVING)
    assert found.speaks == LEAVING.get(name, True)
    assert found.key[0] == "<" and found.key[-1] == ">"
    enclosed = [(str(one.kind), one.name, one.size) for one in found.attachments]
    assert enclosed == ENCLOSED.get(name, [])


def test_a_subject_is_decoded() -> None:
    assert reply(raw("gmail_uk")).subject == "Re: Маракуйя вже тут"


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_what_a_machine_answers_says_nothing(name: str) -> None:
    """Not even STOP."""
    assert reply(raw(name)) == MailReply(ticket=TICKET, machine=AUTOMATIC)


def test_our_own_mail_that_comes_back_is_a_loop() -> None:
    assert reply(raw("loop_own_mail")).machine == LOOP
    assert reply(plain("x").replace(b"maria@mail", b"news@shop")).machine == LOOP
    assert reply(plain("x", *["Received: from a by b"] * 60)).machine == LOOP


def test_mail_that_nobody_is_to_answer_is_automatic() -> None:
    found = read(plain("Away until Monday"), sender="")
    assert found is not None and found.machine == AUTOMATIC


def test_forged_addresses_are_nothing() -> None:
    """Tampered, of another key, of another purpose: none of 10,000 is an answer."""
    draws = stream(1, "forged")
    token = RING.sign(TICKET)
    letters = string.ascii_lowercase + "234567"
    taken = 0
    for n in range(10_000):
        at = int(draws.integers(0, len(token) - 1))
        other = letters[(letters.index(token[at]) + 1 + int(draws.integers(0, 31))) % 32]
        match n % 4:
            case 0:
                made = token[:at] + other + token[at + 1 :]
            case 1:
                made = "".join(letters[i] for i in draws.integers(0, 32, len(token)))
            case 2:
                made = KeyRing([bytes([n % 256]) * 16]).sign(TICKET)
            case _:
                made = RING.sign(msgspec.structs.replace(TICKET, purpose=Purpose.LEAVE, pid=n))
        taken += made != token and read(plain("x"), f"reply+{made}@shop.example") is not None
    assert taken == 0


def test_an_address_within_the_mail_is_no_address() -> None:
    assert read(plain(f"answer to {REPLY}", f"To: {REPLY}"), "info@shop.example") is None


def test_an_address_survives_a_change_of_case() -> None:
    assert read(plain("x"), REPLY.upper()) is not None


def test_a_mail_that_is_too_large_is_refused() -> None:
    with pytest.raises(WebhookRejected):
        read(b"x" * (REPLY_BYTES_MAX + 1))


def test_a_mail_from_several_is_from_nobody() -> None:
    assert reply(plain("x", "From: ivan@mail.example")).sender == ""


def test_limits_hold() -> None:
    part = (
        "--m\r\nContent-Type: image/png\r\nContent-Disposition: attachment; "
        'filename="../../etc/x.png"\r\n\r\nx\r\n'
    )
    body = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n" + part * 500
    found = reply(body.encode())
    assert len(found.attachments) == ATTACHMENTS_MAX
    assert {one.name for one in found.attachments} == {"x.png"}
    assert len(reply(plain("word " * 50_000)).text) == TEXT_CHARS_MAX


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-8", "no-such-charset", ""])
def test_charsets_are_read_as_declared_else_guessed(charset: str) -> None:
    codec = {"no-such-charset": "utf-8", "": "windows-1251"}.get(charset, charset)
    kind = f"text/plain; charset={charset}" if charset else "text/plain"
    head = f"From: a@b.example\r\nContent-Type: {kind}\r\n\r\n".encode()
    assert reply(head + "Спасибо большое".encode(codec)).text == "Спасибо большое"


@pytest.mark.parametrize(
    "text",
    [
        "I wrote:\nplease call",
        "From: the heart\nthank you",
        "Two numbers: 050 and 067",
        "My new address: <maria@new.example>:",
        "- one\n- two",
        "On Monday at 14:05 I come",
    ],
)
def test_words_that_only_look_like_a_quote_stay(text: str) -> None:
    assert own_words(text) == text


def test_a_word_for_leaving_within_a_sentence_is_for_a_person_to_read() -> None:
    found = reply(plain("Please stop sending the blue ones"))
    assert not found.leaves and found.speaks
    cancel = reply(plain("Cancel\r\nmy order K-1042, please"))
    assert not cancel.leaves and cancel.speaks


@given(st.binary(max_size=2_000))
def test_noise_never_fails(body: bytes) -> None:
    found = read(body)
    assert found is not None and len(found.text) <= TEXT_CHARS_MAX


@given(st.data())
def test_a_damaged_mail_never_fails(data: st.DataObject) -> None:
    body = bytearray(raw(data.draw(st.sampled_from(sorted(TEXTS)))))
    for _ in range(data.draw(st.integers(1, 20))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    found = read(bytes(body))
    assert found is not None and "\0" not in found.text + found.subject


@given(st.text(max_size=500))
def test_nothing_is_put_into_the_words(text: str) -> None:
    kept = own_words(text)
    assert set(kept.split()) <= set(text.split())
