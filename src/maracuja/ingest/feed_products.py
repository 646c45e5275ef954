"""Rows of a feed to products: prices in minor units, sales by their dates, stock as it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from maracuja.currencies import minor_digits
from maracuja.errors import BadInput
from maracuja.ingest.feed_rows import Row

REFUSED_MAX: Final = 1_000  # that are listed; all are counted
TITLE_CHARS_MAX: Final = 500
URL_CHARS_MAX: Final = 2_000
PRICE_MAX: Final = 10**15
_AMOUNT: Final = re.compile(r"(?P<minus>-?)\s*(?P<digits>\d[\d\s\u00a0\u202f.,']*)")
_CURRENCY: Final = re.compile(r"\b([A-Z]{3})\b")
_SOLD_OUT: Final = (
    "outofstock",
    "false",
    "no",
    "0",
    "нет",
    "немає",
    "нетвналичии",
    "discontinued",
)


class FeedProduct(NamedTuple):
    """A product as a feed tells it; prices in minor units, `stock` None where it is not counted.

    `old_price` is the one before a sale, `family` is shared by sizes and colours of one thing.
    """

    id: str
    title: str
    category: str
    price: int | None
    currency: str
    stock: int | None
    url: str
    picture: str
    old_price: int | None
    family: str


class Refused(NamedTuple):
    """A row that was left out, and why."""

    line: int
    id: str
    reason: str


class FeedRead(NamedTuple):
    """The products of a feed, each id once; `rows` and `refused_count` count every row."""

    products: list[FeedProduct]
    refused: list[Refused]
    rows: int
    refused_count: int


def read_products(rows: Iterable[Row], currency: str, now: datetime) -> FeedRead:
    """Check the rows of a feed, whose prices are in `currency` where they name none.

    A row without an id or with a price that is none is refused: a wrong price must never be sent.
    Of several rows with one id the last holds.
    """
    found: dict[str, FeedProduct] = {}
    refused: list[Refused] = []
    count = wrong = 0
    for row in rows:
        count += 1
        try:
            product = _product(row.fields, currency, now)
        except BadInput as fault:
            wrong += 1
            if len(refused) < REFUSED_MAX:
                refused.append(Refused(row.line, row.fields.get("id", ""), fault.message))
            continue
        found[product.id] = product
    return FeedRead(list(found.values()), refused, count, wrong)


def _product(fields: dict[str, str], currency: str, now: datetime) -> FeedProduct:
    """One product. Raises BadInput with the reason."""
    name = fields.get("id", "")
    if not name or len(name) > 200:
        raise BadInput("a product needs an id of 200 letters at most")
    own = _own_currency(fields) or currency
    if re.fullmatch("[A-Z]{3}", own) is None:
        raise BadInput(f"`{own[:20]}` is no ISO 4217 currency")
    price, sale = (_minor(fields.get(part, ""), own) for part in ("price", "sale_price"))
    old = _minor(fields.get("old_price", ""), own)
    if sale is not None and _on(fields.get("sale_dates", ""), now):
        price, old = sale, price
    return FeedProduct(
        id=name,
        title=fields.get("title", name)[:TITLE_CHARS_MAX],
        category=fields.get("category", ""),
        price=price,
        currency=own,
        stock=_stock(fields),
        url=_address(fields.get("url", "")),
        picture=_address(fields.get("picture", "")),
        old_price=old if old is not None and price is not None and old > price else None,
        family=fields.get("family", "")[:200],
    )


def _own_currency(fields: dict[str, str]) -> str:
    """The currency that a row names, in a field of its own or beside its price."""
    if fields.get("currency"):
        return fields["currency"].upper()
    beside = _CURRENCY.search(fields.get("price", ""))
    return beside[1] if beside else ""


def _minor(text: str, currency: str) -> int | None:
    """`1 299,50 UAH` in minor units; None for nothing. Raises BadInput for what is no price."""
    if not text:
        return None
    match = _AMOUNT.search(text)
    if match is None or match["minus"] or re.search(r"\d", text[match.end() :]):
        raise BadInput(f"`{text[:40]}` is no price")
    digits = re.sub(r"[\s\u00a0\u202f']", "", match["digits"]).rstrip(".,")
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", digits) and minor_digits(currency) != 3:
        raise BadInput(f"`{text[:40]}` may be read in two ways: write 1299.00")
    point = re.search(r"[.,](\d{1,2}|\d{3,})$", digits)
    several = len(set(re.findall("[.,]", digits))) < len(re.findall("[.,]", digits))
    whole, part = digits, ""
    if point is not None and not (several and len(set(re.findall("[.,]", digits))) == 1):
        whole, part = digits[: point.start()], point[1]
    try:
        amount = Decimal(f"{re.sub('[.,]', '', whole)}.{part or 0}")
    except InvalidOperation:
        raise BadInput(f"`{text[:40]}` is no price") from None
    minor = amount.scaleb(minor_digits(currency))
    if minor != minor.to_integral_value():
        raise BadInput(f"`{text[:40]}` has smaller parts than {currency} has")
    if minor > PRICE_MAX:
        raise BadInput(f"`{text[:40]}` is no price")
    return int(minor)


def _on(dates: str, now: datetime) -> bool:
    """Whether a sale holds now: `<start>/<end>` in ISO 8601, or always. Raises BadInput."""
    if not dates:
        return True
    start, slash, end = dates.partition("/")
    try:
        moments = [datetime.fromisoformat(one.strip()) for one in (start, end) if one.strip()]
    except ValueError:
        moments = []
    if not slash or len(moments) != 2:
        raise BadInput(f"`{dates[:80]}` is no span of dates")
    first, last = (one if one.tzinfo else one.replace(tzinfo=now.tzinfo) for one in moments)
    return first <= now < last


def _stock(fields: dict[str, str]) -> int | None:
    """How many there are: 0 where the feed says sold out, None where it does not count."""
    told = re.sub(r"[\W_]+", "", fields.get("availability", "").lower())
    if told in _SOLD_OUT:
        return 0
    count = re.sub(r"[\s\u00a0\u202f]", "", fields.get("stock", ""))
    if not count:
        return None
    if re.fullmatch(r"-?\d{1,12}([.,]\d+)?", count) is None:
        raise BadInput(f"`{count[:40]}` is no number in stock")
    return max(0, int(re.split("[.,]", count)[0]))


def _address(text: str) -> str:
    """An address on the web, or nothing: a message shows no other."""
    if len(text) > URL_CHARS_MAX or any(one.isspace() for one in text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme.lower() in ("http", "https") and parts.hostname else ""
