"""The records that every room speaks: people, events, messages, and what became of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from maracuja.content import Content as Content
from maracuja.content import MediaKind, Tap

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
PSEUDONYM_FROM: Final = 2**62  # no pid is so high: from here on stand those who were erased


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of records that are only values."""


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware moment: the form of every stored time."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(us: int) -> datetime:
    """The aware UTC moment of a stored time."""
    return EPOCH + timedelta(microseconds=us)


# ---------------------------------------------------------------- people


class TraitType(StrEnum):
    """What values a trait or a property holds; decides the type of its column."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    LIST = "list"  # of texts
    OBJECT = "object"  # kept as JSON text


class Privacy(IntEnum):
    """How careful to be with a trait or a property; edited by people, never guessed upwards."""

    PUBLIC = 0
    PERSONAL = 1
    SENSITIVE = 2


class TraitSource(IntEnum):
    """Who says so; a declared trait always wins over a guess."""

    INFERRED = 0
    IMPORTED = 1
    OBSERVED = 2
    DECLARED = 3


class Trait(msgspec.Struct, frozen=True, array_like=True):
    """A value, its source, confidence (0..1), time (micros), time to live (s, 0 = none)."""

    value: Any
    source: TraitSource
    confidence: float
    at_us: int
    ttl_s: int = 0


class Address(Record, frozen=True):
    """A place where a person can be reached: channel kind, our account there, their id there."""

    kind: str
    value: str
    account: str = ""


class Profile(msgspec.Struct, kw_only=True):
    """A person as one row: canonical pid, revision, traits and the address in use per kind."""

    pid: int
    bucket: int
    rev: int
    created_us: int
    draw_pid: int
    traits: dict[str, Trait] = {}
    addresses: dict[str, str] = {}


# A trait's meta is packed in one BIGINT column beside its value in the profile copy:
# seconds since 1970 (33 bits) | ttl in hours (16) | confidence in thousandths (10) | source (2).
_TTL_BITS, _CONFIDENCE_BITS, _SOURCE_BITS = 16, 10, 2
META_SOURCE: Final = (1 << _SOURCE_BITS) - 1  # of a packed meta these bits are the TraitSource


def pack_meta(trait: Trait) -> int:
    """Source, confidence, time and time to live in one BIGINT (ttl rounded up to hours)."""
    ttl_h = min(-(-trait.ttl_s // 3600), (1 << _TTL_BITS) - 1)
    word = max(trait.at_us // 1_000_000, 0)
    word = word << _TTL_BITS | ttl_h
    word = word << _CONFIDENCE_BITS | round(trait.confidence * 1000)
    return word << _SOURCE_BITS | int(trait.source)


def unpack_meta(
    packed: npt.NDArray[np.int64],
) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]
]:
    """(at seconds, ttl seconds, confidence, source) of packed metas; each of shape (n,)."""
    source = packed & META_SOURCE
    rest = packed >> _SOURCE_BITS
    confidence = (rest & ((1 << _CONFIDENCE_BITS) - 1)) / 1000.0
    rest >>= _CONFIDENCE_BITS
    ttl_s = (rest & ((1 << _TTL_BITS) - 1)) * 3600
    return rest >> _TTL_BITS, ttl_s, confidence, source


# ---------------------------------------------------------------- consent


class ConsentState(IntEnum):
    """What a person said about a topic on a channel; unproven cannot be sent to."""

    UNKNOWN = 0
    OPTED_IN = 1
    OPTED_OUT = 2
    PENDING = 3  # asked, not confirmed
    UNPROVEN = 4  # imported without source or date
    SOFT = 5  # a customer who was told and did not say no: counts where the law takes it


class TopicKind(StrEnum):
    """A service topic (codes, bookings) needs no opt-in, and skips holdout and quiet hours."""

    MARKETING = "marketing"
    SERVICE = "service"


class Lane(IntEnum):
    """In which order messages of a channel go: the lower lane first, in batches of its own."""

    SINGLE = 0  # asked for one by one: codes, bookings
    SERVICE = 1  # campaigns of service topics
    MARKETING = 2


# ---------------------------------------------------------------- the lake


class FileKind(StrEnum):
    """What a lake file holds."""

    EVENTS = "events"
    DECISIONS = "decisions"
    BODIES = "bodies"
    PROFILES = "profiles"
    AUDIENCE = "audience"
    NAMES = "names"  # cards of names, of nobody in particular


class LakeFile(Record, frozen=True):
    """A row of the manifest: a Parquet file is in the lake while live_from <= now < dead_from.

    `path` is relative to the lake's root; `low` and `high` are offsets (inbox sequence numbers for
    events, revisions for profiles, chunk numbers for decisions and bodies), both inclusive.
    """

    path: str
    kind: FileKind
    day: str  # YYYY-MM-DD of arrival; the first one of a compacted block
    low: int
    high: int
    from_us: int  # time range of the rows
    until_us: int
    rows: int
    size: int
    sha256: str
    live_from_us: int
    dead_from_us: int | None = None


# ---------------------------------------------------------------- messages


class Status(StrEnum):
    """What became of a message: a closed list; the vendor's raw answer is kept beside each."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    CLICKED = "clicked"
    REPLIED = "replied"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    REJECTED = "rejected"
    FAILED = "failed"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Capabilities(Record, frozen=True):
    """What a channel can carry and tell; 0 or empty where it cannot. Lengths in characters."""

    text_chars_max: int = 0
    subject_chars_max: int = 0  # mail: the subject; push: the title
    caption_chars_max: int = 0  # of a text beside media; 0: as long as any text
    html: bool = False
    formatted: bool = False  # *bold* _italic_ ~struck~ `code`
    media: frozenset[MediaKind] = frozenset()
    media_max: int = 0  # in one message; more than one is an album
    media_with_buttons: int = 0  # how many may stand above buttons
    buttons: int = 0
    button_chars_max: int = 0
    button_taps: frozenset[Tap] = frozenset()
    reply_bytes_max: int = 0  # of what a pressed button brings back
    keyboard: int = 0  # buttons below the input field
    keyboard_chars_max: int = 0
    keyboard_taps: frozenset[Tap] = frozenset()
    keyboard_brings: bool = False  # a key brings back more than its words
    short_links: bool = False  # every character of an address costs
    answers_by_number: bool = False  # people answer a question by writing 1 or 2
    cards: int = 0
    card_title_chars_max: int = 0
    card_text_chars_max: int = 0
    card_buttons: int = 0
    approved: bool = False  # templates that the vendor has approved
    link: bool = False  # a press on the message itself leads somewhere
    place: bool = False  # a point on the map
    background: bool = False  # a message that shows nothing, for an app to read
    window_s: int = 0  # seconds after a person's last word in which any text may go; 0: always
    human_window_s: int = 0  # the same for answers that a human writes; 0: as window_s
    bytes_max: int = 0
    enclosed: int = 0  # files that go out in the message itself
    enclosed_bytes_max: int = 0  # of all of them together
    deep_link_chars_max: int = 0  # of what a link into the channel can bring along
    receipts: frozenset[Status] = frozenset()
    honours_our_id: bool = False
    address_kind: str = ""
    address_else: str = ""  # a kind of address that serves where they have none of that kind


