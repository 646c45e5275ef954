"""What lies in the carts of people who are due: for their texts, and for the link to it.

It must never hold more than what the shop sells, and how many of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.lake.facts import choose
from maracuja.runtime.audience import Sources
from maracuja.segments.operators import Kind, literal
from maracuja.segments.rows import property_sql
from maracuja.templates.scope import CART_TYPES

KEPT_DAYS: Final = 30  # older changes of a cart do not count
ITEMS_MAX: Final = 50
ADDED: Final = "Product Added"
REMOVED: Final = "Product Removed"
ORDERED: Final = "Order Completed"
LISTED: Final = "products"  # the property of an event that tells the whole cart
PREFIX: Final = "cart."

_CARTS: Final = """
    WITH mine AS (
        SELECT c.person AS pid, e.* EXCLUDE (pid) FROM (
            SELECT pid, event, ts, {product} AS product, coalesce({quantity}, 1.0) AS quantity
            FROM events WHERE event IN ('{added}', '{removed}', '{ordered}') AND ts >= {since}
        ) e JOIN chosen c ON c.pid = e.pid
    ), ordered AS (
        SELECT pid, max(ts) AS at FROM mine WHERE event = '{ordered}' GROUP BY pid
    )
    SELECT m.pid, m.product AS product_id,
           sum(CASE WHEN m.event = '{added}' THEN quantity ELSE -quantity END) AS quantity,
           max(m.ts) AS changed
    FROM mine m LEFT JOIN ordered o ON o.pid = m.pid
    WHERE m.event <> '{ordered}' AND m.product IS NOT NULL AND (o.at IS NULL OR m.ts > o.at)
    GROUP BY ALL HAVING sum(CASE WHEN m.event = '{added}' THEN quantity ELSE -quantity END) >= 1
    ORDER BY m.pid, changed DESC, product_id
"""


def carts(
    sources: Sources, told: Mapping[int, Mapping[str, Any]], shelf: pl.DataFrame, now: datetime
) -> pl.DataFrame:
    """What is in the cart of each of these people: `pid` and the columns of CART_TYPES.

    `told` are the properties of each person's event: where it lists `products`, these are the
    cart; else what was added, and not removed or ordered since, in the last KEPT_DAYS. What is
    sold out or not in the catalogue (`shelf`) is left out; who has nothing left has nulls.
    """
    listed = {pid: items for pid, one in told.items() if (items := _listed(one.get(LISTED)))}
    rest = [pid for pid in told if pid not in listed]
    lines = [(pid, *item) for pid, items in listed.items() for item in items]
    frame = pl.DataFrame(lines, schema=_LINE, orient="row")
    if rest:
        frame = pl.concat([frame, _added(sources, rest, now)])
    return _shown(frame, shelf, sorted(told))


_LINE: Final = {"pid": pl.Int64, "product_id": pl.String, "quantity": pl.Int64}


def _listed(items: object) -> list[tuple[str, int]]:
    """Products and how many, of the list that an event tells."""
    found: dict[str, int] = {}
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, Mapping):
            continue
        product, many = item.get("product_id") or item.get("sku"), item.get("quantity", 1)
        if isinstance(product, float) and product.is_integer():
            product = int(product)
        if product is not None and isinstance(many, int | float) and 1 <= many <= 10_000:
            found[str(product)] = found.get(str(product), 0) + int(many)
    return list(found.items())


def _added(sources: Sources, pids: Sequence[int], now: datetime) -> pl.DataFrame:
    """What these people have put into their carts, as the lake tells."""
    lake = choose(sources.con, sources.lake, pl.Series(pids, dtype=pl.Int64))
    query = _CARTS.format(
        product=_product(lake.columns),
        quantity=f"TRY_CAST({property_sql('quantity', Kind.NUMBER, lake.columns)} AS DOUBLE)",
        added=ADDED,
        removed=REMOVED,
        ordered=ORDERED,
        since=literal((now - timedelta(days=KEPT_DAYS)).replace(tzinfo=None)),
    )
    found = pl.DataFrame(sources.con.sql(query).to_arrow_table())
    return found.select(
        "pid",
        pl.col("product_id").cast(pl.String),
        pl.col("quantity").cast(pl.Int64, strict=False),
    )


def _product(columns: Mapping[str, str]) -> str:
    """The SQL of the product's id as text, whole numbers without a fraction."""
    told = property_sql("product_id", Kind.TEXT, columns)
    if columns.get("properties.product_id") == "DOUBLE":
        return f"CAST(TRY_CAST({told} AS BIGINT) AS VARCHAR)"
    return f"CAST({told} AS VARCHAR)"


def _shown(lines: pl.DataFrame, shelf: pl.DataFrame, pids: Sequence[int]) -> pl.DataFrame:
    """The carts as templates read them, of all these people."""
    there = shelf.filter(pl.col("stock").fill_null(1) > 0).rename({"id": "product_id"})
    known = lines.join(there, on="product_id", how="inner", maintain_order="left")
    fields = CART_TYPES["items"].inner.fields
    items = known.select("pid", pl.struct(f.name for f in fields).alias("items"))
    listed = items.group_by("pid", maintain_order=True).agg(pl.col("items").head(ITEMS_MAX))
    cost = pl.col("price") * pl.col("quantity")
    sums = known.group_by("pid", maintain_order=True).agg(
        product_id=pl.col("product_id").first(),
        count=pl.col("quantity").sum(),
        currency=pl.when(pl.col("currency").n_unique() == 1).then(pl.col("currency").first()),
        total=pl.when((pl.col("currency").n_unique() == 1) & cost.is_not_null().all()).then(
            cost.sum()
        ),
    )
    asked = pl.DataFrame({"pid": pl.Series(pids, dtype=pl.Int64)})
    both = listed.join(sums, on="pid", how="left")
    return asked.join(both, on="pid", how="left", maintain_order="left").select(
        "pid",
        *(pl.col(name).cast(dtype).alias(PREFIX + name) for name, dtype in CART_TYPES.items()),
    )


def restored(columns: pl.DataFrame) -> dict[int, bytes]:
    """What the link of each person's message restores, as JSON: ids and quantities alone."""
    name = f"{PREFIX}items"
    if name not in columns.columns:
        return {}
    rows = columns.filter(pl.col(name).is_not_null()).select("pid", name).iter_rows()
    return {
        pid: msgspec.json.encode(
            [{"product_id": item["product_id"], "quantity": item["quantity"]} for item in items]
        )
        for pid, items in rows
    }
