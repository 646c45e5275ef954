"""What a browser or an app tells of a notification, proven by what the notification brought.

Nobody else is asked who tells it: the proof is of one event of one message alone.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

import msgspec

from maracuja.channels.base import Inbound
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.http import read_json, reject
from maracuja.channels.web_push_crypto import b64
from maracuja.model import Status, micros

PROOF_BYTES: Final = 12
PRESSED: Final = "pressed"
RENEWED: Final = "renewed"  # a browser has another subscription
RECEIPTS: Final = {
    "delivered": Status.DELIVERED,
    "clicked": Status.CLICKED,
    "closed": Status.READ,
}


class Beacon(msgspec.Struct, frozen=True):
    """One thing told; `payload` is what a pressed button brings back."""

    event: str
    reference: str
    proof: str
    payload: str = ""


def proof(key: bytes, *said: str) -> str:
    """What only we can have put into a message: of an event, a reference, perhaps a payload."""
    return b64(hmac.digest(key, "\0".join(said).encode(), "sha256")[:PROOF_BYTES])


def beacon_of(inbound: Inbound) -> Beacon:
    """What a call says; its proof is still to be checked. Raises WebhookRejected."""
    try:
        return msgspec.convert(read_json(inbound), Beacon)
    except msgspec.ValidationError as fault:
        raise reject(f"its shape is strange: {fault}") from None


def heard_of(beacon: Beacon, now: datetime) -> list[Heard]:
    """What a proven beacon tells; events that are not known tell nothing."""
    status = RECEIPTS.get(beacon.event)
    if status is None and beacon.event != PRESSED:
        return []
    return [
        Heard(
            kind=HeardKind.RECEIPT if status else HeardKind.TAP,
            key=f"{beacon.event}:{beacon.reference}:{beacon.payload}",
            at_us=micros(now),
            reference=beacon.reference,
            status=status,
            code="closed" if beacon.event == "closed" else "",
            payload=beacon.payload,
        )
    ]
