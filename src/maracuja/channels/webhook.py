"""Webhook: messages for any other system, as signed JSON, and what that system tells of them.

The other system is of the shop's own making: it recognises our id, so what is unknown is asked
again. It never sends to an address that a person or a call gave: only to the one of the settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final

import msgspec
from msgspec import Meta

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import TEXT_CHARS_MAX, Heard, HeardKind, Hook
from maracuja.channels.http import (
    SECRET_CHARS_MIN,
    HttpChannel,
    HttpRequest,
    HttpSettings,
    hidden,
    json_of,
    read_json,
    reference,
    reject,
)
from maracuja.channels.rulings import Ruling, accepted, over, stop, suppress, wait, whole
from maracuja.channels.signing import SIGNATURE, check_signature, signature
from maracuja.content import Content, MediaKind, Tap
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Capabilities, Message, SendResult, Status, micros

IDEMPOTENCY: Final = "idempotency-key"
EVENTS_MAX: Final = 1000  # in one call
_ADDRESS: Final = re.compile(r"[!-~]{1,500}")  # no spaces, no control characters

# `error` in a refusal's body, and what it means; it goes before the status.
ERRORS: Final[Mapping[str, Ruling]] = {
    "gone": suppress("gone"),
    "invalid_address": suppress("invalid_address"),
    "unsubscribed": suppress("unsubscribed", marketing_only=True),
    "content": over("content"),
    "unauthorized": stop("unauthorized"),
    "busy": whole("busy"),
}
STATUSES: Final[Mapping[int, Ruling]] = {
    401: stop("unauthorized"),
    403: stop("unauthorized"),
    404: stop("not_there"),
    405: stop("not_there"),
    408: wait(),
    409: wait(),  # it is still busy with the same id
    410: stop("not_there"),
    425: wait(),
    429: whole(),
}
# `event` of what the other system tells.
_RECEIPTS: Final = {
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "clicked": Status.CLICKED,
    "failed": Status.FAILED,
    "bounced": Status.BOUNCED,
    "complained": Status.COMPLAINED,
}
_KINDS: Final = {
    "replied": HeardKind.MESSAGE,
    "pressed": HeardKind.TAP,
    "subscribed": HeardKind.START,
    "unsubscribed": HeardKind.LEAVE,
}


class WebhookSettings(HttpSettings, frozen=True):
    """The other system: where it listens, and the secret that both sides sign with."""

    base_url: Annotated[
        str, Meta(description="address of the other system: each message is posted to it")
    ] = ""
    secret: Annotated[
        str,
        hidden("signs what goes out and proves what comes in: 16 characters or more"),
    ] = ""

    def __post_init__(self) -> None:
        """Refuse a secret that can be guessed."""
        super().__post_init__()
        self.check_secrets("secret")
        if not self.secret:
            raise ConfigError(
                "The secret of the webhook is missing.",
                where="secret",
                fix=f"Use {SECRET_CHARS_MIN} letters and digits or more.",
            )


class Told(msgspec.Struct, frozen=True):
    """One event of a call: `id` is the other system's own for it, `at` the second of it."""

    id: str
    event: str
    at: float
    address: str = ""
    reference: str = ""
    text: str = ""
    payload: str = ""
    phone: str = ""
    code: str = ""


class _Call(msgspec.Struct, frozen=True):
    events: list[Told]


