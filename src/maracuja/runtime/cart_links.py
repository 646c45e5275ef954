"""The link of a message that restores a cart on any device: what it holds, and where it leads.

It must never tell whose cart it is: only what the shop sells, and how many of it.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

import msgspec

from maracuja.campaigns.facts import decode_facts
from maracuja.errors import ConfigError
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.links.utm import URL_CHARS_MAX, add_utm, is_web_url
from maracuja.model import Record
from maracuja.store import entries, outbox, people
from maracuja.store.engine import Store

LASTS: Final = timedelta(days=30)  # after the sending
ITEMS: Final = "{items}"  # in the shop's address: p1:2,p2:1
CART: Final = "{cart}"  # or the same as JSON in base64url


class Item(Record, frozen=True):
    """So many of a product."""

    product_id: str
    quantity: int


class Restored(NamedTuple):
    """What a link restores, until when, and the address of the shop that takes it."""

    items: list[Item]
    expires: datetime
    leads_to: str


class CartLinks:
    """Reads links to carts. Its methods block on the database: call them in a thread.

    `cart_url` is the shop's address with ITEMS or CART in it; where it is empty, `shop_url` gets
    the cart as a parameter. Raises ConfigError for an address that takes nothing.
    """

    def __init__(self, store: Store, ring: KeyRing, *, cart_url: str, shop_url: str) -> None:
        if cart_url and (fault := faulty(cart_url)):
            raise ConfigError(
                f"`{cart_url}` cannot restore a cart: {fault}.",
                where="shop.cart_url",
                fix="Write it as https://shop.example/cart?add={items}",
            )
        self._store, self._ring = store, ring
        self._url = cart_url or _with_parameter(shop_url)

    def read(self, token: str) -> Ticket | None:
        """What a token says; None where it is none of ours."""
        return self._ring.read(token, Purpose.CART)

    def restored(self, ticket: Ticket, now: datetime) -> Restored | None:
        """What the link restores; None where it is too old, or nothing is kept any more."""
        expires = datetime.fromtimestamp(ticket.sent_s, now.tzinfo) + LASTS
        if now > expires:
            return None
        with self._store.read() as conn:
            pid = int(people.canonical(conn, [ticket.pid])[0])
            kept = entries.cart(conn, ticket.run, pid)
            frozen = outbox.launched_with(conn, [ticket.run]).get(ticket.run)
        if not kept or frozen is None:
            return None
        items = msgspec.json.decode(kept, type=list[Item])
        leads_to = add_utm(address(self._url, items), decode_facts(frozen).campaign.marks())
        return Restored(items, expires, leads_to)


def address(url: str, items: list[Item]) -> str:
    """The shop's address that takes these items, as many of them as fit into an address."""
    for count in range(len(items), 0, -1):
        some = items[:count]
        listed = ",".join(f"{quote(one.product_id, safe='')}:{one.quantity}" for one in some)
        packed = base64.urlsafe_b64encode(msgspec.json.encode({"items": some})).rstrip(b"=")
        made = url.replace(ITEMS, listed).replace(CART, packed.decode())
        if len(made) <= URL_CHARS_MAX:
            return made
    return url.replace(ITEMS, "").replace(CART, "")


def faulty(url: str) -> str:
    """What is wrong with the address of a shop's cart; '' where nothing is."""
    if ITEMS not in url and CART not in url:
        return f"it has neither {ITEMS} nor {CART}"
    return "" if is_web_url(url.replace(ITEMS, "").replace(CART, "")) else "it is no web address"


def _with_parameter(url: str) -> str:
    parts = urlsplit(url)
    joined = "&" if parts.query else "?"
    bare, mark, fragment = url.partition("#")
    return f"{bare}{joined}cart={CART}{mark}{fragment}"
