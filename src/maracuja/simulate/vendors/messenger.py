"""A Messenger or Instagram that takes what the Send API takes, and whose people write and press.

It keeps Meta's windows by its own clock, and never asks our side when somebody last wrote.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.http import HttpRequest
from maracuja.channels.meta import SIGNATURE_HEADER
from maracuja.simulate.vendors.http import HttpVendor, json_answer

DAY_S: Final = 86_400
_FAULTS: Final[Mapping[int, tuple[int, int, int, str]]] = {  # HTTP, code, subcode, words
    401: (401, 190, 463, "Error validating access token: Session has expired"),
    429: (400, 613, 0, "Calls to this api have exceeded the rate limit."),
    500: (500, 1, 99, "An unknown error occurred"),
    503: (503, 2, 0, "Service temporarily unavailable"),
}
ATTACHMENTS: Final = frozenset({"image", "video", "audio", "file"})
TEMPLATES: Final = frozenset({"button", "generic"})


@dataclass(kw_only=True)
class MessengerVendor(HttpVendor):
    """An account. People in `blocked` take nothing, others are known once they have written.

    `shown` has (person, message) of everything sent.
    """

    account: str  # whose chats these are: the number of the page or of the Instagram account
    sender: str = ""  # in whose name messages go, where that is another
    token: str
    app_secret: str
    about: str = "page"  # or instagram
    blocked: set[str] = field(default_factory=set)
    acted_s: dict[str, float] = field(default_factory=dict)  # when each last did something
    _last: dict[str, str] = field(default_factory=dict)
    _events: int = 0

    def counts(self, request: HttpRequest) -> bool:
        """Whether it is a message."""
        return urlsplit(request.url).path.endswith("/messages")

    def refusal(self, status: int) -> Answer:
        """Meta's own words."""
        return graph_answer(*_FAULTS[status])

    def take(self, request: HttpRequest) -> Answer:
        """One call of the Graph API."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return self.refusal(401)
        _, _, path = urlsplit(request.url).path.removeprefix("/").partition("/")
        account, _, edge = path.partition("/")
        if account in self.acted_s and not edge:
            return json_answer(200, self._profile(account))
        if account != (self.sender or self.account):
            return graph_answer(400, 100, 33, "Unsupported request: object does not exist")
        if edge == "subscribed_apps":
            return json_answer(200, {"success": True})
        if not edge:
            return json_answer(200, {"name": "My shop", "username": "my_shop", "id": account})
        return self._take_message(msgspec.json.decode(request.body))

    def _profile(self, person: str) -> dict[str, str]:
        """What is told about a person."""
        if self.about == "page":
            return {"first_name": "Maria", "last_name": "Koval", "locale": "uk_UA", "id": person}
        return {"name": "Maria Koval", "username": "maria.koval", "id": person}

    def _take_message(self, body: dict[str, Any]) -> Answer:
        for fault in message_faults(body, self.about):
            self.violations.append(fault)
            return graph_answer(400, 100, 0, f"(#100) {fault}")
        person = str(body["recipient"]["id"])
        if person in self.blocked:
            words = "This person isn't available right now."
            return graph_answer(400, 551, 1545041, words)
        if person not in self.acted_s:
            return graph_answer(400, 100, 2018001, "No matching user found")
        days = 7 if body.get("tag") == "HUMAN_AGENT" else 1
        silent_s = self.now().timestamp() - self.acted_s[person] if self.now else 0.0
        if silent_s > days * DAY_S:
            words = "This message is sent outside of allowed window."
            return graph_answer(400, 10, 2018278, words)
        self.taken[person] += 1
        self.shown.append((person, body["message"]))
        self._last[person] = mid = f"m_{self.seed}-{len(self.shown)}"
        return json_answer(200, {"recipient_id": person, "message_id": mid})

    # ------------------------------------------------------------ what people do

    def message_of(self, person: str) -> str:
        """The id of the last message that a person was sent."""
        return self._last[person]

    def start(self, person: str, ref: str = "", *, at_s: int) -> None:
        """A person presses Get started, having followed a link that brings `ref` along."""
        postback: dict[str, Any] = {"title": "Get Started", "payload": "GET_STARTED"}
        if ref:
            came = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
            postback["referral"] = came
        self._act(person, at_s, postback={"mid": self._mid(), **postback})

    def follow(self, person: str, ref: str, *, at_s: int) -> None:
        """A person who is known follows a link into the chat."""
        came = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        self._act(person, at_s, referral=came)

    def write(self, person: str, text: str, *, at_s: int, reply_to: str = "") -> None:
        """A person writes, or answers one message."""
        message: dict[str, Any] = {"mid": self._mid(), "text": text}
        if reply_to:
            message["reply_to"] = {"mid": reply_to}
        self._act(person, at_s, message=message)

    def press(self, person: str, title: str, *, at_s: int) -> None:
        """A person presses a button or a quick reply of the last message that they were sent."""
        message = next(shown for who, shown in reversed(self.shown) if who == person)
        for one in _pressable(message):
            if one["title"] == title and one.get("content_type"):
                quick: dict[str, Any] = {"mid": self._mid(), "text": title}
                quick |= {"quick_reply": {"payload": one["payload"]}}
                return self._act(person, at_s, message=quick)
            if one["title"] == title:
                back = {"mid": self._mid(), "title": title, "payload": one["payload"]}
                return self._act(person, at_s, postback=back)
        raise KeyError(title)

    def delivered(self, person: str, *, at_s: int) -> None:
        """The last message has reached the person's device."""
        told = {"mids": [self.message_of(person)], "watermark": at_s * 1000}
        self._tell(person, at_s, delivery=told)

    def read(self, person: str, *, at_s: int) -> None:
        """The person has looked at everything until then; Instagram names the message."""
        last = {"mid": self.message_of(person)}
        told = {"watermark": at_s * 1000} if self.about == "page" else last
        self._tell(person, at_s, read=told)

    def _mid(self) -> str:
        self._events += 1
        return f"m_in-{self.seed}-{self._events}"

    def _act(self, person: str, at_s: int, **event: Any) -> None:
        self.acted_s[person] = max(at_s, self.acted_s.get(person, at_s))
        self._tell(person, at_s, **event)

    def _tell(self, person: str, at_s: int, **event: Any) -> None:
        told = {
            "sender": {"id": person},
            "recipient": {"id": self.account},
            "timestamp": at_s * 1000,
            **event,
        }
        entry = {"id": self.account, "time": at_s * 1000, "messaging": [told]}
        body = msgspec.json.encode({"object": self.about, "entry": [entry]})
        self.call(signed_call(body, self.app_secret))


