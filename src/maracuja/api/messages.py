"""Single service messages over HTTP: codes, bookings, receipts; and what became of each.

A message is answered for with 202 only once it is durable; the worker sends it.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import Body, Header, Path
from pydantic import BaseModel, ConfigDict, Field

from maracuja.api.here import Here, Now, messaging
from maracuja.content import ANSWERS_MAX, Button, Enclosed, Media, MediaKind, Poll
from maracuja.errors import BadInput
from maracuja.runtime import posting
from maracuja.runtime.posting import Asked, MessageShown

router = messaging("/v1/messages", "messages")
KEY_CHARS_MAX: Final = 200
HTML_CHARS_MAX: Final = 500_000
FILE_CHARS_MAX: Final = 10_000_000  # seven million bytes in base64
_SETS: Final = r"^([a-z][a-z0-9_]*\+?=[^\x00\ue000-\ue00f]+)?$"  # size=M, tags+=tea
_BASE64: Final = {"contentEncoding": "base64"}
_NO_NUL: Final = r"^[^\x00\ue000-\ue00f]*$"
Short = Annotated[str, Field(max_length=300, pattern=_NO_NUL)]
Long = Annotated[str, Field(max_length=100_000, pattern=_NO_NUL)]
Html = Annotated[str, Field(max_length=HTML_CHARS_MAX, pattern=_NO_NUL)]
DataName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
DataText = Annotated[str, Field(max_length=10_000, pattern=_NO_NUL)]
DataNumber = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class To(_Strict):
    """Whom it is for: your id of a person, or an address on the message's channel."""

    external_id: Short = ""
    address: Short = ""


class ButtonAsked(_Strict):
    """A button: exactly one of an address to open, a reply to bring back, a code to copy."""

    text: Annotated[str, Field(min_length=1, max_length=100, pattern=_NO_NUL)]
    url: Annotated[str, Field(max_length=2000, pattern=r"^(https?://[^\s\x00]+)?$")] = ""
    reply: Short = ""
    copy_: Annotated[str, Field(alias="copy", max_length=300, pattern=_NO_NUL)] = ""
    sets: Annotated[str, Field(max_length=200, pattern=_SETS)] = ""


class PollAnswerAsked(_Strict):
    """An answer that is read, and what is kept of it."""

    text: Annotated[str, Field(min_length=1, max_length=100, pattern=_NO_NUL)]
    value: Annotated[str, Field(max_length=100, pattern=_NO_NUL)] = ""


class PollAsked(_Strict):
    """A question whose answer becomes a declared trait; see docs/templates.md."""

    question: Annotated[str, Field(min_length=1, max_length=300, pattern=_NO_NUL)]
    answers: Annotated[list[PollAnswerAsked], Field(min_length=2, max_length=ANSWERS_MAX)]
    trait: DataName
    multiple: bool = False


class MediaAsked(_Strict):
    """A picture, video or file at an address on the web, for channels that show it."""

    kind: MediaKind
    url: Annotated[str, Field(max_length=2000, pattern=r"^https://[^\s\x00]+$")]
    name: Short = ""
    alt: Short = ""


class AttachmentAsked(_Strict):
    """A file that goes out in a mail: its bytes in base64."""

    name: Annotated[str, Field(min_length=1, max_length=300, pattern=_NO_NUL)]
    type: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9.+/!#$&^_-]+$")]
    content: Annotated[str, Field(max_length=FILE_CHARS_MAX, json_schema_extra=_BASE64)]


class MessageAsked(_Strict):
    """A template with its `data`, or words of your own; see docs/messages.md."""

    to: To
    channel: Annotated[str, Field(pattern="^([a-z_]{1,30})?$")] = ""
    template: Short = ""
    data: Annotated[
        dict[DataName, bool | DataNumber | DataText], Field(default_factory=dict, max_length=100)
    ]
    language: Annotated[str, Field(pattern=r"^([a-z]{2}(-[A-Za-z]{2,8})?)?$")] = ""
    subject: Short = ""
    text: Long = ""
    html: Html = ""
    buttons: Annotated[list[ButtonAsked], Field(default_factory=list, max_length=20)]
    background: bool = False
    media: Annotated[list[MediaAsked], Field(default_factory=list, max_length=10)]
    attachments: Annotated[list[AttachmentAsked], Field(default_factory=list, max_length=10)]
    poll: PollAsked | None = None
    status_url: Annotated[str, Field(max_length=2000, pattern=r"^(https?://[^\s\x00]+)?$")] = ""
    send_at: datetime | None = None
    expires_at: datetime | None = None
    idempotency_key: Annotated[str, Field(max_length=KEY_CHARS_MAX, pattern=_NO_NUL)] = ""


