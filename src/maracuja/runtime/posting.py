"""Messages that programs ask for one by one: taken under their key, and what became of each.

Nothing is decided or sent here: the worker does both (see `posted_work`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.promotion import signs_of_promotion
from maracuja.channels import BY_NAME, identity_kind
from maracuja.channels.base import Channel
from maracuja.channels.enclosing import check
from maracuja.channels.polls import as_seen
from maracuja.channels.telling import check_receiver
from maracuja.config import Messages
from maracuja.content import Button, Content, Enclosed, Media, Poll
from maracuja.errors import BadInput, Conflict, NotFound
from maracuja.ingest import addresses
from maracuja.ingest.identity import EXTERNAL_ID
from maracuja.model import Record, Status, micros, moment
from maracuja.rng import make_id
from maracuja.runtime import template_work
from maracuja.store import posted, posted_files, status_calls
from maracuja.store.posted import Posted
from maracuja.templates.compiled import sources
from maracuja.templates.plaintext import text_of

AHEAD_MAX: Final = timedelta(days=366)
EXPIRY: Final = timedelta(days=1)
FILES_MAX: Final = 10
_NOWHERE: Final = Messages()
# Which word says more where two were told at the same moment.
_LATER: Final = frozenset(  # keys are older than these
    {"media", "attachments", "status_url", "human", "last_word_us", "background", "poll", "thread"}
)
# Which word says more where two were told at the same moment.
_LADDER: Final = (Status.QUEUED, Status.SENT, Status.DELIVERED, Status.READ, Status.CLICKED)


class Attached(Record, frozen=True):
    """A file that goes out in the message; its bytes lie in a table of their own."""

    name: str
    type: str
    size: int
    sha256: str


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
    background: bool = False
    send_at: datetime | None = None
    expires_at: datetime | None = None
    media: tuple[Media, ...] = ()
    attachments: tuple[Attached, ...] = ()
    status_url: str = ""
    human: bool = False  # an operator answers, and
    last_word_us: int = 0  # this is when the person last wrote
    poll: Poll | None = None
    thread: tuple[str, ...] = ()  # of a mail: which it answers

    @property
    def content(self) -> Content:
        """The words of its own, with what stands beside them."""
        text = self.text or text_of(self.html)
        words = Content(
            text=text,
            subject=self.subject,
            html=self.html,
            buttons=self.buttons,
            background=self.background,
            poll=self.poll,
        )
        return self.beside(words)

    def beside(self, words: Content) -> Content:
        """The words with media and files; the files' bytes come in when they go out."""
        files = tuple(Enclosed(name=a.name, type=a.type, size=a.size) for a in self.attachments)
        media = (*words.media, *self.media)
        return msgspec.structs.replace(words, media=media, enclosed=files)

    def digest(self) -> bytes:
        """What tells whether the same was asked; what came later is left out where empty."""
        told = msgspec.to_builtins(self)
        kept = {name: value for name, value in told.items() if value or name not in _LATER}
        return hashlib.sha256(msgspec.json.encode(kept, order="deterministic")).digest()


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


def attached(name: str, kind: str, data: bytes) -> tuple[Attached, Enclosed]:
    """A file as it is noted and as it is kept. Raises UnsupportedFeature for what may not go."""
    file = check(Enclosed(name=name, type=kind, size=len(data), data=data))
    sha256 = hashlib.sha256(data).hexdigest()
    return Attached(name=file.name, type=file.type, size=file.size, sha256=sha256), file


def take(
    conn: Connection,
    key: str,
    asked: Asked,
    now: datetime,
    *,
    country: str,
    files: Sequence[Enclosed] = (),
    telling: Messages = _NOWHERE,
) -> MessageShown:
    """Keep a message; under a key that was used, the message that stands.

    `country` is the shop's, for numbers without a code; `files` are those of `asked`, `telling`
    says where and how it may be told what becomes of it. Raises BadInput, NotFound for a template,
    UnsupportedFeature for what the channel cannot carry, Conflict where the same key had asked for
    something else.
    """
    digest = asked.digest()
    message = message_id(key)
    standing = posted.get(conn, message)
    if standing is None:
        _check(conn, asked, now)
        url = asked.status_url or telling.status_url
        if url:
            check_receiver(url, telling.status_secret, private=telling.private_receivers)
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
        if standing.digest == digest:
            posted_files.add(conn, message, files)
            _listen(conn, message, url, now)
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


def fitting(content: Content, channel: type[Channel[Any]]) -> Content:
    """The content as the channel will show it, without the subject and HTML of mail alone."""
    can = channel.can
    subject = content.subject if can.subject_chars_max else ""
    html = content.html if can.html else ""
    return as_seen(
        msgspec.structs.replace(content, subject=subject, html=html), can, channel.refuse
    )


def _listen(conn: Connection, message: bytes, url: str, now: datetime) -> None:
    """Have it told what becomes of a message, beginning with its being here."""
    if url:
        status_calls.listen(conn, message, url)
        status_calls.add(conn, [status_calls.New(message, Status.QUEUED, micros(now))])


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
    if asked.background and not asked.channel:
        fix = "Say `mobile_push`, say."
        raise BadInput("What shows nothing needs its channel.", where="channel", fix=fix)
    own = bool(asked.text or asked.html or asked.background)
    if own == bool(asked.template):
        raise BadInput("Give either a `template` or a `text` or `html`.", where="template")
    if asked.template and (asked.subject or asked.buttons or asked.poll):
        raise BadInput("A template brings its own subject, buttons and poll.", where="subject")
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
    content = asked.content if own else asked.beside(Content(text="."))
    if asked.channel:
        channel = BY_NAME[asked.channel]
        channel.refuse(fitting(content, channel))
    elif len(asked.attachments) > FILES_MAX:
        raise BadInput(f"A message has at most {FILES_MAX} files.", where="attachments")


def _template_texts(conn: Connection, asked: Asked) -> list[str]:
    """All that the template can say. Raises NotFound."""
    template = template_work.get(conn, asked.template)
    every = (sources(template, n) for n in range(len(template.variants)))
    return [text for parts in every for text in parts.values()]


def _whom(asked: Asked, country: str) -> tuple[str, str]:
    """The kind and value by which the person is known. Raises BadInput."""
    if asked.external_id:
        return EXTERNAL_ID, asked.external_id
    kind = identity_kind(asked.channel)
    read: dict[str, Any] = {
        "email": lambda: addresses.email(asked.address),
        "phone": lambda: addresses.phone(asked.address, country),
    }
    value = read.get(kind, asked.address.strip)()
    if not value:
        raise BadInput(f"`{asked.address}` is no address of {asked.channel}.", where="to.address")
    return kind, value
