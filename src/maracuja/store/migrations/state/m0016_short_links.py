"""Short links, and the last poll of those who answer by a number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "short_links",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=("pk_short_links")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_short_links_pid", "short_links", ["pid"])
    op.create_index("ix_short_links_at_us", "short_links", ["at_us"])
    op.create_table(
        "open_polls",
        sa.Column("channel", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("poll", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "pid", name=("pk_open_polls")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_open_polls_at_us", "open_polls", ["at_us"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("open_polls")
    op.drop_table("short_links")
