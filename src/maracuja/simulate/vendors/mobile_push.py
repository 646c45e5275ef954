"""FCM and APNs with phones behind them: they take what the contracts allow, and the app tells.

Where `strict`, a request without the right credentials is refused, as over a real line.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.http import HttpRequest
from maracuja.simulate.vendors.http import HttpVendor, json_answer

FCM_ERROR: Final = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BEARER: Final = "ya29.a-token-of-an-hour"
_DURATION: Final = re.compile(r"[0-9]+(\.[0-9]{1,9})?s")
_STATUSES: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


@dataclass(kw_only=True)
class MobilePushVendor(HttpVendor):
    """Both vendors. Tokens in `gone` have been unregistered. `shown`: (token, body) taken."""

    project: str
    topic: str = ""  # the app's bundle id
    strict: bool = False
    gone: set[str] = field(default_factory=set)
    gone_ms: dict[str, int] = field(default_factory=dict)  # since when; else since now
    _apns: bool = False  # what the last request was to

    def counts(self, request: HttpRequest) -> bool:
        """Whether it is a message."""
        path = urlsplit(request.url).path
        self._apns = path.startswith("/3/device/")
        return self._apns or path.endswith("messages:send")

    def refusal(self, status: int) -> Answer:
        """In the words of whom it was asked."""
        headers = {"retry-after": "3"} if status == 429 else {}
        if not self._apns:
            return fcm_error(status, "", **headers)
        status = 403 if status == 401 else status
        reason = {403: "InvalidProviderToken", 429: "TooManyProviderTokenUpdates"}
        words = {500: "InternalServerError", 503: "ServiceUnavailable"}
        return json_answer(status, {"reason": {**reason, **words}[status]}, **headers)

    def take(self, request: HttpRequest) -> Answer:
        """One login, or one message."""
        path = urlsplit(request.url).path
        if path == "/token":
            return self._log_in(request)
        return (
            self._to_apple(path, request)
            if self.counts(request) and self._apns
            else (self._to_google(path, request))
        )

    def _log_in(self, request: HttpRequest) -> Answer:
        form = parse_qs(request.body.decode())
        claims = _claims(form["assertion"][0])
        if claims["exp"] - claims["iat"] != 3600 or "firebase.messaging" not in claims["scope"]:
            return json_answer(400, {"error": "invalid_grant"})
        told = {"access_token": BEARER, "expires_in": 3599, "token_type": "Bearer"}
        return json_answer(200, told)

    def _to_google(self, path: str, request: HttpRequest) -> Answer:
        if path != f"/v1/projects/{self.project}/messages:send":
            return fcm_error(404, "")
        if self.strict and request.headers.get("authorization") != f"Bearer {BEARER}":
            return fcm_error(401, "")
        body = msgspec.json.decode(request.body)
        if body.get("validateOnly"):
            return json_answer(200, {"name": f"projects/{self.project}/messages/fake_message_id"})
        message = body["message"]
        fault = _google_fault(message)
        if fault:
            self.violations.append(fault)
            return fcm_error(400, "INVALID_ARGUMENT")
        token = f"fcm:{message['token']}"
        if token in self.gone:
            return fcm_error(404, "UNREGISTERED")
        self._note(token, message)
        name = f"projects/{self.project}/messages/0:{len(self.shown)}"
        return json_answer(200, {"name": name})

    def _to_apple(self, path: str, request: HttpRequest) -> Answer:
        headers, named = request.headers, request.headers.get("apns-id", "")
        fault = self._apple_fault(request)
        if fault:
            self.violations.append(fault)
            return json_answer(400, {"reason": fault}, **{"apns-id": named})
        claims = _claims(headers.get("authorization", "").removeprefix("bearer "))
        if self.strict and not {"iss", "iat"} <= claims.keys():
            return json_answer(403, {"reason": "InvalidProviderToken"}, **{"apns-id": named})
        token = f"apns:{path.rpartition('/')[2]}"
        if token in self.gone:
            now_ms = int(self.now().timestamp() * 1000) if self.now else 1_795_262_340_000
            told = {"reason": "Unregistered", "timestamp": self.gone_ms.get(token, now_ms)}
            return json_answer(410, told, **{"apns-id": named})
        self._note(token, msgspec.json.decode(request.body))
        return Answer(stage=Stage.GIVEN, code=200, headers={"apns-id": named})

    def _apple_fault(self, request: HttpRequest) -> str:
        headers = request.headers
        if headers.get("apns-topic") != self.topic:
            return "BadTopic"
        aps = msgspec.json.decode(request.body).get("aps", {})
        background = headers.get("apns-push-type") == "background"
        if headers.get("apns-push-type") not in ("alert", "background"):
            return "InvalidPushType"
        if background and headers.get("apns-priority") != "5":
            return "BadPriority"
        if headers.get("apns-priority") not in ("10", "5", "1"):
            return "BadPriority"
        if not headers.get("apns-expiration", "").isdigit():
            return "BadExpirationDate"
        if len(headers.get("apns-collapse-id", "")) > 64:
            return "BadCollapseId"
        if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["apns-id"]):
            return "BadMessageId"
        if len(request.body) > 4096:
            return "PayloadTooLarge"
        if background:
            return "" if aps == {"content-available": 1} else "PayloadEmpty"
        return "" if (aps.get("alert") or {}).keys() & {"title", "body"} else "PayloadEmpty"

    def _note(self, token: str, body: dict[str, Any]) -> None:
        self.taken[token] += 1
        self.shown.append((token, body))

    # ------------------------------------------------------------ what the app tells

    def tell(self, token: str, event: str) -> None:
        """The app of a phone tells what became of the last notification."""
        body = [one for to, one in self.shown if to == token][-1]
        data = body.get("data", body)
        told = {"event": event, "reference": data["reference"], "proof": data[f"{event}_proof"]}
        self.call(Inbound(body=msgspec.json.encode(told)))


def fcm_error(status: int, code: str, words: str = "no", **headers: str) -> Answer:
    """An error as FCM says it; `code` '' for those that are not of messages."""
    error: dict[str, Any] = {"code": status, "message": words}
    error["status"] = _STATUSES.get(status, "UNKNOWN")
    if code:
        error["details"] = [{"@type": FCM_ERROR, "errorCode": code}]
    return json_answer(status, {"error": error}, **headers)


def _google_fault(message: dict[str, Any]) -> str:
    """What is wrong with a Message; '' where nothing is."""
    if sum(name in message for name in ("token", "fid", "topic", "condition")) != 1:
        return "exactly one target"
    if not _DURATION.fullmatch(message["android"]["ttl"]):
        return "ttl is no duration"
    for name, value in message.get("data", {}).items():
        if not isinstance(value, str) or name in ("from", "message_type"):
            return f"data.{name}"
        if name.startswith(("google.", "gcm.notification.")):
            return f"data.{name} is reserved"
    if "notification" not in message:
        return "" if message.get("data") else "it is empty"
    shown = message["notification"].keys() & {"title", "body"}
    return "" if shown else "nothing is shown"


def _claims(token: str) -> dict[str, Any]:
    """What a JSON web token says; {} where it is none."""
    middle = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (ValueError, msgspec.DecodeError):
        return {}
    return found if isinstance(found, dict) else {}
