"""Bounces (RFC 3464) and complaints (RFC 5965) that come back as mail, read into events.

Nothing is believed without a bounce address that we signed: it is looked for where the mail came
in first, and then anywhere in the report, since complaints are often redacted.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterable
from datetime import datetime
from email import policy
from email.message import Message as MailMessage
from typing import Final

import msgspec

from maracuja.channels.base import RAW_CHARS_MAX, Inbound, Stage
from maracuja.channels.email_mime import ADDRESS_CHARS_MAX
from maracuja.channels.email_results import classify
from maracuja.errors import WebhookRejected
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import DeliveryEvent, Status, Verdict, micros

BODY_BYTES_MAX: Final = 5_000_000
BLOCKS_MAX: Final = 100
LEAVE_PREFIX: Final = "unsub"  # before the + in addresses for leaving

_AUTOMATIC = re.compile(r"auto-(replied|notified)", re.IGNORECASE)
_COMPLAINTS = frozenset({"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"})


def parse_report(
    inbound: Inbound, ring: KeyRing, prefix: str, now: datetime
) -> list[DeliveryEvent]:
    """Events of a report; empty for automatic replies, delays of no use and mail by people.

    Raises WebhookRejected where the mail is too large or carries no bounce address signed by us.
    """
    if len(inbound.body) > BODY_BYTES_MAX:
        raise WebhookRejected(f"A report of more than {BODY_BYTES_MAX} octets.")
    ticket = _find_ticket(inbound, ring, prefix)
    if ticket is None:
        raise WebhookRejected(
            "No bounce address of ours is in this mail.", where=inbound.recipient
        )
    mail = email.message_from_bytes(inbound.body, policy=policy.compat32)
    if mail.get_content_type() != "multipart/report":
        return []
    kind = str(mail.get_param("report-type", "")).lower()
    if kind == "feedback-report":
        return _complaint(mail, ticket, now)
    if _AUTOMATIC.search(str(mail.get("Auto-Submitted", ""))) and kind != "delivery-status":
        return []
    return _bounces(mail, ticket, now)


def parse_leaving(inbound: Inbound, ring: KeyRing) -> Ticket | None:
    """Who has written to their address for leaving, whatever they wrote; None for other mail."""
    return signed_in(inbound, ring, LEAVE_PREFIX, Purpose.LEAVE)


def signed_in(inbound: Inbound, ring: KeyRing, prefix: str, purpose: Purpose) -> Ticket | None:
    """What the address says that a mail came to; None where we signed none for this."""
    tokens = re.findall(_address_pattern(prefix), inbound.recipient, re.IGNORECASE)
    return _signed(tokens, ring, purpose)


def _find_ticket(inbound: Inbound, ring: KeyRing, prefix: str) -> Ticket | None:
    pattern = _address_pattern(prefix)
    envelope = re.findall(pattern, inbound.recipient, re.IGNORECASE)
    inside = re.findall(pattern.encode(), inbound.body, re.IGNORECASE)[:BLOCKS_MAX]
    return _signed([*envelope, *(found.decode() for found in inside)], ring, Purpose.BOUNCE)


def _address_pattern(prefix: str) -> str:
    return rf"\b{re.escape(prefix)}\+([a-z2-7]{{40,90}})@"


def _signed(tokens: Iterable[str], ring: KeyRing, purpose: Purpose) -> Ticket | None:
    """The first of them that we have signed for this."""
    tickets = (ring.read(token.lower(), purpose) for token in tokens)
    return next((ticket for ticket in tickets if ticket is not None), None)


def _blocks(mail: MailMessage, content_type: str) -> list[MailMessage]:
    """The header blocks of the report's machine-readable part."""
    for part in mail.walk():
        if part.get_content_type() == content_type:
            payload = part.get_payload()
            if isinstance(payload, list):
                return [block for block in payload if isinstance(block, MailMessage)]
            return [email.message_from_string(str(payload), policy=policy.compat32)]
    return []


def _bounces(mail: MailMessage, ticket: Ticket, now: datetime) -> list[DeliveryEvent]:
    events = []
    for block in _blocks(mail, "message/delivery-status")[:BLOCKS_MAX]:
        action = str(block.get("Action", "")).strip().lower()
        if not action:
            continue  # the first block speaks of the whole message
        state = str(block.get("Status", "")).split("(")[0].strip()
        words = " ".join(str(block.get("Diagnostic-Code", "")).partition(";")[2].split())
        status, full = _status(action, state, words)
        if status is not None:
            event = _event(ticket, status, now, state, words or state)
            to = _address(block, "Original-Recipient") or _address(block, "Final-Recipient")
            events.append(msgspec.structs.replace(event, address=to, full=full))
    return events


def _address(block: MailMessage, field: str) -> str:
    """The address in a field such as `rfc822; maria@mail.example`; '' where there is none."""
    return str(block.get(field, "")).rpartition(";")[2].strip(" <>")[:ADDRESS_CHARS_MAX]


def _status(action: str, state: str, words: str) -> tuple[Status | None, bool]:
    """What a report's action and status say, None where there is nothing to record; and whether
    the mailbox was full.
    """
    if action == "delivered":
        return Status.DELIVERED, False
    if action == "delayed":
        return Status.DEFERRED, False
    if action != "failed":
        return None, False
    code = re.match(r"\d{3}", words)
    # The reporting server gave up: what was temporary for it is over for us, without blame.
    result = classify(Stage.RECIPIENT, int(code.group(0)) if code else 0, _stated(state, words))
    over = result.verdict is Verdict.TEMPORARY
    return Status.FAILED if over else result.status, result.full


def _stated(state: str, words: str) -> str:
    """The report's own status before the remote server's words, which may lack one."""
    return f"{state} {words}" if state[:1] in ("4", "5") else words


def _complaint(mail: MailMessage, ticket: Ticket, now: datetime) -> list[DeliveryEvent]:
    blocks = _blocks(mail, "message/feedback-report")
    kind = str(blocks[0].get("Feedback-Type", "")).strip().lower() if blocks else ""
    if kind not in _COMPLAINTS:
        return []  # not-spam and auth-failure are no complaints of a person
    event = _event(ticket, Status.COMPLAINED, now, kind, f"feedback report: {kind}")
    return [msgspec.structs.replace(event, address=_address(blocks[0], "Original-Rcpt-To"))]


def _event(ticket: Ticket, status: Status, now: datetime, code: str, raw: str) -> DeliveryEvent:
    return DeliveryEvent(
        message_id=ticket.message,
        pid=ticket.pid,
        run=ticket.run,
        status=status,
        at_us=micros(now),
        channel="email",
        code=code[:20],
        raw=raw[:RAW_CHARS_MAX],
    )
