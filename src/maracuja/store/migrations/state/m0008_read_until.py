"""Which messages a person was sent on a channel that tells until when they have read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index, of that channel alone."""
    op.create_index(
        "ix_vendor_ids_pid",
        "vendor_ids",
        ["pid"],
        sqlite_where=sa.text("channel = 6"),
        postgresql_where=sa.text("channel = 6"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_vendor_ids_pid", "vendor_ids")
