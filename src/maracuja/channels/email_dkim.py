"""DKIM signatures (RFC 6376) over the mail that we make; the key is read once.

dkimpy's own `sign` parses the key for every message, takes the wall clock and multiplies in
Python (8 ms for 2048 bits); here its canonical forms are signed by OpenSSL (0.4 ms).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from maracuja.errors import ConfigError

BITS_MIN: Final = 1024

# Signed where present; those of RFC 8058 must be. From and Subject are signed once more than they
# occur, so that a second one breaks the signature.
SIGNED: Final = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"content-language",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"feedback-id",
    b"auto-submitted",
)
OVERSIGNED: Final = (b"from", b"subject")


class DkimSigner:
    """Signs for one domain with one RSA key. Raises ConfigError where the key cannot be used."""

    def __init__(self, domain: str, selector: str, key_pem: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key: Any = load_pem_private_key(key_pem, password=None)
        except (ValueError, TypeError) as fault:
            raise ConfigError(
                f"The DKIM key cannot be read: {fault}",
                where="email.dkim_key_file",
                fix="Give an RSA key in PEM without a passphrase.",
            ) from fault
        if not isinstance(key, RSAPrivateKey) or key.key_size < BITS_MIN:
            raise ConfigError(
                f"The DKIM key must be RSA of {BITS_MIN} bits or more.",
                where="email.dkim_key_file",
                fix="Make one with `openssl genrsa 2048`.",
            )
        self._key = key
        self._domain = domain.encode("idna")
        self._selector = selector.encode("idna")

    def sign(self, headers: Sequence[bytes], body: bytes, now: datetime) -> bytes:
        """The DKIM-Signature header for whole header fields (with their CRLF) and a body."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256
        from dkim.canonicalization import Relaxed

        pairs = [tuple(field.split(b":", 1)) for field in headers]
        fields = dict(Relaxed.canonicalize_headers(pairs))
        chosen = [name for name in SIGNED if name in fields]
        digest = hashlib.sha256(Relaxed.canonicalize_body(body)).digest()
        # One tag a line; `b=` stays last and empty for the hash.
        unsigned = (
            b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=" + self._domain + b";\r\n"
            b" s=" + self._selector + b"; t=" + str(int(now.timestamp())).encode() + b";\r\n"
            b" h=" + _folded(b":".join([*chosen, *OVERSIGNED]), b":", 70) + b";\r\n"
            b" bh=" + base64.b64encode(digest) + b";\r\n"
            b" b="
        )
        [(_, own)] = Relaxed.canonicalize_headers([(b"DKIM-Signature", b" " + unsigned)])
        signed = b"".join(name + b":" + fields[name] for name in chosen)
        signed += b"dkim-signature:" + own.rstrip(b"\r\n")
        signature = base64.b64encode(self._key.sign(signed, PKCS1v15(), SHA256()))
        lines = [signature[at : at + 72] for at in range(0, len(signature), 72)]
        return b"DKIM-Signature: " + unsigned + b"\r\n ".join(lines) + b"\r\n"


def _folded(value: bytes, separator: bytes, width: int) -> bytes:
    """A list folded after its separators, so that no line is longer than `width`."""
    lines: list[bytes] = []
    for piece in value.split(separator):
        if lines and len(lines[-1]) + len(piece) < width:
            lines[-1] += separator + piece
        else:
            lines.append(piece)
    return (separator + b"\r\n ").join(lines)
