"""A message as the octets of RFC 5322 and MIME: the same message gives the same octets.

It never lets a value become a header of its own: line breaks and control characters are refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from maracuja.errors import UnsupportedFeature

LINE_OCTETS_MAX = 998  # RFC 5322, 2.1.1
ADDRESS_CHARS_MAX = 254  # RFC 5321, 4.5.3.1.3
LOCAL_CHARS_MAX = 64

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HEADER_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9-]{0,60}$")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"^{_ATOM}(\.{_ATOM})*$")
_DOMAIN = re.compile(
    r"^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
)
_MBOX_FROM = re.compile(rb"(?m)^From ")


def header(name: str, value: str) -> bytes:
    """One header field, encoded and folded, with its CRLF. Raises UnsupportedFeature on control
    characters in it, which could begin a header of their own.
    """
    if not _HEADER_NAME.match(name):
        raise UnsupportedFeature(f"`{name!r}` is not the name of a header.", where="headers")
    if _CONTROL.search(value):
        raise UnsupportedFeature(
            f"The header {name} holds a line break or a control character.",
            where=name.lower(),
            fix="Take line breaks out of the subject and of the values in it.",
        )
    if value.isascii() and "=?" not in value and len(name) + len(value) + 2 <= 78:
        return f"{name}: {value}\r\n".encode()
    return f"{name}: {_folded(name, value)}\r\n".encode()


@lru_cache(maxsize=1024)
def _folded(name: str, value: str) -> str:
    charset = "us-ascii" if value.isascii() and "=?" not in value else "utf-8"
    coded = Header(value, charset, header_name=name, maxlinelen=76).encode(linesep="\r\n")
    if charset == "us-ascii" and max(map(len, coded.split("\r\n"))) > LINE_OCTETS_MAX - 80:
        coded = Header(value, "utf-8", header_name=name, maxlinelen=76).encode(linesep="\r\n")
    return coded


def plain_header(name: str, value: str) -> bytes:
    """A header made of our own ASCII tokens: only long ones are folded, after commas."""
    if not value.isascii() or _CONTROL.search(value):
        raise UnsupportedFeature(f"The header {name} is not plain text.", where=name.lower())
    if len(name) + len(value) + 2 > 78:
        value = value.replace(", ", ",\r\n ")
    return f"{name}: {value}\r\n".encode()


@lru_cache(maxsize=4096)
def _domain(name: str) -> str:
    """A domain in the form of the wire (IDNA), in lower case; empty where it is none."""
    try:
        ascii_name = name.lower() if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return ""
    return ascii_name if _DOMAIN.match(ascii_name) else ""


def wire_address(address: str) -> str:
    """A recipient as SMTP takes it: the domain in IDNA. Raises UnsupportedFeature otherwise."""
    local, at, name = address.rpartition("@")
    domain = _domain(name)
    fine = at and domain and len(local) <= LOCAL_CHARS_MAX and _LOCAL.match(local)
    if not fine or len(address) > ADDRESS_CHARS_MAX:
        raise UnsupportedFeature(
            f"`{address[:80]!r}` is not an address that mail can be sent to.", where="to"
        )
    return f"{local}@{domain}"


def mailbox_header(name: str, value: str) -> bytes:
    """A header with `Name <address>`, the name quoted or encoded as it needs."""
    return named_header(name, *parseaddr(value))


def named_header(name: str, shown: str, address: str) -> bytes:
    """The same of a name, as it is read, and an address."""
    address = wire_address(address)
    if _CONTROL.search(shown):
        raise UnsupportedFeature(f"The name in {name} holds a line break.", where=name.lower())
    if not shown:
        return f"{name}: {address}\r\n".encode()
    if shown.isascii() and len(shown) < 60 and "=?" not in shown:
        quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
        return f'{name}: "{quoted}"\r\n <{address}>\r\n'.encode()
    coded = Header(shown, "utf-8", header_name=name, maxlinelen=76).encode(linesep="\r\n")
    return f"{name}: {coded}\r\n <{address}>\r\n".encode()


def date(now: datetime) -> str:
    """The Date header's value."""
    return format_datetime(now.astimezone(UTC))


def text_part(text: str, subtype: str) -> tuple[bytes, bytes]:
    """(headers, body) of a text part: 7bit where it fits, else the shorter of the two codings."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = text.encode().replace(b"\n", b"\r\n")
    if not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    if text.isascii() and max(map(len, raw.split(b"\r\n"))) <= 78 and not _MBOX_FROM.search(raw):
        coding, charset, body = b"7bit", b"us-ascii", raw
    else:
        coding, charset, body = _coded(raw, dense=(len(raw) - len(raw.decode())) * 11 > len(raw))
    headers = (
        b"Content-Type: text/" + subtype.encode() + b'; charset="' + charset + b'"\r\n'
        b"Content-Transfer-Encoding: " + coding + b"\r\n"
    )
    return headers, body


def _coded(raw: bytes, *, dense: bool) -> tuple[bytes, bytes, bytes]:
    charset = b"us-ascii" if raw.isascii() else b"utf-8"
    # A Cyrillic letter takes six octets in quoted-printable, under three in base64.
    if dense:
        lines = base64.encodebytes(raw).replace(b"\n", b"\r\n")
        return b"base64", charset, lines
    quoted = binascii.b2a_qp(raw, istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return b"quoted-printable", charset, _MBOX_FROM.sub(b"=46rom ", quoted)


def alternative(parts: Iterable[tuple[bytes, bytes]], boundary: str) -> tuple[bytes, bytes]:
    """(headers, body) of multipart/alternative over (headers, body) parts, the best one last."""
    mark = boundary.encode()
    pieces = []
    for headers, body in parts:
        pieces += [b"--", mark, b"\r\n", headers, b"\r\n", body, b"\r\n"]
    pieces += [b"--", mark, b"--\r\n"]
    return (
        b'Content-Type: multipart/alternative;\r\n boundary="' + mark + b'"\r\n',
        b"".join(pieces),
    )
