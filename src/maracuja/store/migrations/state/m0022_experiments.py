"""Experiments that are tried on a part of an audience: the plan, and each look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "experiments",
        sa.Column("run", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("winner", sa.Text(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=True),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("rolled_us", sa.BigInteger(), nullable=True),
        sa.Column("rolled_by", sa.Text(), nullable=False),
        sa.Column("over_us", sa.BigInteger(), nullable=True),
        sa.Column("guarded_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run", name=("pk_experiments")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_experiments_campaign", "experiments", ["campaign"])
    op.create_table(
        "experiment_looks",
        sa.Column("run", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("look", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("fraction", sa.Float(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("arms", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "look", name=("pk_experiment_looks")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("experiment_looks")
    op.drop_index("ix_experiments_campaign", "experiments")
    op.drop_table("experiments")
