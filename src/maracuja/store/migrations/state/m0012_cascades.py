"""People wait for what a step of a cascade comes to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and their index."""
    for name in ("tried", "channel"):
        column = sa.Column(name, sa.SmallInteger(), nullable=False, server_default=sa.text("0"))
        op.add_column("waiting", column)
    op.create_index(
        "ix_waiting_pid",
        "waiting",
        ["pid"],
        sqlite_where=sa.text("tried <> 0"),
        postgresql_where=sa.text("tried <> 0"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_waiting_pid", "waiting")
    for name in ("channel", "tried"):
        op.drop_column("waiting", name)
