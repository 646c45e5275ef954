"""Signed tokens of links and bounce addresses: what a person presses says who and what it was.

A token is never looked up and never guesses: it verifies under one of the workspace's keys, for
the one purpose it was made for, or it is nothing. Its layout, before base64url (base32 for mail
addresses, whose case may be lost on the way):

    1 byte   version (high four bits) and purpose (low four bits)
    16       message id
    2..      pid and run, and but for mail addresses channel code and second of sending, as
             variable-length integers
    0..      detail in UTF-8: the target of a click, the topic of an unsubscription
    10 or 8  HMAC-SHA256 over all of the above, cut
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from enum import IntEnum

import msgspec

from maracuja.model import Record

VERSION = 1
MAC_BYTES = 10
MAC_BYTES_ADDRESS = 8  # a local part holds 64 characters
TOKEN_CHARS_MAX = 8192
KEY_BYTES_MIN = 16
SHORT_CHARS = 10


class Purpose(IntEnum):
    """What a token may be used for; stored in the token: never reuse a number."""

    CLICK = 1
    OPEN = 2
    UNSUBSCRIBE = 3
    PREFERENCES = 4
    VIEW = 5
    BOUNCE = 6
    LEAVE = 7  # unsubscribing by writing a mail
    START = 8  # a link into a channel: whose chat it is
    VOTE = 9  # the page that asks a question of a message
    REPLY = 10  # answering a message by mail
    SAY = 11  # what a person says of themselves by one press: see links.statements
    CART = 13  # restoring a cart on any device
    CONFIRM = 12  # that an address is the person's: a sign-up, a look at their own data


_ADDRESSES = frozenset({Purpose.BOUNCE, Purpose.LEAVE, Purpose.REPLY})


class Ticket(Record, frozen=True):
    """What a token says. `detail` is the target of a click or the topic of an unsubscription."""

    purpose: Purpose
    message: bytes
    pid: int
    run: int = 0
    channel: int = 0
    sent_s: int = 0  # seconds since 1970, so that a press can be compared without a look-up
    detail: str = ""


class KeyRing:
    """The workspace's link keys: the first signs, all verify, so that keys can be rotated."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or min(map(len, keys)) < KEY_BYTES_MIN:
            raise ValueError(f"a key ring needs keys of {KEY_BYTES_MIN} bytes or more")
        self._keys = tuple(keys)

    def sign(self, ticket: Ticket) -> str:
        """The token of a ticket, url-safe; lower case letters and digits for a mail address."""
        body = _pack(ticket)
        size = _mac_bytes(ticket.purpose)
        raw = body + hmac.digest(self._keys[0], body, "sha256")[:size]
        if ticket.purpose in _ADDRESSES:
            return base64.b32encode(raw).decode().rstrip("=").lower()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def seal(self, text: str) -> str:
        """The text with eight letters that prove it ours: what a pressed button brings back."""
        return f"{text}~{_seal(self._keys[0], text)}"

    def unseal(self, sealed: str) -> str | None:
        """The text that `seal` made it of, or None where it is not ours."""
        text, _, seal = sealed.rpartition("~")
        ours = [
            hmac.compare_digest(seal.encode(), _seal(key, text).encode()) for key in self._keys
        ]
        return text if any(ours) else None

    def short(self, ticket: Ticket) -> str:
        """Ten letters that stand for a ticket of this message, whenever it is sent.

        They can only be looked up: of 60 bits, nobody guesses one that is in use.
        """
        told = _pack(msgspec.structs.replace(ticket, sent_s=0))
        raw = hmac.digest(self._keys[0], b"short\0" + told, "sha256")[:9]
        return base64.urlsafe_b64encode(raw).decode()[:SHORT_CHARS]

    def read(self, token: str, purpose: Purpose) -> Ticket | None:
        """What a token says, or None where it was not signed by us for this purpose."""
        raw = _decode(token, purpose)
        size = _mac_bytes(purpose)
        if len(raw) < 1 + 16 + _numbers(purpose) + size or raw[0] != VERSION << 4 | purpose:
            return None
        body, mac = raw[:-size], raw[-size:]
        signed = [hmac.digest(key, body, "sha256")[:size] for key in self._keys]
        if not any(hmac.compare_digest(mac, ours) for ours in signed):
            return None
        return _unpack(body)


def _seal(key: bytes, text: str) -> str:
    raw = hmac.digest(key, b"seal\0" + text.encode(), "sha256")[:6]
    return base64.urlsafe_b64encode(raw).decode()


def _mac_bytes(purpose: Purpose) -> int:
    return MAC_BYTES_ADDRESS if purpose in _ADDRESSES else MAC_BYTES


def _numbers(purpose: Purpose) -> int:
    return 2 if purpose in _ADDRESSES else 4


def _pack(ticket: Ticket) -> bytes:
    if len(ticket.message) != 16:
        raise ValueError("a message id has 16 bytes")
    out = bytearray([VERSION << 4 | ticket.purpose])
    out += ticket.message
    numbers = (ticket.pid, ticket.run, ticket.channel, ticket.sent_s)
    for number in numbers[: _numbers(ticket.purpose)]:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out) + ticket.detail.encode()


def _unpack(body: bytes) -> Ticket | None:
    purpose = Purpose(body[0] & 0x0F)
    numbers: list[int] = []
    at, shift, number = 17, 0, 0
    while len(numbers) < _numbers(purpose):
        if at >= len(body) or shift > 63:
            return None
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            shift, number = 0, 0
    try:
        detail = body[at:].decode()
    except UnicodeDecodeError:
        return None
    pid, run, channel, sent_s = [*numbers, 0, 0][:4]
    return Ticket(
        purpose=purpose,
        message=body[1:17],
        pid=pid,
        run=run,
        channel=channel,
        sent_s=sent_s,
        detail=detail,
    )


def _decode(token: str, purpose: Purpose) -> bytes:
    if len(token) > TOKEN_CHARS_MAX or not token.isascii():
        return b""
    try:
        if purpose in _ADDRESSES:
            return base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        padded = token + "=" * (-len(token) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
