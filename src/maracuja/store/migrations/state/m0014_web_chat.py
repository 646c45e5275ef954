"""The threads and lines of the web chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "chat_threads",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("thread", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("came_us", sa.BigInteger(), nullable=False),
        sa.Column("started_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=("pk_chat_threads")),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_chat_threads_thread", "chat_threads", ["thread"], unique=True)
    op.create_table(
        "chat_lines",
        sa.Column("thread", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("taken_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("thread", "seq", name=("pk_chat_lines")),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_chat_lines_n", "chat_lines", ["n"], unique=True)
    op.create_index(
        "uq_chat_lines_message_thread", "chat_lines", ["message", "thread"], unique=True
    )
    op.create_index("ix_chat_lines_at_us", "chat_lines", ["at_us"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("chat_lines")
    op.drop_table("chat_threads")
