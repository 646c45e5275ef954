"""When somebody last wrote to us from an address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "last_words",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "digest", name=("pk_last_words")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_last_words_at_us", "last_words", ["at_us"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("last_words")
