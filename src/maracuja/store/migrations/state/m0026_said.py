"""What keeps marketing from people for a while, and what they said of themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES = ("disputed", "denied", "silenced", "holds")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "holds",
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("begins_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("closed_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pid", "hold", "key", name=("pk_holds")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "silenced",
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pid", "category", name=("pk_silenced")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "denied",
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("trait", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pid", "trait", "digest", name=("pk_denied")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "disputed",
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("trait", sa.Text(), nullable=False),
        sa.Column("source", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pid", "trait", "source", name=("pk_disputed")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    for name in TABLES:
        op.drop_table(name)
