"""Who a visitor of the web chat is: their address, and the token that only our server can make.

A token opens somebody's messages: it goes into no address, no log and no answer but theirs.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from datetime import datetime
from typing import Final

from maracuja.channels.http import reject

GUEST, USER = "guest:", "user:"
ADDRESS_CHARS_MAX: Final = 300
TOKEN_CHARS_MAX: Final = 1_000
PROOF_BYTES: Final = 15
_GUEST: Final = re.compile(r"guest:[0-9a-f]{32}")
_REFERENCE: Final = re.compile(r"[0-9a-f]{32}\.\d{1,19}\.\d{1,19}")


def guest_address(number: bytes) -> str:
    """The address of whoever nobody knows yet; `number` are 16 random bytes."""
    return GUEST + number.hex()


def user_address(external_id: str) -> str:
    """The address of a person whom the shop knows by this id."""
    return USER + external_id


def is_address(value: str) -> bool:
    """Whether it can be a visitor's: a guest of ours, or a person by the shop's own id."""
    if value.startswith(USER):
        named = value.removeprefix(USER)
        return bool(named) and len(value) <= ADDRESS_CHARS_MAX and named.isprintable()
    return _GUEST.fullmatch(value) is not None


def identities_of(address: str) -> tuple[tuple[str, str], ...]:
    """The names that the shop itself knows them by: (kind, value); of a guest none.

    What a page may name without a proof, such as an anonymous id, is never a guest's: whoever
    named it beside a customer's id would have that customer's messages.
    """
    if address.startswith(USER):
        return (("external_id", address.removeprefix(USER)),)
    return ()


def make_token(secret: str, address: str, until_s: int) -> str:
    """What the visitor's browser or app keeps, and shows each time; good until that second."""
    named = f"{_b64(address.encode())}.{until_s}"
    return f"{named}.{_sign(secret, 'token', named)}"


def read_token(secret: str, token: str, now: datetime) -> tuple[str, int]:
    """Whose token it is, and until when it is good. Raises WebhookRejected."""
    named, _, proof = token[:TOKEN_CHARS_MAX].rpartition(".")
    if not hmac.compare_digest(_sign(secret, "token", named).encode(), proof.encode()):
        raise reject("its token is not ours")
    coded, _, until = named.partition(".")
    until_s = int(until)
    if until_s < now.timestamp():
        raise reject("its token is too old")
    return _unb64(coded).decode(), until_s


def public_id(secret: str, reference: str) -> str:
    """What a message is called in the browser: `http.reference` of it, and that it is ours."""
    return f"{reference}.{_sign(secret, 'message', reference)}"


def read_public_id(secret: str, named: str) -> str:
    """The reference of a message that we gave to somebody. Raises WebhookRejected."""
    reference, _, proof = named[:200].rpartition(".")
    made = _sign(secret, "message", reference)
    if not hmac.compare_digest(made.encode(), proof.encode()):
        raise reject("it names a message that is not ours")
    if _REFERENCE.fullmatch(reference) is None:
        raise reject("it names no message")
    return reference


def _sign(secret: str, what: str, named: str) -> str:
    """A proof of it, for this use alone. Raises WebhookRejected for what cannot be written."""
    try:
        signed = f"{what}\0{named}".encode()
    except UnicodeEncodeError:
        raise reject("it holds half a character") from None
    return _b64(hmac.digest(secret.encode(), signed, "sha256")[:PROOF_BYTES])


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise reject("its token cannot be read") from None
