"""Viber business messages over TurboSMS: always 200, codes on two levels, receipts by webhook.

Source: the vendor's pages on its API and webhooks. They do not list the fields of receipts'
data, nor in which order secret and id are joined before they are signed: both orders are taken.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import TEXT_CHARS_MAX, Heard, HeardKind, Hook
from maracuja.channels.http import (
    HttpRequest,
    check_equal,
    json_of,
    json_request,
    read_json,
    reject,
    text_at,
)
from maracuja.channels.leaving import leaves
from maracuja.channels.rulings import (
    Ruling,
    accepted,
    by_words,
    over,
    own_words,
    stop,
    suppress,
    unknown,
    wait,
    whole,
)
from maracuja.channels.viber_partner import Partner, Parts
from maracuja.model import Message, SendResult, Status, micros

URL: Final = "https://api.turbosms.ua"
GOOD: Final = frozenset({0, 800, 801, 802, 803})
SAME_AGAIN: Final = 507  # known by our sequence_id: the answer is that to the first request
RECEIPTS: Final = frozenset({"DLR_VIBER_API", "DLR_VIBER_SESSION", "DLR_SMS_API"})

ERRORS: Final[Mapping[int, Ruling]] = {
    **dict.fromkeys((101, 103, 105, 106, 301), stop("unauthorized")),
    **dict.fromkeys((200, 302, 400, 401), stop("sender")),
    **dict.fromkeys((425, 426), stop("test_sender")),
    203: stop("no_money"),
    305: suppress("invalid"),
    404: suppress("stopped"),
    406: over("country"),
    422: over("no_answer_yet"),
    427: over("doubled"),
    429: whole("too_many"),
    503: wait("not_sent"),
    504: wait("not_sent"),
    **dict.fromkeys((500, 501, 999), unknown("vendor")),
}


class TurboSms(Partner):
    """One recipient for each request, so that each is answered for itself."""

    def wire(self, message: Message, parts: Parts) -> HttpRequest:
        """message/send.json with our id, by which a request is carried out once."""
        settings = self.settings
        viber: dict[str, Any] = {
            "sender": message.sender or settings.sender,
            "text": parts.text,
            "ttl": parts.ttl_s,
        }
        if parts.image:
            viber["image_url"] = parts.image
        if parts.action:
            viber |= {"caption": parts.caption, "action": parts.action}
        plain = not (parts.image or parts.action)
        if settings.transactional and plain and not message.marketing:
            viber["is_transactional"] = 1
        body: dict[str, Any] = {
            "recipients": [message.to.value.lstrip("+")],
            "sequence_id": message.id.hex(),
            "viber": viber,
        }
        if parts.sms_text:
            body["sms"] = {"sender": settings.sms_sender, "text": parts.sms_text}
        return self._ask(
            "message/send.json", body, message_id=message.id, recipient=message.to.value
        )

    def outcome(self, answer: Answer) -> SendResult:
        """By the code of the one recipient, else by that of the request."""
        told = json_of(answer)
        code, result = told.get("response_code"), told.get("response_result")
        one = result[0] if isinstance(result, list) and result else {}
        inner = one.get("response_code") if isinstance(one, dict) else None
        if isinstance(inner, int):
            if inner in GOOD and text_at(one, "message_id"):
                return accepted(text_at(one, "message_id"))
            if inner not in GOOD:
                code = inner
        if not isinstance(code, int) or isinstance(code, bool):
            return self.error("").on(answer)
        if code in GOOD or code == SAME_AGAIN:
            return unknown("no_id").on(answer)
        words = text_at(one, "response_status") or text_at(told, "response_status")
        own = by_words(words, own_words(self.settings.error_words))
        return (own or ERRORS.get(code, over(str(code)))).on(answer)

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """An event. Only its id is signed: our address must bear the secret too."""
        secret = self.settings.webhook_secret
        check_equal(inbound.query.get("key", ""), secret)
        told = read_json(inbound)
        if not isinstance(told, dict):
            raise reject("it is no event")
        named = text_at(told, "id")
        _check_signature(text_at(told, "signature"), secret, named)
        kind, data = text_at(told, "type"), told.get("data")
        each = data if isinstance(data, list) else [data]
        heard: list[Heard] = []
        for n, one in enumerate(each[:1000]):
            key = f"{named}:{n}" if n else named
            if kind in RECEIPTS:
                heard += self._receipt(one, kind, key, now)
            elif kind == "VIBER_BUTTON_CLICK":
                ours = text_at(one, "message_id")
                heard += self.receipt("clicked", "", now, key=key, vendor_id=ours)
            elif kind == "INBOX_VIBER_SESSION":
                heard += _written(one, key, now)
        return Hook(heard=heard)

    def _receipt(self, one: Any, kind: str, key: str, now: datetime) -> list[Heard]:
        status, error = text_at(one, "status"), text_at(one, "error")
        if not text_at(one, "message_id"):
            return []
        sent_by_sms = kind == "DLR_SMS_API" and self.settings.sms_fallback
        found = self.receipt(status, error, now, key=key, vendor_id=text_at(one, "message_id"))
        if not sent_by_sms:
            return found
        # Read and bounced are words about Viber: this is what became of the SMS after it.
        return [
            Heard(kind=h.kind, key=h.key, at_us=h.at_us, vendor_id=h.vendor_id, code="sms",
                  raw=h.raw, status=h.status if h.status is Status.DELIVERED else Status.FAILED)
            for h in found
        ]  # fmt: skip

    # ------------------------------------------------------------ about the account

    def account_request(self) -> HttpRequest:
        """user/balance.json: it sends nothing."""
        return self._ask("user/balance.json", {})

    def answered_well(self, answer: Answer) -> bool:
        """A good code: the answer itself is always 200."""
        return answer.code == 200 and json_of(answer).get("response_code") in GOOD

    def account_words(self, answer: Answer) -> str:
        """What money is left."""
        return f"balance {text_at(json_of(answer), 'response_result.balance')}"

    def _ask(self, method: str, body: Any, **fields: Any) -> HttpRequest:
        base = (self.settings.base_url or URL).rstrip("/")
        headers = {"authorization": f"Bearer {self.settings.token}"}
        return json_request(f"{base}/{method}", body, headers=headers, **fields)


def _check_signature(given: str, secret: str, named: str) -> None:
    """SHA1 of secret and id, joined in either order. Raises WebhookRejected."""
    made = [hashlib.sha1(text.encode()).hexdigest() for text in (secret + named, named + secret)]
    same = [hmac.compare_digest(given.lower().encode(), one.encode()) for one in made]
    if not (secret and named and any(same)):
        raise reject("its signature is not the vendor's")


def _written(one: Any, key: str, now: datetime) -> list[Heard]:
    """What a person wrote in the session."""
    digits, text = text_at(one, "phone").lstrip("+"), text_at(one, "text")[:TEXT_CHARS_MAX]
    if not (digits.isascii() and digits.isdecimal() and 7 <= len(digits) <= 15):
        return []
    kind = HeardKind.LEAVE if leaves(text) else HeardKind.MESSAGE
    return [Heard(kind=kind, key=key, at_us=micros(now), address=f"+{digits}", text=text)]
