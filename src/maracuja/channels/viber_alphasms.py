"""Viber business messages over a JSON gateway as AlphaSMS has it: always 200, errors are words.

Source: the vendor's page on its JSON API for SMS. The fields of its Viber types are known from
clients only, and receipts not at all: both are settings.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Hook
from maracuja.channels.http import (
    HttpRequest,
    accepted,
    json_of,
    json_request,
    read_json,
    stop,
    suppress,
)
from maracuja.channels.viber_business_settings import URLS
from maracuja.channels.viber_partner import Partner, Parts, text_at, unknown, whole
from maracuja.model import Message, SendResult

# The vendor's words in lower case; the first that is said.
_WORDS: Final = (
    ("access denied", stop, "unauthorized"),
    ("error in alpha-name", stop, "sender"),
    ("not enough money", stop, "no_money"),
    ("too many requests", whole, "too_many"),
    ("incorrect phone", suppress, "invalid"),
)


class AlphaSms(Partner):
    """One message for each request; the key stands in the body, so that it is in no log."""

    def wire(self, message: Message, parts: Parts) -> HttpRequest:
        """The item of one message, of type viber or viber+sms."""
        settings = self.settings
        kinds = ("text", parts.image and "image", parts.action and "link")
        item: dict[str, Any] = {
            "type": "viber+sms" if parts.sms_text else "viber",
            "id": int.from_bytes(message.id[:6]),
            "phone": int(message.to.value.lstrip("+")),
            "viber_type": "+".join(filter(None, kinds)) if parts.text else "image",
            "viber_signature": message.sender or settings.sender,
            "viber_lifetime": parts.ttl_s,
        }
        more = {
            "viber_message": parts.text,
            "viber_image": parts.image,
            "viber_button": parts.caption,
            "viber_link": parts.action,
            "sms_signature": settings.sms_sender if parts.sms_text else "",
            "sms_message": parts.sms_text,
            "hook": self.signed_hook(message),
        }
        item |= {name: value for name, value in more.items() if value}
        named = {settings.field_names.get(name, name): value for name, value in item.items()}
        return json_request(
            settings.base_url or URLS["alphasms"],
            {"auth": settings.token, "data": [named]},
            message_id=message.id,
            recipient=message.to.value,
        )

    def outcome(self, answer: Answer) -> SendResult:
        """What the request was answered, then what its one message was."""
        told = json_of(answer)
        good = told.get("success") is True and text_at(told, "data.0.success") == "true"
        if good:
            vendor_id = text_at(told, "data.0.data.msg_id")
            return accepted(vendor_id) if vendor_id else unknown(answer, "no_id")
        words = text_at(told, "error") or text_at(told, "data.0.error")
        for part, result, code in _WORDS:
            if part in words.lower():
                return self.own_error(answer, words) or result(answer, code)
        return self.error(answer, words)

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """A receipt: the address is proven, and names the message."""
        named = self.proven(inbound)
        told: Any = inbound.query if inbound.method == "GET" else read_json(inbound)
        one = told[0] if isinstance(told, list) and told else told
        status = text_at(one, self.settings.receipt_status)
        error = text_at(one, self.settings.receipt_error)
        key = f"{named}:{status}"[:200]
        return Hook(heard=self.receipt(status, error, now, key=key, reference=named))
