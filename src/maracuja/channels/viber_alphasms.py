"""Viber business messages over the gateway of AlphaSMS: its Viber types, and receipts by settings.

The fields of its Viber types are known from clients only, and receipts not at all: both are
settings.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maracuja.channels import alphasms
from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Hook
from maracuja.channels.http import HttpRequest, read_json, reference, text_at
from maracuja.channels.rulings import accepted, unknown
from maracuja.channels.signing import named_by, signed_address
from maracuja.channels.viber_partner import Partner, Parts
from maracuja.model import Message, SendResult


class AlphaSms(Partner):
    """One message for each request."""

    def wire(self, message: Message, parts: Parts) -> HttpRequest:
        """The item of one message, of type viber or viber+sms."""
        settings = self.settings
        kinds = ("text", parts.image and "image", parts.action and "link")
        item = alphasms.item_of(
            message,
            type="viber+sms" if parts.sms_text else "viber",
            viber_type="+".join(filter(None, kinds)) if parts.text else "image",
            viber_signature=message.sender or settings.sender,
            viber_lifetime=parts.ttl_s,
        )
        more = {
            "viber_message": parts.text,
            "viber_image": parts.image,
            "viber_button": parts.caption,
            "viber_link": parts.action,
            "sms_signature": settings.sms_sender if parts.sms_text else "",
            "sms_message": parts.sms_text,
            "hook": signed_address(self.hook, settings.webhook_secret, reference(message)),
        }
        item |= {name: value for name, value in more.items() if value}
        named = {settings.field_names.get(name, name): value for name, value in item.items()}
        return alphasms.request(settings.base_url, settings.token, named, message)

    def outcome(self, answer: Answer) -> SendResult:
        """What the request was answered, then what its one message was."""
        vendor_id, words = alphasms.taken(answer)
        if vendor_id is None:
            return self.error(words, alphasms.WORDS).on(answer)
        return accepted(vendor_id) if vendor_id else unknown("no_id").on(answer)

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """A receipt: the address is proven, and names the message."""
        named = named_by(inbound, self.settings.webhook_secret)
        told: Any = inbound.query if inbound.method == "GET" else read_json(inbound)
        one = told[0] if isinstance(told, list) and told else told
        status = text_at(one, self.settings.receipt_status)
        error = text_at(one, self.settings.receipt_error)
        key = f"{named}:{status}"[:200]
        return Hook(heard=self.receipt(status, error, now, key=key, reference=named))