class Discovery(NamedTuple):
    """What data have shown of one name; `scope` is trait, property or context."""

    scope: str
    event: str  # '' for traits and context
    name: str
    type: TraitType
    first_seen_us: int
    last_seen_us: int
    seen: int
    samples: tuple[Any, ...]
    privacy: Privacy


class Message(Record, frozen=True):
    """One message on its way: `id` is made from its natural key, so that a retry is recognised."""

    id: bytes
    pid: int
    channel: str
    to: Address
    content: Content
    campaign: str
    topic: str
    marketing: bool
    language: str
    run: int = 0
    variant: str = ""
    sender: str = ""  # empty: the channel's own
    reply_to: str = ""
    unsubscribe_url: str = ""
    headers: dict[str, str] = {}
    expires_us: int = 0  # of no use after this; 0: never
    human: bool = False  # an operator wrote it, as an answer: some channels take it for longer
    last_word_us: int = 0  # when the person last wrote, where it is known
    short_links: tuple[tuple[str, str], ...] = ()  # code and token: kept before it goes
    thread: tuple[str, ...] = ()  # the mails that it answers, the latest last


class Verdict(StrEnum):
    """What an answer of a vendor means for us."""

    ACCEPTED = "accepted"  # theirs now
    TEMPORARY = "temporary"  # try again, after retry_after_s
    PERMANENT = "permanent"  # this address will never do: suppress it
    CONTENT = "content"  # this message will never do; the address may
    OURS = "ours"  # our account or reputation: stop the channel, tell the operator
    UNKNOWN = "unknown"  # no answer: it may or may not have been sent


class Scope(StrEnum):
    """Whom an answer concerns: this message, everybody at its host, or our whole account."""

    MESSAGE = "message"
    HOST = "host"
    ACCOUNT = "account"


class SendResult(Record, frozen=True):
    """What a vendor said to one message; `raw` is its own words."""

    verdict: Verdict
    status: Status
    scope: Scope = Scope.MESSAGE
    raw: str = ""
    code: str = ""
    vendor_id: str = ""
    retry_after_s: float | None = None
    full: bool = False  # there is no room for messages at the address: counted
    rest_s: int = 0  # permanent: for so long the address is left alone; 0: for good
    marketing_only: bool = False  # permanent: service messages still go there
    since_us: int = 0  # permanent: since when, where the vendor says it; what came later may do
    mark: str = ""  # of several devices, which one this is about
    others: tuple[SendResult, ...] = ()  # what the other devices of the message came to


class DeliveryEvent(Record, frozen=True):
    """What a vendor or a link told us later about a message.

    `address` is where it had gone, '' where that is not told; it never becomes an event's
    property. `full`: there was no room for it. `report` names the report that told it, so that
    the same one read again, or told in two ways, is one; '' for what is told once.
    """

    message_id: bytes
    pid: int
    status: Status
    at_us: int
    channel: str
    run: int = 0
    machine: bool = False
    url: str = ""
    code: str = ""
    raw: str = ""
    address: str = ""
    full: bool = False
    rest_s: int = 0  # of a bounce: for so long the address is left alone; 0: for good
    report: str = ""
