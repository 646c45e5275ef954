"""Sign-up forms: what was asked for and confirmed, and how people like to hear."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "signups",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("visit", sa.LargeBinary(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("topics", sa.LargeBinary(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_us", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.SmallInteger(), nullable=False),
        sa.Column("messaged_us", sa.BigInteger(), nullable=False),
        sa.Column("reminded_us", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("bonus_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_signups")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_signups_form_channel_address", "signups", ["form", "channel", "address"])
    op.create_index("ix_signups_pid", "signups", ["pid"])
    op.create_index("ix_signups_state_until_us", "signups", ["state", "until_us"])
    op.create_table(
        "form_counts",
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("step", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("form", "day", "source", "step", name=("pk_form_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wishes",
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("every_days", sa.SmallInteger(), nullable=False),
        sa.Column("last_us", sa.BigInteger(), nullable=False),
        sa.Column("last_key", sa.BigInteger(), nullable=False),
        sa.Column("from_min", sa.SmallInteger(), nullable=False),
        sa.Column("until_min", sa.SmallInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("pause_until_us", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pid", "topic", name=("pk_wishes")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("wishes")
    op.drop_table("form_counts")
    op.drop_table("signups")
