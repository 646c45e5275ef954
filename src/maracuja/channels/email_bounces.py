"""Bounces (RFC 3464) and complaints (RFC 5965) that come back as mail, read into events.

Nothing is believed without a bounce address that we signed: it is looked for where the mail came
in first, and then anywhere in the report, since complaints are often redacted. A report in which
two messages are named is nobody's.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email import policy
from email.message import Message as MailMessage
from typing import Final

import msgspec

from maracuja.channels.base import RAW_CHARS_MAX, Inbound, Stage
from maracuja.channels.email_mime import ADDRESS_CHARS_MAX
from maracuja.channels.email_odd_reports import Said, bounced, complained
from maracuja.channels.email_results import classify
from maracuja.errors import WebhookRejected
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import DeliveryEvent, Status, Verdict, micros

BODY_BYTES_MAX: Final = 5_000_000
BLOCKS_MAX: Final = 100
LEAVE_PREFIX: Final = "unsub"  # before the + in addresses for leaving

TOKENS_MAX: Final = 100

_FEEDBACK: Final = "message/feedback-report"
_STATUSES: Final = ("message/delivery-status", "message/global-delivery-status")
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
    if any(_parts(mail, _FEEDBACK)):
        return _complaint(mail, ticket, now)
    if any(_parts(mail, *_STATUSES)):
        return _bounces(mail, ticket, now)
    redacted = complained(mail)
    if redacted is not None:
        words = "complaint told by Outlook.com"
        return [_event(ticket, Status.COMPLAINED, now, "abuse", words, redacted)]
    said = bounced(mail, inbound.sender)
    return [] if said is None else [_plain_bounce(said, ticket, now)]


def parse_leaving(inbound: Inbound, ring: KeyRing) -> Ticket | None:
    """Who has written to their address for leaving, whatever they wrote; None for other mail."""
    return signed_in(inbound, ring, LEAVE_PREFIX, Purpose.LEAVE)


def signed_in(inbound: Inbound, ring: KeyRing, prefix: str, purpose: Purpose) -> Ticket | None:
    """What the address says that a mail came to; None where we signed none for this."""
    tokens = re.findall(_address_pattern(prefix), inbound.recipient, re.IGNORECASE)
    return _signed(tokens, ring, purpose)


def ticket_of(address: str, ring: KeyRing, prefix: str) -> Ticket | None:
    """The message that a bounce address names; None where it is no address that we signed."""
    tokens = re.findall(_address_pattern(prefix), address, re.IGNORECASE)
    return _signed(tokens, ring, Purpose.BOUNCE)


def _find_ticket(inbound: Inbound, ring: KeyRing, prefix: str) -> Ticket | None:
    """The one message that it is about; None where there is none, or more than one."""
    pattern = _address_pattern(prefix)
    envelope = re.findall(pattern, inbound.recipient, re.IGNORECASE)
    inside = re.findall(pattern.encode(), inbound.body, re.IGNORECASE)[:TOKENS_MAX]
    for tokens in (envelope, [found.decode() for found in inside]):
        read = (ring.read(token.lower(), Purpose.BOUNCE) for token in dict.fromkeys(tokens))
        found = {ticket.message: ticket for ticket in read if ticket is not None}
        if found:
            return next(iter(found.values())) if len(found) == 1 else None
    return None


def _address_pattern(prefix: str) -> str:
    return rf"\b{re.escape(prefix)}\+([a-z2-7]{{40,90}})@"


def _signed(tokens: Iterable[str], ring: KeyRing, purpose: Purpose) -> Ticket | None:
    """The first of them that we have signed for this."""
    tickets = (ring.read(token.lower(), purpose) for token in tokens)
    return next((ticket for ticket in tickets if ticket is not None), None)


def _parts(mail: MailMessage, *content_types: str) -> Iterator[MailMessage]:
    """The report's machine-readable parts; what our own message held, given back, is none."""
    for part in _own_parts(mail):
        if part.get_content_type() in content_types:
            yield part


