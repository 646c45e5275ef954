"""A Telegram that takes what the Bot API takes, and whose people press, answer, block and stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.http import HttpRequest
from maracuja.channels.telegram import SECRET_HEADER
from maracuja.simulate.vendors.http import HttpVendor, json_answer

FIELDS: Final[dict[str, tuple[str, int]]] = {
    "sendMessage": ("text", 4096),
    "sendPhoto": ("photo", 2048),
    "sendVideo": ("video", 2048),
    "sendDocument": ("document", 2048),
    "sendMediaGroup": ("media", 0),
    "sendLocation": ("latitude", 0),
    "sendVenue": ("title", 0),
}
CAPTION_MAX: Final = 1024
TAGS: Final = frozenset({"b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"})
_WORDS: Final = {
    401: "Unauthorized",
    429: "Too Many Requests: retry after 3",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(kw_only=True)
class TelegramVendor(HttpVendor):
    """A bot's side of Telegram. Chats in `closed` have blocked it, in `unknown` never began.

    `shown` has (chat, method, body) of everything sent.
    """

    token: str
    secret: str = ""
    closed: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    webhook: str = ""
    _messages: int = 0
    _last: dict[int, int] = field(default_factory=dict)
    _updates: int = 0

    def counts(self, request: HttpRequest) -> bool:
        """Whether it is a message."""
        return _method(request) in FIELDS

    def refusal(self, status: int) -> Answer:
        """The Bot API's own words."""
        more = {"parameters": {"retry_after": 3}} if status == 429 else {}
        body = {"ok": False, "error_code": status, "description": _WORDS[status], **more}
        return json_answer(status, body)

    def take(self, request: HttpRequest) -> Answer:
        """One call of a method."""
        bot, _, method = urlsplit(request.url).path.removeprefix("/").partition("/")
        if bot != f"bot{self.token}":
            return self.refusal(401)
        body = msgspec.json.decode(request.body or b"{}")
        if method == "getMe":
            me = {"id": 1, "is_bot": True, "first_name": "Maracuja", "username": "maracuja_bot"}
            return json_answer(200, {"ok": True, "result": me})
        if method == "setWebhook":
            self.webhook, self.secret = body["url"], body["secret_token"]
            return json_answer(200, {"ok": True, "result": True})
        if method not in FIELDS:
            return _error(404, "Not Found")
        return self._take_message(method, body)

    def _take_message(self, method: str, body: dict[str, Any]) -> Answer:
        fault = _fault(method, body)
        if fault:
            self.violations.append(f"{method}: {fault}")
            return _error(400, f"Bad Request: {fault}")
        chat = body["chat_id"]
        if chat in self.unknown:
            return _error(400, "Bad Request: chat not found")
        if chat in self.closed:
            return _error(403, "Forbidden: bot was blocked by the user")
        self.taken[str(chat)] += 1
        self.shown.append((chat, method, body))
        sent = [self._sent(chat) for _ in body.get("media", [None])]
        return json_answer(200, {"ok": True, "result": sent if "media" in body else sent[0]})

    def _sent(self, chat: int) -> dict[str, Any]:
        self._messages += 1
        self._last[chat] = self._messages
        return {"message_id": self._messages, "date": 1, "chat": {"id": chat, "type": "private"}}

    # ------------------------------------------------------------ what people do

    def message_of(self, chat: int) -> int:
        """The number of the last message that a chat shows."""
        return self._last[chat]

    def start(self, chat: int, payload: str = "", *, at_s: int, **about: Any) -> None:
        """A person opens the chat, by a link that brings `payload` along."""
        self.closed.discard(chat)
        self.unknown.discard(chat)
        self.write(chat, f"/start {payload}".strip(), at_s=at_s, **about)

    def write(self, chat: int, text: str, *, at_s: int, reply_to: int = 0, **about: Any) -> None:
        """A person writes, or answers one message."""
        message: dict[str, Any] = {
            "message_id": 1_000_000 + self._updates,
            "date": at_s,
            "chat": {"id": chat, "type": "private"},
            "from": _person(chat, about),
            "text": text,
        }
        if reply_to:
            message["reply_to_message"] = {"message_id": reply_to, "date": at_s}
        self._tell("message", message)

    def press(self, chat: int, message: int, data: str, *, at_s: int) -> None:
        """A person presses a button of a message."""
        shown = {"message_id": message, "date": at_s, "chat": {"id": chat, "type": "private"}}
        press = {
            "id": f"{self.seed}-{self._updates}",
            "from": _person(chat, {}),
            "message": shown,
            "chat_instance": "1",
            "data": data,
        }
        self._tell("callback_query", press)

    def block(self, chat: int, *, at_s: int) -> None:
        """A person blocks the bot."""
        self.closed.add(chat)
        self._member(chat, "member", "kicked", at_s)

    def let_in(self, chat: int, *, at_s: int) -> None:
        """A person lets the bot in again."""
        self.closed.discard(chat)
        self._member(chat, "kicked", "member", at_s)

    def _member(self, chat: int, old: str, new: str, at_s: int) -> None:
        change = {
            "chat": {"id": chat, "type": "private"},
            "from": _person(chat, {}),
            "date": at_s,
            "old_chat_member": {"status": old},
            "new_chat_member": {"status": new},
        }
        self._tell("my_chat_member", change)

    def _tell(self, kind: str, what: dict[str, Any]) -> None:
        self._updates += 1
        body = msgspec.json.encode({"update_id": self._updates, kind: what})
        self.call(Inbound(body=body, headers={SECRET_HEADER: self.secret}))


