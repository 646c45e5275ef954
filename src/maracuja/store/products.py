"""The catalogue, as far as messages need it: price and stock at the moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, update

from maracuja.store import bulk, counters
from maracuja.store.schema import product_changes, products


class Product(NamedTuple):
    """A product; `price` in minor units of `currency`, `stock` None where it is not counted.

    `old_price` is the one before a sale; sizes and colours of one thing have the same `family`.
    """

    id: str
    title: str
    category: str
    price: int | None
    currency: str
    stock: int | None
    url: str
    picture: str
    gone: bool = False
    old_price: int | None = None
    family: str = ""


class Change(NamedTuple):
    """What people who looked at a product may want to hear: `what` is DROPPED or BACK."""

    id: int
    product: str
    what: str
    before: int | None  # of a drop, in minor units
    price: int | None
    currency: str
    at_us: int


DROPPED: Final = "dropped"
BACK: Final = "back"
_COLUMNS = tuple(products.c[name] for name in Product._fields)


def put(
    conn: Connection,
    feed: Sequence[Product],
    *,
    whole: bool = False,
    source: str = "",
    drop: float = 0.0,
    at_us: int = 0,
) -> int:
    """Take products over and return the catalogue's revision.

    Only what differs gets the new revision. With `whole` the feed is everything that there is of
    the `source`: its other products are marked gone. The last of several lines about one id
    holds. A price that fell by the share `drop` or more, and what is back in stock, is noted as a
    Change of the moment `at_us`; with `drop` 0 nothing is.
    """
    wanted = {product.id: product for product in feed}
    standing = {product.id: product for product in get(conn, list(wanted))}
    changed = [p for key, p in sorted(wanted.items()) if standing.get(key) != p]
    missing: list[str] = []
    if whole:
        query = (
            select(products.c.id)
            .where(products.c.gone.is_(False), products.c.feed == source)
            .order_by(products.c.id)
        )
        missing = [key for (key,) in bulk.fetch(conn, query) if key not in wanted]
    if not changed and not missing:
        return last_rev(conn)
    rev = counters.take(conn, "catalog_rev")
    if changed:
        columns: dict[str, Any] = dict(
            zip(Product._fields, zip(*changed, strict=True), strict=True)
        )
        columns |= {"rev": rev, "feed": source}
        bulk.insert_columns(conn, products, columns, on_conflict="replace")
        if drop:
            _note(conn, [standing.get(p.id) for p in changed], changed, drop, at_us)
    if missing:
        lost = bulk.given(conn, "lost", id=(products.c.id.type, missing))
        conn.execute(
            update(products).where(products.c.id.in_(select(lost.c.id))).values(gone=True, rev=rev)
        )
    return rev


def _note(
    conn: Connection,
    before: Sequence[Product | None],
    now: Sequence[Product],
    drop: float,
    at_us: int,
) -> None:
    """Put down which of these changes people may want to hear of."""
    rows: list[tuple[str, str, int | None, int | None, str]] = []
    for old, new in zip(before, now, strict=True):
        if old is None or new.gone or new.stock == 0:
            continue
        if old.gone or old.stock == 0:
            rows.append((new.id, BACK, None, new.price, new.currency))
        elif _fell(old, new, drop):
            rows.append((new.id, DROPPED, old.price, new.price, new.currency))
    if rows:
        first = counters.take(conn, "product_change", len(rows))
        named = zip(("product", "what", "before", "price", "currency"), zip(*rows, strict=True),
                    strict=True)  # fmt: skip
        columns: dict[str, Any] = {name: list(values) for name, values in named}
        columns |= {"id": range(first, first + len(rows)), "at_us": at_us}
        bulk.insert_columns(conn, product_changes, columns)


def _fell(old: Product, new: Product, drop: float) -> bool:
    """Whether the price is lower by the share or more, in the same currency."""
    if old.price is None or new.price is None or old.currency != new.currency:
        return False
    return new.price <= old.price * (1.0 - drop) and new.price < old.price


def changes(conn: Connection, *, rows_max: int = 1_000) -> list[Change]:
    """What has not been told yet, the oldest first."""
    names = [product_changes.c[name] for name in Change._fields]
    query = select(*names).order_by(product_changes.c.id).limit(rows_max)
    return [Change(*row) for row in bulk.fetch(conn, query)]


def told(conn: Connection, until: int) -> int:
    """Changes up to this one have been told; how many."""
    return conn.execute(delete(product_changes).where(product_changes.c.id <= until)).rowcount


def of_feed(conn: Connection, source: str) -> set[str]:
    """The ids of a feed's products that are not gone."""
    query = select(products.c.id).where(products.c.feed == source, products.c.gone.is_(False))
    return {key for (key,) in bulk.fetch(conn, query)}


