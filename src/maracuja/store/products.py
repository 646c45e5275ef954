"""The catalogue, as far as messages need it: price and stock at the moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, update

from maracuja.store import bulk, counters
from maracuja.store.schema import products


class Product(NamedTuple):
    """A product; `price` in minor units of `currency`, `stock` None where it is not counted."""

    id: str
    title: str
    category: str
    price: int | None
    currency: str
    stock: int | None
    url: str
    picture: str
    gone: bool = False


_COLUMNS = tuple(products.c[name] for name in Product._fields)


def put(conn: Connection, feed: Sequence[Product], *, whole: bool = False) -> int:
    """Take products over and return the catalogue's revision.

    Only what differs gets the new revision. With `whole` the feed is everything that there is:
    other products are marked gone. The last of several lines about one id holds.
    """
    wanted = {product.id: product for product in feed}
    standing = {product.id: product for product in get(conn, list(wanted))}
    changed = [p for key, p in sorted(wanted.items()) if standing.get(key) != p]
    missing: list[str] = []
    if whole:
        query = select(products.c.id).where(products.c.gone.is_(False)).order_by(products.c.id)
        missing = [key for (key,) in bulk.fetch(conn, query) if key not in wanted]
    if not changed and not missing:
        return last_rev(conn)
    rev = counters.take(conn, "catalog_rev")
    if changed:
        columns: dict[str, Any] = dict(
            zip(Product._fields, zip(*changed, strict=True), strict=True)
        )
        bulk.insert_columns(conn, products, {**columns, "rev": rev}, on_conflict="replace")
    if missing:
        lost = bulk.given(conn, "lost", id=(products.c.id.type, missing))
        conn.execute(
            update(products).where(products.c.id.in_(select(lost.c.id))).values(gone=True, rev=rev)
        )
    return rev


def get(conn: Connection, ids: Sequence[str]) -> list[Product]:
    """The products of these ids, gone ones too, by id; unknown ids are left out."""
    rows = bulk.rows_where_in(conn, select(*_COLUMNS), products.c.id, sorted(set(ids)))
    return [_product(row) for row in sorted(rows, key=lambda row: str(row[0]))]


def every(conn: Connection, *, after: str = "", rows_max: int = 100_000) -> list[Product]:
    """The catalogue by id, gone products too, from the id after `after`."""
    query = select(*_COLUMNS).where(products.c.id > after).order_by(products.c.id).limit(rows_max)
    return [_product(row) for row in bulk.fetch(conn, query)]


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
    return Product(*row)._replace(gone=bool(row[-1]))
