"""What became of each part of a message that was cut into several."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "message_parts",
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("total", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message", "vendor_id", name=("pk_message_parts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_message_parts_at_us", "message_parts", ["at_us"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("message_parts")