def get(conn: Connection, ids: Sequence[str]) -> list[Product]:
    """The products of these ids, gone ones too, by id; unknown ids are left out."""
    rows = bulk.rows_where_in(conn, select(*_COLUMNS), products.c.id, sorted(set(ids)))
    return [_product(row) for row in sorted(rows, key=lambda row: str(row[0]))]


def every(conn: Connection, *, after: str = "", rows_max: int = 100_000) -> list[Product]:
    """The catalogue by id, gone products too, from the id after `after`."""
    query = select(*_COLUMNS).where(products.c.id > after).order_by(products.c.id).limit(rows_max)
    return [_product(row) for row in bulk.fetch(conn, query)]


def found(
    conn: Connection,
    *,
    words: Sequence[str] = (),
    category: str = "",
    gone: bool | None = None,
    after: str = "",
    rows_max: int = 100,
) -> list[Product]:
    """Products by id whose id or title holds every word, of a category and what is below it.

    `gone`: only those that are no longer in the feed, or only the others.
    """
    query = select(*_COLUMNS).where(products.c.id > after)
    for word in words:
        # Databases fold Latin letters alone; other alphabets by how words are written.
        spellings = sorted({word, word.lower(), word.capitalize(), word.upper()})
        sought = (products.c.title, products.c.id)
        query = query.where(
            or_(*(c.icontains(one, autoescape=True) for c in sought for one in spellings))
        )
    if category:
        below = products.c.category.startswith(f"{category} > ", autoescape=True)
        query = query.where((products.c.category == category) | below)
    if gone is not None:
        query = query.where(products.c.gone.is_(gone))
    rows = bulk.fetch(conn, query.order_by(products.c.id).limit(rows_max))
    return [_product(row) for row in rows]


def categories(conn: Connection, *, rows_max: int = 1_000) -> list[tuple[str, int]]:
    """Each category with how many products are in it now, by name."""
    c = products.c
    query = select(c.category, func.count()).where(c.gone.is_(False), c.category != "")
    grouped = query.group_by(c.category).order_by(c.category).limit(rows_max)
    return [(name, int(n)) for name, n in bulk.fetch(conn, grouped)]


def columns(conn: Connection, names: Sequence[str]) -> dict[str, list[Any]]:
    """These columns of the whole catalogue, gone products too; in no order."""
    return bulk.fetch_columns(conn, select(*(products.c[name] for name in names)))


def changed_since(conn: Connection, rev: int) -> list[str]:
    """Ids of products that differ from what they were at the catalogue's revision `rev`."""
    query = select(products.c.id).where(products.c.rev > rev).order_by(products.c.id)
    return [key for (key,) in bulk.fetch(conn, query)]


def last_rev(conn: Connection) -> int:
    """The catalogue's revision; 0 while it is empty."""
    return counters.last(conn, "catalog_rev")


def count(conn: Connection) -> int:
    """How many products are in the feed now."""
    query = select(func.count()).select_from(products).where(products.c.gone.is_(False))
    return int(conn.execute(query).scalar_one())


def _product(row: tuple[Any, ...]) -> Product:
    found = Product(*row)
    return found._replace(gone=bool(found.gone))
