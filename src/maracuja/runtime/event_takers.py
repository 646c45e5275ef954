"""Who takes a batch's events when they come in, in its transaction: triggers, webhooks, coupons.

Each taker is a file of its own and commits nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl
from sqlalchemy import Connection

from maracuja.model import TraitType
from maracuja.runtime import announcing, coupon_orders, entering, holding


def take(
    conn: Connection, events: pl.DataFrame, types: Mapping[str, TraitType], now: datetime
) -> None:
    """Hand on the rows of a batch as they go to the lake, with the types of their columns."""
    entering.take(conn, events, now)
    holding.take(conn, events, now)
    announcing.take(conn, events, types, now)
    coupon_orders.take(conn, events)
