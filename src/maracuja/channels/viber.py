"""Viber: messages of a bot over its REST API, and what people do in its chats.

Source: the vendor's documentation of 2023 (Viber/creators-hub) and its Python library. The vendor
answers 200 to everything: only `status` in the body says what happened.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

import msgspec
from msgspec import Meta

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Hook
from maracuja.channels.http import (
    HttpChannel,
    HttpRequest,
    HttpSettings,
    check_hmac,
    hidden,
    json_of,
    json_request,
    read_json,
    reference,
)
from maracuja.channels.rulings import Ruling, accepted, over, stop, suppress, wait, whole
from maracuja.channels.viber_bodies import (
    fault_of,
    fill,
    welcome,
)
from maracuja.channels.viber_events import facts, heard_of, opens
from maracuja.content import Content, MediaKind, Tap
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Capabilities, Message, Scope, SendResult, Status

_PAYLOAD: Final = re.compile(r"[A-Za-z0-9._~-]{1,100}")
_USER: Final = re.compile(r"[A-Za-z0-9+/]{8,120}={1,2}")
SIGNATURE: Final = "x-viber-content-signature"
AUTH: Final = "x-viber-auth-token"
BODY_BYTES_MAX: Final = 30_000
REST_S: Final = 30 * 86_400
EVENTS: Final = ("delivered", "seen", "failed", "subscribed", "unsubscribed",
                 "conversation_started")  # fmt: skip

# `status` of an answer, and what it means.
ERRORS: Final[Mapping[int, Ruling]] = {
    1: stop("webhook"),
    2: stop("unauthorized"),
    3: over("content"),
    4: over("content"),
    5: suppress("not_registered"),
    6: suppress("not_subscribed"),
    7: stop("account_blocked"),
    8: stop("account_gone"),
    9: stop("account_suspended"),
    10: stop("webhook"),
    11: suppress("no_device", rest_s=REST_S),  # next month it may be another device
    12: wait("too_many", scope=Scope.HOST),  # 100 within an hour without an answer
    13: over("old_client"),
    14: over("old_client"),
    15: stop("account_not_authorized"),
    16: over("inline"),
    17: over("inline"),
    19: over("broadcast"),
    20: over("broadcast"),
    21: over("country"),  # of this person: the account is in order
    22: over("payment"),
    23: stop("no_free_messages"),
    24: stop("no_money"),
}
HTTP_ERRORS: Final[Mapping[int, Ruling]] = {
    401: stop("unauthorized"),
    403: stop("unauthorized"),
    429: whole(),
}


class ViberSettings(HttpSettings, frozen=True):
    """The bot: since 2024 it is made with Viber or a partner of theirs, on a contract."""

    base_url: Annotated[str, Meta(description="address of the REST API")] = (
        "https://chatapi.viber.com/pa"
    )
    token: Annotated[
        str,
        hidden("the bot's token; it also proves calls to be Viber's"),
    ] = ""
    sender_name: Annotated[
        str, Meta(max_length=28, description="who writes: up to 28 characters above each message")
    ] = ""
    sender_avatar: Annotated[
        str, Meta(description="https address of the picture beside it, 720 x 720, up to 100 KB")
    ] = ""
    bot_uri: Annotated[
        str,
        Meta(
            pattern="^[A-Za-z0-9_.-]{0,100}$",
            description="the bot's URI: links into the chat need it",
        ),
    ] = ""
    welcome: Annotated[
        str,
        Meta(max_length=7000, description="what whoever opens the chat reads before they agree"),
    ] = ""
    welcome_button: Annotated[
        str, Meta(max_length=250, description="the button below it: pressing it agrees")
    ] = "Start"
    button_color: Annotated[
        str, Meta(pattern="^(#[0-9a-fA-F]{6})?$", description="of buttons, such as #2db9b9")
    ] = ""
    phone_version: Annotated[
        int, Meta(ge=1, le=50, description="API version that a client needs to share its number")
    ] = 3
    cards_version: Annotated[
        int, Meta(ge=1, le=50, description="API version that a client needs to show cards")
    ] = 7
    address_rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second to one person")
    ] = 1.0

    def __post_init__(self) -> None:
        """Refuse an account that cannot send."""
        super().__post_init__()
        if len(self.token) < 16:
            raise ConfigError(
                "The token of the Viber bot is missing or misspelled.",
                where="token",
                fix="Copy it from the bot's page in the Viber Admin Panel.",
            )
        if not self.sender_name:
            raise ConfigError(
                "Viber shows who writes, and there is no name.",
                where="sender_name",
                fix="Enter the name of the shop, up to 28 characters.",
            )
        if self.sender_avatar and not self.sender_avatar.startswith("https://"):
            raise ConfigError("The avatar is not at an https address.", where="sender_avatar")


class Viber(HttpChannel):
    """A bot. People are reached by an id that they have with this bot alone."""

    name: ClassVar[str] = "viber"
    code: ClassVar[int] = 3
    own_addresses: ClassVar[bool] = True
    own_ids: ClassVar[bool] = True
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=7000,
        caption_chars_max=512,
        media=frozenset(MediaKind),
        media_max=1,
        media_with_buttons=1,
        buttons=24,
        button_chars_max=250,
        button_taps=frozenset({Tap.URL, Tap.REPLY}),
        reply_bytes_max=250,
        keyboard=24,
        keyboard_chars_max=250,
        keyboard_taps=frozenset({Tap.URL, Tap.REPLY, Tap.PHONE, Tap.LOCATION}),
        keyboard_brings=True,
        cards=6,
        card_title_chars_max=80,
        card_text_chars_max=150,
        card_buttons=2,
        place=True,
        bytes_max=BODY_BYTES_MAX,
        deep_link_chars_max=100,
        receipts=frozenset(
            {
                Status.SENT,
                Status.DELIVERED,
                Status.READ,
                Status.CLICKED,
                Status.REPLIED,
                Status.FAILED,
                Status.UNSUBSCRIBED,
            }
        ),
        address_kind="viber",
    )
    Settings = ViberSettings
    keeps_vendor_ids: ClassVar[bool] = True
    settings: ViberSettings

    @classmethod
    def refuse(cls, content: Content) -> None:
        """Beside the capabilities: what stands alone, what media must be, and how big the grid."""
        super().refuse(content)
        fault = fault_of(content)
        if fault is not None:
            where, message, fix = fault
            raise UnsupportedFeature(message, where=where, fix=fix)

    def host(self, address: str) -> str:
        """The person: Viber counts what each was sent without answering."""
        return address

    # ------------------------------------------------------------ out

    def request(self, message: Message, now: datetime) -> HttpRequest:
        """send_message."""
        user, settings = message.to.value, self.settings
        if not _USER.fullmatch(user):
            raise UnsupportedFeature("This is no id of a Viber user.", where="to")
        asked = {button.ask for button in message.content.keyboard if button.ask}
        body: dict[str, Any] = {
            "receiver": user,
            "min_api_version": self._version(message.content, asked),
            "sender": self._sender(message.sender),
            "tracking_data": " ".join([reference(message), *sorted(asked)]),
        }
        fill(body, message.content, settings.button_color)
        made = self._ask("send_message", body)
        if len(made.body) > BODY_BYTES_MAX:
            raise UnsupportedFeature(
                f"The message has {len(made.body)} bytes as JSON; viber carries {BODY_BYTES_MAX}.",
                where="text",
                fix="Shorten the text, or leave out cards.",
            )
        return msgspec.structs.replace(made, message_id=message.id, recipient=user)

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By `status`; what it does not know suppresses nobody."""
        told = json_of(answer)
        status = told.get("status")
        if answer.code == 200 and isinstance(status, int) and not isinstance(status, bool):
            if status == 0:
                return accepted(str(told.get("message_token") or ""))
            return ERRORS.get(status, over(str(status))).on(answer)
        return HTTP_ERRORS.get(answer.code, over()).on(answer)

    def _version(self, content: Content, asked: set[str]) -> int:
        cards = self.settings.cards_version if content.cards else 1
        return max(cards, self.settings.phone_version if asked else 1)

    def _sender(self, name: str) -> dict[str, str]:
        shown = {"name": name or self.settings.sender_name}
        if len(shown["name"]) > 28:
            raise UnsupportedFeature(
                f"The sender has {len(name)} characters; viber shows 28.", where="sender"
            )
        avatar = self.settings.sender_avatar
        return {**shown, "avatar": avatar} if avatar else shown

    def _ask(self, method: str, body: Any) -> HttpRequest:
        url = f"{self.settings.base_url.rstrip('/')}/{method}"
        return json_request(url, body, headers={AUTH: self.settings.token})

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """One event, signed with the bot's token; opening the chat may be answered at once."""
        check_hmac(inbound.headers.get(SIGNATURE, ""), self.settings.token, inbound.body)
        event = read_json(inbound)
        heard = heard_of(event, now)
        context = opens(event)
        if context is None or not self.settings.welcome:
            return Hook(heard=heard)
        body = welcome(
            self.settings.welcome,
            self.settings.welcome_button,
            context if _PAYLOAD.fullmatch(context) else "",
            self.settings.button_color,
        )
        answer = {"sender": self._sender(""), "min_api_version": 1, **body}
        return Hook(heard=heard, body=msgspec.json.encode(answer))

    def hook_request(self, url: str) -> HttpRequest:
        """set_webhook with the events that we read; `message` always comes."""
        told = {"url": url, "event_types": EVENTS, "send_name": True, "send_photo": True}
        return self._ask("set_webhook", told)

    # ------------------------------------------------------------ about people and the account

    def about_request(self, address: str) -> HttpRequest:
        """get_user_details; Viber answers it twice in 12 hours for one person."""
        return self._ask("get_user_details", {"id": address})

    def about(self, answer: Answer) -> dict[str, Any]:
        """What it told about a person, under the names of traits."""
        return facts(json_of(answer).get("user"))

    def account_request(self) -> HttpRequest:
        """get_account_info."""
        return self._ask("get_account_info", {})

    def answered_well(self, answer: Answer) -> bool:
        """Status 0: the answer itself is always 200."""
        return answer.code == 200 and json_of(answer).get("status") == 0

    def account_words(self, answer: Answer) -> str:
        """The bot's name, its URI and how many have subscribed."""
        told = json_of(answer)
        people = told.get("subscribers_count", 0)
        return f"{told.get('name', '')}, {told.get('uri', '')}, {people} subscribers"

    def deep_link(self, payload: str) -> str:
        """viber://pa?chatURI=...&context=...: the payload comes back when the chat is opened."""
        if not self.settings.bot_uri:
            return ""
        link = f"viber://pa?chatURI={self.settings.bot_uri}"
        if not payload:
            return link
        if not _PAYLOAD.fullmatch(payload):
            raise UnsupportedFeature(
                "A Viber link brings along 100 letters, digits and . _ ~ - at most.",
                where="payload",
            )
        return f"{link}&context={payload}"
