"""Passwords and codes: Argon2id as OWASP recommends it, and codes of RFC 6238.

Thirty seconds, six digits, one step of the clock either way; no code counts twice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from maracuja.errors import BadInput
from maracuja.runtime.common_passwords import holds_name, is_common

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

PASSWORD_CHARS_MIN: Final = 12
PASSWORD_CHARS_MAX: Final = 128
TRIED_CHARS_MAX: Final = 1000
STEP_S: Final = 30
_FOUR_WORDS: Final = "Take four words that have nothing to do with each other."
_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1  # OWASP, Password Storage Cheat Sheet


def check_password(password: str, email: str = "", name: str = "", *, shop: str = "") -> None:
    """Refuse a password that is short, long, or soon guessed. Raises BadInput.

    The person's address and name and the shop's are no secret: none may be in it.
    """
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX or len(set(password)) < 5:
        raise BadInput(
            f"A password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} letters,"
            " and not always the same.",
            where="password",
            fix=_FOUR_WORDS,
        )
    if holds_name(password, email.partition("@")[0], name, shop):
        raise BadInput(
            "A password holds neither your own name nor the shop's.",
            where="password",
            fix=_FOUR_WORDS,
        )
    if is_common(password, email, name):
        raise BadInput(
            "This password is among the first that are tried.", where="password", fix=_FOUR_WORDS
        )


def hash_password(password: str) -> str:
    """Argon2id in the PHC form, with a salt of its own."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(
        salt=os.urandom(16), length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB
    )
    return kdf.derive_phc_encoded(password.encode())


def verify_password(password: str, hashed: str) -> bool:
    """Whether a password is the one; takes as long where there is none."""
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    try:
        Argon2id.verify_phc_encoded(password[:TRIED_CHARS_MAX].encode(), hashed or _nobodys())
    except InvalidKey:
        return False
    return bool(hashed)


def matching_step(key: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The step of time (RFC 6238) whose code it is, later than `after`; None where it is none."""
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return None
    codes = TOTP(key, 6, SHA1(), STEP_S, enforce_key_length=False)
    current = int(now.timestamp()) // STEP_S
    found = None
    for step in range(max(current - 1, 0), current + 2):
        fits = hmac.compare_digest(codes.generate(step * STEP_S), code.encode())
        if fits and step > after:
            found = step
    return found


@cache
def _nobodys() -> str:
    """What is compared where there is no such member, so that it takes as long."""
    return hash_password(secrets.token_urlsafe(16))


def hash_token(token: str) -> bytes:
    """Under which a token is kept: SHA-256 of what is random enough."""
    return hashlib.sha256(token.encode()).digest()


def cipher(key_secret: str, purpose: str = "second factor") -> Fernet:
    """What seals secrets in the database, for each purpose with a key of its own."""
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(hash_token(f"{purpose} {key_secret}")))
