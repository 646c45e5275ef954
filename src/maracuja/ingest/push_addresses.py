"""Where a browser or an app takes notifications, out of the context that Segment's clients send.

It is taken out of the context: no token of a device ever becomes a column.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

WEB_PUSH, MOBILE_PUSH = "web_push", "mobile_push"
_APNS: Final = re.compile(r"[0-9a-fA-F]{64,200}")
_FCM: Final = re.compile(r"[A-Za-z0-9_:.~%-]{10,1000}")
_APPLE: Final = frozenset({"ios", "ipados", "tvos", "watchos", "macos", "visionos"})


class Push(NamedTuple):
    """A device that takes notifications, with its app and platform where they are told."""

    kind: str
    address: str
    app: str = ""
    platform: str = ""


def take_push_addresses(fields: dict[str, Any]) -> tuple[Push, ...]:
    """The devices of a context, taken out of it; what is none is left out.

    `web_push` is PushSubscription.toJSON(); `device` is Segment's, with `type` and `token`. A
    token of Apple's own has only hexadecimal digits, every other one is Firebase's.
    """
    found: list[Push] = []
    subscription, device = fields.pop(WEB_PUSH, None), fields.get("device")
    if subscription is not None:
        address = web_push_address(subscription)
        if address:
            found.append(Push(WEB_PUSH, address, _site(fields.get("page")), "web"))
    if isinstance(device, dict) and "token" in device:
        fields["device"] = {name: value for name, value in device.items() if name != "token"}
        platform = str(device.get("type", ""))
        address = mobile_push_address(platform, device["token"])
        if address:
            app = fields.get("app")
            named = app.get("namespace") or app.get("name") if isinstance(app, dict) else ""
            found.append(Push(MOBILE_PUSH, address, _word(named), _word(platform).lower()))
    return tuple(found)


def _site(page: Any) -> str:
    """The host of the page on which a browser subscribed; '' where it is not told."""
    url = page.get("url") if isinstance(page, dict) else None
    try:
        return _word(urlsplit(url).hostname or "") if isinstance(url, str) else ""
    except ValueError:
        return ""


def _word(told: Any) -> str:
    """A short text that any database keeps; '' for anything else."""
    return told.replace("\0", "")[:100] if isinstance(told, str) else ""


def web_push_address(told: Any) -> str:
    """The address that a subscription is; '' where it is none."""
    # Loaded when a browser first subscribes: most events come without.
    from maracuja.channels.web_push_address import as_address, read_subscription

    try:
        return as_address(read_subscription(told))
    except ValueError:
        return ""


def mobile_push_address(kind: str, token: Any) -> str:
    """`apns:` or `fcm:` and the token; '' where it is none."""
    if not isinstance(token, str):
        return ""
    if kind.lower() in _APPLE and _APNS.fullmatch(token):
        return f"apns:{token.lower()}"
    return f"fcm:{token}" if _FCM.fullmatch(token) else ""
