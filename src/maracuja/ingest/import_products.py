"""Rows of a product feed to checked columns: prices in minor units, stock as a number."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from maracuja.currencies import digits_expr
from maracuja.ingest.import_mapping import PRODUCT_FIELDS, FileMapping
from maracuja.ingest.import_people import LINE, RowRefusal


@dataclass(frozen=True)
class ProductChunk:
    """Columns id, title, category, price (minor units), currency, stock, url, picture."""

    products: pl.DataFrame
    refused: list[RowRefusal]


def read_products(rows: pl.DataFrame, mapping: FileMapping, currency: str) -> ProductChunk:
    """Check a chunk of a feed: `rows` holds texts in the file's own columns and `line`.

    A product without an id, or with a price or stock that is no number, is refused: a wrong price
    must never be sent. An id that comes twice in a chunk: the last one counts.
    """
    named = {target: heading for heading, target in mapping.columns.items()}
    frame = rows.select(
        LINE,
        *(
            pl.col(named[name]).str.strip_chars().replace("", None).alias(name)
            if name in named
            else pl.lit(None, dtype=pl.String).alias(name)
            for name in PRODUCT_FIELDS
        ),
    )
    own = mapping.currency or currency
    frame = frame.with_columns(
        pl.col("currency").fill_null(own).str.to_uppercase(),
        _decimal("price").alias("amount"),
        _decimal("stock").floor().cast(pl.Int64, strict=False).alias("count"),
    )
    digits = digits_expr(pl.col("currency"))
    frame = frame.with_columns(
        (pl.col("amount") * pl.lit(10.0).pow(digits)).round().cast(pl.Int64).alias("minor")
    )
    rules = (
        ("id", pl.col("id").is_null(), "a product needs an id"),
        ("price", pl.col("price").is_not_null() & (pl.col("minor").fill_null(-1) < 0), "no price"),
        ("stock", pl.col("stock").is_not_null() & pl.col("count").is_null(), "no number"),
        ("currency", ~pl.col("currency").str.contains("^[A-Z]{3}$"), "no ISO 4217 currency"),
    )
    refused: list[RowRefusal] = []
    for column, wrong, reason in rules:
        bad = frame.filter(wrong)
        words = reason if column == "id" else f"`{column}` is {reason}"
        refused += [
            RowRefusal(line, named.get(column, column), value or "", words, whole=True)
            for line, value in bad.select(LINE, column).iter_rows()
        ]
        frame = frame.filter(~wrong)
    taken = frame.unique("id", keep="last", maintain_order=True).select(
        "id",
        pl.col("title").fill_null(pl.col("id")),
        pl.col("category").fill_null(""),
        pl.col("minor").alias("price"),
        "currency",
        pl.col("count").alias("stock"),
        pl.col("url").fill_null(""),
        pl.col("picture").fill_null(""),
    )
    return ProductChunk(taken, refused)


def _decimal(name: str) -> pl.Expr:
    """1299, 1 299,50 and 1299.50 UAH as a number; null where it is none."""
    text = pl.col(name).str.replace_all(r"[\s\u00a0\u202f]|[^\d.,-]+$", "")
    text = text.str.replace(",", ".", literal=True)
    return (
        pl.when(text.str.contains(r"^-?\d{1,15}(\.\d{1,6})?$"))
        .then(text)
        .cast(pl.Float64, strict=False)
    )
