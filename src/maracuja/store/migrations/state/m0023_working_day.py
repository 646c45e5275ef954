"""What other programs tell and are told, and what people put on definitions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_outbound()
    _make_inbound()
    op.create_table(
        "labels",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "label", name=("pk_labels")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notes",
        sa.Column("number", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=("pk_notes")),
    )
    op.create_table(
        "archived",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=("pk_archived")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        "archived", "notes", "labels", "inbound_calls", "outbound_receivers", "outbound_calls",
    ):  # fmt: skip
        op.drop_table(table)


def _make_outbound() -> None:
    op.create_table(
        "outbound_calls",
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hook", "event", name=("pk_outbound_calls")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_outbound_calls_pid", "outbound_calls", ["pid"])
    op.create_index(
        "ix_outbound_calls_state_hook_next_us", "outbound_calls", ["state", "hook", "next_us"]
    )
    op.create_table(
        "outbound_receivers",
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("taken_us", sa.BigInteger(), nullable=False),
        sa.Column("failed_us", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hook", name=("pk_outbound_receivers")),
        sqlite_with_rowid=False,
    )


def _make_inbound() -> None:
    op.create_table(
        "inbound_calls",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_inbound_calls")),
    )
    op.create_index("ix_inbound_calls_state", "inbound_calls", ["state"])
    op.create_index("ix_inbound_calls_hook_at_us", "inbound_calls", ["hook", "at_us"])
