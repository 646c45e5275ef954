"""What a Telegram Update tells: words, pictures, numbers, presses, starts and blocks.

Kinds that are not read tell nothing: the vendor adds some every month.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from maracuja.channels.heard import TEXT_CHARS_MAX, Attachment, Heard, HeardKind, size_of
from maracuja.channels.http import reject
from maracuja.channels.leaving import leaves
from maracuja.content import MediaKind
from maracuja.model import micros

_ATTACHED: Final = {
    "video": MediaKind.VIDEO,
    "animation": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "document": MediaKind.FILE,
    "voice": MediaKind.FILE,
    "audio": MediaKind.FILE,
}
PAYLOAD_CHARS_MAX: Final = 256


def heard_of(update: Any, now: datetime) -> list[Heard]:
    """What one Update tells. Raises WebhookRejected where it is none."""
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise reject("it is no Update")
    key, now_us = str(update["update_id"]), micros(now)
    try:
        if "message" in update:
            return _message(update["message"], key, now_us)
        if "callback_query" in update:
            return _press(update["callback_query"], now_us)
        if "my_chat_member" in update:
            return _member(update["my_chat_member"], key, now_us)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise reject("it is no Update that we can read") from None
    return []


def _message(message: dict[str, Any], key: str, now_us: int) -> list[Heard]:
    """What a person wrote or sent in their chat with the bot."""
    chat, sender = message["chat"], message.get("from") or {}
    if chat["type"] != "private" or sender.get("is_bot"):
        return []
    address = str(int(chat["id"]))
    told: dict[str, Any] = {
        "key": key,
        "at_us": _at(message, now_us),
        "address": address,
        "observed": _about(sender),
    }
    text = str(message.get("text") or message.get("caption") or "")[:TEXT_CHARS_MAX]
    command, _, payload = text.partition(" ")
    if command == "/start":
        payload = payload.strip()[:PAYLOAD_CHARS_MAX]
        return [Heard(kind=HeardKind.START, payload=payload, **told)]
    if leaves(text):
        return [Heard(kind=HeardKind.LEAVE, text=text, **told)]
    replied = message.get("reply_to_message") or {}
    return [
        Heard(
            kind=HeardKind.MESSAGE,
            text=text,
            vendor_id=f"{address}:{int(replied['message_id'])}" if replied else "",
            attachments=tuple(_attached(message)),
            declared=_given(message, sender),
            **told,
        )
    ]


def _press(press: dict[str, Any], now_us: int) -> list[Heard]:
    """A pressed button; its own id tells it twice from pressed twice."""
    message = press.get("message") or {}
    chat = message.get("chat") or {}
    if chat.get("type", "private") != "private":
        return []
    sender = press["from"]
    address = str(int(sender["id"]))  # a private chat has the id of its person
    return [
        Heard(
            kind=HeardKind.TAP,
            key=f"press:{press['id']}",
            at_us=now_us,
            address=address,
            vendor_id=f"{address}:{int(message['message_id'])}" if message else "",
            payload=str(press.get("data") or "")[:PAYLOAD_CHARS_MAX],
            observed=_about(sender),
        )
    ]


def _member(change: dict[str, Any], key: str, now_us: int) -> list[Heard]:
    """The bot was blocked, or let in again."""
    if change["chat"]["type"] != "private":
        return []
    told: dict[str, Any] = {
        "key": key,
        "at_us": _at(change, now_us),
        "address": str(int(change["chat"]["id"])),
    }
    status = change["new_chat_member"]["status"]
    if status == "kicked":
        return [Heard(kind=HeardKind.LEAVE, code="blocked", reachable=False, **told)]
    return [Heard(kind=HeardKind.BACK, code=str(status), **told)] if status == "member" else []


def _at(told: dict[str, Any], now_us: int) -> int:
    """The vendor's time in microseconds, never later than ours."""
    return min(int(told["date"]) * 1_000_000, now_us)


def _about(sender: dict[str, Any]) -> dict[str, Any]:
    """What the messenger tells about a person, under the names of traits."""
    names = {
        "first_name": "first_name",
        "last_name": "last_name",
        "language_code": "language",
        "username": "telegram_username",
    }
    return {trait: str(sender[name])[:200] for name, trait in names.items() if sender.get(name)}


def _given(message: dict[str, Any], sender: dict[str, Any]) -> dict[str, Any]:
    """What a person gave by a button that asks: their own number, or where they are."""
    contact, place = message.get("contact"), message.get("location")
    if contact and contact.get("user_id") == sender.get("id"):  # else it is somebody else's
        digits = str(contact["phone_number"]).lstrip("+")
        return {"phone": f"+{digits}"}
    if place:
        return {
            "location": {
                "latitude": float(place["latitude"]),
                "longitude": float(place["longitude"]),
            }
        }
    return {}


def _attached(message: dict[str, Any]) -> list[Attachment]:
    """Pictures, videos and files, by the vendor's ids."""
    found = []
    if message.get("photo"):
        largest = message["photo"][-1]
        reference, size = str(largest["file_id"]), size_of(largest.get("file_size"))
        found.append(Attachment(kind=MediaKind.PICTURE, reference=reference, size=size))
    for field, kind in _ATTACHED.items():
        if message.get(field):
            one = message[field]
            name = str(one.get("file_name", ""))[:200]
            reference, size = str(one["file_id"]), size_of(one.get("file_size"))
            found.append(Attachment(kind=kind, reference=reference, name=name, size=size))
    return found
