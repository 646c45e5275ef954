"""Viber business messages over any partner that takes JSON: all of it is said by settings.

Places in the body's template are filled after it was read, so that no text can change its shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Heard, Hook
from maracuja.channels.http import (
    HttpRequest,
    at,
    check_equal,
    check_hmac,
    json_of,
    json_request,
    read_json,
    reference,
    text_at,
)
from maracuja.channels.rulings import accepted, unknown
from maracuja.channels.signing import named_by, signed_address
from maracuja.channels.viber_partner import Partner, Parts
from maracuja.model import Message, SendResult

EACH_MAX: Final = 10_000
_PLACE: Final = re.compile(r"\{(\w+)\}")
_EMPTY: Final[tuple[Any, ...]] = ("", None, {}, [])


class Generic(Partner):
    """A partner by its settings: address, headers, body, and where its answers say what."""

    def wire(self, message: Message, parts: Parts) -> HttpRequest:
        """The body with its places filled; what is empty then is left out."""
        settings, number = self.settings, message.to.value
        values = {
            "id": reference(message),
            "number": number,
            "phone": number.lstrip("+"),
            "phone_number": int(number.lstrip("+")),
            "sender": message.sender or settings.sender,
            "text": parts.text,
            "image": parts.image,
            "caption": parts.caption,
            "action": parts.action,
            "ttl": parts.ttl_s,
            "sms_sender": settings.sms_sender if parts.sms_text else "",
            "sms_text": parts.sms_text,
            "hook": signed_address(self.hook, settings.webhook_secret, reference(message)),
            "token": settings.token,
        }
        return json_request(
            settings.base_url,
            filled(msgspec.json.decode(settings.send_body), values),
            headers=filled(settings.send_headers, {"token": settings.token}),
            message_id=message.id,
            recipient=number,
        )

    def outcome(self, answer: Answer) -> SendResult:
        """Taken where the answer has an id and every value of a good one; else by its error."""
        told, settings = json_of(answer), self.settings
        good = all(text_at(told, path) == value for path, value in settings.answer_good.items())
        error, vendor_id = text_at(told, settings.answer_error), text_at(told, settings.answer_id)
        if good and 200 <= answer.code < 300 and not error:
            if vendor_id:
                return accepted(vendor_id)
            if settings.answer_good:
                return unknown("no_id").on(answer)
        return self.error(error).on(answer)

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """Receipts, proven as the settings say."""
        settings, named = self.settings, ""
        given = inbound.headers.get(settings.receipt_header, "")
        match settings.receipt_proof:
            case "hmac":
                check_hmac(given, settings.webhook_secret, inbound.body)
            case "header":
                check_equal(given, settings.webhook_secret)
            case _ if "m" in inbound.query:
                named = named_by(inbound, settings.webhook_secret)
            case _:
                check_equal(inbound.query.get("key", ""), settings.webhook_secret)
        told: Any = inbound.query if inbound.method == "GET" else read_json(inbound)
        each = at(told, settings.receipt_each) if settings.receipt_each else told
        heard: dict[str, Heard] = {}
        for one in (each if isinstance(each, list) else [each])[:EACH_MAX]:
            status = text_at(one, settings.receipt_status)
            error = text_at(one, settings.receipt_error)
            vendor_id = text_at(one, settings.receipt_id)[:200]
            if not (named or vendor_id):
                continue
            key = f"{named or vendor_id}:{status}"[:300]
            about = {"key": key, "vendor_id": vendor_id, "reference": named}
            heard |= {h.key: h for h in self.receipt(status, error, now, **about)}
        return Hook(heard=list(heard.values()))


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its places filled; a place that stands alone keeps the value's kind."""
    if isinstance(template, dict):
        pairs = {name: filled(part, values) for name, part in template.items()}
        return {name: part for name, part in pairs.items() if part not in _EMPTY}
    if isinstance(template, list):
        return [part for part in (filled(one, values) for one in template) if part not in _EMPTY]
    if not isinstance(template, str):
        return template
    alone = _PLACE.fullmatch(template)
    if alone:
        return values.get(alone[1], template)
    return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), template)
