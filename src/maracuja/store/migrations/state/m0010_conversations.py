"""Conversations and their turns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("last_us", sa.BigInteger(), nullable=False),
        sa.Column("word_us", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_conversations")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_conversations_pid", "conversations", ["pid"])
    op.create_index("ix_conversations_last_us", "conversations", ["last_us", "id"])
    for first in ("state", "channel", "assignee"):
        name = f"ix_conversations_{first}_last_us"
        op.create_index(name, "conversations", [first, "last_us", "id"])
    op.create_table(
        "turns",
        sa.Column("conversation", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.SmallInteger(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media", sa.LargeBinary(), nullable=False),
        sa.Column("buttons", sa.LargeBinary(), nullable=False),
        sa.Column("tapped", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "seq", name=("pk_turns")),
        sa.UniqueConstraint("id", name=("uq_turns_id")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("turns")
    op.drop_table("conversations")
