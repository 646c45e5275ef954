"""Web chat and in-app inbox: messages shown on the shop's pages and in its app, and the answers.

The vendor is our own inbox in the state database; a token is all that proves who a visitor is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Hook
from maracuja.channels.http import (
    HttpChannel,
    HttpRequest,
    HttpSettings,
    hidden,
    json_of,
    json_request,
    read_json,
    reference,
    reject,
)
from maracuja.channels.rulings import Ruling, accepted, over, stop, suppress, wait
from maracuja.channels.web_chat_frames import heard_of, read_frames
from maracuja.channels.web_chat_token import (
    is_address,
    public_id,
    read_token,
    user_address,
)
from maracuja.content import MediaKind, Tap
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Capabilities, Message, Record, SendResult, Status, micros

SECRET_CHARS_MIN: Final = 32
BYTES_MAX: Final = 64_000
BEARER: Final = "bearer "
ANY: Final = "*"
FULL: Final = 409
# What our own inbox says, see `runtime.web_chat_transport`.
STATUSES: Final[Mapping[int, Ruling]] = {
    FULL: over("full"),
    410: suppress("gone"),
    413: over("content"),
    422: over("content"),
    423: stop("storage"),
    429: wait(),
}


class WebChatSettings(HttpSettings, frozen=True):
    """Where the chat may stand, how it looks at first, and how long its messages are kept."""

    base_url: Annotated[str, Meta(description="not used: the inbox is our own")] = (
        "https://inbox.invalid"
    )
    secret: Annotated[
        str,
        hidden(
            "signs what visitors' browsers keep: 32 characters or more; a new one "
            "makes strangers of all guests"
        ),
    ] = ""
    origins: Annotated[
        tuple[str, ...],
        Meta(
            description="the sites on whose pages the chat may stand, such as "
            "https://shop.example; none: the shop's own; *: any"
        ),
    ] = ()
    greeting: Annotated[
        dict[str, str],
        Meta(description="what is read in an empty chat, by language: en, ru, uk, mn"),
    ] = msgspec.field(default_factory=dict)
    keep_days: Annotated[
        int, Meta(ge=1, le=3650, description="days for which what was seen stays in the thread")
    ] = 90
    guest_days: Annotated[
        int,
        Meta(ge=1, le=3650, description="days after which a guest who did not come is forgotten"),
    ] = 365
    token_days: Annotated[
        int, Meta(ge=1, le=365, description="days for which a known person's token is good")
    ] = 30
    sockets: Annotated[
        int, Meta(ge=1, description="open chats at once; those above it ask by HTTP")
    ] = 2_000

    def __post_init__(self) -> None:
        """Refuse a secret that can be guessed, and sites that are none."""
        super().__post_init__()
        if len(self.secret) < SECRET_CHARS_MIN:
            raise ConfigError(
                "The secret of the web chat is missing, or short enough to guess.",
                where="secret",
                fix=f"Use {SECRET_CHARS_MIN} letters and digits or more: openssl rand -hex 32.",
            )
        for origin in self.origins:
            if origin != ANY and origin_of(origin) != origin:
                raise ConfigError(
                    f"`{origin}` is no site.",
                    where="origins",
                    fix="Write https:// and the name, without a path or a slash at the end.",
                )


class Row(Record, frozen=True):
    """A message as our inbox takes it: `shown` is what the browser reads."""

    id: str
    address: str
    message: str  # hexadecimal
    pid: int
    run: int
    expires_us: int
    shown: dict[str, Any]


class WebChat(HttpChannel):
    """Visitors of the shop's pages and users of its app, guests or known to the shop."""

    name: ClassVar[str] = "web_chat"
    code: ClassVar[int] = 11
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=4_000,
        subject_chars_max=100,
        formatted=True,
        media=frozenset(MediaKind),
        media_max=10,
        media_with_buttons=10,
        buttons=10,
        button_chars_max=40,
        button_taps=frozenset({Tap.URL, Tap.REPLY, Tap.COPY}),
        reply_bytes_max=250,
        keyboard=13,
        keyboard_chars_max=20,
        keyboard_taps=frozenset({Tap.REPLY}),
        cards=10,
        card_title_chars_max=80,
        card_text_chars_max=300,
        card_buttons=3,
        link=True,
        bytes_max=BYTES_MAX,
        receipts=frozenset(
            {
                Status.SENT,
                Status.DELIVERED,
                Status.READ,
                Status.CLICKED,
                Status.REPLIED,
                Status.BOUNCED,
                Status.UNSUBSCRIBED,
            }
        ),
        honours_our_id=True,
        address_kind="web_chat",
    )
    Settings = WebChatSettings
    settings: WebChatSettings
    carried_by = "web_chat"
    one_account: ClassVar[bool] = True

    # ------------------------------------------------------------ out

    @classmethod
    def address_of(cls, external_id: str) -> str:
        """A customer has a thread from their first message on."""
        made = user_address(external_id)
        return made if is_address(made) else ""

    def request(self, message: Message, now: datetime) -> HttpRequest:
        """A row for the inbox; the same message is the same row."""
        if not is_address(message.to.value):
            raise UnsupportedFeature(
                "An address of the web chat is guest: and 32 digits, or user: and your id.",
                where="to",
            )
        row = Row(
            id=public_id(self.settings.secret, reference(message)),
            address=message.to.value,
            message=message.id.hex(),
            pid=message.pid,
            run=message.run,
            expires_us=message.expires_us,
            shown=shown_of(message),
        )
        made = json_request(
            self.settings.base_url, row, message_id=message.id, recipient=message.to.value
        )
        if len(made.body) > BYTES_MAX:
            raise UnsupportedFeature(
                f"The message has {len(made.body)} bytes; web_chat carries {BYTES_MAX}.",
                where="text",
                fix="Shorten the texts and the addresses.",
            )
        return made

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """A line of the thread, or by the table; of a full inbox each one is counted."""
        if answer.code == 200:
            seq = json_of(answer).get("seq")
            taken = type(seq) is int and seq > 0
            return accepted(f"line {seq}") if taken else over("no_line").on(answer)
        result = STATUSES.get(answer.code, over()).on(answer)
        return msgspec.structs.replace(result, full=answer.code == FULL)

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """What a visitor's browser says when its socket is down: frames, with its token."""
        told = read_json(inbound)
        if not isinstance(told, dict):
            raise reject("its shape is strange")
        address = self.visitor(_bearer(inbound, told), now)
        frames = read_frames(told.get("frames", []))
        return Hook(heard=heard_of(frames, address, self.settings.secret, micros(now)))

    def visitor(self, token: str, now: datetime) -> str:
        """The address of whoever shows this token. Raises WebhookRejected."""
        return read_token(self.settings.secret, token, now)[0]

    def allows(self, origin: str, own: str) -> bool:
        """Whether a page of this site may hold the chat; `own` is the shop's address."""
        allowed = self.settings.origins or (origin_of(own), origin_of(self.hook))
        return ANY in allowed or origin in allowed

    # ------------------------------------------------------------ about the account

    def account_request(self) -> None:
        """There is none: the inbox is our own."""

    def own_step(self) -> str:
        """The line that the shop puts into its pages."""
        return f'<script src="{self.hook}.js" data-key="YOUR BROWSER KEY" defer></script>'


def shown_of(message: Message) -> dict[str, Any]:
    """What the browser reads of a message; what is empty is left out."""
    whole = msgspec.to_builtins(message.content)
    names = ("text", "formatted", "media", "buttons", "keyboard", "cards", "link", "silent")
    given = {
        "title": message.content.subject,
        **{name: _told(whole[name]) for name in names},
        "lang": message.language,
        "by": message.sender,
        "leave": message.unsubscribe_url if message.marketing else "",
    }
    return {name: value for name, value in given.items() if value not in ("", False, [])}


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as browsers write an origin; '' of what is none."""
    try:
        parts = urlsplit(url)
        there = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if there else ""


def _told(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {k: _told(v) for k, v in value.items() if v not in ("", 0, False, [], ())}
    return value


def _bearer(inbound: Inbound, told: dict[str, Any]) -> str:
    """The token of the header, or of the body: a page sends it there, without a preflight."""
    header = inbound.headers.get("authorization", "")
    if header.lower().startswith(BEARER):
        return header[len(BEARER) :].strip()
    given = told.get("token")
    return given if isinstance(given, str) else ""
