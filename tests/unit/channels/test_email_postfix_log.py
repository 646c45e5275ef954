"""What Postfix writes into its log about our mails."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.base import Inbound
from maracuja.channels.email import Email
from maracuja.channels.email_postfix_log import PostfixLog
from maracuja.channels.email_settings import EmailSettings
from maracuja.ingest.deliveries import event_id
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import Status, micros

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RING = KeyRing([b"k" * 32])
TICKET = Ticket(purpose=Purpose.BOUNCE, message=b"m" * 16, pid=7, run=3)
VERP = f"bounce+{RING.sign(TICKET)}@shop.example"
HEAD = "Nov 21 11:59:58 mx postfix/"

GONE = (
    "smtp[12]: 4ABCD1: to=<maria@mail.example>, relay=mx.mail.example[192.0.2.7]:25, delay=1.2, "
    "delays=0.1/0/1/0.1, dsn=5.1.1, status=bounced (host mx.mail.example[192.0.2.7] said: 550 "
    "5.1.1 <maria@mail.example>: no such person (in reply to RCPT TO command))"
)
LATER = (
    "smtp[12]: 4ABCD1: to=<maria@mail.example>, relay=mx.mail.example[192.0.2.7]:25, delay=9, "
    "delays=1/1/1/6, dsn=4.2.2, status=deferred (host mx.mail.example[192.0.2.7] said: 452 "
    "4.2.2 Mailbox full (in reply to RCPT TO command))"
)
TAKEN = (
    "smtp[12]: 4ABCD1: to=<maria@mail.example>, relay=mx.mail.example[192.0.2.7]:25, delay=1, "
    "delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9F)"
)
QUEUED = f"qmgr[9]: 4ABCD1: from=<{VERP}>, size=900, nrcpt=1 (queue active)"
EXPIRED = f"qmgr[9]: 4ABCD1: from=<{VERP}>, status=expired, returned to sender"
REMOVED = "qmgr[9]: 4ABCD1: removed"


def log(*, last: bool = True) -> PostfixLog:
    return PostfixLog(RING, "bounce", last=last)


def lines(*says: str) -> list[str]:
    return [HEAD + one for one in says]


def test_a_bounce_says_whose_it_is_and_why() -> None:
    [event] = log().take(lines(QUEUED, GONE, REMOVED), NOW)
    assert (event.message_id, event.pid, event.run) == (b"m" * 16, 7, 3)
    assert (event.status, event.code, event.address) == (
        Status.BOUNCED,
        "5.1.1",
        "maria@mail.example",
    )
    assert event.raw == "550 5.1.1 <maria@mail.example>: no such person"


def test_put_off_and_then_delivered() -> None:
    told = log().take(lines(QUEUED, LATER, QUEUED, LATER, QUEUED, TAKEN, REMOVED), NOW)
    assert [one.status for one in told] == [Status.DEFERRED, Status.DEFERRED, Status.DELIVERED]
    assert len({event_id(one) for one in told}) == 2, "a delay is told once"


def test_what_was_put_off_for_days_is_over_and_counts_as_a_full_mailbox() -> None:
    *_, over = log().take(lines(QUEUED, LATER, EXPIRED), NOW)
    assert (over.status, over.code, over.full) == (Status.FAILED, "4.2.2", True)
    assert over.address == "maria@mail.example"
    [alone] = log().take(lines(EXPIRED), NOW)
    assert alone.status is Status.FAILED, "after a start, when the rest is not known any more"


def test_the_same_bounce_by_mail_and_by_log_is_one() -> None:
    report = (
        f"To: {VERP}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
        'report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        "Final-Recipient: rfc822; maria@mail.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such person\r\n\r\n--b--\r\n"
    )
    channel = Email(EmailSettings(), RING)
    [by_mail] = channel.parse_inbound(Inbound(body=report.encode()), NOW)
    [by_log] = channel.postfix_log().take(lines(QUEUED, GONE), NOW + timedelta(seconds=9))
    assert event_id(by_mail) == event_id(by_log)


def test_nothing_is_believed_of_a_sender_that_we_did_not_sign() -> None:
    forged = QUEUED.replace(VERP, f"bounce+{'a' * 52}@shop.example")
    message_id = f"cleanup[3]: 4ABCD1: message-id=<{TICKET.message.hex()}@shop.example>"
    assert log().take(lines(message_id, forged, GONE), NOW) == []
    assert log().take(lines(QUEUED, REMOVED, GONE), NOW) == [], "the number is another mail's"
    other = QUEUED.replace(VERP, "someone@shop.example")
    assert log().take(lines(QUEUED, REMOVED, other, GONE), NOW) == []


def test_a_filter_a_relay_host_and_a_pipe_do_not_deliver() -> None:
    through = TAKEN.replace("mx.mail.example[192.0.2.7]:25", "127.0.0.1[127.0.0.1]:10024")
    piped = TAKEN.replace("smtp[12]", "pipe[12]")
    dropped = TAKEN.replace("mx.mail.example[192.0.2.7]:25", "none")
    for says in (through, piped, dropped):
        assert log().take(lines(QUEUED, says), NOW) == []
    assert log(last=False).take(lines(QUEUED, TAKEN), NOW) == []
    assert [one.status for one in log(last=False).take(lines(QUEUED, GONE), NOW)] == [
        Status.BOUNCED
    ]
    boxed = through.replace("smtp[12]", "lmtp[12]")
    assert [one.status for one in log().take(lines(QUEUED, boxed), NOW)] == [Status.DELIVERED]


def test_an_alias_is_told_of_under_the_address_that_was_written_to() -> None:
    alias = GONE.replace("relay=", "orig_to=<news@mail.example>, relay=", 1)
    [event] = log().take(lines(QUEUED, alias), NOW)
    assert event.address == "news@mail.example"


@pytest.mark.parametrize(
    ("form", "at"),
    [
        ("Nov 21 11:59:58 mx postfix/{}", NOW),
        ("Nov  1 01:02:03 mx postfix-out/{}", NOW),
        ("<22>Nov 21 11:59:58 mx postfix/submission/{}", NOW),
        ("2026-11-21T13:59:58.5+02:00 mx postfix/{}", NOW - timedelta(seconds=1.5)),
        ("2027-01-01T00:00:00+00:00 mx postfix/{}", NOW),  # not later than now
    ],
)
def test_forms_of_syslog(form: str, at: datetime) -> None:
    [event] = log().take([form.format(QUEUED), form.format(GONE)], NOW)
    assert event.at_us == micros(at)


def journald(says: str) -> str:
    program, _, rest = says.partition("[12]: " if "[12]" in says else "[9]: ")
    stamp = str(micros(NOW) - 1_000_000)
    return json.dumps(
        {
            "MESSAGE": rest,
            "SYSLOG_IDENTIFIER": f"postfix/{program}",
            "_HOSTNAME": "mx",
            "__REALTIME_TIMESTAMP": stamp,
        }
    )


def docker(says: str) -> str:
    return json.dumps({"log": f"{HEAD}{says}\n", "time": "2026-11-21T11:59:59.000000001Z"})


@pytest.mark.parametrize("form", [journald, docker])
def test_forms_of_json(form: Callable[[str], str]) -> None:
    [event] = log().take([form(QUEUED), form(GONE)], NOW)
    assert event.status is Status.BOUNCED
    assert event.at_us == micros(NOW) - 1_000_000


def test_two_queues_in_one_log_are_told_apart() -> None:
    other = Ticket(purpose=Purpose.BOUNCE, message=b"o" * 16, pid=8, run=3)
    verp = f"bounce+{RING.sign(other)}@shop.example"
    second = "Nov 21 11:59:58 mx2 postfix/"
    told = log().take(
        [HEAD + QUEUED, second + QUEUED.replace(VERP, verp), HEAD + GONE, second + TAKEN], NOW
    )
    assert [(one.pid, one.status) for one in told] == [
        (7, Status.BOUNCED),
        (8, Status.DELIVERED),
    ]


@given(st.lists(st.one_of(st.text(), st.sampled_from([QUEUED, GONE, LATER, TAKEN, EXPIRED]))))
def test_no_line_breaks_it_and_nobody_else_is_meant(given_lines: list[str]) -> None:
    told = log().take([one for line in given_lines for one in (line, HEAD + line)], NOW)
    assert {one.pid for one in told} <= {7}


@given(st.text(max_size=300), st.dictionaries(st.text(), st.integers() | st.text()))
def test_no_json_breaks_it(text: str, more: dict[str, int | str]) -> None:
    lines_ = [json.dumps({**more, "MESSAGE": "postfix " + text}), "{postfix" + text]
    assert log().take(lines_, NOW) == []
