"""FCM HTTP v1: one message as its JSON, the service account's login, and its table of errors.

Source: the discovery document of fcm.v1 (revision 20261023) and Firebase's list of error codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from maracuja.channels.base import Answer
from maracuja.channels.http import HttpRequest, json_of, json_request
from maracuja.channels.rulings import Ruling, accepted, over, retry_after_s, stop, suppress, whole
from maracuja.channels.web_push_crypto import b64, digest
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Message, SendResult

if TYPE_CHECKING:
    from maracuja.channels.mobile_push import MobilePushSettings

SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_URL: Final = "https://oauth2.googleapis.com/token"
PAYLOAD_BYTES_MAX: Final = 4096
QUOTA_S: Final = 60.0
EARLY: Final = timedelta(minutes=5)  # before a token ends, another is asked for
_ERROR: Final = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_:.~%-]{10,1000}")
_BAD_TOKEN: Final = "not a valid fcm registration token"

ERRORS: Final[Mapping[str, Ruling]] = {
    "UNREGISTERED": suppress("gone"),
    "SENDER_ID_MISMATCH": suppress("other_project"),
    "INVALID_ARGUMENT": over("content"),
    "THIRD_PARTY_AUTH_ERROR": stop("third_party_auth"),
}
STATUSES: Final[Mapping[int, Ruling]] = {
    400: over("content"),
    401: stop("unauthorized"),
    403: stop("forbidden"),
    404: stop("no_project"),
    413: over("too_large"),
}


class ServiceAccount(msgspec.Struct, frozen=True):
    """The fields of the file that matter."""

    project_id: str
    client_email: str
    private_key: str
    private_key_id: str = ""
    token_uri: str = TOKEN_URL


def _read(text: str) -> tuple[ServiceAccount, rsa.RSAPrivateKey]:
    """The account and its key. Raises ValueError."""
    try:
        account = msgspec.json.decode(text, type=ServiceAccount)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise ValueError(str(fault)) from None
    key = load_pem_private_key(account.private_key.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("its key is no RSA key")
    if not account.token_uri.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError("its token_uri is not https")
    return account, key


class Fcm:
    """One Firebase project."""

    def __init__(self, settings: MobilePushSettings) -> None:
        self._settings = settings
        self._account, self._key = _read(settings.service_account)
        self._token = ""
        self._until: datetime | None = None

    @property
    def project(self) -> str:
        """Its id."""
        return self._account.project_id

    @staticmethod
    def check(text: str) -> None:
        """Raises ConfigError where a service account is given and is none."""
        if not text:
            return
        try:
            _read(text)
        except (ValueError, TypeError) as fault:
            raise ConfigError(
                f"The service account of Firebase cannot be read: {fault}.",
                where="service_account",
                fix="Give the whole text of the JSON file that Firebase made.",
            ) from None

    # ------------------------------------------------------------ login

    def login(self, now: datetime) -> HttpRequest | None:
        """What the account signed, for a bearer token; None while there is one."""
        if self._until is not None and now < self._until - EARLY:
            return None
        at_s = int(now.timestamp())
        claims = {
            "iss": self._account.client_email,
            "scope": SCOPE,
            "aud": self._account.token_uri,
            "iat": at_s,
            "exp": at_s + 3600,
        }
        head = {"alg": "RS256", "typ": "JWT", "kid": self._account.private_key_id}
        signed = f"{b64(msgspec.json.encode(head))}.{b64(msgspec.json.encode(claims))}"
        mark = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        form = {"grant_type": GRANT, "assertion": f"{signed}.{b64(mark)}"}
        return HttpRequest(
            url=self._account.token_uri,
            headers={"content-type": "application/x-www-form-urlencoded", "authorization": ""},
            body=urlencode(form).encode(),
        )

    def logged_in(self, answer: Answer, now: datetime) -> bool:
        """Keep the token and when it ends."""
        told = json_of(answer)
        token, lasts = told.get("access_token"), told.get("expires_in")
        if answer.code != 200 or not isinstance(token, str) or not isinstance(lasts, int):
            return False
        self._token = token
        self._until = now + timedelta(seconds=lasts)
        return bool(token)

    def credentials(self) -> Mapping[str, str]:
        """The bearer token."""
        return {"authorization": f"Bearer {self._token}"} if self._token else {}

    # ------------------------------------------------------------ messages

    def request(
        self, message: Message, token: str, data: dict[str, str], ttl_s: int, now: datetime
    ) -> HttpRequest:
        """messages:send. Raises UnsupportedFeature for what is no token, or too large."""
        if not _TOKEN.fullmatch(token):
            raise UnsupportedFeature("This is no token of Firebase.", where="to")
        body = {"message": self.body(message, token, data, ttl_s)}
        size = len(msgspec.json.encode(body["message"]))
        if size > PAYLOAD_BYTES_MAX:
            raise UnsupportedFeature(
                f"The notification has {size} bytes; FCM carries {PAYLOAD_BYTES_MAX}.",
                where="text",
                fix="Shorten the text and the addresses.",
            )
        return json_request(self._url(), body, message_id=message.id, recipient=message.to.value)

    def body(
        self, message: Message, token: str, data: dict[str, str], ttl_s: int
    ) -> dict[str, Any]:
        """The Message of the discovery document."""
        content, settings = message.content, self._settings
        if content.background:
            return _background(token, data, ttl_s)
        picture = content.media[0].url if content.media else ""
        shown = {
            "title": content.subject or settings.title,
            "body": content.text,
            "image": picture,
        }
        theirs: dict[str, Any] = {
            "channelId": settings.android_channel,
            "clickAction": settings.category,
            "notificationPriority": "PRIORITY_LOW" if content.silent else "",
        }
        hurry = not message.marketing and not content.silent
        android: dict[str, Any] = {"priority": "HIGH" if hurry else "NORMAL", "ttl": f"{ttl_s}s"}
        aps: dict[str, Any] = {} if content.silent else {"sound": "default"}
        if content.silent:
            aps["interruption-level"] = "passive"
        if picture:
            aps["mutable-content"] = 1
        if settings.category:
            aps["category"] = settings.category
        apns: dict[str, Any] = {
            "headers": {"apns-priority": "5" if content.silent else "10"},
            "payload": {"aps": aps},
        }
        if picture:
            apns["fcmOptions"] = {"image": picture}
        if settings.replace and message.marketing:
            same = collapse_id(message)
            android["collapseKey"] = apns["headers"]["apns-collapse-id"] = theirs["tag"] = same
        theirs = {name: value for name, value in theirs.items() if value}
        if theirs:
            android["notification"] = theirs
        return {
            "token": token,
            "notification": {name: value for name, value in shown.items() if value},
            "data": data,
            "android": android,
            "apns": apns,
        }

    def dry_run(self) -> HttpRequest:
        """A message that is looked at and not sent."""
        message = {"topic": "maracuja-check", "notification": {"body": "check"}}
        return json_request(self._url(), {"validateOnly": True, "message": message})

    def _url(self) -> str:
        base = self._settings.base_url.rstrip("/")
        return f"{base}/v1/projects/{self._account.project_id}/messages:send"


def _background(token: str, data: dict[str, str], ttl_s: int) -> dict[str, Any]:
    """A Message of data alone: the app is woken, the phone shows nothing."""
    headers = {"apns-push-type": "background", "apns-priority": "5"}
    return {
        "token": token,
        "data": data,
        "android": {"priority": "NORMAL", "ttl": f"{ttl_s}s"},
        "apns": {"headers": headers, "payload": {"aps": {"content-available": 1}}},
    }


def collapse_id(message: Message) -> str:
    """What says that two messages are of one campaign: 32 letters."""
    return b64(digest("collapse", message.campaign))[:32]


def outcome(answer: Answer) -> SendResult:
    """By `errorCode`, else by the status; what it does not know suppresses nobody."""
    told = json_of(answer)
    named = told.get("name")
    if answer.code == 200 and isinstance(named, str) and named.startswith("projects/"):
        return accepted(named)
    error = told.get("error")
    words = str(error.get("message", "")).lower() if isinstance(error, dict) else ""
    code = _error_code(error)
    if answer.code == 429 or code == "QUOTA_EXCEEDED":
        return whole(after_s=QUOTA_S if retry_after_s(answer) is None else None).on(answer)
    if code == "INVALID_ARGUMENT" and _BAD_TOKEN in words:
        return suppress("invalid").on(answer)
    known = ERRORS.get(code) if answer.code >= 400 else None
    return (known or STATUSES.get(answer.code, over())).on(answer)


def _error_code(error: Any) -> str:
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and detail.get("@type") == _ERROR:
            return str(detail.get("errorCode", ""))
    return ""
