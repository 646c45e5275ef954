"""Who has entered a campaign with a trigger, and what each message is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "entries",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("listening", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.SmallInteger(), nullable=False),
        sa.Column("entered_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "mark", name=("pk_entries")),
        sqlite_with_rowid=False,
    )
    for column in ("pid", "listening", "due_us", "run"):
        op.create_index(f"ix_entries_{column}", "entries", [column])
    op.create_table(
        "entry_runs",
        sa.Column("run", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("cart", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "pid", name=("pk_entry_runs")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entry_runs_pid", "entry_runs", ["pid"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("entry_runs")
    op.drop_table("entries")
