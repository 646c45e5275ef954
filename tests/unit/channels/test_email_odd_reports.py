"""Reports that follow no standard, and what only looks like one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from maracuja.channels.base import Inbound
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.errors import WebhookRejected
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import DeliveryEvent, Status
from tests.unit.channels.odd_reports import REPORTS

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RING = KeyRing([b"k" * 32])
TICKET = Ticket(purpose=Purpose.BOUNCE, message=b"m" * 16, pid=7, run=3)
VERP = f"bounce+{RING.sign(TICKET)}@shop.example"
CHANNEL = Email(EmailSettings(), RING)

MEANT = {
    "postfix": (Status.BOUNCED, "5.1.1", "maria@mail.example"),
    "wrapped": (Status.BOUNCED, "5.1.10", "maria@mail.example"),
    "global": (Status.BOUNCED, "5.1.1", "мария@mail.example"),
    "no_action": (Status.BOUNCED, "5.2.1", "maria@mail.example"),
    "qmail": (Status.BOUNCED, "5.1.1", ""),
    "exim": (Status.BOUNCED, "5.1.1", ""),
    "exchange": (Status.BOUNCED, "5.1.10", ""),
    "mail_ru": (Status.BOUNCED, "550", ""),
    "full": (Status.FAILED, "5.2.2", ""),
    "arf": (Status.COMPLAINED, "abuse", "redacted@mail.example"),
    "arf_mixed": (Status.COMPLAINED, "abuse", ""),
    "jmrp": (Status.COMPLAINED, "abuse", "maria@outlook.example"),
}


def read(body: str, recipient: str = "", sender: str = "") -> list[DeliveryEvent]:
    inbound = Inbound(body=body.encode(), recipient=recipient, sender=sender)
    return CHANNEL.parse_inbound(inbound, NOW)


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_each_form_says_what_it_means(name: str) -> None:
    [event] = read(REPORTS[name].replace("{verp}", VERP))
    assert (event.status, event.code, event.address) == MEANT[name]
    assert (event.pid, event.run, event.message_id) == (7, 3, b"m" * 16)
    assert event.full is (name == "full")


@pytest.mark.parametrize(
    "subject",
    ["Out of office", "Re: your tea", "Delivery delayed: still being retried",
     "Warning: could not send message for past 4 hours"],
)  # fmt: skip
def test_other_mail_to_a_bounce_address_says_nothing(subject: str) -> None:
    mail = f"From: MAILER-DAEMON@mx.example\nTo: {VERP}\nSubject: {subject}\n\n550 5.1.1 no user\n"
    assert read(mail, VERP) == []


def test_a_person_who_writes_of_a_failure_is_no_bounce() -> None:
    mail = f"From: maria@mail.example\nSubject: Delivery failure?\n\n550 5.1.1 {VERP}\n"
    assert read(mail, sender="maria@mail.example") == []


def test_words_that_nobody_knows_suppress_nobody() -> None:
    mail = (
        f"From: mailer-daemon@mx.example\nTo: {VERP}\nSubject: failure notice\n\nThe owl is ill.\n"
    )
    [event] = read(mail)
    assert event.status is Status.FAILED and "The owl is ill." in event.raw


def test_what_the_message_itself_says_is_no_diagnosis() -> None:
    mail = REPORTS["qmail"].replace("{verp}", VERP).replace(" (#5.1.1)", "")
    [event] = read(mail)
    assert "5.2.2" not in event.raw and event.status is Status.BOUNCED


def test_a_report_that_names_two_messages_is_nobody_s() -> None:
    other = RING.sign(Ticket(purpose=Purpose.BOUNCE, message=b"o" * 16, pid=8, run=3))
    body = REPORTS["arf"].replace("{verp}", f"{VERP} bounce+{other}@shop.example")
    with pytest.raises(WebhookRejected):
        read(body)
    assert [one.pid for one in read(body, VERP)] == [7]