def signed_call(body: bytes, app_secret: str) -> Inbound:
    """A call as Meta makes it."""
    made = hmac.new(app_secret.encode(), body, "sha256").hexdigest()
    return Inbound(body=body, headers={SIGNATURE_HEADER: f"sha256={made}"})


def graph_answer(status: int, code: int, subcode: int, words: str) -> Answer:
    """An error as the Graph API says it."""
    error = {
        "message": words,
        "type": "OAuthException",
        "code": code,
        "error_subcode": subcode,
        "fbtrace_id": "Ax",
    }
    return json_answer(status, {"error": error})


def message_faults(body: Mapping[str, Any], about: str) -> Iterator[str]:
    """What is wrong with the body of a call."""
    message = body.get("message")
    if not isinstance(body.get("recipient", {}).get("id"), str) or not isinstance(message, dict):
        yield "recipient and message are needed"
        return
    kind, tag = body.get("messaging_type", "UPDATE"), body.get("tag")
    if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
        yield "messaging_type"
    if (kind == "MESSAGE_TAG") != (tag == "HUMAN_AGENT") or tag not in (None, "HUMAN_AGENT"):
        yield "Invalid parameter: tag"
    if ("text" in message) == ("attachment" in message):
        yield "a message has a text or an attachment"
        return
    if "text" in message:
        long = len(message["text"]) > 2000 or len(message["text"].encode()) > 1000
        if not message["text"] or len(message["text"]) > 2000 or (about != "page" and long):
            yield "length of the text"
    else:
        yield from _attachment_faults(message["attachment"])
    yield from _quick_reply_faults(message.get("quick_replies", []), about)


def _attachment_faults(attachment: Mapping[str, Any]) -> Iterator[str]:
    payload = attachment.get("payload", {})
    if attachment.get("type") in ATTACHMENTS:
        if not str(payload.get("url", "")).startswith("https://"):
            yield "url of the attachment"
        return
    if attachment.get("type") != "template" or payload.get("template_type") not in TEMPLATES:
        yield "kind of the attachment"
        return
    if payload["template_type"] == "button":
        if not 1 <= len(payload.get("text", "")) <= 640 or not payload.get("buttons"):
            yield "text and buttons of the template"
        yield from _button_faults(payload.get("buttons", []))
        return
    elements = payload.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield "1 to 10 elements"
    for element in elements:
        title, below = element.get("title", ""), element.get("subtitle", "")
        if not 1 <= len(title) <= 80 or len(below) > 80 or len(element) < 2:
            yield "title and subtitle of an element"
        if element.get("default_action", {"type": "web_url"}).get("type") != "web_url":
            yield "default_action"
        yield from _button_faults(element.get("buttons", []))


def _button_faults(buttons: list[dict[str, Any]]) -> Iterator[str]:
    if len(buttons) > 3:
        yield "three buttons at most"
    for button in buttons:
        brings = {"web_url": "url", "postback": "payload"}.get(button.get("type", ""), "")
        if not 1 <= len(button.get("title", "")) <= 20 or not button.get(brings):
            yield "a button has a type, a title and what it brings"
        if len(button.get("payload", "")) > 1000:
            yield "payload of a button"


def _quick_reply_faults(replies: list[dict[str, Any]], about: str) -> Iterator[str]:
    if len(replies) > 13:
        yield "thirteen quick replies at most"
    for reply in replies:
        if reply.get("content_type") == "user_phone_number" and about == "page":
            continue
        fits = 1 <= len(reply.get("title", "")) <= 20 and len(reply.get("payload", "")) <= 1000
        if reply.get("content_type") != "text" or not fits:
            yield "a quick reply has a title and a payload"


def _pressable(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What can be pressed in a message and comes back to us."""
    yield from (one for one in message.get("quick_replies", []) if one.get("payload"))
    payload = message.get("attachment", {}).get("payload", {})
    for holder in (payload, *payload.get("elements", [])):
        yield from (one for one in holder.get("buttons", []) if one["type"] == "postback")
