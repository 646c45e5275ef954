"""Encryption of a push message (RFC 8291, aes128gcm of RFC 8188) and VAPID tokens (RFC 8292).

It draws nothing at random: salt and key of a message come from a secret and what is sent, so that
they differ with every message and the same message gives the same octets.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_BYTES: Final = 4096
SALT_BYTES: Final = 16
AUTH_BYTES: Final = 16
POINT_BYTES: Final = 65  # uncompressed
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_CURVE: Final = ec.SECP256R1()


def b64(raw: bytes) -> str:
    """Base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """The bytes of base64url, with or without padding. Raises ValueError."""
    try:
        raw = text.rstrip("=").encode("ascii")
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as fault:
        raise ValueError("this is no base64url") from fault


def private_key(raw: bytes) -> ec.EllipticCurvePrivateKey:
    """The key of 32 bytes. Raises ValueError where they are none."""
    scalar = int.from_bytes(raw, "big")
    if len(raw) != 32 or not 0 < scalar < _ORDER:
        raise ValueError("this is no private key of P-256")
    return ec.derive_private_key(scalar, _CURVE)


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The point of a key, uncompressed: 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def point(raw: bytes) -> ec.EllipticCurvePublicKey:
    """A browser's public key. Raises ValueError where it is no point of the curve."""
    if len(raw) != POINT_BYTES:
        raise ValueError("this is no uncompressed point of P-256")
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw)


def fresh(secret: bytes, *about: bytes) -> tuple[bytes, ec.EllipticCurvePrivateKey]:
    """Salt and key of one message: nobody without the secret can tell them."""
    seed = b"".join(len(one).to_bytes(4, "big") + one for one in about)
    salt = hmac.digest(secret, b"salt" + seed, "sha256")[:SALT_BYTES]
    scalar = int.from_bytes(hmac.digest(secret, b"key" + seed, "sha512"), "big")
    return salt, ec.derive_private_key(scalar % (_ORDER - 1) + 1, _CURVE)


def encrypt(
    plain: bytes, theirs: bytes, auth: bytes, salt: bytes, key: ec.EllipticCurvePrivateKey
) -> bytes:
    """The body for a browser with this public key and secret, as one record.

    Raises ValueError where the key is none.
    """
    ours = public_bytes(key)
    shared = key.exchange(ec.ECDH(), point(theirs))
    told = b"WebPush: info\0" + theirs + ours
    ikm = _hkdf(auth, shared, told, 32)
    cek = _hkdf(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, ikm, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(cek).encrypt(nonce, plain + b"\x02", None)
    return salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def decrypt(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What a browser with this key reads in a body of one record. Raises ValueError."""
    salt, size = body[:SALT_BYTES], body[20] if len(body) > 20 else 0
    theirs, sealed = body[21 : 21 + size], body[21 + size :]
    shared = key.exchange(ec.ECDH(), point(theirs))
    ikm = _hkdf(auth, shared, b"WebPush: info\0" + public_bytes(key) + theirs, 32)
    cek = _hkdf(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, ikm, b"Content-Encoding: nonce\0", 12)
    return AESGCM(cek).decrypt(nonce, sealed, None).rstrip(b"\0")[:-1]


def _hkdf(salt: bytes, ikm: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(ikm)


def es256_token(key: ec.EllipticCurvePrivateKey, claims: dict[str, object], **header: str) -> str:
    """A JSON web token signed with ES256, the same for the same claims (RFC 6979)."""
    head = msgspec.json.encode({"typ": "JWT", "alg": "ES256", **header})
    signed = f"{b64(head)}.{b64(msgspec.json.encode(claims))}"
    der = key.sign(signed.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def digest(*about: str) -> bytes:
    """SHA-256 over texts, each apart from the next."""
    return hashlib.sha256("\0".join(about).encode()).digest()
