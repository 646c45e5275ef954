"""What each day of a new domain's warm-up was like."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from maracuja.store.schema_ground import state

warm_up_days = Table(
    "warm_up_days",
    state,
    Column("account", Text, primary_key=True),  # email, email/club
    Column("provider", Text, primary_key=True),  # gmail, outlook ..., other
    Column("day", Text, primary_key=True),  # by the shop's clock, as 2026-05-01
    Column("level", Integer, nullable=False),
    Column("allowed", BigInteger),  # null: any number
    Column("given", BigInteger, nullable=False),
    Column("held", Text, nullable=False),  # why it stopped
    sqlite_with_rowid=False,
)