def _method(request: HttpRequest) -> str:
    return urlsplit(request.url).path.rpartition("/")[2]


def _person(chat: int, about: dict[str, Any]) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": f"P{chat}", "language_code": "uk", **about}


def _error(status: int, words: str) -> Answer:
    return json_answer(status, {"ok": False, "error_code": status, "description": words})


def _fault(method: str, body: dict[str, Any]) -> str:
    """What is wrong with a call, in the words of the Bot API; '' where nothing is."""
    field_name, limit = FIELDS[method]
    value = body.get(field_name)
    if not isinstance(body.get("chat_id"), int | str):
        return "chat_id is empty"
    if value in (None, "", []):
        return f"{field_name} is empty"
    if method == "sendVenue" and not body.get("address"):
        return "address is empty"
    by_url = method not in ("sendMessage", "sendVenue")
    if isinstance(value, str) and by_url and not value.startswith("https://"):
        return "wrong HTTP URL specified"
    items = value if isinstance(value, list) else [body]
    if method == "sendMediaGroup" and (not 2 <= len(items) <= 10 or "reply_markup" in body):
        return "wrong number of media, or a keyboard below them"
    for item in items:
        for name, most in (("text", limit), ("caption", CAPTION_MAX)):
            text = item.get(name, "") if name != "text" or method == "sendMessage" else ""
            fault = _text_fault(text, html=item.get("parse_mode") == "HTML", limit=most)
            if fault:
                return fault
    return _markup_fault(body.get("reply_markup") or {})


def _text_fault(text: str, *, html: bool, limit: int) -> str:
    if html:
        reader = _Reader()
        reader.feed(text)
        reader.close()
        if reader.fault or reader.open:
            return f"can't parse entities: {reader.fault or reader.open}"
        text = reader.text
    return "message is too long" if len(text) > limit else ""


def _markup_fault(markup: dict[str, Any]) -> str:
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
    keys = [key for row in rows for key in row]
    if len(keys) > 100 or any(len(row) > 8 for row in rows):
        return "reply markup is too long"
    for key in keys:
        if not key.get("text"):
            return "text buttons are unallowed"
        if len(key.get("callback_data", "x").encode()) > 64:
            return "BUTTON_DATA_INVALID"
        if "inline_keyboard" in markup and len(key.keys() - {"text"}) != 1:
            return "a button does exactly one thing"
    return ""


class _Reader(HTMLParser):
    """Reads Telegram's HTML: only its tags, each closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text, self.fault = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        self.open.append(tag)
        if tag not in TAGS:
            self.fault = f"unsupported start tag {tag}"

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if not self.open or self.open.pop() != tag:
            self.fault = f"unexpected end tag {tag}"

    def handle_data(self, data: str) -> None:
        """Words."""
        self.text += data
