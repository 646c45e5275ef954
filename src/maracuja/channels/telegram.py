"""Telegram: messages of a bot over the Bot API 10, and what people do in its chats.

Source: the Bot API's description and the server's own error texts (tdlib/telegram-bot-api). The
token stands in every address: nothing here may be logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

import msgspec
from msgspec import Meta

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.formatting import titled, to_html
from maracuja.channels.heard import Hook
from maracuja.channels.http import (
    HttpChannel,
    HttpRequest,
    HttpSettings,
    check_equal,
    hidden,
    json_of,
    json_request,
    read_json,
)
from maracuja.channels.rulings import Ruling, accepted, over, stop, suppress, whole
from maracuja.channels.telegram_updates import heard_of
from maracuja.content import Button, Content, MediaKind, Place, Tap
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Capabilities, Message, SendResult, Status

_START: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHAT: Final = re.compile(r"-?[1-9][0-9]{0,18}|@[A-Za-z][A-Za-z0-9_]{3,31}")
ALBUM_MAX: Final = 10
UPDATES: Final = ("message", "callback_query", "my_chat_member")
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"

_METHODS: Final = {
    MediaKind.PICTURE: ("sendPhoto", "photo"),
    MediaKind.VIDEO: ("sendVideo", "video"),
    MediaKind.FILE: ("sendDocument", "document"),
}

# The vendor's words, and what they mean; the first that is in the description, in lower case.
ERRORS: Final[tuple[tuple[int, str, Ruling], ...]] = (
    (401, "", stop("unauthorized")),
    (404, "", stop("unauthorized")),  # no bot has this token, or there is no such method
    (403, "bot was blocked by the user", suppress("blocked")),
    (403, "user is deactivated", suppress("gone")),
    (403, "bot was kicked", suppress("kicked")),
    (403, "chat was deleted", suppress("gone")),
    (403, "bot is not a member", suppress("kicked")),
    (403, "bot can't initiate conversation", suppress("never_started")),
    (403, "not enough rights", over("no_rights")),
    (400, "chat not found", suppress("invalid")),
    (400, "upgraded to a supergroup", over("moved")),
    (400, "", over("content")),
    (403, "", over("forbidden")),
    (413, "", over("too_large")),
)


class TelegramSettings(HttpSettings, frozen=True):
    """The bot: made with @BotFather, which gives its token."""

    base_url: Annotated[
        str, Meta(description="address of the Bot API, or of a server of one's own")
    ] = "https://api.telegram.org"
    token: Annotated[
        str,
        hidden("the token that @BotFather gave"),
    ] = ""
    bot: Annotated[
        str,
        Meta(
            pattern="^[A-Za-z0-9_]{0,32}$",
            description="the bot's user name without @: links into the chat need it",
        ),
    ] = ""
    webhook_secret: Annotated[
        str,
        hidden(
            "a long word of letters and digits that proves calls to be Telegram's; "
            "empty: no call is taken",
            pattern="^[A-Za-z0-9_-]{0,256}$",
        ),
    ] = ""
    rate_per_s: Annotated[float, Meta(ge=0, description="messages a second to all chats")] = 25.0
    address_rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second to one chat")
    ] = 1.0
    paid_broadcast: Annotated[
        bool, Meta(description="pay Stars for more than 30 messages a second")
    ] = False

    def __post_init__(self) -> None:
        """Refuse a token that is none."""
        super().__post_init__()
        if not re.fullmatch(r"\d{1,20}:[\w-]{20,}", self.token, re.ASCII):
            raise ConfigError(
                "The token of the Telegram bot is missing or misspelled.",
                where="token",
                fix="Copy it from @BotFather; it looks like 123456:ABC-DEF.",
            )
        self.check_secrets("webhook_secret")


class Telegram(HttpChannel):
    """A bot. People are reached by the id of their chat with it, which they must have opened."""

    name: ClassVar[str] = "telegram"
    code: ClassVar[int] = 2
    own_addresses: ClassVar[bool] = True
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=4096,
        caption_chars_max=1024,
        formatted=True,
        media=frozenset(MediaKind),
        media_max=ALBUM_MAX,
        media_with_buttons=1,
        buttons=100,
        button_chars_max=64,
        button_taps=frozenset({Tap.URL, Tap.REPLY, Tap.COPY}),
        reply_bytes_max=64,
        keyboard=100,
        keyboard_chars_max=64,
        keyboard_taps=frozenset({Tap.REPLY, Tap.PHONE, Tap.LOCATION}),
        place=True,
        deep_link_chars_max=64,
        receipts=frozenset({Status.SENT, Status.CLICKED, Status.REPLIED, Status.UNSUBSCRIBED}),
        address_kind="telegram",
    )
    Settings = TelegramSettings
    keeps_vendor_ids: ClassVar[bool] = True  # presses and replies name the message pressed
    settings: TelegramSettings

    @classmethod
    def refuse(cls, content: Content) -> None:
        """Beside the capabilities: one kind of buttons at a time, and none below an album."""
        super().refuse(content)
        if content.buttons and content.keyboard:
            raise UnsupportedFeature(
                "Telegram shows buttons or a keyboard, not both.", where="keyboard"
            )
        if any(key.sets for key in content.keyboard):
            raise UnsupportedFeature(
                "A key of Telegram's keyboard comes back as its words: it sets nothing.",
                where="keyboard",
                fix="Use a button.",
            )
        if content.keyboard and len(content.media) > 1:
            raise UnsupportedFeature("Telegram shows no keyboard with an album.", where="keyboard")
        if content.place is not None and (content.media or not _names_place(content)):
            raise UnsupportedFeature(
                "Telegram shows a place alone, or with two lines: its name, and its address.",
                where="place",
                fix="Send other words and pictures before it.",
            )
        kinds = {media.kind for media in content.media}
        if len(content.media) > 1 and MediaKind.FILE in kinds and len(kinds) > 1:
            raise UnsupportedFeature(
                "A Telegram album holds pictures and videos, or files only.", where="media"
            )
        for button in content.buttons:
            if len(button.copy) > 256:
                raise UnsupportedFeature(
                    "Telegram copies 256 characters at most.", where="buttons"
                )

    def posts_to(self, address: str) -> bool:
        """A channel by its name, a group or channel by its number."""
        return address[:1] in ("@", "-")

    def host(self, address: str) -> str:
        """The chat: each has a rate of its own."""
        return address

    # ------------------------------------------------------------ out

    def request(self, message: Message, now: datetime) -> HttpRequest:
        """sendMessage, sendPhoto, sendVideo, sendDocument, sendMediaGroup, or a place."""
        chat, content = message.to.value, message.content
        if not _CHAT.fullmatch(chat):
            raise UnsupportedFeature("This is no id of a Telegram chat.", where="to")
        asks = any(button.ask for button in content.keyboard)
        if asks and not chat.isdigit():
            raise UnsupportedFeature(
                "Telegram asks for a number or a place in private chats only.", where="keyboard"
            )
        body: dict[str, Any] = {"chat_id": int(chat) if chat[0] != "@" else chat}
        if content.silent:
            body["disable_notification"] = True
        if self.settings.paid_broadcast:
            body["allow_paid_broadcast"] = True
        method = _fill(body, content)
        return json_request(self._address(method), body, message_id=message.id, recipient=chat)

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By the server's own words; what it does not know suppresses nobody."""
        told = json_of(answer)
        if answer.code == 200 and told.get("ok") is True:
            return accepted(_vendor_id(told.get("result")))
        code = int(told.get("error_code") or answer.code)
        words = str(told.get("description", "")).lower()
        if code == 429:
            after = (told.get("parameters") or {}).get("retry_after")
            # The whole bot rests, not the chat alone.
            return whole(after_s=float(after) if isinstance(after, int) else None).on(answer)
        known = (ruling for number, part, ruling in ERRORS if code == number and part in words)
        return next(known, over(str(code))).on(answer)

    def brief(self, answer: Answer) -> Answer:
        """Of what was sent, only the numbers of chat and message."""
        chat, _, number = _vendor_id(json_of(answer).get("result")).partition(":")
        if answer.code != 200 or not number or not chat:
            return answer
        where = int(chat) if chat.lstrip("-").isdigit() else chat
        kept = {"ok": True, "result": {"message_id": int(number), "chat": {"id": where}}}
        return msgspec.structs.replace(answer, text=msgspec.json.encode(kept).decode())

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """An Update. Telegram signs nothing: it shows the secret that we gave it."""
        check_equal(inbound.headers.get(SECRET_HEADER, ""), self.settings.webhook_secret)
        update = read_json(inbound)
        heard = heard_of(update, now)
        press = update.get("callback_query") if isinstance(update, dict) else None
        if not isinstance(press, dict):
            return Hook(heard=heard)
        # Pressed buttons spin until they are answered: the answer may be the call's own.
        reply = {"method": "answerCallbackQuery", "callback_query_id": str(press.get("id", ""))}
        return Hook(heard=heard, body=msgspec.json.encode(reply))

    def hook_request(self, url: str) -> HttpRequest:
        """setWebhook with our secret and the updates that we read."""
        body = {
            "url": url,
            "secret_token": self.settings.webhook_secret,
            "allowed_updates": UPDATES,
        }
        return json_request(self._address("setWebhook"), body)

    # ------------------------------------------------------------ about the account

    def account_request(self) -> HttpRequest:
        """getMe."""
        return json_request(self._address("getMe"), {})

    def account_words(self, answer: Answer) -> str:
        """The bot's name."""
        found = json_of(answer).get("result") or {}
        return f"@{found.get('username', '')}, {found.get('first_name', '')}"

    def deep_link(self, payload: str) -> str:
        """https://t.me/<bot>?start=...: the payload comes back with /start."""
        if not self.settings.bot:
            return ""
        if not payload:
            return f"https://t.me/{self.settings.bot}"
        if not _START.fullmatch(payload):
            raise UnsupportedFeature(
                "A Telegram link brings along 64 letters, digits, - and _ at most.",
                where="payload",
            )
        return f"https://t.me/{self.settings.bot}?start={payload}"

    def _address(self, method: str) -> str:
        return f"{self.settings.base_url.rstrip('/')}/bot{self.settings.token}/{method}"


