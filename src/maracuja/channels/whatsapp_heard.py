"""What calls of WhatsApp tell: receipts, words, presses, stops and numbers that changed.

Kinds that are not read tell nothing. A person is named by the id that the business has of them,
which does not change with their number; by the number where no id is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from maracuja.channels.base import RAW_CHARS_MAX
from maracuja.channels.heard import TEXT_CHARS_MAX, Attachment, Heard, HeardKind
from maracuja.channels.http import reject
from maracuja.channels.leaving import leaves, returns
from maracuja.channels.whatsapp_account import Account, account_of
from maracuja.channels.whatsapp_errors import failure_of
from maracuja.content import MediaKind
from maracuja.model import Status, Verdict

_ATTACHED: Final = {
    "image": MediaKind.PICTURE,
    "sticker": MediaKind.PICTURE,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.FILE,
    "document": MediaKind.FILE,
}
# What a link into the chat put at the end of its words: `Hello! [poster-1]`.
ENTRY: Final = re.compile(r"\[([A-Za-z0-9_-]{1,100})\]\s*\Z")
_DIGITS: Final = re.compile(r"[1-9][0-9]{6,14}")
# On buttons; a button may say Cancel of an order, which leaves nobody.
_STOPS: Final = frozenset(
    "stop|stop promotions|unsubscribe|стоп|отписаться|відписатися|відписатись|зогсоо".split("|")
)
USER_ID: Final = re.compile(r"[A-Z]{2}(?:\.ENT)?\.[A-Za-z0-9]{1,128}")
PAYLOAD_CHARS_MAX: Final = 256


class Ours(NamedTuple):
    """The number of ours that a call must be about, and the words that its links begin with.

    Calls about the account itself name that instead of the number.
    """

    number_id: str
    greeting: str
    account: Account = Account("", "")


def heard_of(entries: Iterable[dict[str, Any]], ours: Ours, now_us: int) -> list[Heard]:
    """What the entries of a call tell of one number of ours. Raises WebhookRejected."""
    try:
        return [
            one
            for entry in entries
            for change in entry["changes"]
            for one in (
                *account_of(entry, change, ours.account, now_us),
                *_change(change["field"], change["value"], ours, now_us),
            )
        ]
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        raise reject("it is no call that we can read") from None


def _change(field: str, value: Any, ours: Ours, now_us: int) -> Iterator[Heard]:
    if field not in ("messages", "user_preferences"):
        return
    if value["metadata"]["phone_number_id"] != ours.number_id:
        return  # another number of the same app
    contacts = [*value.get("contacts", ())]
    for told in value.get("statuses", ()):
        yield from _receipt(told, now_us)
    for told in value.get("messages", ()):
        yield from _message(told, contacts, ours, now_us)
    for told in value.get("user_preferences", ()):
        yield from _preference(told, contacts, now_us)


# ---------------------------------------------------------------- receipts


def _receipt(told: dict[str, Any], now_us: int) -> Iterator[Heard]:
    """Delivered, read or failed. That it was sent, the answer to our request has said."""
    name, state, at_us = str(told["id"]), told["status"], _at(told, now_us)
    common: dict[str, Any] = {
        "at_us": at_us,
        "address": _address(told.get("recipient_user_id"), told.get("recipient_id")),
        "reference": str(told.get("biz_opaque_callback_data") or ""),
        "vendor_id": name,
    }

    def receipt(status: Status, **more: Any) -> Heard:
        key = f"{name}:{status}"
        return Heard(kind=HeardKind.RECEIPT, key=key, status=status, **common, **more)

    if state in ("delivered", "read", "played"):
        # Read at once, a message may never be told to be delivered.
        yield receipt(Status.DELIVERED, raw=_price(told))
    if state in ("read", "played"):
        yield receipt(Status.READ)
    if state == "failed":
        status, found, words = failure_of(told.get("errors"))
        about: dict[str, Any] = {"code": found.code, "raw": words[:RAW_CHARS_MAX]}
        ours = f"{found.code}: {about['raw']}" if found.verdict is Verdict.OURS else ""
        yield receipt(status, rest_s=found.rest_s, alarm=ours, **about)
        if found.marketing_only:
            yield Heard(kind=HeardKind.LEAVE, key=f"{name}:stop", speaks=False, **common, **about)


def _price(told: dict[str, Any]) -> str:
    """What Meta says that it charges: `marketing, regular`; '' where it says nothing."""
    price = told.get("pricing") or {}
    parts = [price.get("category"), price.get("type")]
    return ", ".join(str(part)[:100] for part in parts if part)


# ---------------------------------------------------------------- words and presses


def _message(
    told: dict[str, Any], contacts: list[Any], ours: Ours, now_us: int
) -> Iterator[Heard]:
    if told.get("group_id"):
        return
    kind = told["type"]
    if kind == "system":
        yield from _moved(told, now_us)
        return
    contact = _contact(contacts, told)
    address = _address(contact.get("user_id") or told.get("from_user_id"), told.get("from"))
    if not address:
        return
    common: dict[str, Any] = {
        "key": str(told["id"]),
        "at_us": _at(told, now_us),
        "address": address,
        "vendor_id": str((told.get("context") or {}).get("id") or ""),
        "observed": _about(contact, address, told),
    }
    pressed = _pressed(told, kind)
    if pressed is not None:
        payload, text = pressed
        going = {payload.casefold(), text.casefold()} & _STOPS
        what = HeardKind.LEAVE if going else HeardKind.TAP
        yield Heard(kind=what, payload=payload, text=text, **common)
        return
    read = _words(told, kind)
    if read is None:
        return
    text, declared = read
    advert = told.get("referral") or {}
    entry = ENTRY.search(text)
    payload = entry[1] if entry else str(advert.get("source_id") or "")[:PAYLOAD_CHARS_MAX]
    if leaves(text):
        yield Heard(kind=HeardKind.LEAVE, text=text, **common)
    elif returns(text) or (entry and text[: entry.start()].strip() == ours.greeting):
        yield Heard(kind=HeardKind.START, text=text, payload=payload, **common)
    else:
        yield Heard(
            kind=HeardKind.MESSAGE,
            text=text,
            payload=payload,
            attachments=tuple(_attached(told, kind)),
            declared=declared,
            **common,
        )


def _pressed(told: dict[str, Any], kind: str) -> tuple[str, str] | None:
    """What a pressed button or a chosen row brings back, and its words; None: nothing of it."""
    if kind == "button":
        button = told["button"]
        found = str(button.get("payload") or button["text"]), str(button["text"])
    elif kind == "interactive" and told["interactive"]["type"] in ("button_reply", "list_reply"):
        reply = told["interactive"][told["interactive"]["type"]]
        found = str(reply["id"]), str(reply["title"])
    else:
        return None
    return found[0][:PAYLOAD_CHARS_MAX], found[1][:TEXT_CHARS_MAX]


def _words(told: dict[str, Any], kind: str) -> tuple[str, dict[str, Any]] | None:
    """The words of a message and what the person gave; None where it is nothing that we know."""
    declared: dict[str, Any] = {}
    match kind:
        case "text":
            text = told["text"]["body"]
        case "reaction":
            text = told["reaction"].get("emoji", "")
            if not text:
                return None  # taken back
        case "location":
            place = told["location"]
            text = place.get("name", "")
            declared["location"] = {
                "latitude": float(place["latitude"]),
                "longitude": float(place["longitude"]),
            }
        case "order":
            text = told["order"].get("text", "")
        case "interactive":
            text = told["interactive"].get("nfm_reply", {}).get("body", "")
        case "contacts" | "unsupported":
            text = ""  # they wrote, which opens the window; what it was is not for us
        case _ if kind in _ATTACHED:
            text = told[kind].get("caption", "")
        case _:
            return None
    return str(text)[:TEXT_CHARS_MAX], declared


def _attached(told: dict[str, Any], kind: str) -> Iterator[Attachment]:
    if kind in _ATTACHED:
        one = told[kind]
        name = str(one.get("filename", ""))[:200]
        yield Attachment(kind=_ATTACHED[kind], reference=str(one["id"]), name=name)


# ---------------------------------------------------------------- people


def _moved(told: dict[str, Any], now_us: int) -> Iterator[Heard]:
    """A number or an id that has become another."""
    system = told["system"]
    new = _address(system.get("user_id"), system.get("wa_id") or system.get("new_wa_id"))
    old = _address(told.get("from_user_id"), system.get("customer") or told.get("from"))
    if system["type"] in ("user_changed_number", "user_changed_user_id") and old and new != old:
        yield Heard(
            kind=HeardKind.MOVED,
            key=str(told["id"]),
            at_us=_at(told, now_us),
            address=old,
            text=new,
            speaks=False,
        )


def _preference(told: dict[str, Any], contacts: list[Any], now_us: int) -> Iterator[Heard]:
    """A person stops marketing messages in WhatsApp's own settings, or wants them again."""
    contact = _contact(contacts, {"from": told.get("wa_id"), "from_user_id": told.get("user_id")})
    address = _address(
        contact.get("user_id") or told.get("user_id"), contact.get("wa_id") or told.get("wa_id")
    )
    word = str(told["value"]).lower()
    if not address or word not in ("stop", "resume", "signup"):
        return
    yield Heard(
        kind=HeardKind.LEAVE if word == "stop" else HeardKind.START,
        key=f"preference:{address}:{word}:{told['timestamp']}",
        at_us=_at(told, now_us),
        address=address,
        code=f"preference_{word}",
        speaks=False,
        observed=_about(contact, address, {}),
    )


