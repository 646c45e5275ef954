"""APNs: one notification as its request over HTTP/2, the provider token, and Apple's reasons.

Source: Apple's description of the provider API as aioapns and apns2 have it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from maracuja.channels.base import Answer
from maracuja.channels.http import HttpRequest, json_of, json_request
from maracuja.channels.mobile_push_fcm import collapse_id
from maracuja.channels.rulings import Ruling, accepted, over, stop, suppress, wait, whole
from maracuja.channels.web_push_crypto import es256_token
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Message, SendResult, Verdict

if TYPE_CHECKING:
    from maracuja.channels.mobile_push import MobilePushSettings

PAYLOAD_BYTES_MAX: Final = 4096
TOKEN_S: Final = 1800  # Apple wants one for 20 to 60 minutes
GONE_S: Final = 30 * 86_400  # an app that is installed again may have the same token
DOUBTED_S: Final = 86_400  # it may be our setting of the sandbox that is wrong
_TOKEN: Final = re.compile(r"[0-9a-f]{64,200}")
_GONE: Final = suppress("gone", rest_s=GONE_S)
REASONS: Final[Mapping[str, Ruling]] = {
    "Unregistered": _GONE,
    "ExpiredToken": _GONE,
    "BadDeviceToken": suppress("bad_token", rest_s=DOUBTED_S),
    "DeviceTokenNotForTopic": suppress("other_app", rest_s=DOUBTED_S),
    "BadTopic": stop("topic"),
    "MissingTopic": stop("topic"),
    "TopicDisallowed": stop("topic"),
    "ExpiredProviderToken": whole("expired_token"),
    "InvalidProviderToken": stop("unauthorized"),
    "MissingProviderToken": stop("unauthorized"),
    "BadCertificate": stop("unauthorized"),
    "BadCertificateEnvironment": stop("unauthorized"),
    "UnrelatedKeyIdInToken": stop("unauthorized"),
    "BadEnvironmentKeyIdInToken": stop("unauthorized"),
    "Forbidden": stop("unauthorized"),
    "PayloadTooLarge": over("too_large"),
    "TooManyRequests": wait("too_many"),  # to this device
    "TooManyProviderTokenUpdates": whole("token_updates"),
    "IdleTimeout": wait("idle"),
}
STATUSES: Final[Mapping[int, Ruling]] = {403: stop("unauthorized"), 429: wait()}


def _read(pem: str) -> ec.EllipticCurvePrivateKey:
    """The key of a .p8 file. Raises ValueError."""
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("it is no key of P-256")
    return key


class Apns:
    """One app at Apple."""

    def __init__(self, settings: MobilePushSettings) -> None:
        self._settings = settings
        self._key = _read(settings.apns_key)
        self._tokens: dict[int, str] = {}

    @staticmethod
    def check(settings: MobilePushSettings) -> None:
        """Raises ConfigError where a key is given and something beside it is missing."""
        if not settings.apns_key:
            return
        try:
            _read(settings.apns_key)
        except (ValueError, TypeError):
            raise ConfigError(
                "Apple's key cannot be read.",
                where="apns_key",
                fix="Give the whole text of the .p8 file, with its first and last line.",
            ) from None
        for name in ("apns_key_id", "apns_team_id", "apns_topic"):
            if not getattr(settings, name):
                raise ConfigError(f"Apple's key needs `{name}` beside it.", where=name)
        if not settings.apns_url.startswith(("https://", "http://127.0.0.1:")):
            raise ConfigError(f"`{settings.apns_url}` is no https address.", where="apns_url")

    def request(
        self, message: Message, token: str, data: dict[str, str], ttl_s: int, now: datetime
    ) -> HttpRequest:
        """POST /3/device/<token>. Raises UnsupportedFeature for no token, or too much text."""
        if not _TOKEN.fullmatch(token):
            raise UnsupportedFeature("This is no token of Apple.", where="to")
        body = self.body(message, data)
        size = len(msgspec.json.encode(body))
        if size > PAYLOAD_BYTES_MAX:
            raise UnsupportedFeature(
                f"The notification has {size} bytes; APNs carries {PAYLOAD_BYTES_MAX}.",
                where="text",
                fix="Shorten the text and the addresses.",
            )
        settings, at_s, content = self._settings, int(now.timestamp()), message.content
        headers = {
            "authorization": f"bearer {self._token(at_s)}",
            "apns-topic": settings.apns_topic,
            "apns-push-type": "background" if content.background else "alert",
            "apns-priority": "5" if content.background or content.silent else "10",
            "apns-expiration": str(at_s + ttl_s) if ttl_s else "0",
            "apns-id": str(uuid.UUID(bytes=message.id)),
        }
        if settings.replace and message.marketing:
            headers["apns-collapse-id"] = collapse_id(message)
        url = f"{settings.apns_url.rstrip('/')}/3/device/{token}"
        return json_request(
            url, body, headers=headers, message_id=message.id, recipient=message.to.value
        )

    def body(self, message: Message, data: dict[str, str]) -> dict[str, Any]:
        """The payload: what the phone shows, and beside `aps` what the app reads."""
        content, settings = message.content, self._settings
        if content.background:
            return {"aps": {"content-available": 1}, **data}
        alert = {"title": content.subject or settings.title, "body": content.text}
        aps: dict[str, Any] = {"alert": {name: value for name, value in alert.items() if value}}
        if content.silent:
            aps["interruption-level"] = "passive"
        else:
            aps["sound"] = "default"
        if settings.category:
            aps["category"] = settings.category
        if settings.replace and message.marketing:
            aps["thread-id"] = collapse_id(message)
        if content.media:
            aps["mutable-content"] = 1  # the app's extension fetches the picture
            return {"aps": aps, **data, "image": content.media[0].url}
        return {"aps": aps, **data}

    def _token(self, at_s: int) -> str:
        """The provider token, the same for half an hour."""
        since = at_s - at_s % TOKEN_S
        if since not in self._tokens:
            settings = self._settings
            claims = {"iss": settings.apns_team_id, "iat": since}
            self._tokens = {since: es256_token(self._key, claims, kid=settings.apns_key_id)}
        return self._tokens[since]


def outcome(answer: Answer) -> SendResult:
    """By `reason`; what it does not know suppresses nobody.

    Of a token that is gone Apple says since when: one that the app has told since is another.
    """
    if answer.code == 200 and answer.headers.get("apns-id"):
        return accepted(answer.headers["apns-id"])
    told = json_of(answer)
    reason, since_ms = told.get("reason"), told.get("timestamp")
    known = REASONS.get(reason) if isinstance(reason, str) and answer.code >= 400 else None
    if answer.code == 410:
        known = _GONE
    result = (known or STATUSES.get(answer.code, over())).on(answer)
    if result.verdict is Verdict.PERMANENT and isinstance(since_ms, int) and since_ms > 0:
        return msgspec.structs.replace(result, since_us=since_ms * 1000)
    return result
