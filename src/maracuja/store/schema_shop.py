"""The tables of what the shop knows and offers: products, coupons, outlets, bonuses, spending."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from maracuja.store.schema_ground import state

products = Table(
    "products",
    state,
    Column("id", Text, primary_key=True),
    Column("rev", BigInteger, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("price", BigInteger),  # minor units
    Column("currency", Text, nullable=False),
    Column("stock", BigInteger),  # null: not counted
    Column("url", Text, nullable=False),
    Column("picture", Text, nullable=False),
    Column("gone", Boolean, nullable=False),  # no longer in the feed
    Column("old_price", BigInteger),  # before a sale
    Column("family", Text, nullable=False, server_default=text("''")),  # of sizes and colours
    Column("feed", Text, nullable=False, server_default=text("''")),  # '': imported
)

feeds = Table(
    "feeds",
    state,
    # What became of a product feed when it was last asked for.
    Column("id", Text, primary_key=True),
    Column("due_us", BigInteger, nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("taken_us", BigInteger, nullable=False),  # 0: never
    Column("state", Text, nullable=False),  # taken, same, held, failed
    Column("says", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the feed that was taken last
    Column("failures", Integer, nullable=False),
    Column("allowed", Boolean, nullable=False),  # the next one is taken whatever it lost
    Column("rows", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("gone", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
)

product_changes = Table(
    "product_changes",
    state,
    # What people who looked at a product may want to hear; deleted once it is told.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("product", Text, nullable=False),
    Column("what", Text, nullable=False),  # dropped, back
    Column("before", BigInteger),  # of a drop: minor units
    Column("price", BigInteger),
    Column("currency", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)

coupons = Table(
    "coupons",
    state,
    # Each code is given once; who has none in `pid` is free.
    Column("pool", Text, primary_key=True),
    Column("folded", Text, primary_key=True),  # the code in capitals: as it is looked up
    Column("code", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # the order in which they are given
    Column("pid", BigInteger),
    Column("run", BigInteger, nullable=False),
    Column("chunk", BigInteger, nullable=False),  # the outbox row that carries it
    Column("n", Integer, nullable=False),
    Column("works_until_us", BigInteger, nullable=False),  # whoever has it; 0: without end
    Column("given_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),  # in this person's hands; 0: never
    Column("kept", SmallInteger, nullable=False),  # 0: its message may still fail to go out
    Column("redeemed_us", BigInteger, nullable=False),  # 0: not yet
    Column("order_id", Text, nullable=False),
    Column("revenue", BigInteger),  # minor units
    Column("currency", Text, nullable=False),
    Index("ix_coupons_free", "pool", "seq", sqlite_where=text("pid IS NULL"),
          postgresql_where=text("pid IS NULL")),
    Index("ix_coupons_pid", "pid"),
    Index("ix_coupons_folded", "folded"),
    Index("ix_coupons_open", "chunk", "n", sqlite_where=text("pid IS NOT NULL AND kept = 0"),
          postgresql_where=text("pid IS NOT NULL AND kept = 0")),
    sqlite_with_rowid=False,
)  # fmt: skip

outlets = Table(
    "outlets",
    state,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("zone", Text, nullable=False),  # IANA; '': the shop's
    Column("phone", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("hours", LargeBinary, nullable=False),  # JSON of campaigns.outlets.Hours
    Column("closed", Boolean, nullable=False),  # for good
)

bonus_entries = Table(
    "bonus_entries",
    state,
    # The ledger: an entry stands once under its source and key, and is never changed.
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("pid", BigInteger, nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),  # minor units or points; below 0: spent
    Column("at_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False, index=True),  # 0: never
    Column("note", Text, nullable=False),
)

ad_spend = Table(
    "ad_spend",
    state,
    Column("day", Text, primary_key=True),  # 2026-11-22, by the shop's clock
    Column("source", Text, primary_key=True),  # utm_source
    Column("campaign", Text, primary_key=True),  # utm_campaign
    Column("currency", Text, primary_key=True),
    Column("cost", BigInteger, nullable=False),  # minor units
    Column("clicks", BigInteger, nullable=False),
    Column("impressions", BigInteger, nullable=False),
)
