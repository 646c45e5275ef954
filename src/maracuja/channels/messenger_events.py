"""What people do in Messenger and Instagram: words, presses, links, receipts, opt-ins.

What a page itself wrote comes back as an echo and tells nothing, nor do kinds that are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from maracuja.channels.heard import TEXT_CHARS_MAX, Attachment, Heard, HeardKind
from maracuja.channels.http import reject
from maracuja.channels.leaving import leaves, leaves_by_button, returns
from maracuja.content import MediaKind
from maracuja.model import Status, micros

PAYLOAD_CHARS_MAX: Final = 1000
_REFERENCE: Final = re.compile(r"([0-9a-f]{32}\.[0-9]{1,20}\.[0-9]{1,20}) (.*)", re.DOTALL)
_PHONE: Final = re.compile(r"\+?[0-9]{7,15}")
_ID: Final = re.compile(r"[1-9][0-9]{0,31}")
_ATTACHED: Final = {
    "image": MediaKind.PICTURE,
    "sticker": MediaKind.PICTURE,
    "story_mention": MediaKind.PICTURE,
    "video": MediaKind.VIDEO,
    "reel": MediaKind.VIDEO,
    "ig_reel": MediaKind.VIDEO,
    "audio": MediaKind.FILE,
    "file": MediaKind.FILE,
}


def heard_of(entry: Mapping[str, Any], now: datetime, get_started: str) -> list[Heard]:
    """What one entry of a call tells. Raises WebhookRejected where it cannot be read.

    `get_started` is what the button for beginning a chat brings back.
    """
    try:
        events = entry.get("messaging", [])
        return [one for event in events for one in _Event(event, micros(now), get_started).heard()]
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        raise reject("it is no call that we can read") from None


class _Event:
    """One of the events of an entry: who sent it, when, and one part that says what it is."""

    def __init__(self, event: Mapping[str, Any], now_us: int, get_started: str) -> None:
        self.told = event
        self.address = str(event["sender"]["id"]) if "sender" in event else ""
        self.stamp = int(event.get("timestamp") or 0)  # as told: a key of what has no other
        self.at_us = max(0, min(self.stamp * 1000, now_us)) or now_us
        self.now_us = now_us
        self.get_started = get_started

    def heard(self) -> list[Heard]:
        """What it tells; nobody is known who has no number at the page."""
        if not _ID.fullmatch(self.address):
            return []
        readers: Mapping[str, Callable[[Any], list[Heard]]] = {
            "message": self._message,
            "postback": self._postback,
            "delivery": self._delivery,
            "read": self._read,
            "referral": self._referral,
            "optin": self._optin,
        }
        found = [read(self.told[kind]) for kind, read in readers.items() if kind in self.told]
        return found[0] if found else []

    def _of(self, kind: HeardKind, key: str, **more: Any) -> Heard:
        return Heard(kind=kind, key=key, address=self.address, **{"at_us": self.at_us, **more})

    # ------------------------------------------------------------ what people write and press

    def _message(self, message: Mapping[str, Any]) -> list[Heard]:
        """Words, attachments, a pressed quick reply; the advert that brought them along."""
        if message.get("is_echo") or message.get("is_deleted") or message.get("is_self"):
            return []
        mid = _name(message["mid"])
        text = str(message.get("text") or "")[:TEXT_CHARS_MAX]
        replied = str((message.get("reply_to") or {}).get("mid") or "")
        began = message.get("referral")
        heard = [self._start(f"ref:{mid}", began)] if began else []
        pressed = (message.get("quick_reply") or {}).get("payload")
        if isinstance(pressed, str) and not _gave_number(pressed, text):
            return [*heard, self._tap(mid, text, pressed, replied)]
        declared = {"phone": pressed} if pressed else _place(message)
        if not declared and leaves(text):
            return [*heard, self._of(HeardKind.LEAVE, mid, text=text, vendor_id=replied)]
        if not declared and returns(text):
            return [*heard, self._of(HeardKind.START, mid, text=text)]
        attached = tuple(_attached(message))
        return [
            *heard,
            self._of(
                HeardKind.MESSAGE,
                mid,
                text=text,
                vendor_id=replied,
                attachments=attached,
                declared=declared,
            ),
        ]

    def _postback(self, postback: Mapping[str, Any]) -> list[Heard]:
        """A pressed button of a message; the button for beginning a chat, with its link."""
        key = _name(postback.get("mid") or f"{self.address}:{self.stamp}")
        payload, began = str(postback.get("payload") or ""), postback.get("referral")
        if began or payload == self.get_started:
            return [self._start(key, began or {})]
        return [self._tap(key, str(postback.get("title") or ""), payload, "")]

    def _tap(self, key: str, text: str, brought: str, replied: str) -> Heard:
        """A pressed button; one that says STOP is a word for leaving."""
        ours = _REFERENCE.fullmatch(brought)
        kind = HeardKind.LEAVE if leaves_by_button(text) else HeardKind.TAP
        return self._of(
            kind,
            key,
            reference=ours[1] if ours else "",
            vendor_id="" if ours else replied,
            text=text[:TEXT_CHARS_MAX],
            payload=(ours[2] if ours else brought)[:PAYLOAD_CHARS_MAX],
        )

    # ------------------------------------------------------------ how they came

    def _referral(self, referral: Mapping[str, Any]) -> list[Heard]:
        """Somebody who has written before followed a link into the chat, or an advert."""
        return [self._start(f"referral:{self.address}:{self.stamp}", referral)]

    def _start(self, key: str, referral: Mapping[str, Any]) -> Heard:
        source = " ".join(
            str(referral[field])[:100]
            for field in ("source", "type", "ad_id")
            if referral.get(field)
        )
        payload = str(referral.get("ref") or "")[:PAYLOAD_CHARS_MAX]
        return self._of(HeardKind.START, key, payload=payload, raw=source)

    def _optin(self, optin: Mapping[str, Any]) -> list[Heard]:
        """Agreed by a plug-in, or to notifications; their end is told in the same way."""
        key = f"optin:{self.address}:{self.stamp}"
        if optin.get("type") != "notification_messages":
            return [self._start(key, optin)]
        status = str(optin.get("notification_messages_status") or "")
        if status == "STOP_NOTIFICATIONS":
            return [self._of(HeardKind.LEAVE, key, code="stopped", speaks=False)]
        payload = str(optin.get("payload") or "")[:PAYLOAD_CHARS_MAX]
        title = str(optin.get("title") or "")[:100]
        return [self._of(HeardKind.START, key, payload=payload, raw=title, speaks=False)]

    # ------------------------------------------------------------ what became of ours

    def _delivery(self, delivery: Mapping[str, Any]) -> list[Heard]:
        """One for each message that it names; an older kind names none, and tells nothing."""
        mids = dict.fromkeys(_name(mid) for mid in delivery.get("mids") or [])
        return [self._receipt(Status.DELIVERED, mid) for mid in mids]

    def _read(self, read: Mapping[str, Any]) -> list[Heard]:
        """Instagram names the message; Messenger a moment up to which all were read."""
        if read.get("mid"):
            return [self._receipt(Status.READ, _name(read["mid"]))]
        until = int(read["watermark"])
        return [
            self._of(
                HeardKind.RECEIPT,
                f"read:{self.address}:{until}",
                at_us=max(0, min(until * 1000, self.now_us)),
                status=Status.READ,
                until=True,
            )
        ]

    def _receipt(self, status: Status, mid: str) -> Heard:
        return self._of(HeardKind.RECEIPT, f"{status}:{mid}", vendor_id=mid, status=status)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value[:500]


def _gave_number(payload: str, text: str) -> bool:
    """Whether it is the number that Messenger wrote on a quick reply, and the person sent."""
    return payload == text and _PHONE.fullmatch(payload) is not None


def _place(message: Mapping[str, Any]) -> dict[str, Any]:
    """Where they say that they are."""
    for one in message.get("attachments") or []:
        if one.get("type") == "location":
            at = one["payload"]["coordinates"]
            place = {"latitude": float(at["lat"]), "longitude": float(at["long"])}
            return {"location": place}
    return {}


def _attached(message: Mapping[str, Any]) -> list[Attachment]:
    """Pictures, videos and files, by the address at which Meta keeps them for a while."""
    found = []
    for one in message.get("attachments") or []:
        kind, url = _ATTACHED.get(str(one.get("type"))), (one.get("payload") or {}).get("url")
        if kind is not None and isinstance(url, str):
            found.append(Attachment(kind=kind, reference=url))
    return found
