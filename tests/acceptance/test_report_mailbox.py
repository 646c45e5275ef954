"""Bounces that lie in a mailbox: a real Dovecot by IMAP and by POP3, and a Maildir; each counts
once, none is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from maracuja.channels.base import Inbound
from maracuja.channels.email import Email
from maracuja.channels.email_mailbox import read_mailbox
from maracuja.channels.email_settings import EmailSettings, Seed
from maracuja.clock import SystemClock
from maracuja.errors import ConfigError, VendorDown, VendorRefusedUs
from maracuja.ingest.calls import Request
from maracuja.ingest.deliveries import event_id, read_deliveries
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import DeliveryEvent, Status
from maracuja.runtime.mail_listening import MailListening
from maracuja.runtime.report_mailbox import NAME, Read, ReportMailbox
from maracuja.runtime.report_taking import ReportTaking
from maracuja.store import health, inbox
from maracuja.store.engine import Store
from tests.acceptance.imap_server import PASSWORD, Dovecot, dovecot

RING = KeyRing([b"k" * 32])
USER = "bounces@shop.example"

DSN = """\
Return-Path: <>
Delivered-To: {verp}
From: MAILER-DAEMON@mx.example
To: {verp}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; maria@mail.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such person

--b--
"""


def verp(n: int, purpose: Purpose = Purpose.BOUNCE, prefix: str = "bounce") -> str:
    ticket = Ticket(purpose=purpose, message=bytes([n]) * 16, pid=n, run=1)
    return f"{prefix}+{RING.sign(ticket)}@shop.example"


def dsn(n: int) -> bytes:
    return DSN.format(verp=verp(n)).replace("\n", "\r\n").encode()


STRANGER = (
    b"From: a@b.example\r\nTo: bounces@shop.example\r\nSubject: Hello\r\n\r\nWho are you?\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as made:
        yield made


def nobody(ticket: Ticket, now: datetime) -> None:
    raise AssertionError(ticket)


def taking(store: Store, leave: Callable[[Ticket, datetime], object] = nobody) -> ReportTaking:
    return ReportTaking(store, Email(EmailSettings(), RING), SystemClock(), leave)


def reader(
    store: Store, address: str, take: Callable[[Inbound], bool] | None = None
) -> ReportMailbox:
    box = read_mailbox(address, where="email.mailbox")
    return ReportMailbox(store, take or taking(store).take, SystemClock(), box, PASSWORD)


def told(store: Store) -> list[DeliveryEvent]:
    with store.read_inbox() as conn:
        batch = inbox.read(conn, 0)
    return read_deliveries([Request(*row) for row in zip(*batch, strict=True)]).events


def wait_for(what: Callable[[], object]) -> None:
    for _ in range(400):
        if what():
            return
        time.sleep(0.05)  # noqa: TID251
    raise AssertionError("it did not happen in time")


def test_a_bounce_is_read_once_and_a_stranger_is_left_alone(
    sqlite_store: Store, server: Dovecot
) -> None:
    for body in (dsn(1), STRANGER, dsn(2)):
        server.put(USER, body)
    box = reader(sqlite_store, server.address(USER))
    assert box.read_once() == Read(seen=3, taken=2)
    assert [(one.pid, one.status) for one in told(sqlite_store)] == [
        (1, Status.BOUNCED),
        (2, Status.BOUNCED),
    ]
    assert server.flags(USER) == [True, False, True]
    assert box.read_once() == Read(seen=0, taken=0)
    assert reader(sqlite_store, server.address(USER)).read_once() == Read(0, 0), "after a start"


def test_what_a_person_has_looked_at_first_is_read_all_the_same(
    sqlite_store: Store, server: Dovecot
) -> None:
    user = "looked@shop.example"
    server.put(user, dsn(1))
    box = reader(sqlite_store, server.address(user))
    box.read_once()
    server.put(user, dsn(2))
    with server.line(user) as line:
        line.select()
        line.store("1:*", "+FLAGS", r"\Seen")
    assert box.read_once() == Read(1, 1)


def test_a_crash_loses_nothing_and_counts_nothing_twice(
    sqlite_store: Store, server: Dovecot
) -> None:
    user = "crash@shop.example"
    server.put(user, dsn(1))
    keep = taking(sqlite_store).take

    def dies_before(inbound: Inbound) -> bool:
        raise OSError("the disk is full")

    def dies_after(inbound: Inbound) -> bool:
        keep(inbound)
        raise OSError("the plug is pulled")

    for take in (dies_before, dies_after):
        with pytest.raises(VendorDown):
            reader(sqlite_store, server.address(user), take).read_once()
        assert server.flags(user) == [False]
    assert reader(sqlite_store, server.address(user)).read_once() == Read(1, 1)
    events = told(sqlite_store)
    assert len(events) == 2 and len({event_id(one) for one in events}) == 1


def test_pop3_deletes_what_it_has_taken_and_leaves_the_rest(
    sqlite_store: Store, server: Dovecot
) -> None:
    user = "pop@shop.example"
    address = server.pop3_address(user)
    for body in (dsn(1), STRANGER, dsn(2)):
        server.put(user, body)
    box = reader(sqlite_store, address)
    assert box.read_once() == Read(seen=3, taken=2)
    assert [one.pid for one in told(sqlite_store)] == [1, 2]
    assert len(server.flags(user)) == 1, "the stranger's"
    assert box.read_once() == Read(0, 0)
    server.put(user, dsn(3))
    assert box.read_once() == Read(1, 1)


def test_pop3_at_a_crash_deletes_nothing_and_counts_nothing_twice(
    sqlite_store: Store, server: Dovecot
) -> None:
    user = "popcrash@shop.example"
    address = server.pop3_address(user)
    for n in (1, 2):
        server.put(user, dsn(n))
    keep = taking(sqlite_store).take
    left = [True, False]

    def dies_at_the_second(inbound: Inbound) -> bool:
        if not left.pop(0):
            raise OSError("the plug is pulled")
        return keep(inbound)

    with pytest.raises(VendorDown):
        reader(sqlite_store, address, dies_at_the_second).read_once()
    assert len(server.flags(user)) == 2
    assert reader(sqlite_store, address).read_once() == Read(2, 2)
    assert len({event_id(one) for one in told(sqlite_store)}) == 2
    assert server.flags(user) == []


def test_pop3_is_not_held_up_by_a_mail_with_an_endless_line(
    sqlite_store: Store, server: Dovecot
) -> None:
    user = "poplong@shop.example"
    address = server.pop3_address(user)
    server.put(user, b"Subject: long\r\n\r\n" + b"x" * 5000 + b"\r\n")
    server.put(user, dsn(1))
    box = reader(sqlite_store, address)
    box.read_once()
    box.read_once()
    assert [one.pid for one in told(sqlite_store)] == [1]
    assert len(server.flags(user)) == 1


@pytest.mark.parametrize("password", ["wrong", "пароль"])
def test_pop3_refuses_a_wrong_password(
    sqlite_store: Store, server: Dovecot, password: str
) -> None:
    parts = read_mailbox(server.pop3_address(USER), where="email.mailbox")
    box = ReportMailbox(sqlite_store, taking(sqlite_store).take, SystemClock(), parts, password)
    with pytest.raises(VendorRefusedUs, match="does not let us in"):
        box.read_once()


def test_new_mail_is_heard_while_waiting(sqlite_store: Store, server: Dovecot) -> None:
    user = "idle@shop.example"
    box = reader(sqlite_store, server.address(user))
    box.start()
    try:
        server.put(user, dsn(3))
        wait_for(lambda: len(told(sqlite_store)) == 1)
        server.put(user, dsn(4))
        wait_for(lambda: len(told(sqlite_store)) == 2)
    finally:
        box.stop()


def test_a_wrong_password_is_told_and_stops_nothing(sqlite_store: Store, server: Dovecot) -> None:
    parts = read_mailbox(server.address(USER), where="email.mailbox")
    box = ReportMailbox(sqlite_store, taking(sqlite_store).take, SystemClock(), parts, "wrong")
    with pytest.raises(VendorRefusedUs):
        box.read_once()
    box.start()
    try:
        wait_for(lambda: _trouble(sqlite_store))
    finally:
        box.stop()
    assert "does not let" in _trouble(sqlite_store)


def _trouble(store: Store) -> str:
    with store.read() as conn:
        known = health.every(conn).get(NAME)
    return known.reason if known else ""


def test_a_maildir_is_read_as_postfix_fills_it(sqlite_store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "box"
    (folder / "new").mkdir(parents=True)
    (folder / "new" / "1").write_bytes(dsn(1).replace(b"\r\n", b"\n"))
    (folder / "new" / "2").write_bytes(STRANGER)
    box = reader(sqlite_store, f"maildir://{folder}")
    assert box.read_once() == Read(2, 1)
    assert box.read_once() == Read(0, 0)
    assert [path.name for path in (folder / "new").iterdir()] == ["2"]
    assert [path.name for path in (folder / "cur").iterdir()] == ["1:2,S"]
    assert [one.pid for one in told(sqlite_store)] == [1]


def test_a_crash_between_keeping_and_moving_is_no_second_bounce(
    sqlite_store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "box"
    (folder / "new").mkdir(parents=True)
    (folder / "new" / "1").write_bytes(dsn(1))
    keep = taking(sqlite_store).take

    def dies(inbound: Inbound) -> bool:
        keep(inbound)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reader(sqlite_store, f"maildir://{folder}", dies).read_once()
    assert reader(sqlite_store, f"maildir://{folder}").read_once() == Read(1, 1)
    assert len({event_id(one) for one in told(sqlite_store)}) == 1


def test_a_word_of_leaving_that_lies_there_counts(sqlite_store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "box"
    (folder / "new").mkdir(parents=True)
    to = verp(5, Purpose.LEAVE, "unsub")
    (folder / "new" / "1").write_bytes(f"Delivered-To: {to}\r\n\r\nout".encode())
    left: list[int] = []
    keep = taking(sqlite_store, lambda ticket, now: left.append(ticket.pid)).take
    assert reader(sqlite_store, f"maildir://{folder}", keep).read_once().taken == 1
    assert left == [5]


@pytest.mark.parametrize(
    "address",
    ["mail.example", "imaps://mail.example", "imaps://a:secret@mail.example", "maildir://a/b",
     "imap://a@mail.example:x/", "imap://a:x@[secret", "imaps://a:secret", "pop3s://mail.example",
     "smtp://a@mail.example", "imaps://a%0d%0ab@mail.example"],
)  # fmt: skip
def test_other_addresses_are_refused_without_their_secret(address: str) -> None:
    with pytest.raises(ConfigError) as fault:
        EmailSettings(mailbox=address)
    assert "secret" not in f"{fault.value} {fault.value.fix} {fault.value.where}"
    assert fault.value.__suppress_context__ or fault.value.__context__ is None


def test_a_seed_is_read_by_imap_since_pop3_knows_no_spam_folder() -> None:
    with pytest.raises(ConfigError):
        EmailSettings(seeds={"gmail": Seed(address="a@b.example", mailbox="pop3s://a@b.example")})


def test_settings_say_what_listens(sqlite_store: Store, tmp_path: Path) -> None:
    channel = Email(EmailSettings(mailbox=f"maildir://{tmp_path}", hear_replies=True), RING)
    heard = MailListening(sqlite_store, channel, SystemClock(), nobody)
    assert heard.server() is None and len(heard.mailboxes()) == 1
    silent = MailListening(sqlite_store, Email(EmailSettings(), RING), SystemClock(), nobody)
    assert silent.server() is None and silent.mailboxes() == []
