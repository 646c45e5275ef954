"""Reports that come back by mail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.base import Inbound
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.errors import WebhookRejected
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import Status

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RING = KeyRing([b"k" * 32])
TICKET = Ticket(purpose=Purpose.BOUNCE, message=b"m" * 16, pid=7, run=3)
VERP = f"bounce+{RING.sign(TICKET)}@shop.example"
CHANNEL = Email(EmailSettings(), RING)

DSN = """From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Sat, 21 Nov 2026 11:59:00 +0000

Final-Recipient: rfc822; maria@mail.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--b
Content-Type: text/rfc822-headers

From: Shop <news@shop.example>
X-Report-Token: {verp}

--b--
"""

ARF = """From: <abuse@mail.example>
To: fbl@shop.example
Subject: FW: Hello
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: redacted@mail.example

--b
Content-Type: message/rfc822

From: Shop <news@shop.example>
X-Report-Token: {verp}
Subject: Hello

Hi
--b--
"""


def bounce(
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "550 5.1.1 unknown user",
    verp: str = VERP,
    recipient: str = VERP,
) -> Inbound:
    text = DSN.format(to=recipient, action=action, status=status, diagnostic=diagnostic, verp=verp)
    return Inbound(body=text.replace("\n", "\r\n").encode(), recipient=recipient)


def test_a_bounce_says_whose_and_why() -> None:
    [event] = CHANNEL.parse_inbound(bounce(), NOW)
    assert event.status is Status.BOUNCED
    assert (event.message_id, event.pid, event.run) == (b"m" * 16, 7, 3)
    assert event.code == "5.1.1" and event.raw == "550 5.1.1 unknown user"


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "meaning"),
    [
        ("failed", "5.0.0", "550 No such user", Status.BOUNCED),
        ("failed", "5.2.2", "552 5.2.2 over quota", Status.FAILED),
        ("failed", "4.4.1", "connect to mx.example: timed out", Status.FAILED),
        ("failed", "5.7.26", "550 5.7.26 not authenticated", Status.REJECTED),
        ("failed", "5.3.4", "552 5.3.4 too big", Status.REJECTED),
        ("delayed", "4.4.1", "timed out", Status.DEFERRED),
        ("delivered", "2.0.0", "250 Ok", Status.DELIVERED),
    ],
)
def test_actions(action: str, status: str, diagnostic: str, meaning: Status) -> None:
    [event] = CHANNEL.parse_inbound(bounce(action, status, diagnostic), NOW)
    assert event.status is meaning


@pytest.mark.parametrize(
    ("status", "diagnostic", "full"),
    [
        ("5.2.2", "552 5.2.2 over quota", True),
        ("4.2.2", "452 4.2.2 mailbox full", True),
        ("5.0.0", "550 Mailbox full", True),
        ("5.1.1", "550 5.1.1 unknown user", False),
        ("4.4.1", "timed out", False),
    ],
)
def test_a_full_mailbox_is_said_and_where_it_is(status: str, diagnostic: str, full: bool) -> None:
    [event] = CHANNEL.parse_inbound(bounce("failed", status, diagnostic), NOW)
    assert (event.full, event.address) == (full, "maria@mail.example")


def test_the_address_that_we_wrote_to_comes_before_a_forwarders() -> None:
    report = bounce()
    body = report.body.replace(
        b"Action:", b"Original-Recipient: rfc822;Ann@mail.example\r\nAction:"
    )
    [event] = CHANNEL.parse_inbound(Inbound(body=body, recipient=report.recipient), NOW)
    assert event.address == "Ann@mail.example"


@pytest.mark.parametrize("action", ["relayed", "expanded", "nonsense"])
def test_actions_that_say_nothing(action: str) -> None:
    assert CHANNEL.parse_inbound(bounce(action), NOW) == []


def test_the_token_inside_serves_where_the_address_was_lost() -> None:
    [event] = CHANNEL.parse_inbound(bounce(recipient="postmaster@shop.example"), NOW)
    assert event.pid == 7


def test_a_token_of_a_stranger_is_rejected() -> None:
    stranger = f"bounce+{KeyRing([b'x' * 32]).sign(TICKET)}@shop.example"
    with pytest.raises(WebhookRejected):
        CHANNEL.parse_inbound(bounce(verp=stranger, recipient=stranger), NOW)


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied\r\nSubject: I am on holiday",
        "X-Autoreply: yes\r\nSubject: Out of office",
        "Subject: Re: Hello",
    ],
)
def test_automatic_and_human_replies_are_no_bounces(head: str) -> None:
    mail = Inbound(body=f"{head}\r\n\r\nUser unknown 550 5.1.1\r\n".encode(), recipient=VERP)
    assert CHANNEL.parse_inbound(mail, NOW) == []


def test_complaints() -> None:
    def report(kind: str) -> Inbound:
        text = ARF.format(kind=kind, verp=VERP)
        return Inbound(body=text.encode(), recipient="fbl@shop.example")

    [event] = CHANNEL.parse_inbound(report("abuse"), NOW)
    assert event.status is Status.COMPLAINED and event.pid == 7
    assert event.address == "redacted@mail.example"
    assert CHANNEL.parse_inbound(report("not-spam"), NOW) == []
    assert CHANNEL.parse_inbound(report("auth-failure"), NOW) == []


def test_a_report_without_end_is_rejected() -> None:
    with pytest.raises(WebhookRejected, match="octets"):
        CHANNEL.parse_inbound(Inbound(body=b"x" * 6_000_000, recipient=VERP), NOW)


HEADS = [
    b"Content-Type: multipart/report; report-type*0*=utf-8''%ff; report-type*1=x; boundary=b",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=",
    b"Content-Type: multipart/report; report-type=feedback-report; boundary=b",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    b"Content-Type: \xff\xfe/;;;=; boundary=b",
    b"Content-Transfer-Encoding: base64",
    b"Content-Type: message/delivery-status",
    b"Content-Type: message/feedback-report",
    b"Action: failed",
    b"Status: 5",
    b"Status: 9.9.9 (x)",
    b"Diagnostic-Code: =?utf-8?b?////?=",
    b"Diagnostic-Code: smtp; 999999999999",
    b"Feedback-Type: =?x?q?abuse?=",
    b"Final-Recipient: \xd0\xb0@b",
    b"--b",
    b"--b--",
    b"",
    b"",
]


@given(st.lists(st.one_of(st.sampled_from(HEADS), st.binary(max_size=40)), max_size=40))
def test_no_report_breaks_the_reader(lines: list[bytes]) -> None:
    mail = Inbound(body=b"\r\n".join(lines), recipient=VERP)
    for event in CHANNEL.parse_inbound(mail, NOW):
        assert event.pid == 7 and len(event.code) <= 20
