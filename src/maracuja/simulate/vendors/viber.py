"""A Viber that takes what its REST API takes, and whose people open, press, answer and leave.

It never looks at our side; what it refuses is refused after the vendor's tables.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.http import HttpRequest
from maracuja.channels.viber import AUTH, BODY_BYTES_MAX, SIGNATURE
from maracuja.simulate.vendors.http import HttpVendor, json_answer

_WORDS: Final = {
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    5: "receiverNotRegistered",
    6: "receiverNotSubscribed",
}
NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "text": ("text",),
    "picture": ("text", "media"),
    "video": ("media", "size"),
    "file": ("media", "size", "file_name"),
    "location": ("location",),
    "url": ("media",),
    "rich_media": ("rich_media",),
}
ACTIONS: Final = frozenset({"reply", "open-url", "location-picker", "share-phone", "none"})


@dataclass(kw_only=True)
class ViberVendor(HttpVendor):
    """A bot's side of Viber. People in `left` have unsubscribed, `strangers` never subscribed.

    `shown` has (user, body) of everything sent.
    """

    token: str
    left: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    webhook: str = ""
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    _tokens: int = 5_000_000_000_000_000_000  # 64 bits, as the vendor's
    _last: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def counts(self, request: HttpRequest) -> bool:
        """Whether it is a message."""
        return _method(request) == "send_message"

    def refusal(self, status: int) -> Answer:
        """A token that is no good is told with 200; the rest is the server's own."""
        if status == 401:
            return _said(2)
        if status == 429:
            return _said(12, "tooManyRequests")
        return json_answer(status, {})

    def take(self, request: HttpRequest) -> Answer:
        """One call of a method."""
        body = msgspec.json.decode(request.body or b"{}")
        if request.headers.get(AUTH, body.get("auth_token")) != self.token:
            return _said(2)
        if len(request.body) > BODY_BYTES_MAX:
            self.violations.append("too many bytes")
            return _said(3)
        match _method(request):
            case "send_message":
                return self._take_message(body)
            case "get_account_info":
                return _said(0, id="pa:1", name="Maracuja", uri="maracuja", subscribers_count=35)
            case "set_webhook":
                if not body["url"].startswith("https://"):
                    return _said(1, "invalidUrl")
                self.webhook = body["url"]
                return _said(0, event_types=body["event_types"])
            case "get_user_details":
                return _said(0, user={"id": body["id"], **self.details.get(body["id"], {})})
            case _:
                return json_answer(404, {})

    def _take_message(self, body: dict[str, Any]) -> Answer:
        fault = fault_in(body)
        if fault:
            self.violations.append(fault)
            return _said(3, fault)
        user = body["receiver"]
        if user in self.strangers or user in self.left:
            return _said(6)
        self._tokens += 1
        self._last[user] = (self._tokens, body)
        self.taken[user] += 1
        self.shown.append((user, body))
        return _said(0, message_token=self._tokens, chat_hostname="SN-1", billing_status=0)

    # ------------------------------------------------------------ what people do

    def open(self, user: str, context: str = "", *, at_ms: int, **about: Any) -> None:
        """A person opens the chat, by a link that brings `context` along."""
        more: dict[str, Any] = {"context": context} if context else {}
        more |= {"type": "open", "subscribed": False, "user": _person(user, about)}
        self._tell("conversation_started", at_ms, **more)

    def subscribe(self, user: str, *, at_ms: int, **about: Any) -> None:
        """A person subscribes."""
        self.left.discard(user)
        self.strangers.discard(user)
        self._tell("subscribed", at_ms, user=_person(user, about))

    def unsubscribe(self, user: str, *, at_ms: int) -> None:
        """A person unsubscribes."""
        self.left.add(user)
        self._tell("unsubscribed", at_ms, user_id=user)

    def write(self, user: str, *, at_ms: int, type: str = "text", **message: Any) -> None:
        """A person writes, which subscribes; it says what the last message tracked."""
        self.left.discard(user)
        self.strangers.discard(user)
        tracked = self._last[user][1].get("tracking_data") if user in self._last else None
        sent = {"type": type, **message, **({"tracking_data": tracked} if tracked else {})}
        self._tell("message", at_ms, sender=_person(user, {}), message=sent, silent=False)

    def press(self, user: str, at: int, *, at_ms: int) -> None:
        """A person presses a button of the last keyboard or card."""
        body = self._last[user][1]
        (button,) = (body.get("keyboard") or body["rich_media"])["Buttons"][at : at + 1]
        if button["ActionType"] == "share-phone":
            contact = {"name": f"P{user}", "phone_number": "380671112233"}
            self.write(user, at_ms=at_ms, type="contact", contact=contact)
        elif button["ActionType"] == "location-picker":
            self.write(user, at_ms=at_ms, type="location", location={"lat": 50.45, "lon": 30.52})
        else:
            self.write(user, at_ms=at_ms, text=button["ActionBody"])

    def tell_status(self, event: str, user: str, *, at_ms: int, **more: Any) -> None:
        """What became of the last message to a person: delivered, seen or failed."""
        token = self._last[user][0]
        self._tell(event, at_ms, token=token, user_id=user, **more)

    def _tell(self, event: str, at_ms: int, token: int = 0, **more: Any) -> None:
        self._tokens += 1
        told = {"event": event, "timestamp": at_ms, "message_token": token or self._tokens, **more}
        self.call(signed(msgspec.json.encode(told), self.token))


