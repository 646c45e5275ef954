"""Orders that came with a coupon: the code is redeemed when the order is heard of.

What has happened in the shop is not refused here: a code that somebody else used counts as used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection

from maracuja.currencies import minor_units
from maracuja.store import coupons
from maracuja.store.coupons import Coupon

ORDERED: Final = "Order Completed"
CODE: Final = "properties.coupon"
ORDER: Final = "properties.order_id"
SUMS: Final = ("properties.revenue", "properties.total", "properties.value")
CURRENCY: Final = "properties.currency"


def take(conn: Connection, events: pl.DataFrame) -> int:
    """Redeem the codes of these orders; how many were used for the first time."""
    if CODE not in events.columns:
        return 0
    orders = events.filter((pl.col("event") == ORDERED) & pl.col(CODE).is_not_null())
    if orders.is_empty():
        return 0
    used = _columns(orders.sort("ts", "message_id"))
    known: dict[str, list[Coupon]] = {}
    for one in coupons.find(conn, used["code"].to_list()):
        known.setdefault(one.folded, []).append(one)
    redeemed: dict[tuple[str, str], Coupon] = {}
    for pid, at, code, order, amount, currency in used.iter_rows():
        mine = whose(known.get(code, ()), pid)
        if mine is None or (mine.pool, code) in redeemed:
            continue
        redeemed[mine.pool, code] = mine._replace(
            redeemed_us=max(1, at),
            order_id=order or "",
            revenue=minor(amount, currency or ""),
            currency=(currency or "").upper(),
        )
    return coupons.redeem(conn, list(redeemed.values()))


def whose(several: Sequence[Coupon], pid: int) -> Coupon | None:
    """Of codes that read alike in several pools, the person's own; else one that was given."""
    ranked = sorted(several, key=lambda one: (one.pid != pid, one.pid is None, one.pool))
    return ranked[0] if ranked else None


def minor(amount: float | None, currency: str) -> int | None:
    """An amount of money in the currency's minor units; None for none."""
    return None if amount is None else round(amount * minor_units(currency.upper()))


def _columns(orders: pl.DataFrame) -> pl.DataFrame:
    """pid, at_us, code, order, amount, currency of each order."""

    def text(name: str) -> pl.Expr:
        if name not in orders.columns:
            return pl.lit(None, pl.String)
        # The lake keeps numbers as doubles: order 77 is not 77.0.
        whole = orders.schema[name].is_float()
        value = pl.col(name).cast(pl.Int64, strict=False) if whole else pl.col(name)
        return value.cast(pl.String)

    sums: list[Any] = [
        pl.col(name).cast(pl.Float64, strict=False) for name in SUMS if name in orders.columns
    ]
    return orders.select(
        "pid",
        pl.col("ts").dt.epoch("us").alias("at_us"),
        text(CODE).str.strip_chars().str.to_uppercase().alias("code"),  # coupons.folded
        text(ORDER).alias("order"),
        pl.coalesce(*sums, pl.lit(None, pl.Float64)).alias("amount"),
        text(CURRENCY).alias("currency"),
    )
