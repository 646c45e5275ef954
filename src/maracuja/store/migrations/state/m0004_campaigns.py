"""Campaigns: runs, chunks, the outbox, who waits, and the health of channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite counts up only in a column declared INTEGER.
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES = ("runs", "chunks", "outbox", "waiting", "channel_health")


def upgrade() -> None:
    """Make the tables."""
    _make_runs()
    _make_chunks()
    _make_outbox()
    _make_waiting()
    _make_channel_health()


def downgrade() -> None:
    """Drop them."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run", Serial, autoincrement=False, nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("planned_us", sa.BigInteger(), nullable=False),
        sa.Column("launched_us", sa.BigInteger(), nullable=True),
        sa.Column("finished_us", sa.BigInteger(), nullable=True),
        sa.Column("expires_us", sa.BigInteger(), nullable=True),
        sa.Column("audience_path", sa.Text(), nullable=False),
        sa.Column("next_part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", name=("pk_runs")),
    )
    op.create_index(("ix_runs_campaign"), "runs", ["campaign"], unique=False)
    op.create_index("uq_runs_campaign_occurrence", "runs", ["campaign", "occurrence"], unique=True)


def _make_chunks() -> None:
    op.create_table(
        "chunks",
        sa.Column("chunk", Serial, autoincrement=False, nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("catalog_rev", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chunk", name=("pk_chunks")),
    )
    op.create_index(("ix_chunks_run"), "chunks", ["run"], unique=False)
    op.create_index("ix_chunks_work", "chunks", ["left", "lane", "due_us"], unique=False)


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("chunk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.SmallInteger(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chunk", "n", name=("pk_outbox")),
        sqlite_with_rowid=False,
    )


def _make_waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("run", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run", "pid", name=("pk_waiting")),
        sqlite_with_rowid=False,
    )
    op.create_index(("ix_waiting_until_us"), "waiting", ["until_us"], unique=False)


def _make_channel_health() -> None:
    op.create_table(
        "channel_health",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("rate_per_s", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=("pk_channel_health")),
    )
