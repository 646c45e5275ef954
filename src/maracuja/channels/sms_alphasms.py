"""Text messages over a JSON gateway as AlphaSMS has it: always 200, errors on two levels.

Source: the vendor's page on its JSON API. It does not say what a receipt looks like: the address
to which we let it send one names the message and is signed by us, its words are settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from maracuja.channels import alphasms
from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Heard, HeardKind, Hook
from maracuja.channels.http import HttpRequest, reference, reject
from maracuja.channels.rulings import (
    Ruling,
    accepted,
    by_words,
    over,
    own_words,
    stop,
    whole,
)
from maracuja.channels.signing import named_by, signed_address
from maracuja.channels.sms_driver import SmsDriver, seconds_left
from maracuja.channels.sms_text import Segments
from maracuja.model import Message, SendResult, Status, micros

LIFETIME_S_MAX: Final = 172_800
STATUSES: Final[Mapping[str, Status]] = {
    "delivered": Status.DELIVERED, "delivrd": Status.DELIVERED, "seen": Status.READ,
    "read": Status.READ, "undelivered": Status.FAILED, "undeliv": Status.FAILED,
    "failed": Status.FAILED, "error": Status.FAILED, "rejected": Status.REJECTED,
    "rejectd": Status.REJECTED, "expired": Status.EXPIRED, "unknown": Status.UNKNOWN,
}  # fmt: skip


HTTP_ERRORS: Final[Mapping[int, Ruling]] = {
    401: stop("unauthorized"),
    403: stop("unauthorized"),
    429: whole("too_many"),
}


class AlphaSmsDriver(SmsDriver):
    """One request for each message."""

    def wire(self, message: Message, cut: Segments, now: datetime) -> HttpRequest:
        """The item of one message."""
        settings = self.settings
        item = alphasms.item_of(
            message,
            type="sms",
            sms_signature=message.sender or settings.sender,
            sms_message="".join(cut.parts),
        )
        left = seconds_left(message, now, LIFETIME_S_MAX)
        if left is not None:
            item["sms_lifetime"] = left
        hook = signed_address(self.hook, settings.webhook_secret, reference(message))
        if settings.receipts and hook:
            item["hook"] = hook
        return alphasms.request(settings.base_url, settings.gateway_key, item, message)

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """What the request was answered, then what its one message was."""
        if answer.code in HTTP_ERRORS:
            return HTTP_ERRORS[answer.code].on(answer)
        vendor_id, words = alphasms.taken(answer)
        if vendor_id is not None:
            return accepted(vendor_id) if vendor_id else over("no_id").on(answer)
        known = by_words(words, [*own_words(self.settings.error_words), *alphasms.WORDS])
        return (known or over("error" if words else "")).on(answer)

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """A receipt. The vendor signs nothing: its address is proven, and names the message."""
        named = named_by(inbound, self.settings.webhook_secret)
        told = _values(inbound)
        word = str(told.get(self.settings.status_field, "")).strip().lower()
        own = {name.lower(): value for name, value in self.settings.status_words.items()}
        status = own.get(word) or STATUSES.get(word)
        if status is None:
            return Hook()
        heard = Heard(
            kind=HeardKind.RECEIPT,
            key=f"{named}:{status}",
            at_us=micros(now),
            reference=named,
            status=status,
            raw=word[:100],
        )
        return Hook(heard=[heard])


def _values(inbound: Inbound) -> Mapping[str, Any]:
    """The fields of a JSON object, of a form, or of the address. Raises WebhookRejected."""
    if inbound.method == "GET" or not inbound.body:
        return inbound.query
    try:
        found = msgspec.json.decode(inbound.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = inbound.body.decode("utf-8", "replace")
        return dict(parse_qsl(text[:10_000], keep_blank_values=True))
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if not isinstance(found, dict):
        raise reject("it is no receipt")
    return found
