"""Why an event is put aside: a closed list of codes, each with its sentence and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from maracuja.ingest.calls import Request
from maracuja.model import Record


class Code(StrEnum):
    """The closed list; stable, for the API, the log and the tests."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNKNOWN_TYPE = "unknown_type"
    NO_IDENTITY = "no_identity"
    BAD_IDENTITY = "bad_identity"
    NO_EVENT_NAME = "no_event_name"
    BAD_EVENT_NAME = "bad_event_name"
    NO_PREVIOUS = "no_previous"
    NO_GROUP = "no_group"
    BAD_TIMESTAMP = "bad_timestamp"
    BAD_EMAIL = "bad_email"
    BAD_PHONE = "bad_phone"
    BAD_CONSENT = "bad_consent"
    BAD_MESSAGE_ID = "bad_message_id"
    UNSIGNED_TRAITS = "unsigned_traits"
    UNSIGNED_CONSENT = "unsigned_consent"
    UNSIGNED_MERGE = "unsigned_merge"
    UNREADABLE = "unreadable"


SENTENCES: Final[dict[Code, str]] = {
    Code.MALFORMED: "The event is not what Segment's API describes: {detail}.",
    Code.TOO_LARGE: "The event has {detail} bytes, more than the 32768 allowed: send less.",
    Code.UNKNOWN_TYPE: "The type {detail} is none of identify, track, page, screen, alias, group.",
    Code.NO_IDENTITY: "The event says of nobody: give userId or anonymousId.",
    Code.BAD_IDENTITY: "The {detail} is empty, over 256 characters or has control characters.",
    Code.NO_EVENT_NAME: "A track call needs `event`, the name of what happened.",
    Code.BAD_EVENT_NAME: "The event's name is over 200 characters or has control characters.",
    Code.NO_PREVIOUS: "An alias call needs `previousId` and `userId`.",
    Code.NO_GROUP: "A group call needs `groupId`.",
    Code.BAD_TIMESTAMP: "The time {detail} is no ISO 8601 time since 2000: send UTC with a `Z`.",
    Code.BAD_EMAIL: "{detail} is no e-mail address: the rest of the event was taken.",
    Code.BAD_PHONE: "{detail} is no phone number of its country: the rest of the event was taken."
    " Write it with + and the country's code.",
    Code.BAD_CONSENT: "A consent needs topic, channel and state (opted_in, opted_out): {detail}.",
    Code.BAD_MESSAGE_ID: "The messageId is over 256 characters.",
    Code.UNSIGNED_TRAITS: "A browser key may not set traits of the known person {detail}:"
    " sign the id in context.signature, or send from the server.",
    Code.UNSIGNED_CONSENT: "A browser key may not set consent of the known person {detail}:"
    " sign the id in context.signature, or send from the server.",
    Code.UNSIGNED_MERGE: "A browser key may not merge the known people {detail}:"
    " sign the id in context.signature, or send from the server.",
    Code.UNREADABLE: "The internal record cannot be read: {detail}.",
}


class Refusal(Record, frozen=True):
    """One event (or one trait of it) put aside; `body` is a batch that can be sent again as is."""

    received_us: int
    call: str
    key_kind: str
    key: str  # number of the browser's key, which made the proof of an id; '' for others
    code: Code
    reason: str
    place: str
    body: bytes
    whole: bool = True  # False: only a part of an event that was otherwise taken


def sentence(code: Code, detail: str = "") -> str:
    """The code in words, with the detail cut to 120 characters and free of control characters."""
    shown = "".join(c if c.isprintable() else "?" for c in detail[:120])
    return SENTENCES[code].format(detail=shown)


def replayable(event: bytes, sent_at: str | None, context: bytes = b"") -> bytes:
    """The event alone in a batch of its own, keeping the request's `sentAt` and `context`."""
    parts = [b'{"batch":[', event, b"]"]
    if sent_at is not None:
        parts += [b',"sentAt":', msgspec.json.encode(sent_at)]
    if context:
        parts += [b',"context":', context]
    return b"".join([*parts, b"}"])


def unreadable(request: Request, fault: str) -> Refusal:
    """A whole request of our own making that cannot be read."""
    return Refusal(
        received_us=request.received_us,
        call=request.call,
        key_kind=request.key_kind,
        key="",
        code=Code.UNREADABLE,
        reason=sentence(Code.UNREADABLE, fault),
        place=f"request {request.seq}",
        body=request.body,
    )
