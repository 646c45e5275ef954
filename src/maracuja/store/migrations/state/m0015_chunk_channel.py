"""By which channel the messages of a chunk go, so that no channel looks through another's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; 0: the chunk may hold messages of any channel."""
    channel = sa.Column("channel", sa.SmallInteger(), nullable=False, server_default=sa.text("0"))
    op.add_column("chunks", channel)


def downgrade() -> None:
    """Drop it."""
    op.drop_column("chunks", "channel")
