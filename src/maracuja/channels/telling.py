"""Telling another program what became of a message: one signed call for each status.

It never asks where an address leads: whoever connects must refuse private ones once more.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from maracuja.channels.http import HttpRequest
from maracuja.channels.signing import SIGNATURE, signature
from maracuja.errors import BadInput, ConfigError
from maracuja.links.utm import is_web_url
from maracuja.model import Record, Status
from maracuja.rng import make_id

SECRET_CHARS_MIN: Final = 16
IDEMPOTENCY: Final = "idempotency-key"
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_HERE: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


class News(Record, frozen=True):
    """What became of a message: `n` counts what is told of it from 0, `at` is when it did."""

    message: bytes
    status: Status
    n: int
    channel: str
    at: datetime
    code: str = ""
    raw: str = ""

    @property
    def id(self) -> str:
        """Its own id, the same in every attempt: told twice, it is one."""
        return make_id("status", self.message, self.status.value).hex()


def request(news: News, url: str, secret: str, now: datetime) -> HttpRequest:
    """The signed POST that tells it."""
    body = msgspec.json.encode(
        {
            "id": news.id,
            "event": "message.status",
            "message": news.message.hex(),
            "status": news.status.value,
            "n": news.n,
            "at": news.at,
            "channel": news.channel,
            "code": news.code,
            "raw": news.raw,
        }
    )
    return HttpRequest(
        url=url,
        headers={
            "content-type": "application/json",
            IDEMPOTENCY: news.id,
            SIGNATURE: signature(secret, int(now.timestamp()), body),
        },
        body=body,
        message_id=news.message,
    )


def check_secret(secret: str) -> None:
    """Refuse a secret that can be guessed; none at all is one that signs nothing."""
    if secret and len(secret) < SECRET_CHARS_MIN:
        raise ConfigError(
            "The secret that signs what is told of messages is short enough to guess.",
            where="messages.status_secret",
            fix=f"Use {SECRET_CHARS_MIN} letters and digits or more.",
        )


def check_receiver(url: str, secret: str, *, private: bool, where: str = "status_url") -> None:
    """Refuse an address that may not be called, and any where there is no secret.

    Raises BadInput. `private`: addresses of this network will do, and without encryption.
    """
    if not secret:
        raise BadInput(
            "There is no secret here that could sign what is told of a message.",
            where=where,
            fix="Set `status_secret` in the section [messages] of maracuja.toml.",
        )
    parts = urlsplit(url) if is_web_url(url) else None
    if parts is None or "@" in parts.netloc or parts.fragment:
        raise BadInput(f"`{url[:200]}` is no address to call.", where=where)
    if private:
        return
    if parts.scheme.lower() != "https":
        raise BadInput(f"`{where}` begins with https.", where=where)
    if not is_public(parts.hostname or ""):
        raise BadInput(
            f"`{where}` leads into a private network.",
            where=where,
            fix="Where that is meant, set `private_receivers` in [messages] of maracuja.toml.",
        )


def is_public(host: str) -> bool:
    """Whether a host belongs to the internet; of names, those that say they do not are known.

    Any other name is yet to be resolved: True.
    """
    name = host.lower().rstrip(".")
    try:
        found = ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        if name == "localhost" or name.endswith(_HERE):
            return False
        # 127.1, 0x7f000001 and the like: what is no name and no whole address.
        return not (name.rpartition(".")[2][:1].isdigit() or name.startswith("0x"))
    inner = _carried(found) or found
    return inner.is_global and not inner.is_multicast and found.is_global


def _carried(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to: mapped, by 6to4, by NAT64."""
    if not isinstance(found, ipaddress.IPv6Address):
        return None
    if found in _NAT64:
        return ipaddress.IPv4Address(found.packed[-4:])
    return found.ipv4_mapped or found.sixtofour
