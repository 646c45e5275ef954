"""Answers that came by mail: whose they are, and what they are as things heard.

Words count only where they come from an address of the person to whom the message went.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from maracuja.campaigns.facts import decode_facts
from maracuja.channels import BY_NAME, channel_of
from maracuja.channels.email import Email
from maracuja.channels.email_replies import AUTOMATIC, LOOP, MailReply
from maracuja.channels.heard import Heard, HeardKind
from maracuja.errors import WebhookRejected
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.links.tokens import Ticket
from maracuja.model import micros
from maracuja.store import counters, inbox, outbox, people, posted
from maracuja.store.engine import Store

ACCOUNT: Final = "main"
STRANGER: Final = "stranger"
_COUNTER: Final = "mail_replies."
_GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})


class Stranger(WebhookRejected):
    """An answer from an address that is none of the person's."""


def take(store: Store, reply: MailReply, now: datetime) -> None:
    """Put an answer into the inbox; what nobody wrote is only counted.

    Raises Stranger where the person is gone, or writes from an address that is not known.
    """
    if reply.machine:
        _count(store, reply.machine)
        return
    with store.read() as conn:
        address = _address(conn, reply)
        channel = _channel(conn, reply.ticket)
    if not address:
        _count(store, STRANGER)
        raise Stranger("The answer comes from an address that is none of the person's.")
    context, body = encode_heard(_heard(reply, address, now), channel, ACCOUNT)
    with store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(now), CALL, "internal", context, body)])


def counts(conn: Connection) -> dict[str, int]:
    """How many answers were passed over, by the reason."""
    return {why: counters.last(conn, _COUNTER + why) for why in (AUTOMATIC, LOOP, STRANGER)}


def _count(store: Store, kind: str) -> None:
    with store.write() as conn:
        counters.take(conn, _COUNTER + kind)


def _heard(reply: MailReply, address: str, now: datetime) -> list[Heard]:
    """The word for leaving, if it is one, and what is there for a person to read."""
    ticket = reply.ticket
    kinds = [HeardKind.LEAVE] * reply.leaves + [HeardKind.MESSAGE] * reply.speaks
    return [
        Heard(
            kind=kind,
            key=reply.key,
            at_us=micros(now),
            address=address,
            reference=f"{ticket.message.hex()}.{ticket.pid}.{ticket.run}",
            text=reply.text,
            subject=reply.subject,
            attachments=reply.attachments if kind is HeardKind.MESSAGE else (),
        )
        for kind in kinds
    ]


def _address(conn: Connection, reply: MailReply) -> str:
    """The address of the person that this comes from, as it is known here; '' where it is none."""
    pid = int(people.canonical(conn, [reply.ticket.pid])[0])
    _, kinds, values = people.identities_for(conn, [pid])
    known = [v for kind, v in zip(kinds, values, strict=True) if kind == "email"]
    if reply.sender in known:
        return reply.sender
    box = _mailbox(reply.sender)
    return next((one for one in known if box and _mailbox(one) == box), "")


def _mailbox(address: str) -> str:
    """What addresses of one mailbox have in common: maria+shop@ is delivered to maria@."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if local else ""


def _channel(conn: Connection, ticket: Ticket) -> str:
    """The account of mail by which the message went: an answer goes out by the same."""
    if ticket.run in posted.RUNS:
        row = posted.get(conn, ticket.message)
        name = row.channel if row is not None else ""
    else:
        frozen = outbox.launched_with(conn, [ticket.run]).get(ticket.run)
        name = decode_facts(frozen).campaign.channel if frozen else ""
    return name if name in BY_NAME and channel_of(name) == Email.name else Email.name
