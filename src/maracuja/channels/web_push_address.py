"""A browser's subscription as an address: one spelling, and only at push services that are known.

Subscriptions are given by strangers: nothing is posted to a host that is not on the list.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from maracuja.channels.web_push_crypto import AUTH_BYTES, b64, point, unb64

ENDPOINT_CHARS_MAX: Final = 1500
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})


class Keys(msgspec.Struct, frozen=True):
    """The browser's public key and its secret, base64url."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True):
    """PushSubscription.toJSON() without what says nothing."""

    endpoint: str
    keys: Keys

    @property
    def host(self) -> str:
        """The push service: host, and port where it is said."""
        return urlsplit(self.endpoint).netloc.lower()

    @property
    def origin(self) -> str:
        """Scheme and host: the audience of a VAPID token."""
        return f"{urlsplit(self.endpoint).scheme}://{self.host}"


_ORDERED: Final = msgspec.json.Encoder(order="sorted")


def read_subscription(told: Any) -> Subscription:
    """A subscription from JSON text or from its object. Raises ValueError for what is none."""
    try:
        if isinstance(told, str):
            found = msgspec.json.decode(told, type=Subscription)
        else:
            found = msgspec.convert(told, Subscription)
        where = urlsplit(found.endpoint)
        port = where.port
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, ValueError) as fault:
        raise ValueError(f"this is no subscription of a browser: {fault}") from None
    plain = found.endpoint.isascii() and found.endpoint.isprintable() and " " not in found.endpoint
    if not plain or len(found.endpoint) > ENDPOINT_CHARS_MAX or not where.hostname:
        raise ValueError("the endpoint of the subscription is no address")
    if where.username is not None or where.password is not None or where.fragment:
        raise ValueError("the endpoint of the subscription holds more than an address")
    at_home = where.scheme == "http" and where.hostname in _LOOPBACK and port is not None
    if where.scheme != "https" and not at_home:
        raise ValueError("the endpoint of the subscription is not https")
    public, auth = unb64(found.keys.p256dh), unb64(found.keys.auth)
    point(public)
    if len(auth) != AUTH_BYTES:
        raise ValueError("the secret of the subscription has not 16 bytes")
    return Subscription(found.endpoint, Keys(b64(public), b64(auth)))


def as_address(subscription: Subscription) -> str:
    """The one spelling of a subscription, under which it is kept."""
    return _ORDERED.encode(subscription).decode()


def is_listed(host: str, hosts: Collection[str]) -> bool:
    """Whether a push service is on the list; `*.` in it stands for any names before the rest."""
    for listed in hosts:
        if host == listed or (listed.startswith("*.") and host.endswith(listed[1:])):
            return True
    return False
