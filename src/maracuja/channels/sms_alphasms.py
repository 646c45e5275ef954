"""Text messages over a JSON gateway as AlphaSMS has it: always 200, errors on two levels.

Source: the vendor's page on its JSON API. It does not say what a receipt looks like: the address
to which we let it send one names the message and is signed by us, its words are settings.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Heard, HeardKind, Hook
from maracuja.channels.http import (
    HttpRequest,
    accepted,
    check_equal,
    json_of,
    json_request,
    over,
    reference,
    reject,
    stop,
    suppress,
    wait,
)
from maracuja.channels.sms_driver import SmsDriver, seconds_left
from maracuja.channels.sms_settings import ALPHASMS_URL
from maracuja.channels.sms_text import Segments
from maracuja.model import Message, Scope, SendResult, Status, micros

LIFETIME_S_MAX: Final = 172_800
STATUSES: Final[Mapping[str, Status]] = {
    "delivered": Status.DELIVERED, "delivrd": Status.DELIVERED, "seen": Status.READ,
    "read": Status.READ, "undelivered": Status.FAILED, "undeliv": Status.FAILED,
    "failed": Status.FAILED, "error": Status.FAILED, "rejected": Status.REJECTED,
    "rejectd": Status.REJECTED, "expired": Status.EXPIRED, "unknown": Status.UNKNOWN,
}  # fmt: skip


def _whole(answer: Answer, code: str) -> SendResult:
    return wait(answer, scope=Scope.ACCOUNT, code=code)


_Result = Callable[[Answer, str], SendResult]
_ACTIONS: Final[Mapping[str, _Result]] = {
    "suppress": suppress, "over": over, "wait": _whole, "stop": stop,
}  # fmt: skip
# Words of the vendor in lower case, what they ask for, and our code; the first that is said.
ERRORS: Final[tuple[tuple[str, str, str], ...]] = (
    ("access denied", "stop", "unauthorized"),
    ("error in alpha-name", "stop", "sender"),
    ("not enough money", "stop", "no_money"),
    ("too many requests", "wait", "too_many"),
    ("incorrect phone", "suppress", "invalid"),
)


class AlphaSmsDriver(SmsDriver):
    """One request for each message; its key stands in the body, so that it is in no log."""

    def wire(self, message: Message, cut: Segments, now: datetime) -> HttpRequest:
        """The item of one message."""
        settings = self.settings
        item: dict[str, Any] = {
            "type": "sms",
            "id": our_id(message.id),
            "phone": int(message.to.value.lstrip("+")),
            "sms_signature": message.sender or settings.sender,
            "sms_message": "".join(cut.parts),
        }
        left = seconds_left(message, now, LIFETIME_S_MAX)
        if left is not None:
            item["sms_lifetime"] = left
        if settings.receipts and settings.webhook_secret and self.hook:
            item["hook"] = f"{self.hook}?{urlencode(self.signed(reference(message)))}"
        return json_request(
            settings.base_url or ALPHASMS_URL,
            {"auth": settings.gateway_key, "data": [item]},
            message_id=message.id,
            recipient=message.to.value,
        )

    def signed(self, named: str) -> dict[str, str]:
        """The fields of a receipt's address: the message, and our signature of it."""
        key = self.settings.webhook_secret.encode()
        return {"m": named, "k": hmac.digest(key, named.encode(), "sha256").hex()[:40]}

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """What the request was answered, then what its one message was."""
        told = json_of(answer)
        if answer.code in (401, 403):
            return stop(answer, "unauthorized")
        if answer.code == 429:
            return _whole(answer, "too_many")
        if told.get("success") is not True:
            return self._error(answer, told.get("error"))
        items = told.get("data")
        item = items[0] if isinstance(items, list) and items else {}
        if not isinstance(item, dict) or item.get("success") is not True:
            return self._error(answer, item.get("error") if isinstance(item, dict) else None)
        named = item.get("data")
        vendor_id = named.get("msg_id") if isinstance(named, dict) else None
        return accepted(str(vendor_id)) if vendor_id else over(answer, "no_id")

    def _error(self, answer: Answer, words: Any) -> SendResult:
        """By its words; those that nobody knows suppress nobody."""
        said = str(words or "").lower()
        own = self.settings.error_words.items()
        table = [*((part.lower(), action, "error") for part, action in own), *ERRORS]
        for part, action, code in table:
            if said and part in said:
                return _ACTIONS[action](answer, code)
        return over(answer, "error" if said else str(answer.code))

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """A receipt. The vendor signs nothing: its address is proven, and names the message."""
        if not self.settings.webhook_secret:
            raise reject("no receipts are asked for")
        named = inbound.query.get("m", "")
        check_equal(inbound.query.get("k", ""), self.signed(named)["k"])
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


def our_id(message_id: bytes) -> int:
    """Our number for a message: 48 bits, which every reader of JSON keeps exactly."""
    return int.from_bytes(message_id[:6])


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
