"""What changed last, for pages that are open; the sizes of segments by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "changed_things",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=("pk_changed_things")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_changed_things_seq", "changed_things", ["seq"], unique=True)
    op.create_table(
        "segment_sizes",
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("segment", "day", name=("pk_segment_sizes")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("segment_sizes")
    op.drop_table("changed_things")
