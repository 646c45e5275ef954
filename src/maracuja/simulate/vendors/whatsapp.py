"""A WhatsApp that takes what the Cloud API takes, and whose people write, press, stop and move."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.http import HttpRequest
from maracuja.channels.meta import SIGNATURE_HEADER
from maracuja.simulate.vendors.http import HttpVendor, json_answer

WINDOW: Final = timedelta(hours=24)
_WORDS: Final = {
    401: (190, "Invalid OAuth access token"),
    429: (130429, "Rate limit hit"),
    500: (131000, "Something went wrong"),
    503: (131016, "Service unavailable"),
}
_INTERACTIVE: Final = frozenset(
    {"button", "list", "cta_url", "carousel", "location_request_message"}
)
_MEDIA: Final = frozenset({"image", "video", "document"})


@dataclass(kw_only=True)
class WhatsAppVendor(HttpVendor):
    """The platform's side of one number. `written` is when each person last wrote.

    Templates in `approved` may go at any time, to whoever is not in `stopped`; numbers in `absent`
    are not on WhatsApp, which a receipt tells later. `shown` has (to, body) of everything sent.
    """

    token: str
    secret: str
    number_id: str
    business_id: str = "102290129340398"
    approved: set[str] = field(default_factory=lambda: {"spring_sale"})
    absent: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    written: dict[str, int] = field(default_factory=dict)
    _ids: int = 0
    _last: dict[str, tuple[str, str]] = field(default_factory=dict)

    def counts(self, request: HttpRequest) -> bool:
        """Whether it is a message."""
        return request.url.endswith("messages")

    def refusal(self, status: int) -> Answer:
        """The Graph API's own words."""
        return _error(status, *_WORDS[status])

    def take(self, request: HttpRequest) -> Answer:
        """One call of the Graph API."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return self.refusal(401)
        path = urlsplit(request.url).path
        if path.endswith("/subscribed_apps"):
            return json_answer(200, {"success": True})
        if request.method == "GET" and path.endswith(self.number_id):
            told = {"display_phone_number": "+380 44 123 4567", "verified_name": "Passion Shop"}
            return json_answer(200, {**told, "id": self.number_id})
        if not self.counts(request):
            return _error(400, 100, "Unsupported request")
        return self._take_message(msgspec.json.decode(request.body))

    def _take_message(self, body: dict[str, Any]) -> Answer:
        fault = _fault(body)
        if fault:
            self.violations.append(fault)
            return _error(400, 131009, fault)
        to = body.get("recipient") or f"+{body['to']}"
        if body["type"] == "template":
            if body["template"]["name"] not in self.approved:
                return _error(404, 132001, "Template name does not exist in the translation")
            if to in self.stopped:
                return _error(400, 131050, "User has stopped marketing messages")
        elif not self._open(to):
            return _error(400, 131047, "Re-engagement message")
        self._ids += 1
        name = f"wamid.{self.seed}-{self._ids}"
        self.taken[to] += 1
        self.shown.append((to, body))
        self._last[to] = (name, body["biz_opaque_callback_data"])
        told = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": body.get("to", ""), "wa_id": body.get("to", "")}],
            "messages": [{"id": name, "message_status": "accepted"}],
        }
        return json_answer(200, told)

    def _open(self, to: str) -> bool:
        """Whether the person wrote within the last day."""
        at_s = self.written.get(to)
        if at_s is None:
            return False
        return self.now is None or self.now().timestamp() - at_s <= WINDOW.total_seconds()

    # ------------------------------------------------------------ what people do

    def message_of(self, user: str) -> str:
        """The id of the last message that a person has."""
        return self._last[user][0]

    def write(
        self, user: str, text: str, *, at_s: int, wa_id: str = "", reply: bool = False
    ) -> None:
        """A person writes, or answers the last message."""
        self._say(user, {"type": "text", "text": {"body": text}}, at_s, wa_id, reply=reply)

    def press(self, user: str, payload: str, *, at_s: int, wa_id: str = "") -> None:
        """A person presses a button of the last message."""
        pressed = {"type": "button_reply", "button_reply": {"id": payload, "title": "Yes"}}
        said = {"type": "interactive", "interactive": pressed}
        self._say(user, said, at_s, wa_id, reply=True)

    def _say(self, user: str, said: dict[str, Any], at_s: int, wa_id: str, *, reply: bool) -> None:
        self.written[user] = max(at_s, self.written.get(user, at_s))
        if wa_id:
            self.written[f"+{wa_id}"] = self.written[user]
        self._ids += 1
        message = {"id": f"wamid.in-{self.seed}-{self._ids}", "timestamp": str(at_s), **said}
        message["from_user_id"] = user
        if wa_id:
            message["from"] = wa_id
        if reply:
            message["context"] = {"id": self._last[user][0], "from": "380441234567"}
        self._tell("messages", {"contacts": [_contact(user, wa_id)], "messages": [message]})

    def see(self, user: str, *states: str, at_s: int) -> None:
        """The last message is `sent`, `delivered`, `read`, one call for each."""
        for state in states:
            self._status(user, state, at_s)

    def fail(self, user: str, code: int, words: str, *, at_s: int) -> None:
        """The last message was taken, and fails."""
        error = {"code": code, "title": words, "message": words, "error_data": {"details": words}}
        self._status(user, "failed", at_s, errors=[error])

    def _status(self, user: str, state: str, at_s: int, **more: Any) -> None:
        name, reference = self._last[user]
        told = {
            "id": name,
            "status": state,
            "timestamp": str(at_s),
            "recipient_user_id": user,
            "biz_opaque_callback_data": reference,
            **more,
        }
        self._tell("messages", {"contacts": [_contact(user, "")], "statuses": [told]})

    def prefer(self, user: str, word: str, *, at_s: int, wa_id: str = "") -> None:
        """A person stops or resumes marketing in WhatsApp's own settings."""
        told = {"category": "marketing_messages", "value": word, "timestamp": str(at_s)}
        value = {"contacts": [_contact(user, wa_id)], "user_preferences": [told]}
        self._tell("user_preferences", value)

    def say_of_account(self, field_name: str, *, at_s: int, **value: Any) -> None:
        """Meta says something of the business account, such as of a template."""
        change = {"field": field_name, "value": value}
        entry = {"id": self.business_id, "time": at_s, "changes": [change]}
        body = msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})
        self.call(signed(body, self.secret))

    def _tell(self, name: str, value: dict[str, Any]) -> None:
        metadata = {"display_phone_number": "380441234567", "phone_number_id": self.number_id}
        told = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        entry = {"id": "1", "changes": [{"field": name, "value": told}]}
        body = msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})
        self.call(signed(body, self.secret))


