"""One call of a client, checked: a row of plain values, or the reason why it is put aside."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from maracuja import rng
from maracuja.ingest import calls
from maracuja.ingest.calls import Call, Request
from maracuja.ingest.contexts import Context
from maracuja.ingest.refusals import Code
from maracuja.ingest.traits import Said, read_traits

IDENTITY_CHARS_MAX: Final = 256
EVENT_CHARS_MAX: Final = 200
MESSAGE_ID_CHARS_MAX: Final = 256

# What programs send for nobody; taken as absent, or all their people would be one.
NOBODY: Final = frozenset(
    ("", "null", "undefined", "none", "nil", "nan", "unknown", "anonymous", "guest", "0", "-1")
)
NAMES: Final = {
    "identify": "Identified",
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Grouped",
    "alias": "Aliased",
}
CONSENT_EVENT: Final = "Subscription Updated"
CONSENT_STATES: Final = ("opted_in", "opted_out", "pending", "soft")
CONSENT_CHARS_MAX: Final = 100


class Rules(NamedTuple):
    """What checking needs to know of the shop."""

    country: str  # two letters, of phone numbers without +
    proves: Callable[
        [str, str, str], bool
    ]  # whether, for a browser's key and an id, a proof holds


class Event(NamedTuple):
    """One good event; the fields are the columns of `decode.SCHEMA`."""

    seq: int
    n: int
    received_us: int
    browser: bool  # sent with a browser's key
    signed: bool  # a server sent it, or its id carries our signature
    kind: str
    event: str
    external_id: str | None
    anonymous_id: str | None
    previous_id: str | None
    email: str | None
    phone: str | None
    message_id: str
    context: int  # index into the batch's contexts
    occurred: str | None  # as sent
    sent: str | None


# A good event, its properties, and (of identify calls) what it says of the person.
Checked = tuple[Event, dict[str, Any] | None, Said | None]


class Bad(Exception):
    """This event is put aside."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class Place(NamedTuple):
    """Where an event stands: its request, what that shares, its number there, its bytes."""

    request: Request
    sent_at: str | None
    shared: bytes  # context
    n: int
    raw: bytes | msgspec.Raw


def check(place: Place, call: Call, context: Context, context_at: int, rules: Rules) -> Checked:
    """The event as a row; raises Bad with the reason why it is put aside."""
    request = place.request
    kind = request.call if request.call in calls.VERBS else call.type
    name = _track_name(call.event) if kind == "track" else _event_name(kind, call)
    external = _identity(call.user_id, "userId")
    anonymous = _identity(call.anonymous_id, "anonymousId")
    previous = _identity(call.previous_id, "previousId") if kind == "alias" else None
    said = read_traits(call.traits, rules.country) if kind == "identify" and call.traits else None
    email, phone = context.email, context.phone
    if said is not None:
        email = said.values.get("email") or email
        phone = said.values.get("phone") or phone
    if external is None and anonymous is None and email is None and phone is None:
        raise Bad(Code.NO_IDENTITY)
    if kind == "alias" and (previous is None or external is None):
        raise Bad(Code.NO_PREVIOUS)
    browser = request.key_kind == "browser"
    properties = call.properties if kind == "track" else _properties(kind, call)
    if name == CONSENT_EVENT:
        _check_consent(properties or {})
    event = Event(
        request.seq,
        place.n,
        request.received_us,
        browser,
        not browser or _is_signed(external, context, rules),
        kind,
        name,
        external,
        anonymous,
        previous,
        email,
        phone,
        _message_id(place, call),
        context_at,
        call.timestamp or call.original_timestamp,
        call.sent_at or place.sent_at,
    )
    return event, properties, said


@lru_cache(maxsize=4096)
def _track_name(event: str | None) -> str:
    name = (event or "").strip()
    if not name:
        raise Bad(Code.NO_EVENT_NAME)
    if len(name) > EVENT_CHARS_MAX or not name.isprintable():
        raise Bad(Code.BAD_EVENT_NAME)
    return name


def _event_name(kind: str, call: Call) -> str:
    name = NAMES.get(kind)
    if name is None:
        raise Bad(Code.UNKNOWN_TYPE, repr(kind))
    if kind == "group" and _identity(call.group_id, "groupId") is None:
        raise Bad(Code.NO_GROUP)
    return name


@lru_cache(maxsize=65_536)
def _identity(value: calls.Id, name: str) -> str | None:
    if value is None:
        return None
    text = str(value).strip()
    if text.lower() in NOBODY:
        return None
    if len(text) > IDENTITY_CHARS_MAX or not text.isprintable():
        raise Bad(Code.BAD_IDENTITY, name)
    return text


def _is_signed(external_id: str | None, context: Context, rules: Rules) -> bool:
    proof = context.signature
    if external_id is None or proof is None or not proof.isascii():
        return False
    return rules.proves(context.key, external_id, proof)


def _properties(kind: str, call: Call) -> dict[str, Any] | None:
    """Properties, with the fields that page, screen and group calls keep outside of them."""
    if kind in ("page", "screen"):
        named = {"name": call.name, "category": call.category}
        return {**{k: v for k, v in named.items() if v}, **(call.properties or {})}
    if kind == "group":
        return {**(call.traits or {}), "group_id": str(call.group_id)}
    return None


def _message_id(place: Place, call: Call) -> str:
    """The client's id; without one, an id made of the event (and its place, if it has no time)."""
    given = call.message_id
    if given:
        if len(given) > MESSAGE_ID_CHARS_MAX:
            raise Bad(Code.BAD_MESSAGE_ID)
        return given
    raw = bytes(place.raw)
    if call.timestamp or call.original_timestamp:
        return rng.make_id("call", place.request.call, raw).hex()
    return rng.make_id("call", place.request.seq, place.n, raw).hex()


def _check_consent(properties: dict[str, Any]) -> None:
    for name in ("topic", "channel"):
        value = properties.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= CONSENT_CHARS_MAX:
            raise Bad(Code.BAD_CONSENT, f"{name} is absent or no text")
        if not value.isprintable():
            raise Bad(Code.BAD_CONSENT, f"{name} has control characters")
    if properties.get("state") not in CONSENT_STATES:
        raise Bad(Code.BAD_CONSENT, f"state is {properties.get('state')!r}")
