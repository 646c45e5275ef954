"""Under which ids vendors know our messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "vendor_ids",
        sa.Column("channel", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "vendor_id", name=("pk_vendor_ids")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_vendor_ids_at_us", "vendor_ids", ["at_us"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("vendor_ids")