def _contact(contacts: list[Any], told: dict[str, Any]) -> dict[str, Any]:
    """Who of the contacts wrote; {} where nobody is named."""
    ids = {told.get("from_user_id"), told.get("from")} - {None, ""}
    for contact in contacts:
        if ids & {contact.get("user_id"), contact.get("wa_id")}:
            return dict(contact)
    return dict(contacts[0]) if len(contacts) == 1 else {}


def _about(contact: dict[str, Any], address: str, told: dict[str, Any]) -> dict[str, Any]:
    """What WhatsApp tells about a person, under the names of traits."""
    profile = contact.get("profile") or {}
    found = {
        "name": profile.get("name"),
        "whatsapp_username": profile.get("username"),
        "phone": _number(contact.get("wa_id") or told.get("from")),
        "country": address[:2] if USER_ID.fullmatch(address) else "",
    }
    return {trait: str(value)[:200] for trait, value in found.items() if value}


def _address(user_id: Any, wa_id: Any) -> str:
    """The person's id at this business, else their number; '' where there is neither."""
    if isinstance(user_id, str) and USER_ID.fullmatch(user_id):
        return user_id
    return _number(wa_id)


def _number(wa_id: Any) -> str:
    """A number as we write it, with a +; '' where it is none."""
    digits = wa_id.removeprefix("+") if isinstance(wa_id, str) else ""
    return f"+{digits}" if _DIGITS.fullmatch(digits) else ""


def _at(told: dict[str, Any], now_us: int) -> int:
    """The vendor's time in microseconds, never later than ours."""
    return min(int(told["timestamp"]) * 1_000_000, now_us)
