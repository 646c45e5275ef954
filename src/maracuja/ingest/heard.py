"""What channels heard, as rows of the inbox and back, with the names that it has as events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from maracuja import rng
from maracuja.channels import channel_of
from maracuja.channels.heard import Heard, HeardKind
from maracuja.ingest.calls import Request
from maracuja.ingest.decode import message_hashes
from maracuja.ingest.deliveries import EVENTS
from maracuja.ingest.refusals import Refusal, unreadable
from maracuja.language.detect import languages_of
from maracuja.model import Status

CALL: Final = "heard"

# What is not a receipt is named by what the person did.
NAMES: Final[dict[HeardKind, str]] = {
    HeardKind.MESSAGE: "Message Replied",
    HeardKind.TAP: "Message Clicked",
    HeardKind.OPENED: "Chat Opened",
    HeardKind.START: "Chat Started",
    HeardKind.LEAVE: "Chat Left",
    HeardKind.BACK: "Chat Resumed",
    HeardKind.MOVED: "Chat Moved",
}


_BECAME: Final = {HeardKind.TAP: Status.CLICKED, HeardKind.MESSAGE: Status.REPLIED}


class HeardRow(NamedTuple):
    """One thing heard, on which channel and account, and when its call came in."""

    channel: str
    account: str
    received_us: int
    heard: Heard

    @property
    def event_id(self) -> bytes:
        """The id of the event itself: told twice by the vendor, it is one."""
        return rng.make_id("heard", self.channel, self.account, self.heard.kind, self.heard.key)


class HeardBatch(NamedTuple):
    """Things heard in the order in which they came in, and the requests that cannot be read."""

    rows: list[HeardRow]
    refused: list[Refusal]


class _Source(msgspec.Struct, frozen=True):
    channel: str
    account: str


_heard = msgspec.json.Decoder(list[Heard])
_source = msgspec.json.Decoder(_Source)


def encode_heard(heard: Sequence[Heard], channel: str, account: str) -> tuple[bytes, bytes]:
    """Context and body of an inbox row (call `heard`, key kind internal)."""
    return msgspec.json.encode(_Source(channel, account)), msgspec.json.encode(heard)


def read_heard(requests: Iterable[Request]) -> HeardBatch:
    """What these inbox rows hold. Never raises for their content."""
    batch = HeardBatch([], [])
    for request in requests:
        try:
            source, heard = _source.decode(request.context), _heard.decode(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            batch.refused.append(unreadable(request, str(fault)))
            continue
        batch.rows.extend(
            HeardRow(source.channel, source.account, request.received_us, one) for one in heard
        )
    return batch


def hashes(rows: Sequence[HeardRow]) -> tuple[list[int], list[int]]:
    """Of each row: a hash of its own, and that of its event once it stands in the lake."""
    ids = [row.event_id.hex() for row in rows]
    return message_hashes(f"heard:{name}" for name in ids), message_hashes(ids)


def event_name(heard: Heard) -> str:
    """The name under which it becomes an event; '' where it says nothing new."""
    if heard.kind is HeardKind.RECEIPT:
        return EVENTS.get(heard.status, "") if heard.status is not None else ""
    return NAMES.get(heard.kind, "")


def became(heard: Heard) -> Status | None:
    """What became of a message of ours, where it is about one."""
    return heard.status or _BECAME.get(heard.kind)


def languages(heard: Sequence[Heard]) -> list[str]:
    """The language of each text that a person wrote, "unknown" where unsure; "" of all else."""
    replies = [n for n, one in enumerate(heard) if one.kind is HeardKind.MESSAGE and one.text]
    found = [""] * len(heard)
    for n, language in zip(replies, languages_of([heard[n].text for n in replies]), strict=True):
        found[n] = language
    return found


def event_properties(
    row: HeardRow, payload: str, message: bytes, run: int, language: str = ""
) -> dict[str, Any]:
    """The properties of the event; what is empty is left out.

    `payload` is what was brought along, without what proves it; `language` that of the text.
    """
    heard = row.heard
    given: dict[str, Any] = {
        "message": message.hex(),
        "run": run,
        "channel": channel_of(row.channel),
        "status": heard.status.value if heard.status is not None else "",
        "code": heard.code,
        "raw": heard.raw,
        "text": heard.text,
        "language": language,
        "payload": payload,
        "attachments": [msgspec.to_builtins(one) for one in heard.attachments],
    }
    kept = {name: value for name, value in given.items() if value not in ("", 0, [])}
    if heard.kind is HeardKind.TAP:
        kept |= {"machine": False, "status": "clicked"}
    return kept
