"""What an event of a Viber bot tells: words, taps, numbers, places, receipts, comings and goings.

Events that are not read tell nothing. Opening the chat is no word of consent.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from maracuja.channels.heard import TEXT_CHARS_MAX, Attachment, Heard, HeardKind, size_of
from maracuja.channels.http import reject
from maracuja.channels.leaving import leaves, returns
from maracuja.channels.viber_bodies import START, TAPPED
from maracuja.content import MediaKind
from maracuja.model import Status, micros

OLD_US: Final = 86_400 * 1_000_000  # Viber repeats a call for an hour
PAYLOAD_CHARS_MAX: Final = 256

_STATUSES: Final = {
    "delivered": Status.DELIVERED,
    "seen": Status.READ,
    "failed": Status.FAILED,
}
_ATTACHED: Final = {
    "picture": MediaKind.PICTURE,
    "video": MediaKind.VIDEO,
    "file": MediaKind.FILE,
}
_STARTS: Final = re.compile(rf"{START}(?: (\S{{1,{PAYLOAD_CHARS_MAX}}}))?")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}")


def heard_of(event: Any, now: datetime) -> list[Heard]:
    """What one event tells. Raises WebhookRejected where it is none, or a day old."""
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise reject("it is no event")
    kind = event["event"]
    try:
        if kind in _STATUSES:
            return [_receipt(event, kind, now)]
        if kind == "message":
            return [_message(event, now)]
        if kind == "subscribed":
            return [Heard(kind=HeardKind.START, **_told(event, _user(event, "user"), now))]
        if kind == "unsubscribed":
            told = _told(event, {"id": event["user_id"]}, now)
            return [Heard(kind=HeardKind.LEAVE, code=kind, reachable=False, **told)]
        if kind == "conversation_started":
            payload = str(event.get("context") or "")[:PAYLOAD_CHARS_MAX]
            told = _told(event, _user(event, "user"), now)
            return [Heard(kind=HeardKind.OPENED, payload=payload, **told)]
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        raise reject("it is no event that we can read") from None
    return []


def opens(event: Any) -> str | None:
    """What a link brought along, where somebody opens the chat who has not subscribed yet."""
    if event.get("event") != "conversation_started" or event.get("subscribed") is True:
        return None
    return str(event.get("context") or "")


def facts(user: Any) -> dict[str, Any]:
    """What the messenger tells about a person, under the names of traits."""
    if not isinstance(user, dict):
        return {}
    found: dict[str, Any] = {}
    language, country = str(user.get("language") or ""), str(user.get("country") or "")
    if _LANGUAGE.fullmatch(language):
        found["language"] = language.replace("_", "-").lower()
    if _COUNTRY.fullmatch(country):
        found["country"] = country.upper()
    named = {
        "name": "name",
        "viber_avatar": "avatar",
        "device": "device_type",
        "device_os": "primary_device_os",
        "viber_version": "viber_version",
    }
    for trait, field in named.items():
        value = user.get(field)
        if isinstance(value, str) and value:
            found[trait] = value[:1000]
    name = found.get("name", "")
    if name.isalpha():  # one word; of several nobody knows here which is the given name
        found["first_name"] = name
    if isinstance(user.get("api_version"), int):
        found["viber_api_version"] = user["api_version"]
    return found


def _receipt(event: dict[str, Any], kind: str, now: datetime) -> Heard:
    """What became of a message; `delivered` comes from each device, and is one."""
    told = _told(event, {"id": event["user_id"]}, now)
    return Heard(
        kind=HeardKind.RECEIPT,
        key=told["key"],
        at_us=told["at_us"],
        vendor_id=str(int(event["message_token"])),
        status=_STATUSES[kind],
        code="client" if kind == "failed" else "",
        raw=str(event.get("desc") or "")[:1000],
    )


def _message(event: dict[str, Any], now: datetime) -> Heard:
    """What a person wrote, sent or pressed: buttons come as words of theirs."""
    sender, message = _user(event, "sender"), event["message"]
    told = _told(event, sender, now)
    ours, *asked = str(message.get("tracking_data") or "").split(" ")
    told["reference"] = ours
    media = message.get("media")
    text = str(message.get("text") or "")[:TEXT_CHARS_MAX]
    if message.get("type") == "url" and not text:
        text = str(media or "")[:TEXT_CHARS_MAX]
    if text.startswith(TAPPED):
        payload = text.removeprefix(TAPPED)[:PAYLOAD_CHARS_MAX]
        return Heard(kind=HeardKind.TAP, payload=payload, **told)
    start = _STARTS.fullmatch(text)
    if start or returns(text):
        payload = (start[1] if start else "") or ""
        return Heard(kind=HeardKind.START, payload=payload, **told)
    if leaves(text):
        return Heard(kind=HeardKind.LEAVE, text=text, **told)
    return Heard(
        kind=HeardKind.MESSAGE,
        text=text,
        attachments=tuple(_attached(message)),
        declared=_given(message, sender, asked),
        **told,
    )


def _told(event: dict[str, Any], user: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Key, time, address and facts. Raises WebhookRejected where it is a day old."""
    address, now_us = user["id"], micros(now)
    at_us = int(event["timestamp"]) * 1000
    if not isinstance(address, str) or not address:
        raise reject("it names nobody")
    if abs(now_us - at_us) > OLD_US:
        raise reject("it is too old")
    return {
        "key": f"{event['event']}:{int(event['message_token'])}:{address}",
        "at_us": min(at_us, now_us),
        "address": address,
        "observed": facts(user),
    }


def _user(event: dict[str, Any], field: str) -> dict[str, Any]:
    user = event[field]
    if not isinstance(user, dict):
        raise reject("it names nobody")
    return user


def _given(message: dict[str, Any], sender: dict[str, Any], asked: list[str]) -> dict[str, Any]:
    """What a person gave by a button that asks: their own number, or where they are.

    A card of somebody else can be sent in the same way: it counts where we asked for a number and
    the card bears the person's own name, or none.
    """
    contact, place = message.get("contact"), message.get("location")
    if message.get("type") == "contact" and isinstance(contact, dict) and "phone" in asked:
        name = str(contact.get("name") or "").strip().casefold()
        if name in ("", str(sender.get("name") or "").strip().casefold()):
            return {"phone": f"+{str(contact['phone_number']).lstrip('+')}"}
    if message.get("type") == "location" and isinstance(place, dict):
        where = {"latitude": float(place["lat"]), "longitude": float(place["lon"])}
        return {"location": where}
    return {}


def _attached(message: dict[str, Any]) -> list[Attachment]:
    """Pictures, videos and files, by their addresses at the vendor."""
    kind, media = _ATTACHED.get(str(message.get("type"))), message.get("media")
    if kind is None or not isinstance(media, str) or not media:
        return []
    name = str(message.get("file_name") or "")[:200]
    size = size_of(message.get("size"))
    return [Attachment(kind=kind, reference=media[:2000], name=name, size=size)]