EXAMPLES: Final[dict[str, Any]] = {
    "code": {
        "summary": "A code for signing in, to a telephone that nobody has yet",
        "value": {
            "to": {"address": "+380671234567"},
            "channel": "sms",
            "text": "Your code is 4071. It is good for ten minutes.",
            "idempotency_key": "sign-in-8814",
        },
    },
    "booking": {
        "summary": "A booking by template, where the person can be reached",
        "value": {
            "to": {"external_id": "u17"},
            "template": "booking",
            "data": {"number": "K-1042", "seats": 2},
            "send_at": "2026-12-01T09:00:00+02:00",
            "idempotency_key": "booking-1042",
        },
    },
    "invoice": {
        "summary": "An invoice inside a mail",
        "value": {
            "to": {"address": "maria@shop.example"},
            "channel": "email",
            "subject": "Your invoice",
            "text": "Thank you. The invoice is in this mail.",
            "attachments": [
                {"name": "77.pdf", "type": "application/pdf", "content": "JVBERi0xLjcK"}
            ],
            "idempotency_key": "invoice-77",
        },
    },
}
_KEY = Header(
    alias="Idempotency-Key",
    max_length=KEY_CHARS_MAX,
    description="The same key twice is one message; also as the field `idempotency_key`.",
)


@router.post("", status_code=202)
def send_message(
    here: Here,
    now: Now,
    asked: Annotated[MessageAsked, Body(openapi_examples=EXAMPLES)],
    idempotency_key: Annotated[str, _KEY] = "",
) -> MessageShown:
    """Have one service message sent. The answer comes once it cannot be lost any more.

    The same key with the same body gives the same message, with another body 409.
    """
    if idempotency_key and asked.idempotency_key not in ("", idempotency_key):
        raise BadInput("Header and field name different keys.", where="idempotency_key")
    key = idempotency_key or asked.idempotency_key
    if not key:
        raise BadInput(
            "There is no idempotency key.",
            where="idempotency_key",
            fix="Send one of your own, such as the number of the booking, with every message.",
        )
    wish, files = _read(asked)
    with here.store.write() as conn:
        shown = posting.take(
            conn,
            key,
            wish,
            now,
            country=here.config.shop.country,
            files=files,
            telling=here.config.messages,
        )
    here.wake()
    return shown


@router.get("/{number}")
def message_status(
    here: Here,
    number: Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of the message.")],
) -> MessageShown:
    """What became of a message, rung by rung."""
    with here.store.read() as conn:
        return posting.find(conn, number)


def _read(asked: MessageAsked) -> tuple[Asked, list[Enclosed]]:
    """What was asked, as it is kept, and its files. Raises BadInput, UnsupportedFeature."""
    for name, at in (("send_at", asked.send_at), ("expires_at", asked.expires_at)):
        if at is not None and at.tzinfo is None:
            raise BadInput(
                f"`{name}` needs its offset.", where=name, fix="Write 2026-12-01T09:00:00+02:00."
            )
    apart = {"to", "buttons", "idempotency_key", "media", "attachments", "poll"}
    values = asked.model_dump(exclude=apart)
    try:
        buttons = tuple(
            Button(text=one.text, url=one.url, reply=one.reply, copy=one.copy_, sets=one.sets)
            for one in asked.buttons
        )
        poll = msgspec.convert(asked.poll.model_dump(), Poll) if asked.poll else None
    except ValueError as fault:
        where = "poll" if "poll" in str(fault) else "buttons"
        raise BadInput(f"{fault}.", where=where) from fault
    files = [posting.attached(one.name, one.type, _bytes(one)) for one in asked.attachments]
    wish = Asked(
        **asked.to.model_dump(),
        **values,
        buttons=buttons,
        poll=poll,
        media=tuple(Media(**one.model_dump()) for one in asked.media),
        attachments=tuple(noted for noted, _ in files),
    )
    try:
        msgspec.json.encode(wish)
    except UnicodeEncodeError as fault:
        raise BadInput("A text holds half a character.", where="text") from fault
    return wish, [file for _, file in files]


def _bytes(one: AttachmentAsked) -> bytes:
    """The bytes of a file. Raises BadInput."""
    try:
        data = base64.b64decode(one.content, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise BadInput(
            "The content of a file is not base64.",
            where="attachments",
            fix="Encode its bytes by RFC 4648, section 4, without line breaks.",
        ) from fault
    if not data:
        raise BadInput("A file is empty.", where="attachments")
    return data