def signed(body: bytes, token: str) -> Inbound:
    """A call as the vendor signs it."""
    digest = hmac.new(token.encode(), body, "sha256").hexdigest()
    return Inbound(body=body, headers={SIGNATURE: digest})


def _method(request: HttpRequest) -> str:
    return urlsplit(request.url).path.rpartition("/")[2]


def _person(user: str, about: dict[str, Any]) -> dict[str, Any]:
    told = {"id": user, "name": f"P{user}", "language": "uk", "country": "UA", "api_version": 10}
    return {**told, **about}


def _said(status: int, words: str = "", **more: Any) -> Answer:
    told = {"status": status, "status_message": words or _WORDS.get(status, "ok"), **more}
    return json_answer(200, told)


def fault_in(body: dict[str, Any]) -> str:
    """What is wrong with a message, after the vendor's tables; '' where nothing is."""
    kind = body.get("type")
    if kind not in NEEDED:
        return "unknown type"
    if not body.get("receiver") or any(name not in body for name in NEEDED[kind]):
        return "something is missing"
    if not 1 <= len((body.get("sender") or {}).get("name", "")) <= 28:
        return "the sender has no name, or a long one"
    if len(body.get("text", "")) > (768 if kind == "picture" else 7000):
        return "too long"
    if len(body.get("tracking_data", "")) > 4000:
        return "too much to track"
    buttons = list((body.get("keyboard") or {}).get("Buttons", ()))
    version = body.get("min_api_version", 1)
    if kind == "rich_media":
        if version < 2:
            return "cards for old clients"
        buttons += body["rich_media"]["Buttons"]
        fault = _cards_fault(body["rich_media"])
        if fault:
            return fault
    for button in buttons:
        if button.get("ActionType") not in ACTIONS or not button.get("ActionBody"):
            return "a button does nothing known"
        if button["ActionType"] in ("share-phone", "location-picker") and version < 3:
            return "a question for old clients"
        if not 1 <= button.get("Columns", 6) <= 6 or len(button.get("Text", "")) > 250:
            return "a button is too large"
    return ""


def _cards_fault(cards: dict[str, Any]) -> str:
    """Each card fills the rows, and no cell reaches into the next one."""
    rows, filled, count = cards["ButtonsGroupRows"], 0, 0
    if not 1 <= rows <= 7 or not 1 <= cards["ButtonsGroupColumns"] <= 6:
        return "the grid of cards is too large"
    for cell in cards["Buttons"]:
        filled += cell["Rows"]
        if filled > rows:
            return "a cell lies across two cards"
        if filled == rows:
            filled, count = 0, count + 1
    return "" if not filled and 1 <= count <= 6 else "so many cards, or a card that is not full"