def _own_parts(mail: MailMessage) -> Iterator[MailMessage]:
    waiting = [mail]
    for _ in range(BLOCKS_MAX):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            waiting += [one for one in reversed(inside) if isinstance(one, MailMessage)]


def _blocks(mail: MailMessage, *content_types: str) -> list[MailMessage]:
    """The header blocks of the first machine-readable part."""
    for part in _parts(mail, *content_types):
        payload = part.get_payload()
        coding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        coded = coding in ("base64", "quoted-printable")
        if isinstance(payload, list) and part.get_content_type() == _STATUSES[0] and not coded:
            return [block for block in payload if isinstance(block, MailMessage)]
        text = _raw(part, coding if coded else "")
        pieces = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip())
        return [email.message_from_string(one, policy=policy.compat32) for one in pieces]
    return []


def _raw(part: MailMessage, coding: str) -> str:
    """The text of a part that the parser took for a message of its own, and did not decode."""
    payload = part.get_payload()
    inside = payload if isinstance(payload, list) else [payload]
    lines = []
    for one in inside:
        if isinstance(one, MailMessage):
            lines += [f"{name}: {value}" for name, value in one.items()]
            lines += ["", str(one.get_payload())] if one.items() else [str(one.get_payload())]
        else:
            lines.append(str(one))
    text = "\n".join(lines)
    if not coding:
        return text
    outer = MailMessage()
    outer["Content-Transfer-Encoding"] = coding
    outer.set_payload(text.encode("ascii", "replace").decode())
    data = outer.get_payload(decode=True)
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else text


def _bounces(mail: MailMessage, ticket: Ticket, now: datetime) -> list[DeliveryEvent]:
    events = []
    for block in _blocks(mail, *_STATUSES)[:BLOCKS_MAX]:
        state = str(block.get("Status", "")).split("(")[0].strip()
        action = str(block.get("Action", "")).split("(")[0].strip().lower()
        to = _address(block, "Original-Recipient") or _address(block, "Final-Recipient")
        if not action and not (to and state):
            continue  # the first block speaks of the whole message
        action = action or {"2": "delivered", "4": "delayed", "5": "failed"}.get(state[:1], "")
        words = " ".join(str(block.get("Diagnostic-Code", "")).partition(";")[2].split())
        event = reported(ticket, action, state, words, to, now)
        if event is not None:
            events.append(event)
    return events


def reported(
    ticket: Ticket, action: str, state: str, words: str, to: str, at: datetime
) -> DeliveryEvent | None:
    """What a server's word on one recipient comes to; `action` and `state` as RFC 3464 has them.

    None where it says nothing. Whoever tells the same twice has told it once.
    """
    status, full = _status(action, state, words)
    if status is None:
        return None
    event = _event(ticket, status, at, state, words or state, to)
    return msgspec.structs.replace(event, full=full)


def _plain_bounce(said: Said, ticket: Ticket, now: datetime) -> DeliveryEvent:
    """What a bounce in a server's own words comes to."""
    result = classify(Stage.RECIPIENT, said.code or 550, said.words)
    over = result.verdict is Verdict.TEMPORARY
    status = Status.FAILED if over else result.status
    event = _event(ticket, status, now, result.code, said.words, "")
    return msgspec.structs.replace(event, full=result.full)


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
    blocks = _blocks(mail, _FEEDBACK)
    kind = str(blocks[0].get("Feedback-Type", "")).strip().lower() if blocks else ""
    if kind not in _COMPLAINTS:
        return []  # not-spam and auth-failure are no complaints of a person
    to = _address(blocks[0], "Original-Rcpt-To")
    return [_event(ticket, Status.COMPLAINED, now, kind, f"feedback report: {kind}", to)]


def _event(
    ticket: Ticket, status: Status, now: datetime, code: str, raw: str, address: str
) -> DeliveryEvent:
    return DeliveryEvent(
        message_id=ticket.message,
        pid=ticket.pid,
        run=ticket.run,
        status=status,
        at_us=micros(now),
        channel="email",
        code=code[:20],
        raw=raw[:RAW_CHARS_MAX],
        address=address,
        report=f"report {address.lower()}",
    )
