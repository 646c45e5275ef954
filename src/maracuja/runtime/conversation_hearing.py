"""Which of the things that channels heard are words of a conversation, and how they read there.

Words for leaving and coming back are none: they are obeyed. What people send is never fetched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from maracuja.channels.asking import Wished, wished
from maracuja.channels.heard import Attachment, HeardKind
from maracuja.ingest.heard import HeardRow
from maracuja.store import conversation_words
from maracuja.store.conversation_words import Moved, Word

_SAID: Final = frozenset({HeardKind.MESSAGE, HeardKind.TAP})
UNSURE: Final = "unknown"  # a language that could not be told


class Said(NamedTuple):
    """One thing heard: by whom, about which message of ours, and what it brought along."""

    told: HeardRow
    pid: int
    message: bytes
    run: int
    payload: str
    declared: Mapping[str, Any]
    language: str


@dataclass(frozen=True)
class MediaShown:
    """A picture, video or file beside a turn: at an address, or as its vendor names it.

    `size` in bytes, 0 where it was not told.
    """

    kind: str
    url: str = ""
    reference: str = ""
    name: str = ""
    size: int = 0


def hear(conn: Connection, said: Sequence[Said], quiet: timedelta) -> int:
    """Put the words among these into their conversations; how many were new.

    A conversation that nobody waits in and in which nothing was said for `quiet` is over.
    """
    moved = [
        Moved(row.told.channel, row.told.account, row.told.heard.address, row.told.heard.text)
        for row in said
        if row.told.heard.kind is HeardKind.MOVED
    ]
    conversation_words.move_addresses(conn, moved)
    now_at = {(one.channel, one.account, one.before): one.after for one in moved}
    words = [
        _word(row, now_at)
        for row in said
        if row.told.heard.kind in _SAID and row.told.heard.address
    ]
    return conversation_words.hear(conn, words, quiet // timedelta(microseconds=1))


def wish_of(row: Said) -> Wished | None:
    """What these words, or a pressed button, ask about the person: we answer that ourselves."""
    heard = row.told.heard
    if heard.kind is HeardKind.TAP:
        return wished(row.payload) or wished(heard.text)
    return wished(heard.text) if heard.kind is HeardKind.MESSAGE else None


def _word(row: Said, now_at: Mapping[tuple[str, str, str], str]) -> Word:
    told, heard = row.told, row.told.heard
    pressed = heard.kind is HeardKind.TAP
    place = (told.channel, told.account, heard.address)
    return Word(
        id=told.event_id,
        pid=row.pid,
        channel=told.channel,
        account=told.account,
        address=now_at.get(place, heard.address),
        at_us=min(heard.at_us, told.received_us),
        text=_text(row),
        media=msgspec.json.encode([_media(one) for one in heard.attachments]),
        tapped=_clean(row.payload or heard.text) if pressed else "",
        vendor_id=_clean(heard.key),
        about=row.message,
        language="" if row.language == UNSURE else row.language,
        code=_clean(heard.code),
        asks=not pressed and wish_of(row) is None,
        subject=_clean(heard.subject),
    )


def _text(row: Said) -> str:
    """Their words; of a number or a place that they sent alone, its traits."""
    heard = row.told.heard
    if heard.text or heard.attachments or heard.kind is HeardKind.TAP:
        return _clean(heard.text)
    return _clean(", ".join(f"{name}: {value}" for name, value in sorted(row.declared.items())))


def _media(one: Attachment) -> MediaShown:
    at = one.reference.startswith(("https://", "http://"))
    return MediaShown(
        kind=one.kind.value,
        url=one.reference if at else "",
        reference="" if at else one.reference,
        name=one.name,
        size=one.size,
    )


def _clean(text: str) -> str:
    """A text that any database can keep."""
    return text.replace("\0", "")
