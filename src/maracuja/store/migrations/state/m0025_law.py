"""What the law asks for: objections to profiling, requests about people's rights, breaches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = ("breaches", "rights_requests", "objections")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "objections",
        sa.Column("pid", _SERIAL, autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pid", name=("pk_objections")),
    )
    op.create_table(
        "rights_requests",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("pid", sa.BigInteger()),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_us", sa.BigInteger()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reminded_us", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=("pk_rights_requests")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rights_requests_pid", "rights_requests", ["pid"])
    op.create_table(
        "breaches",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("noticed_us", sa.BigInteger(), nullable=False),
        sa.Column("from_us", sa.BigInteger()),
        sa.Column("until_us", sa.BigInteger()),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("laws", sa.Text(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("reported_us", sa.BigInteger()),
        sa.Column("told_us", sa.BigInteger()),
        sa.Column("closed_us", sa.BigInteger()),
        sa.Column("reminded_us", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=("pk_breaches")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop them."""
    for name in TABLES:
        op.drop_table(name)
