"""Numbers of the further accounts of channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "channel_accounts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=("pk_channel_accounts")),
        sa.UniqueConstraint("number", name=("uq_channel_accounts_number")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("channel_accounts")
