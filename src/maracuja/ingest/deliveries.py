"""What vendors and links tell of messages, as rows of the lake and as reasons to write no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from maracuja import rng
from maracuja.ingest.calls import Request
from maracuja.ingest.refusals import Refusal, unreadable
from maracuja.model import DeliveryEvent, Status, TraitType

CALLS: Final = frozenset({"delivery", "click", "read"})

EVENTS: Final[dict[Status, str]] = {
    Status.ACCEPTED: "Message Sent",
    Status.SENT: "Message Sent",
    Status.DELIVERED: "Message Delivered",
    Status.READ: "Message Read",
    Status.CLICKED: "Message Clicked",
    Status.REPLIED: "Message Replied",
    Status.DEFERRED: "Message Deferred",
    Status.BOUNCED: "Message Bounced",
    Status.REJECTED: "Message Rejected",
    Status.FAILED: "Message Failed",
    Status.EXPIRED: "Message Failed",
    Status.COMPLAINED: "Message Complained",
    Status.UNSUBSCRIBED: "Subscription Updated",
    Status.UNKNOWN: "Message Unknown",
}

# Properties of our own events; their columns are there before any client names one so.
PROPERTIES: Final[dict[str, TraitType]] = {
    "properties.message": TraitType.TEXT,
    "properties.campaign": TraitType.TEXT,
    "properties.run": TraitType.NUMBER,
    "properties.channel": TraitType.TEXT,
    "properties.variant": TraitType.TEXT,
    "properties.machine": TraitType.BOOLEAN,
    "properties.url": TraitType.TEXT,
    "properties.status": TraitType.TEXT,
    "properties.code": TraitType.TEXT,
    "properties.raw": TraitType.TEXT,
    "properties.topic": TraitType.TEXT,
    "properties.state": TraitType.TEXT,
    "properties.message_cost": TraitType.NUMBER,
    "properties.poll": TraitType.TEXT,  # the trait that its answer sets
    "properties.answer": TraitType.TEXT,
}

# Whom not to write to any more: the status, how far it reaches, and the reason.
STOPS: Final[dict[Status, tuple[str, str]]] = {
    Status.BOUNCED: ("all", "bounced"),
    Status.COMPLAINED: ("marketing", "complained"),
    Status.UNSUBSCRIBED: ("marketing", "unsubscribed"),
}


class Told(NamedTuple):
    """Delivery events in order, and the requests that cannot be read."""

    events: list[DeliveryEvent]
    received_us: list[int]
    refused: list[Refusal]


_decoder = msgspec.json.Decoder(list[DeliveryEvent])


def encode_deliveries(events: Sequence[DeliveryEvent]) -> bytes:
    """The body of an inbox row (call delivery, click or read; key kind internal)."""
    return msgspec.json.encode(events)


def read_deliveries(requests: Iterable[Request]) -> Told:
    """The delivery events of inbox rows. Never raises for their content."""
    told = Told([], [], [])
    for request in requests:
        try:
            events = _decoder.decode(request.body)
            unheard = [e.status for e in events if e.status not in EVENTS]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            told.refused.append(unreadable(request, str(fault)))
            continue
        if unheard:
            told.refused.append(unreadable(request, f"status {unheard[0]} is told by nobody"))
            continue
        told.events.extend(events)
        told.received_us.extend([request.received_us] * len(events))
    return told


def event_id(event: DeliveryEvent) -> str:
    """The id of the event itself: a vendor that tells it twice has told it once."""
    if event.report:
        return rng.make_id("delivery", event.message_id, event.status, event.report).hex()
    return rng.make_id(
        "delivery", event.message_id, event.status, event.at_us, event.url, event.machine
    ).hex()


def event_properties(event: DeliveryEvent) -> dict[str, Any]:
    """The properties of the event as a row of the lake; empty texts are left out."""
    given = {
        "message": event.message_id.hex(),
        "channel": event.channel,
        "run": event.run or None,
        "machine": event.machine,
        "status": event.status.value,
        "url": event.url or None,
        "code": event.code or None,
        "raw": event.raw or None,
        "state": "opted_out" if event.status is Status.UNSUBSCRIBED else None,
    }
    return {name: value for name, value in given.items() if value is not None}
