"""Mailboxes that were full, and with which key an event had come that was put aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# SQLite counts up only in a column declared INTEGER.
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_COPIED = "id, at_us, call, key_kind, code, reason, place, body, replayed_us"


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "full_mailboxes",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("first_us", sa.BigInteger(), nullable=False),
        sa.Column("last_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "digest", name=("pk_full_mailboxes")),
        sqlite_with_rowid=False,
    )
    _make_refused([sa.Column("key", sa.Text(), nullable=False)], f"{_COPIED}, key", "''")


def downgrade() -> None:
    """Drop them."""
    _make_refused([], _COPIED, "")
    op.drop_table("full_mailboxes")


def _make_refused(added: list[sa.Column[str]], names: str, value: str) -> None:
    """Make `refused` anew with or without the column: SQLite cannot add it in its place."""
    op.execute("ALTER TABLE refused RENAME TO refused_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE refused_before RENAME CONSTRAINT pk_refused TO pk_refused_before")
        op.execute("ALTER SEQUENCE refused_id_seq RENAME TO refused_before_id_seq")
    op.create_table(
        "refused",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("key_kind", sa.Text(), nullable=False),
        *added,
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("replayed_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_refused")),
        sqlite_autoincrement=True,
    )
    copied = f"{_COPIED}, {value}" if value else _COPIED
    op.execute(f"INSERT INTO refused ({names}) SELECT {copied} FROM refused_before")  # noqa: S608
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval('refused_id_seq', coalesce((SELECT last_value FROM"
            " refused_before_id_seq), 1), (SELECT is_called FROM refused_before_id_seq))"
        )
    op.drop_table("refused_before")
