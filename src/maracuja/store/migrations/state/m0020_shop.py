"""Product feeds, coupons, outlets, bonus balances, and what advertising costs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("ad_spend", "bonus_entries", "outlets", "coupons", "product_changes", "feeds")
ADDED = ("old_price", "family", "feed")


def upgrade() -> None:
    """Make the tables; a product gets a price before the sale, a family and a feed."""
    op.add_column("products", sa.Column("old_price", sa.BigInteger()))
    for name in ("family", "feed"):
        text = sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))
        op.add_column("products", text)
    _feeds()
    _coupons()
    op.create_table(
        "outlets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("hours", sa.LargeBinary(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_outlets")),
    )
    op.create_table(
        "bonus_entries",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=("pk_bonus_entries")),
    )
    op.create_index("ix_bonus_entries_pid", "bonus_entries", ["pid"])
    op.create_index("ix_bonus_entries_expires_us", "bonus_entries", ["expires_us"])
    op.create_table(
        "ad_spend",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("impressions", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "source", "campaign", "currency", name=("pk_ad_spend")),
    )


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("taken_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_feeds")),
    )
    op.create_table(
        "product_changes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("before", sa.BigInteger()),
        sa.Column("price", sa.BigInteger()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_product_changes")),
    )


def _coupons() -> None:
    op.create_table(
        "coupons",
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("pid", sa.BigInteger()),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("chunk", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("works_until_us", sa.BigInteger(), nullable=False),
        sa.Column("given_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.SmallInteger(), nullable=False),
        sa.Column("redeemed_us", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("revenue", sa.BigInteger()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pool", "folded", name=("pk_coupons")),
        sqlite_with_rowid=False,
    )
    free, still = sa.text("pid IS NULL"), sa.text("pid IS NOT NULL AND kept = 0")
    op.create_index(
        "ix_coupons_free",
        "coupons",
        ["pool", "seq"],
        sqlite_where=free,
        postgresql_where=free,
    )
    op.create_index("ix_coupons_pid", "coupons", ["pid"])
    op.create_index("ix_coupons_folded", "coupons", ["folded"])
    op.create_index(
        "ix_coupons_open",
        "coupons",
        ["chunk", "n"],
        sqlite_where=still,
        postgresql_where=still,
    )


def downgrade() -> None:
    """Drop them."""
    for name in TABLES:
        op.drop_table(name)
    for name in ADDED:
        op.drop_column("products", name)