class Webhook(HttpChannel):
    """Another system. People are reached by the address that it told us of them."""

    name: ClassVar[str] = "webhook"
    code: ClassVar[int] = 12
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=20_000,
        subject_chars_max=500,
        formatted=True,
        media=frozenset(MediaKind),
        media_max=10,
        media_with_buttons=10,
        buttons=20,
        button_chars_max=200,
        button_taps=frozenset({Tap.URL, Tap.REPLY, Tap.COPY}),
        reply_bytes_max=250,
        keyboard=20,
        keyboard_chars_max=200,
        keyboard_taps=frozenset(Tap),
        keyboard_brings=True,
        cards=10,
        card_title_chars_max=200,
        card_text_chars_max=2_000,
        card_buttons=5,
        link=True,
        place=True,
        receipts=frozenset({Status.SENT, Status.REPLIED, Status.UNSUBSCRIBED})
        | frozenset(_RECEIPTS.values()),
        honours_our_id=True,
        address_kind="webhook",
    )
    Settings = WebhookSettings
    settings: WebhookSettings

    # ------------------------------------------------------------ out

    def request(self, message: Message, now: datetime) -> HttpRequest:
        """One signed POST; its Idempotency-Key is our id, the same in each attempt."""
        if not _ADDRESS.fullmatch(message.to.value):
            raise UnsupportedFeature(
                "An address of another system has 1 to 500 characters without spaces.", where="to"
            )
        body = msgspec.json.encode(as_json(message))
        at_s = int(now.timestamp())
        return HttpRequest(
            url=self.settings.base_url,
            headers={
                "content-type": "application/json",
                IDEMPOTENCY: message.id.hex(),
                SIGNATURE: signature(self.settings.secret, at_s, body),
            },
            body=body,
            message_id=message.id,
            recipient=message.to.value,
        )

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """Taken with an `id` of theirs; else by `error`, else by the status."""
        told = json_of(answer)
        if 200 <= answer.code < 300:
            theirs = told.get("id")
            taken = isinstance(theirs, str) and 0 < len(theirs) <= 200
            return accepted(str(theirs)) if taken else over("no_id").on(answer)
        named = told.get("error")
        known = ERRORS.get(named) if answer.code >= 400 and isinstance(named, str) else None
        return (known or STATUSES.get(answer.code, over())).on(answer)

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """A signed call with events; those whose name is not known tell nothing."""
        check_signature(
            inbound.headers.get(SIGNATURE, ""), self.settings.secret, inbound.body, now
        )
        try:
            call = msgspec.convert(read_json(inbound), _Call)
        except msgspec.ValidationError as fault:
            raise reject(f"its shape is strange: {fault}") from None
        if len(call.events) > EVENTS_MAX:
            raise reject(f"it has more than {EVENTS_MAX} events")
        heard = {one.key: one for told in call.events if (one := _heard(told, now)) is not None}
        return Hook(heard=list(heard.values()))

    # ------------------------------------------------------------ about the account

    def account_request(self) -> None:
        """There is none: a trial message shows whether the other system takes our signature."""


def as_json(message: Message) -> dict[str, Any]:
    """The body that the other system gets: what is empty is left out."""
    given: dict[str, Any] = {
        "id": message.id.hex(),
        "reference": reference(message),
        "to": message.to.value,
        **_shown(message.content),
        "language": message.language,
        "campaign": message.campaign,
        "topic": message.topic,
        "variant": message.variant,
        "sender": message.sender,
        "marketing": message.marketing,
        "unsubscribe_url": message.unsubscribe_url,
    }
    if message.expires_us:
        given["expires_at"] = message.expires_us // 1_000_000
    return {name: value for name, value in given.items() if value not in ("", [])}


def _shown(content: Content) -> dict[str, Any]:
    """What the person is shown: parts without those of their fields that say nothing."""
    whole = msgspec.to_builtins(content)
    names = ("text", "subject", "formatted", "media", "buttons", "keyboard", "cards", "link")
    shown = {name: _told(whole[name]) for name in (*names, "silent")}
    shown["place"] = whole["place"]  # 0 degrees is a place too
    return {name: value for name, value in shown.items() if value not in (None, False)}


def _told(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {k: _told(v) for k, v in value.items() if v not in ("", 0, False, [], ())}
    return value


def _heard(told: Told, now: datetime) -> Heard | None:
    """What one event says; None where it says nothing that we know, or of nobody."""
    if not 0 < len(told.id) <= 200 or not 0 < told.at < 1e11:
        return None
    at_us = min(int(told.at * 1_000_000), micros(now.astimezone(UTC)))
    of_whom = told.address if _ADDRESS.fullmatch(told.address) else ""
    status, kind = _RECEIPTS.get(told.event), _KINDS.get(told.event)
    if status is not None and told.reference:
        kind = HeardKind.RECEIPT
    elif kind is None or not of_whom:
        return None
    return Heard(
        kind=kind,
        key=told.id,
        at_us=at_us,
        address=of_whom,
        reference=told.reference[:200],
        status=status,
        code=told.code[:100],
        text=told.text[:TEXT_CHARS_MAX],
        payload=told.payload[:500],
        declared={"phone": told.phone[:40]} if told.phone else {},
    )
