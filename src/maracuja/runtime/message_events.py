"""What became of a message, as rows of the feed: the same names and properties from everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from maracuja.channels import channel_of
from maracuja.model import Status
from maracuja.rng import make_id
from maracuja.store import feed, posted

# A deferred message is still on its way: nothing to tell yet.
NAMES: Final[dict[Status, str]] = {
    Status.SENT: "Message Sent",
    Status.DELIVERED: "Message Delivered",
    Status.READ: "Message Read",
    Status.CLICKED: "Message Clicked",
    Status.REPLIED: "Message Replied",
    Status.BOUNCED: "Message Bounced",
    Status.REJECTED: "Message Rejected",
    Status.FAILED: "Message Failed",
    Status.EXPIRED: "Message Failed",
    Status.COMPLAINED: "Message Complained",
    Status.UNKNOWN: "Message Unknown",
}


class Told(NamedTuple):
    """One thing that became of a message; `again` tells repeated ones apart (clicks, reads)."""

    at_us: int
    pid: int
    message: bytes
    status: Status
    channel: str
    campaign: str = ""
    run: int = 0
    variant: str = ""
    code: str = ""
    raw: str = ""
    url: str = ""
    machine: bool = False
    again: object = ""
    cost: float = 0.0  # of a message sent, in the shop's currency


def event_id(message: bytes, status: Status, again: object = "") -> bytes:
    """The event's own id: the same thing told twice is one event."""
    return make_id("message_event", message, status.value, again)


def properties(told: Told) -> dict[str, object]:
    """The event's properties; what is empty is left out."""
    found: dict[str, object] = {
        "message": told.message.hex(),
        "campaign": told.campaign,
        "run": told.run,
        "channel": channel_of(told.channel),
        "variant": told.variant,
        "status": told.status.value,
        "code": told.code,
        "raw": told.raw,
        "url": told.url,
        "message_cost": told.cost,
    }
    kept = {name: value for name, value in found.items() if value not in ("", 0)}
    if told.status in (Status.READ, Status.CLICKED):
        kept["machine"] = told.machine
    return kept


def tell(conn: Connection, all_told: Sequence[Told]) -> int:
    """Append them to the feed, in the caller's transaction; returns how many."""
    named = [told for told in all_told if told.status in NAMES]
    feed.append(
        conn,
        at_us=[told.at_us for told in named],
        pid=[told.pid for told in named],
        event=[NAMES[told.status] for told in named],
        message_id=[event_id(told.message, told.status, told.again) for told in named],
        properties=[msgspec.json.encode(properties(told)) for told in named],
    )
    steps = (
        (told.run, posted.Step(told.message, told.status, told.at_us, told.code, told.raw))
        for told in named
    )
    posted.note(conn, list(steps))
    return len(named)


class Subscribed(NamedTuple):
    """A person's changed word on a topic over a channel; `state` in words, `source` as kept."""

    pid: int
    topic: str
    channel: str
    state: str
    at_us: int
    source: str
    message: bytes = b""
    run: int = 0


def tell_subscribed(conn: Connection, words: Sequence[Subscribed]) -> None:
    """Append 'Subscription Updated' for each of them, in the caller's transaction."""
    feed.append(
        conn,
        at_us=[one.at_us for one in words],
        pid=[one.pid for one in words],
        event="Subscription Updated",
        message_id=[make_id("subscription", *one[:5]) for one in words],
        properties=[
            msgspec.json.encode(
                {
                    "topic": one.topic,
                    "channel": one.channel,
                    "state": one.state,
                    "source": one.source,
                    **({"message": one.message.hex()} if one.message else {}),
                    **({"run": one.run} if one.run else {}),
                }
            )
            for one in words
        ],
    )


def tell_subscriptions(
    conn: Connection,
    now_us: int,
    rows: Sequence[tuple[int, str, str, str]],
    *,
    message: bytes,
    source: str,
    run: int = 0,
) -> None:
    """`tell_subscribed` for (pid, topic, channel, state) rows that were said together."""
    tell_subscribed(conn, [Subscribed(*row, now_us, source, message, run) for row in rows])
