"""Delivery through a real Postfix: what it takes, puts off and refuses, and its real bounces."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import dkim
import msgspec
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from maracuja.channels.email import Email
from maracuja.channels.email_mailbox import read_mailbox
from maracuja.channels.email_settings import EmailSettings
from maracuja.clock import SystemClock
from maracuja.ingest.calls import Request
from maracuja.ingest.deliveries import read_deliveries
from maracuja.ingest.heard import HeardRow, read_heard
from maracuja.links.tokens import Purpose, Ticket
from maracuja.model import DeliveryEvent, Status, micros
from maracuja.runtime.delivery import Delivery
from maracuja.runtime.delivery_checks import Rules
from maracuja.runtime.delivery_senders import Sender
from maracuja.runtime.mail_server import MailServer
from maracuja.runtime.postfix_log import PostfixFollower
from maracuja.runtime.report_mailbox import Read, ReportMailbox
from maracuja.runtime.report_server import ReportServer
from maracuja.runtime.report_taking import ReportTaking
from maracuja.runtime.smtp import SmtpTransport
from maracuja.store import inbox, people, resolving, suppressions
from maracuja.store.engine import Store
from maracuja.store.outbox import OutboxState
from tests.unit.runtime.delivery_world import NOW, RING, SALT, LinkMaker, World, message_id

pytestmark = pytest.mark.postfix

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file_prefixes = {home}
maillog_file = {home}/mail.log
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.relay.example
mydestination =
alias_maps =
local_recipient_maps =
relay_domains = far.example, shop.example
virtual_mailbox_domains = mail.example, boxes.example
virtual_mailbox_maps = texthash:{home}/mailboxes
virtual_mailbox_base = {home}/boxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = texthash:{home}/transport
smtpd_recipient_restrictions = check_recipient_access texthash:{home}/access,
 permit_mynetworks, reject
disable_dns_lookups = yes
smtp_host_lookup = native
smtputf8_enable = no
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(NamedTuple):
    """A private Postfix: its port, its directory, and the ports to which it relays."""

    port: int
    home: Path
    far_port: int
    reports_port: int

    def boxes(self, name: str) -> list[bytes]:
        """The mails in somebody's box."""
        folder = self.home / "boxes" / name / "new"
        return [path.read_bytes() for path in sorted(folder.glob("*"))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    program = shutil.which("postfix", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("Postfix is not installed")
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    import pwd

    owner = pwd.getpwnam("postfix")
    # Its processes give up root: they could not read pytest's own directories.
    home = Path("/tmp") / f"maracuja-postfix-{os.getpid()}"
    made = Postfix(free_port(), home, free_port(), free_port())
    for name in ("etc", "queue", "data", "boxes"):
        (home / name).mkdir(parents=True, mode=0o755)
    for name in ("data", "boxes"):
        shutil.chown(home / name, "postfix")
    values = {"home": home, "uid": owner.pw_uid, "gid": owner.pw_gid, "port": made.port}
    (home / "etc/main.cf").write_text(MAIN.format(**values))
    (home / "etc/master.cf").write_text(MASTER.format(**values))
    (home / "mailboxes").write_text(
        "maria@mail.example maria/\nivan@mail.example ivan/\n@boxes.example reports/\n"
    )
    (home / "access").write_text("later@mail.example 450 4.2.0 Greylisted, try again later\n")
    (home / "transport").write_text(
        f"far.example smtp:[127.0.0.1]:{made.far_port}\n"
        f"shop.example smtp:[127.0.0.1]:{made.reports_port}\n"
    )
    command = [program, "-c", str(home / "etc")]
    try:
        subprocess.run([*command, "start"], check=True, capture_output=True)
        wait_for(lambda: _answers(made.port))
        yield made
    finally:
        subprocess.run([*command, "stop"], capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            return line.recv(3) == b"220"
    except OSError:
        return False


def wait_for(what: Callable[[], object], seconds: float = 20) -> None:
    for _ in range(int(seconds * 20)):
        if what():
            return
        time.sleep(0.05)  # noqa: TID251
    raise AssertionError("it did not happen in time")


class Far:
    """A server behind Postfix that refuses its recipients only when it is asked: a real bounce."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("full"):
            return "552 5.2.2 Mailbox full"
        if address.startswith("busy"):
            return "451 4.3.2 Come back later"
        return "550 5.1.1 No such person here"


def settings_for(postfix: Postfix) -> EmailSettings:
    return EmailSettings(
        port=postfix.port,
        sender="Shop <news@shop.example>",
        connections=3,
        dkim_domain="shop.example",
        dkim_selector="s1",
        dkim_key_file="key.pem",
    )


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path, postfix: Postfix) -> Iterator[World]:
    made = World(sqlite_store, tmp_path / "lake")
    made.delivery.close()
    settings = settings_for(postfix)
    sender = Sender(channel=Email(settings, RING, PEM), transport=SmtpTransport(settings))
    made.delivery = Delivery(
        sqlite_store,
        made.root,
        [sender],
        LinkMaker("https://go.example", RING),
        Rules(quiet=None, zone="UTC", salt=SALT),
        journals=made.journals,
    )
    yield made
    made.delivery.close()


def send(world: World, *addresses: str) -> None:
    pids = list(range(1, len(addresses) + 1))
    world.add_people(pids)
    world.consent(pids)
    world.launch(pids, addresses=addresses)
    world.run(NOW + timedelta(seconds=20))


def lookup(name: bytes, timeout: int = 5) -> bytes:
    import base64

    assert name == b"s1._domainkey.shop.example."
    der = KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


def test_taken_put_off_and_refused(world: World, postfix: Postfix) -> None:
    send(world, "maria@mail.example", "later@mail.example", "nobody@mail.example")
    assert world.states() == {
        1: OutboxState.SENT,
        2: OutboxState.QUEUED,
        3: OutboxState.FAILED,
    }
    with world.store.read() as conn:
        [row] = suppressions.current(conn, micros(NOW))
    assert row.pid == 3 and row.code == "5.1.1" and "User unknown" in row.raw

    wait_for(lambda: postfix.boxes("maria"))
    [raw] = postfix.boxes("maria")
    assert b"\nReturn-Path: <bounce+" in b"\n" + raw
    assert b"Hello P1" in raw


def test_the_signature_survives_a_real_server(world: World, postfix: Postfix) -> None:
    send(world, "ivan@mail.example")
    wait_for(lambda: postfix.boxes("ivan"))
    [raw] = postfix.boxes("ivan")
    # Postfix puts its own headers before the message and keeps every octet of it.
    assert dkim.verify(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), dnsfunc=lookup)


def test_a_real_bounce_comes_back_and_says_whose_it_is(world: World, postfix: Postfix) -> None:
    far = MailServer(Far(), "127.0.0.1", postfix.far_port)
    channel = Email(settings_for(postfix), RING, PEM)
    reports = ReportServer(
        world.store, channel, SystemClock(), nobody, host="127.0.0.1", port=postfix.reports_port
    )
    far.start()
    reports.start()
    try:
        send(world, "gone@far.example", "full@far.example")
        assert set(world.states().values()) == {OutboxState.SENT}, "Postfix took both"
        wait_for(lambda: len(told(world.store)) == 2)
    finally:
        far.stop()
        reports.stop()
    events = {event.pid: event for event in told(world.store)}
    assert events[1].status is Status.BOUNCED and events[1].code == "5.1.1"
    assert "No such person here" in events[1].raw
    assert events[1].message_id == message_id(1) and events[1].run == 1
    assert events[2].status is Status.FAILED and events[2].code == "5.2.2"
    assert events[2].full and not events[1].full
    assert events[1].address == "gone@far.example"
    assert events[1].at_us <= micros(datetime.now(UTC))  # noqa: TID251


def test_a_real_bounce_in_a_maildir_says_whose_it_is(world: World, postfix: Postfix) -> None:
    settings = msgspec.structs.replace(settings_for(postfix), bounce_domain="boxes.example")
    world.delivery.close()
    sender = Sender(channel=Email(settings, RING, PEM), transport=SmtpTransport(settings))
    world.delivery = Delivery(
        world.store,
        world.root,
        [sender],
        LinkMaker("https://go.example", RING),
        Rules(quiet=None, zone="UTC", salt=SALT),
        journals=world.journals,
    )
    far = MailServer(Far(), "127.0.0.1", postfix.far_port)
    folder = postfix.home / "boxes" / "reports"
    box = ReportMailbox(
        world.store,
        ReportTaking(world.store, sender.channel, SystemClock(), nobody).take,
        SystemClock(),
        read_mailbox(f"maildir://{folder}", where="email.mailbox"),
        "",
    )
    far.start()
    try:
        send(world, "gone@far.example")
        wait_for(lambda: postfix.boxes("reports"))
    finally:
        far.stop()
    assert box.read_once() == Read(1, 1)
    assert box.read_once() == Read(0, 0)
    [event] = told(world.store)
    assert (event.pid, event.status, event.code) == (1, Status.BOUNCED, "5.1.1")
    assert event.message_id == message_id(1)


def test_the_log_tells_what_was_delivered_put_off_and_bounced(
    world: World, postfix: Postfix
) -> None:
    far = MailServer(Far(), "127.0.0.1", postfix.far_port)
    channel = Email(settings_for(postfix), RING, PEM)
    log = PostfixFollower(world.store, channel, SystemClock(), postfix.home / "mail.log")
    log.read_once()
    earlier = len(told(world.store))
    far.start()
    log.start()
    try:
        send(world, "gone@far.example", "busy@far.example", "ivan@mail.example")
        wait_for(lambda: len(told(world.store)) - earlier >= 3)
    finally:
        log.stop()
        far.stop()
    events = {event.pid: event for event in told(world.store)[earlier:]}
    assert {pid: event.status for pid, event in events.items()} == {
        1: Status.BOUNCED,
        2: Status.DEFERRED,
        3: Status.DELIVERED,
    }
    assert events[1].code == "5.1.1" and events[1].raw == "550 5.1.1 No such person here"
    assert [events[pid].message_id for pid in (1, 2, 3)] == [message_id(n) for n in (1, 2, 3)]
    assert events[3].address == "ivan@mail.example"
    after = PostfixFollower(world.store, channel, SystemClock(), postfix.home / "mail.log")
    assert after.read_once().told == 0, "the place is remembered"


def test_an_answer_comes_in_through_a_real_server(world: World, postfix: Postfix) -> None:
    import smtplib

    claims = resolving.Claims(
        rows=1, row=[0], kind=["email"], value=["maria@mail.example"], at_us=micros(NOW)
    )
    with world.store.write() as conn:
        rev = people.next_rev(conn)
        (pid,) = resolving.resolve(conn, rev, claims, now_us=micros(NOW)).pid.tolist()
    ticket = Ticket(purpose=Purpose.REPLY, message=message_id(1), pid=pid, run=1)
    to = f"reply+{RING.sign(ticket)}@shop.example"
    reports = ReportServer(
        world.store,
        Email(settings_for(postfix), RING, PEM),
        SystemClock(),
        nobody,
        host="127.0.0.1",
        port=postfix.reports_port,
    )
    reports.start()
    try:
        with smtplib.SMTP("127.0.0.1", postfix.port) as client:
            mail = f"From: maria@mail.example\r\nTo: {to}\r\nSubject: Re: hi\r\n\r\nIs it ripe?"
            client.sendmail("maria@mail.example", [to], mail)
        wait_for(lambda: heard(world.store))
    finally:
        reports.stop()
    (one,) = heard(world.store)
    assert (one.heard.text, one.heard.address) == ("Is it ripe?", "maria@mail.example")
    assert one.heard.key.startswith("<"), "Postfix gives a mail without a Message-ID one"


def test_other_mail_is_not_taken_for_a_report(world: World, postfix: Postfix) -> None:
    import smtplib

    channel = Email(settings_for(postfix), RING, PEM)
    port = free_port()
    clock = SystemClock()
    reports = ReportServer(world.store, channel, clock, nobody, host="127.0.0.1", port=port)
    reports.start()
    try:
        with smtplib.SMTP("127.0.0.1", port) as client:
            with pytest.raises(smtplib.SMTPDataError) as refused:
                client.sendmail("x@y.example", ["bounce+abc@shop.example"], "Subject: hi\r\n\r\nx")
            assert refused.value.smtp_code == 550
    finally:
        reports.stop()
    assert told(world.store) == []


def nobody(ticket: Ticket, now: datetime) -> None:
    """Nobody leaves in these tests."""
    raise AssertionError(ticket)


def told(store: Store) -> list[DeliveryEvent]:
    """The delivery events that wait in the inbox."""
    with store.read_inbox() as conn:
        batch = inbox.read(conn, 0)
    rows = [Request(*row) for row in zip(*batch, strict=True)]
    return read_deliveries(rows).events


def heard(store: Store) -> list[HeardRow]:
    """What was heard, as it waits in the inbox."""
    with store.read_inbox() as conn:
        batch = inbox.read(conn, 0)
    rows = [Request(*row) for row in zip(*batch, strict=True)]
    return read_heard([row for row in rows if row.call == "heard"]).rows