def signed(body: bytes, secret: str) -> Inbound:
    """A call with Meta's signature."""
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Inbound(body=body, headers={SIGNATURE_HEADER: f"sha256={made}"})


def _contact(user: str, wa_id: str) -> dict[str, Any]:
    number = {"wa_id": wa_id} if wa_id else {}
    return {"profile": {"name": f"Person {user[-4:]}"}, "user_id": user, **number}


def _error(status: int, code: int, words: str) -> Answer:
    error = {
        "message": f"(#{code}) {words}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": words},
        "fbtrace_id": "A1",
    }
    return json_answer(status, {"error": error})


def _fault(body: dict[str, Any]) -> str:
    """What is wrong with a message, in a few words; '' where nothing is."""
    kind = body.get("type")
    if body.get("messaging_product") != "whatsapp" or not (
        body.get("to") or body.get("recipient")
    ):
        return "messaging_product and to or recipient are required"
    part = body.get(str(kind))
    if not isinstance(part, dict):
        return f"{kind} is required"
    if len(body.get("biz_opaque_callback_data", "")) > 512:
        return "biz_opaque_callback_data is too long"
    if kind == "text":
        return (
            "" if 0 < len(part.get("body", "")) <= 4096 else "text.body has 1 to 4096 characters"
        )
    if kind in _MEDIA:
        long = len(part.get("caption", "")) > 1024
        return "a caption is too long" if long or "link" not in part else ""
    if kind == "location":
        there = part.get("latitude") and part.get("longitude")
        return "" if there else "location needs latitude and longitude"
    if kind == "interactive":
        return _interactive_fault(part)
    if kind == "template":
        named = part.get("name") and part.get("language", {}).get("code")
        return "" if named else "template.name and language are required"
    return f"{kind} is not supported"


def _interactive_fault(part: dict[str, Any]) -> str:
    kind, action = part.get("type"), part.get("action", {})
    if kind not in _INTERACTIVE:
        return f"interactive.{kind} is not supported"
    if not 0 < len(part.get("body", {}).get("text", "")) <= 1024:
        return "interactive.body has 1 to 1024 characters"
    if kind == "button":
        titles = [one["reply"]["title"] for one in action["buttons"]]
        return "" if 0 < len(titles) <= 3 and _short(titles, 20) else "reply buttons"
    if kind == "list":
        titles = [row["title"] for one in action["sections"] for row in one["rows"]]
        return "" if 0 < len(titles) <= 10 and _short(titles, 24) else "rows of a list"
    if kind == "carousel":
        return "" if 2 <= len(action["cards"]) <= 10 else "2 to 10 cards"
    return ""


def _short(titles: list[str], most: int) -> bool:
    return all(0 < len(title) <= most for title in titles) and len(set(titles)) == len(titles)
