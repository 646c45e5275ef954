"""Who looked at products lately, put them into the cart or wished for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import duckdb
import polars as pl
import pyarrow as pa

from maracuja.lake.columns import literal
from maracuja.lake.session import columns_of
from maracuja.segments.computed_rows import identifier
from maracuja.segments.facts import full_name

LOOKED: Final = ("Product Viewed", "Product Added", "Product Added to Wishlist")
_IDS: Final = ("product_id", "sku")


def interested(
    con: duckdb.DuckDBPyConnection, products: Sequence[str], since: datetime, until: datetime
) -> pl.DataFrame:
    """Who did one of LOOKED with these products from `since` to `until` (naive UTC).

    `product`, `pid` (canonical), sorted, each pair once. Numbers that are ids are read as texts.
    """
    columns = columns_of(con)
    named = [name for name in _IDS if full_name(name) in columns]
    empty = pl.DataFrame(schema={"product": pl.String, "pid": pl.Int64})
    if not named or not products:
        return empty
    ids = [identifier(name, columns) for name in named]
    con.register("asked_products", pa.table({"id": pa.array(sorted(set(products)))}))
    events = ", ".join(map(literal, LOOKED))
    found = con.sql(
        "SELECT DISTINCT p.id AS product, coalesce(m.canonical, e.pid) AS pid"
        f" FROM (SELECT pid, coalesce({', '.join(ids)}) AS product FROM events"
        f" WHERE event IN ({events}) AND ts >= ? AND ts <= ?) e"
        " JOIN asked_products p ON p.id = e.product"
        " LEFT JOIN merged m ON m.pid = e.pid ORDER BY product, pid",
        params=[since, until],
    ).to_arrow_table()
    return empty.vstack(pl.DataFrame(found).cast(empty.schema))
