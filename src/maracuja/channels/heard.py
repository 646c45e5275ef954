"""What people and vendors tell us by themselves: receipts, answers, presses, starts and leavings.

A channel verifies a call of its vendor and translates it into these; nothing here is believed
that was not verified.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from maracuja.content import MediaKind
from maracuja.model import Record, Status

TEXT_CHARS_MAX = 8_000


class HeardKind(StrEnum):
    """What it is that was told."""

    RECEIPT = "receipt"  # what became of a message of ours
    MESSAGE = "message"  # a person wrote, or sent a picture, a number, a place
    TAP = "tap"  # a person pressed a button of ours
    OPENED = "opened"  # a person looks at the channel, by a link perhaps: no word about consent
    START = "start"  # a person opened the channel: may be written to
    LEAVE = "leave"  # a person closed it, or wrote a word such as STOP
    BACK = "back"  # the vendor lets us through to them again; no word about consent
    FACTS = "facts"  # the vendor was asked about a person: only `observed` counts
    MOVED = "moved"  # the address has become `text`
    RENEWED = "renewed"  # a device's address has become `text`: no word of its person
    ACCOUNT = "account"  # of our account there: about nobody, a `notice`


class Attachment(Record, frozen=True):
    """A picture, video or file that a person sent; `reference` is how its vendor names it.

    `size` in bytes, 0 where the vendor does not tell it.
    """

    kind: MediaKind
    reference: str
    name: str = ""
    size: int = 0


def size_of(told: object) -> int:
    """The size in bytes that a vendor tells of a file; 0 where it is none."""
    return told if type(told) is int and told > 0 else 0


class Notice(Record, frozen=True):
    """What a vendor says of our account, such as of a template; no words: it is well again.

    `stops`: what it is about may not be sent while it holds.
    """

    subject: str
    words: str = ""
    stops: bool = False


class Heard(Record, frozen=True):
    """One thing told on a channel. `key` is the vendor's own for it: told twice, it is one.

    `address` is the person's on the channel. Which message of ours it is about: `reference`, where
    the vendor echoes what `http.reference` made, else `vendor_id`, the vendor's own id of it.
    `payload` is what a pressed button or a link into the channel brought along.
    """

    kind: HeardKind
    key: str
    at_us: int
    address: str = ""
    reference: str = ""
    vendor_id: str = ""
    until: bool = False  # of a receipt: about all that the address was sent until `at_us`
    status: Status | None = None  # of a receipt
    parts: int = 0  # of a receipt: about one of so many parts; 0: that is not told
    code: str = ""
    raw: str = ""  # the vendor's own words
    text: str = ""
    subject: str = ""  # of a mail
    payload: str = ""
    attachments: tuple[Attachment, ...] = ()
    observed: dict[str, Any] = msgspec.field(default_factory=dict)  # traits the messenger tells
    declared: dict[str, Any] = msgspec.field(default_factory=dict)  # traits the person gives
    reachable: bool = True  # of LEAVE: False where the vendor lets nothing through any more
    speaks: bool = True  # the person wrote or pressed: False where only a setting was changed
    rest_s: int = 0  # of a bounce: for so long the address is left alone; 0: for good
    # Other names of whoever speaks, proven to be theirs: (kind, value), such as external_id.
    identities: tuple[tuple[str, str], ...] = ()
    notice: Notice | None = None
    alarm: str = ""  # why our account cannot send: the channel stops, the operator is told


class Hook(Record, frozen=True):
    """What a verified call of a vendor told, and what it is answered with."""

    heard: list[Heard] = msgspec.field(default_factory=list)
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = msgspec.field(default_factory=dict)