def _fill(body: dict[str, Any], content: Content) -> str:
    """Put the content into the body of a method; its name."""
    markup = _markup(content)
    if markup is not None:
        body["reply_markup"] = markup
    if content.place is not None:
        return _fill_place(body, content.place, content.text)
    text = _text(content)
    if not content.media:
        body["text"] = text
        body.update(_mode(content))
        return "sendMessage"
    if len(content.media) == 1:
        (media,) = content.media
        method, field = _METHODS[media.kind]
        body[field] = media.url
        if text:
            body.update({"caption": text, **_mode(content)})
        return method
    items: list[dict[str, Any]] = [
        {"type": _METHODS[media.kind][1], "media": media.url} for media in content.media
    ]
    if text:
        # The words of an album are those of its first picture; of files, those of the last.
        last = content.media[0].kind is MediaKind.FILE
        items[-1 if last else 0].update({"caption": text, **_mode(content)})
    body["media"] = items
    return "sendMediaGroup"


def _fill_place(body: dict[str, Any], place: Place, text: str) -> str:
    """A point on the map; with words, what is there and its address."""
    body.update(latitude=place.latitude, longitude=place.longitude)
    if not text:
        return "sendLocation"
    body["title"], body["address"] = titled(text)
    return "sendVenue"


def _names_place(content: Content) -> bool:
    """Whether the words beside a place are its name and its address, each a plain line."""
    title, address = titled(content.text)
    return not title or bool(address and "\n" not in address and not content.formatted)


