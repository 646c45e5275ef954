"""Our own signatures: of a body and its second, and of an address that names a message.

The header of a body is `t=<second>,v1=<hex>`: HMAC-SHA256 over `<second>.<body>`. Several
`v1` may stand in it while a secret is being changed. Nothing older than ten minutes is believed.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from maracuja.channels.base import Inbound
from maracuja.channels.http import check_equal, check_fresh, reject

SIGNATURE: Final = "maracuja-signature"
SIGNATURES_MAX: Final = 4


def signature(secret: str, at_s: int, body: bytes) -> str:
    """The header's value for a body signed in this second (since 1970)."""
    return f"t={at_s},v1={_mac(secret, str(at_s), body)}"


def check_signature(given: str, secret: str, body: bytes, now: datetime) -> None:
    """Compare in constant time, then look at the second. Raises WebhookRejected."""
    parts = [part.partition("=") for part in given.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    macs = [value for name, _, value in parts if name == "v1"][:SIGNATURES_MAX]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or len(times[0]) > 11:
        raise reject("its signature is not ours")
    made = _mac(secret, times[0], body).encode()
    same = [hmac.compare_digest(made, mac.encode()) for mac in macs]
    if not secret or not any(same) or len(parts) != len(times) + len(macs):
        raise reject("its signature is not ours")
    check_fresh(float(times[0]), now)


def signed_address(hook: str, secret: str, named: str) -> str:
    """Our address for what a vendor that signs nothing tells of one message; '' without both."""
    fields = {"m": named, "k": _proof(secret, named)}
    return f"{hook}?{urlencode(fields)}" if hook and secret else ""


def named_by(inbound: Inbound, secret: str) -> str:
    """The message that such an address names. Raises WebhookRejected."""
    if not secret:
        raise reject("no receipts are taken")
    named = inbound.query.get("m", "")
    check_equal(inbound.query.get("k", ""), _proof(secret, named))
    return named


def _proof(secret: str, named: str) -> str:
    return hmac.digest(secret.encode(), named.encode(), "sha256").hex()[:40]


def _mac(secret: str, at_s: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at_s}.".encode() + body, "sha256").hexdigest()
