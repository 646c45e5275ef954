"""What a mail is about, beside what it says: an answer goes out under the same subject."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; '': it was no mail."""
    subject = sa.Column("subject", sa.Text(), nullable=False, server_default=sa.text("''"))
    op.add_column("turns", subject)


def downgrade() -> None:
    """Drop it."""
    op.drop_column("turns", "subject")
