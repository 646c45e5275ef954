"""Messages that programs ask for one by one: taken under their key, and what became of each.

Nothing is decided or sent here: the worker does both (see `posted_work`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.promotion import signs_of_promotion
from maracuja.channels import BY_NAME, address_kind
from maracuja.content import Button, Content
from maracuja.errors import BadInput, Conflict, NotFound
from maracuja.ingest import addresses
from maracuja.ingest.identity import EXTERNAL_ID
from maracuja.model import Capabilities, Record, Status, micros, moment
from maracuja.rng import make_id
from maracuja.runtime import template_work
from maracuja.store import posted
from maracuja.store.posted import Posted
from maracuja.templates.compiled import sources
from maracuja.templates.plaintext import text_of

AHEAD_MAX: Final = timedelta(days=366)
EXPIRY: Final = timedelta(days=1)
# Which word says more where two were told at the same moment.
_LADDER: Final = (Status.QUEUED, Status.SENT, Status.DELIVERED, Status.READ, Status.CLICKED)


class Asked(Record, frozen=True):
    """One message as it is asked for: a template with `data`, or words of its own.

    `external_id` or `address` says whom it is for; an address needs its channel. Without a
    channel it goes where the person can be reached.
    """

    external_id: str = ""
    address: str = ""
    channel: str = ""
    template: str = ""
    data: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    language: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    buttons: tuple[Button, ...] = ()
    send_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def content(self) -> Content:
        """The words of its own."""
        text = self.text or text_of(self.html)
        return Content(text=text, subject=self.subject, html=self.html, buttons=self.buttons)


@dataclass(frozen=True)
class StepShown:
    """One rung of the ladder: a status, when, and what the vendor said."""

    status: Status
    at: datetime
    code: str = ""
    raw: str = ""


@dataclass(frozen=True)
class MessageShown:
    """A message and what became of it; `status` is the last rung of its `events`."""

    id: str
    status: Status
    channel: str
    send_at: datetime
    expires_at: datetime
    events: tuple[StepShown, ...]


def message_id(key: str) -> bytes:
    """The id of the message that was asked for under a key."""
    return make_id("posted", key)


def take(conn: Connection, key: str, asked: Asked, now: datetime, *, country: str) -> MessageShown:
    """Keep a message; under a key that was used, the message that stands.

    `country` is the shop's, for numbers without a code. Raises BadInput, NotFound for a template,
    UnsupportedFeature for what the channel cannot carry, Conflict where the same key had asked for
    something else.
    """
    digest = hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).digest()
    message = message_id(key)
    standing = posted.get(conn, message)
    if standing is None:
        _check(conn, asked, now)
        kind, value = _whom(asked, country)
        due = max(asked.send_at or now, now)
        until = asked.expires_at or due + EXPIRY
        row = Posted(
            message=message,
            digest=digest,
            at_us=micros(now),
            due_us=micros(due),
            expires_us=micros(until),
            kind=kind,
            value=value,
            channel=asked.channel,
            body=msgspec.json.encode(asked),
        )
        standing = posted.add(conn, row)
    if standing.digest != digest:
        raise Conflict(
            "The same idempotency key has asked for another message.",
            where="idempotency_key",
            fix="Take a new key for a new message; repeat a call with the same body.",
        )
    return shown(conn, standing)


def find(conn: Connection, number: str) -> MessageShown:
    """The message of this id (hexadecimal). Raises NotFound."""
    try:
        row = posted.get(conn, bytes.fromhex(number))
    except ValueError:
        row = None
    if row is None:
        raise NotFound(
            "There is no message of this id.", fix="Messages are kept for a month after sending."
        )
    return shown(conn, row)


def shown(conn: Connection, row: Posted) -> MessageShown:
    """The message with its ladder."""
    told = posted.steps(conn, row.message)
    rungs = [StepShown(status=Status.QUEUED, at=moment(row.at_us))]
    rungs += [
        StepShown(status=one.status, at=moment(one.at_us), code=one.code, raw=one.raw)
        for one in sorted(told, key=lambda one: (one.at_us, _rank(one.status)))
    ]
    return MessageShown(
        id=row.message.hex(),
        status=rungs[-1].status,
        channel=row.channel,
        send_at=moment(row.due_us),
        expires_at=moment(row.expires_us),
        events=tuple(rungs),
    )


def fitting(content: Content, can: Capabilities) -> Content:
    """The content without the subject and HTML that are of mail alone."""
    subject = content.subject if can.subject_chars_max else ""
    html = content.html if can.html else ""
    return msgspec.structs.replace(content, subject=subject, html=html)


def _rank(status: Status) -> int:
    return _LADDER.index(status) if status in _LADDER else len(_LADDER)


def _check(conn: Connection, asked: Asked, now: datetime) -> None:
    """Raise what stands against taking it."""
    if bool(asked.external_id) == bool(asked.address):
        raise BadInput("Give either an `external_id` or an `address`.", where="to")
    if asked.channel and asked.channel not in BY_NAME:
        fix = f"There are {', '.join(BY_NAME)}."
        raise BadInput(f"There is no channel `{asked.channel}`.", where="channel", fix=fix)
    if asked.address and not asked.channel:
        raise BadInput("An address needs its channel.", where="channel", fix="Say `email`, say.")
    own = bool(asked.text or asked.html)
    if own == bool(asked.template):
        raise BadInput("Give either a `template` or a `text` or `html`.", where="template")
    if asked.template and (asked.subject or asked.buttons):
        raise BadInput("A template brings its own subject and buttons.", where="subject")
    if asked.data and not asked.template:
        raise BadInput("`data` are for a template.", where="data")
    for name, at in (("send_at", asked.send_at), ("expires_at", asked.expires_at)):
        if at is not None and not now - AHEAD_MAX < at < now + 2 * AHEAD_MAX:
            raise BadInput(f"`{name}` is more than a year away.", where=name)
    if asked.expires_at is not None and asked.expires_at <= max(asked.send_at or now, now):
        raise BadInput("It would be expired before it is sent.", where="expires_at")
    texts = _template_texts(conn, asked) if asked.template else [asked.subject, asked.text]
    for text in [*texts, asked.html]:
        if signs := signs_of_promotion(text):
            raise BadInput(
                f"A service message does not advertise: {', '.join(signs[:3])}.",
                where="template" if asked.template else "text",
                fix="Send it as a campaign, to those who agreed to hear.",
            )
    if own and asked.channel:
        channel = BY_NAME[asked.channel]
        channel.refuse(fitting(asked.content, channel.can))


def _template_texts(conn: Connection, asked: Asked) -> list[str]:
    """All that the template can say. Raises NotFound."""
    template = template_work.get(conn, asked.template)
    every = (sources(template, n) for n in range(len(template.variants)))
    return [text for parts in every for text in parts.values()]


def _whom(asked: Asked, country: str) -> tuple[str, str]:
    """The kind and value by which the person is known. Raises BadInput."""
    if asked.external_id:
        return EXTERNAL_ID, asked.external_id
    kind = address_kind(asked.channel)
    read: dict[str, Any] = {
        "email": lambda: addresses.email(asked.address),
        "phone": lambda: addresses.phone(asked.address, country),
    }
    value = read.get(kind, asked.address.strip)()
    if not value:
        raise BadInput(f"`{asked.address}` is no address of {asked.channel}.", where="to.address")
    return kind, value
