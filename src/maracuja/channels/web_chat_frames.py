"""What a visitor's browser or app says: frames of the protocol, and what each of them tells.

A frame is believed as its visitor's word alone: what it says of a message must name one of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.http import reject
from maracuja.channels.leaving import leaves, leaves_by_button, returns
from maracuja.channels.web_chat_token import identities_of, read_public_id
from maracuja.model import Status

TEXT_CHARS_MAX: Final = 4_000
FRAMES_MAX: Final = 50  # of one request
IDS_MAX: Final = 200  # of one frame

# Made by the browser, random: what is sent again under it is the same word.
OwnId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$")]
Ids = Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=IDS_MAX)]


class Frame(msgspec.Struct, frozen=True, tag_field="t"):
    """The base of what a visitor says; unknown fields are left alone, for older servers' sake."""


class Say(Frame, frozen=True, tag="say"):
    """The visitor wrote something."""

    id: OwnId
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_CHARS_MAX)]


class Tap(Frame, frozen=True, tag="tap"):
    """The visitor pressed a button of the message `of`, which reads `text`."""

    id: OwnId
    of: Annotated[str, Meta(max_length=200)]
    payload: Annotated[str, Meta(max_length=500)] = ""
    text: Annotated[str, Meta(max_length=200)] = ""


class Taken(Frame, frozen=True, tag="taken"):
    """These messages have arrived."""

    ids: Ids


class Seen(Frame, frozen=True, tag="seen"):
    """These messages were before the visitor's eyes."""

    ids: Ids


class Start(Frame, frozen=True, tag="start"):
    """The visitor opened the chat for the first time; `source` is where they came from."""

    source: Annotated[str, Meta(max_length=100)] = ""


AnyFrame = Say | Tap | Taken | Seen | Start
# What was seen has arrived.
_STATUSES: Final = {Taken: (Status.DELIVERED,), Seen: (Status.DELIVERED, Status.READ)}


def read_frames(told: Any) -> list[AnyFrame]:
    """The frames of decoded JSON. Raises WebhookRejected."""
    try:
        frames = msgspec.convert(told, list[AnyFrame])
    except msgspec.ValidationError as fault:
        raise reject(f"its shape is strange: {fault}") from None
    if len(frames) > FRAMES_MAX:
        raise reject(f"it has more than {FRAMES_MAX} frames")
    return frames


def heard_of(frames: Sequence[AnyFrame], address: str, secret: str, now_us: int) -> list[Heard]:
    """What the frames of one visitor tell, each thing once. Raises WebhookRejected."""
    found: dict[str, Heard] = {}
    for frame in frames:
        for one in _heard(frame, address, secret, now_us):
            found.setdefault(one.key, one)
    return list(found.values())


def opened(address: str, also: Sequence[str], now_us: int) -> Heard:
    """That a visitor looks at the chat, told once a day; `also` are addresses they had before."""
    known = identities_of(address) + tuple(("web_chat", one) for one in also)
    day = now_us // 86_400_000_000
    return Heard(
        kind=HeardKind.OPENED,
        key=f"opened:{address}:{day}:{','.join(also)}",
        at_us=now_us,
        address=address,
        identities=known,
    )


def _heard(frame: AnyFrame, address: str, secret: str, now_us: int) -> list[Heard]:
    told: dict[str, Any] = {
        "at_us": now_us,
        "address": address,
        "identities": identities_of(address),
    }
    match frame:
        case Say(id=own, text=text):
            _check_text(text)
            kind = (
                HeardKind.LEAVE
                if leaves(text)
                else HeardKind.START
                if returns(text)
                else HeardKind.MESSAGE
            )
            return [Heard(kind=kind, key=f"say:{own}:{address}", text=text, **told)]
        case Tap(id=own, of=of, payload=payload, text=text):
            _check_text(payload + text)
            return [
                Heard(
                    kind=HeardKind.LEAVE if leaves_by_button(text) else HeardKind.TAP,
                    key=f"tap:{own}:{address}",
                    reference=read_public_id(secret, of),
                    payload=payload,
                    text=text,
                    **told,
                )
            ]
        case Taken(ids=ids) | Seen(ids=ids):
            del told["identities"]
            named = [read_public_id(secret, one) for one in ids]
            return [
                Heard(
                    kind=HeardKind.RECEIPT,
                    key=f"{status}:{one}",
                    reference=one,
                    status=status,
                    **told,
                )
                for one in named
                for status in _STATUSES[type(frame)]
            ]
        case Start(source=source):
            _check_text(source)
            return [Heard(kind=HeardKind.START, key=f"start:{address}", payload=source, **told)]


def _check_text(text: str) -> None:
    """Refuse what no database keeps: NUL, and halves of characters."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise reject("a text holds what is no character")
