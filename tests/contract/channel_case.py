"""What a channel brings to the contract suite: a file in `channel_cases`, named as itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from maracuja.channels.base import Answer, Channel, Inbound
from maracuja.content import Button, Card, Content, Media, MediaKind, Place, Tap
from maracuja.model import Address, Capabilities, Message, Verdict
from maracuja.rng import Rng, make_id
from maracuja.simulate.vendors.http import Faults, HttpVendor

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RECORDED = Path(__file__).parent / "recorded"
PICTURE = Media(kind=MediaKind.PICTURE, url="https://shop.example/fruit.jpg", alt="passion fruit")
VIDEO = Media(
    kind=MediaKind.VIDEO,
    url="https://shop.example/fruit.mp4",
    thumbnail="https://shop.example/fruit.jpg",
    size=1_000_000,
    duration_s=12,
)
FILE = Media(kind=MediaKind.FILE, url="https://shop.example/ticket.pdf", name="ticket.pdf", size=9)


class Known(msgspec.Struct, frozen=True):
    """A vendor's answer from its own table: what it means, for how long and for whom."""

    answer: Answer
    verdict: Verdict
    code: str = ""  # ours for it
    scope: str = "message"
    retry_after_s: float | None = None


@dataclass(kw_only=True)
class Case:
    """One channel: how it is made, what its vendor says, and what its people and vendor tell us.

    `refused` are contents beyond what the capabilities say, with the part that is at fault.
    `contents` are all kinds of message that it can carry. `fits` asserts that a wire form is what
    the vendor's own schema allows; it skips where the schema is absent. `genuine` makes a call
    that the vendor could have made with this body, `proof` names the settings that prove it,
    `signed` says that the body is signed, and `tamper` spoils the proof where it is no header.

    For the whole way: `section` are its settings, `vendor` makes a simulated one of seed and
    faults. People are known to the shop by the traits that `known` gives the n-th, with a
    first_name, or so many of them come by the channel itself in `arrive`, and agree. `react` lets
    them and the vendor do something with what was sent, and says how many events of which name
    that makes.
    """

    make: Callable[[], Channel[Any]]
    address: str
    answers: Mapping[Verdict, Answer]
    bad_addresses: list[str] = field(default_factory=list)
    contents: Mapping[str, Content] = field(default_factory=dict)
    refused: Mapping[str, Content] = field(default_factory=dict)
    fits: Callable[[Any], None] | None = None
    table: list[Known] = field(default_factory=list)
    genuine: Callable[[bytes], Inbound] | None = None
    proof: tuple[str, ...] = ()
    signed: bool = False
    tamper: Callable[[Inbound, Rng], Inbound] | None = None
    section: Mapping[str, Any] = field(default_factory=dict)  # of maracuja.toml
    vendor: Callable[[int, Faults], HttpVendor] | None = None
    known: Callable[[int], dict[str, Any]] | None = None
    arrive: Callable[[Any, int], None] | None = None
    nameless: bool = False  # who arrives brings no first_name: the shop asks for it elsewhere
    react: Callable[[Any], dict[str, int]] | None = None
    strange: list[Inbound] = field(default_factory=list)  # mail that is no report of ours


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """A recorded call of a vendor (`recorded/<channel>/*.json`), and what it must tell.

    `heard` lists the fields of each `Heard` that matter; the others are not compared.
    """

    name: str
    body: Any
    heard: list[dict[str, Any]]
    source: str = ""  # where it was recorded


def recorded(channel: str) -> list[Told]:
    """Every recorded call of a channel's vendor."""
    files = sorted((RECORDED / channel).glob("*.json"))
    return [
        one for file in files for one in msgspec.json.decode(file.read_bytes(), type=list[Told])
    ]


def message(case: Case, **changes: Any) -> Message:
    """A message to the case's address."""
    made = case.make()
    subject = "Hello" if made.can.subject_chars_max else ""
    values: dict[str, Any] = {
        "id": make_id("message", "spring", 1),
        "pid": 7,
        "channel": made.name,
        "to": Address(kind=made.can.address_kind, value=case.address),
        "content": Content(text="Hello, Maria", subject=subject),
        "campaign": "spring",
        "topic": "news",
        "marketing": True,
        "language": "en",
        "run": 3,
        "unsubscribe_url": "https://shop.example/u/token",
    }
    return Message(**{**values, **changes})


def buttons(n: int, tap: Tap, chars: int = 4) -> tuple[Button, ...]:
    """n buttons that do the same."""
    given: dict[str, Any] = {
        Tap.URL: {"url": "https://shop.example/"},
        Tap.REPLY: {"reply": "yes"},
        Tap.COPY: {"copy": "SALE10"},
        Tap.PHONE: {"ask": "phone"},
        Tap.LOCATION: {"ask": "location"},
    }[tap]
    return tuple(Button(text="x" * chars, **given) for _ in range(n))


def beyond(can: Capabilities) -> dict[str, Content]:
    """A content just beyond each limit of the capabilities."""
    text = Content(text="Hello")

    def with_(**parts: Any) -> Content:
        return msgspec.structs.replace(text, **parts)

    found = {
        "empty": with_(text=""),
        "long text": with_(text="x" * (can.text_chars_max + 1)),
        "long subject": with_(subject="s" * (can.subject_chars_max + 1)),
    }
    if not can.html:
        found["html"] = with_(html="<p>Hello</p>")
    if not can.formatted:
        found["formatted"] = with_(formatted=True)
    if can.caption_chars_max:
        found["long caption"] = with_(media=(PICTURE,), text="x" * (can.caption_chars_max + 1))
    found["many media"] = with_(media=(PICTURE,) * (can.media_max + 1))
    if can.media:
        plain = msgspec.structs.replace(PICTURE, url="http://shop.example/fruit.jpg")
        found["media without https"] = with_(media=(plain,))
    for media in (PICTURE, VIDEO, FILE):
        if media.kind not in can.media:
            found[f"no {media.kind}"] = with_(media=(media,))
    for where in ("buttons", "keyboard"):
        limit, taps = getattr(can, where), getattr(can, f"{where.rstrip('s')}_taps")
        chars = can.button_chars_max if where == "buttons" else can.keyboard_chars_max
        tap = sorted(taps)[0] if taps else Tap.URL
        found[f"many {where}"] = with_(**{where: buttons(limit + 1, tap)})
        for other in set(Tap) - set(taps):
            found[f"{where}: {other}"] = with_(**{where: buttons(1, other)})
        if limit and chars:
            found[f"long {where}"] = with_(**{where: buttons(1, tap, chars + 1)})
    if can.reply_bytes_max:
        long = Button(text="yes", reply="\u0434" * (can.reply_bytes_max // 2 + 1))
        found["long reply"] = with_(buttons=(long,))
    found["many cards"] = with_(cards=(Card(title="x"),) * (can.cards + 1))
    if can.cards and can.card_title_chars_max:
        found["long card"] = with_(cards=(Card(title="x" * (can.card_title_chars_max + 1)),) * 2)
    if not can.place:
        found["place"] = with_(place=Place(latitude=50.45, longitude=30.52))
    if not can.background:
        found["background"] = with_(background=True)
    if not can.link:
        found["link"] = with_(link="https://shop.example/")
    return found
