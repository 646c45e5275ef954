"""The `context` of events: each different one is read once and shared by its events."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from maracuja.ingest import addresses
from maracuja.ingest.calls import Request
from maracuja.ingest.push_addresses import Push, take_push_addresses

# Not columns: `traits` are about the person, `signature` is a proof, `consent` is a ledger's.
_APART = ("traits", "signature", "consent")


class Context(NamedTuple):
    """One context: what becomes columns, and what it says of the person."""

    fields: dict[str, Any]
    email: str | None = None
    phone: str | None = None
    signature: str | None = None  # proof of the id, made by the shop's server
    key: str = ""  # number of the browser's key
    observed: dict[str, str] = {}  # noqa: RUF012 - a NamedTuple's default is never changed
    pushes: tuple[Push, ...] = ()  # where this browser or app takes notifications


class Contexts:
    """Contexts by their bytes; `all` holds them in the order in which they were first seen."""

    def __init__(self, country: str) -> None:
        self._country = country
        self._at: dict[tuple[bytes, bytes], int] = {}
        self.all: list[Context] = []

    def place(self, event: bytes, caller: bytes) -> int:
        """The index in `all` of an event's context, joined with what the caller's line told.

        Both are JSON objects or empty. Raises msgspec.DecodeError, UnicodeDecodeError or
        RecursionError where they are not.
        """
        key = (event, caller)
        at = self._at.get(key)
        if at is None:
            at = len(self.all)
            self.all.append(read_context(event, caller, self._country))
            self._at[key] = at
        return at


def key_of(request: Request) -> str:
    """The number of the browser's key that a request came with; '' for others."""
    if request.key_kind != "browser":
        return ""
    try:
        return str((_objects.decode(request.context) or {}).get("key", ""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


_objects = msgspec.json.Decoder(dict[str, Any] | None)


def read_context(event: bytes, caller: bytes, country: str) -> Context:
    """A context as columns and as traits observed; see `Contexts.place`."""
    fields = (_objects.decode(event) if event else None) or {}
    told = (_objects.decode(caller) if caller else None) or {}
    key = str(told.pop("key", ""))
    for name, value in told.items():
        fields.setdefault(name, value)
    pushes = take_push_addresses(fields)
    traits = fields.get("traits")
    signature = fields.get("signature")
    for name in _APART:
        fields.pop(name, None)
    said = traits if isinstance(traits, dict) else {}
    email, phone = said.get("email"), said.get("phone")
    observed = {}
    locale, zone = fields.get("locale"), fields.get("timezone")
    if isinstance(locale, str) and locale[:2].isalpha() and len(locale) <= 35:
        observed["language"] = locale.replace("_", "-").partition("-")[0].lower()
    if isinstance(zone, str) and 0 < len(zone) <= 64:
        observed["timezone"] = zone
    return Context(
        fields=fields,
        email=addresses.email(email) if isinstance(email, str) else None,
        phone=addresses.phone(phone, country) if isinstance(phone, str) else None,
        signature=signature if isinstance(signature, str) else None,
        key=key,
        observed=observed,
        pushes=pushes,
    )
