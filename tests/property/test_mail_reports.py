"""Reports by mail, mangled in every way: never a crash, never somebody else's bounce."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja.channels.base import Inbound
from maracuja.channels.email import Email
from maracuja.channels.email_mailbox import as_inbound
from maracuja.channels.email_settings import EmailSettings
from maracuja.errors import WebhookRejected
from maracuja.ingest.deliveries import event_id
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import DeliveryEvent, Status
from tests.unit.channels.odd_reports import REPORTS

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RING = KeyRing([b"k" * 32])
CHANNEL = Email(EmailSettings(), RING)
TOLD = {Status.BOUNCED, Status.FAILED, Status.REJECTED, Status.DEFERRED, Status.DELIVERED,
        Status.COMPLAINED}  # fmt: skip


def verp(n: int) -> str:
    ticket = Ticket(purpose=Purpose.BOUNCE, message=bytes([n]) * 16, pid=n, run=1)
    return f"bounce+{RING.sign(ticket)}@shop.example"


def read(body: bytes, recipient: str = "") -> list[DeliveryEvent]:
    try:
        return CHANNEL.parse_inbound(Inbound(body=body, recipient=recipient), NOW)
    except WebhookRejected:
        return []


reports = st.sampled_from(sorted(REPORTS)).map(REPORTS.__getitem__)


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A report of message 1 with pieces cut out, doubled, swapped or overwritten."""
    body = draw(reports).replace("{verp}", verp(1)).encode()
    for _ in range(draw(st.integers(0, 6))):
        low = draw(st.integers(0, len(body)))
        high = min(len(body), low + draw(st.integers(0, 200)))
        how = draw(st.sampled_from(["cut", "double", "noise", "end", "lines"]))
        piece = body[low:high]
        if how == "cut":
            body = body[:low] + body[high:]
        elif how == "double":
            body = body[:high] + piece + body[high:]
        elif how == "noise":
            body = body[:low] + draw(st.binary(max_size=60)) + body[high:]
        elif how == "end":
            body = body[:high]
        else:
            body = body[:low] + piece.replace(b"\n", b"\r\n") + body[high:]
    return body


@settings(max_examples=400, deadline=None)
@given(mangled())
def test_whatever_is_left_of_a_report_is_its_own_message_s_or_nothing(body: bytes) -> None:
    for inbound in (Inbound(body=body, recipient=verp(1)), as_inbound(body)):
        try:
            events = CHANNEL.parse_inbound(inbound, NOW)
        except WebhookRejected:
            continue
        for event in events:
            assert (event.pid, event.message_id, event.run) == (1, bytes([1]) * 16, 1)
            assert event.status in TOLD and len(event.raw) <= 1000


@settings(max_examples=300, deadline=None)
@given(mangled(), st.integers(0, 10_000))
def test_a_report_that_names_two_messages_is_nobody_s(body: bytes, at: int) -> None:
    at %= len(body) + 1
    both = body[:at] + f"\n{verp(2)}\n".encode() + body[at:]
    assert {event.pid for event in read(both)} <= {1, 2}
    if verp(1).encode() in both:
        assert read(both) == []
    # The envelope says whose it is, whatever stands in the report.
    assert {event.pid for event in read(both, verp(2))} <= {2}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2_000), st.text(max_size=200))
def test_noise_says_nothing(body: bytes, recipient: str) -> None:
    assert read(body, recipient) == []
    assert read(body + b"\r\n" + recipient.encode("utf-8", "replace")) == []
    as_inbound(body)


@settings(max_examples=100, deadline=None)
@given(reports, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_a_report_read_twice_is_one_event(report: str, later: datetime) -> None:
    body = report.replace("{verp}", verp(1)).encode()
    inbound = Inbound(body=body, recipient=verp(1))
    first = CHANNEL.parse_inbound(inbound, NOW)
    again = CHANNEL.parse_inbound(inbound, later.replace(tzinfo=UTC))
    assert first and [event_id(one) for one in first] == [event_id(one) for one in again]