def _text(content: Content) -> str:
    return to_html(content.text) if content.formatted else content.text


def _mode(content: Content) -> dict[str, str]:
    return {"parse_mode": "HTML"} if content.formatted else {}


def _markup(content: Content) -> dict[str, Any] | None:
    """The buttons of the message, or the keyboard below the input field."""
    if content.buttons:
        return {"inline_keyboard": rows(map(_inline, content.buttons), content.buttons)}
    if content.keyboard:
        keys = rows(map(_key, content.keyboard), content.keyboard)
        return {"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True}
    return None


def _inline(button: Button) -> dict[str, Any]:
    match button.does:
        case Tap.URL:
            return {"text": button.text, "url": button.url}
        case Tap.COPY:
            return {"text": button.text, "copy_text": {"text": button.copy}}
        case _:
            return {"text": button.text, "callback_data": button.reply}


def _key(button: Button) -> dict[str, Any]:
    """A key of the keyboard: a reply comes back as its text, typed by the person."""
    asks = {Tap.PHONE: "request_contact", Tap.LOCATION: "request_location"}
    field = asks.get(button.does)
    return {"text": button.text, field: True} if field else {"text": button.text}


def rows(made: Iterable[dict[str, Any]], buttons: Sequence[Button]) -> list[list[dict[str, Any]]]:
    """Buttons in their rows: each below the one before it, unless it says `beside`."""
    found: list[list[dict[str, Any]]] = []
    for one, button in zip(made, buttons, strict=True):
        if button.beside and found and len(found[-1]) < 8:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _vendor_id(result: Any) -> str:
    """`chat:message` of what was sent; of an album, its first message."""
    first = result[0] if isinstance(result, list) and result else result
    if not isinstance(first, dict):
        return ""
    return f"{(first.get('chat') or {}).get('id', '')}:{first.get('message_id', '')}"
