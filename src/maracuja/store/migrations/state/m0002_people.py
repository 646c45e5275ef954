"""People: profiles, identities, merges, consents, suppressions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite counts up only in a column declared INTEGER.
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES = ("profiles", "identities", "merges", "merge_counts", "consents", "suppressions")


def upgrade() -> None:
    """Make the tables."""
    _make_profiles()
    _make_identities()
    _make_merges()
    _make_merge_counts()
    _make_consents()
    _make_suppressions()


def downgrade() -> None:
    """Drop them."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _make_profiles() -> None:
    op.create_table(
        "profiles",
        sa.Column("pid", Serial, autoincrement=False, nullable=False),
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("draw_pid", sa.BigInteger(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("doc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pid", name=("pk_profiles")),
    )
    op.create_index("ix_profiles_rev_pid", "profiles", ["rev", "pid"], unique=False)


def _make_identities() -> None:
    op.create_table(
        "identities",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", name=("pk_identities")),
        sqlite_with_rowid=False,
    )
    op.create_index(("ix_identities_pid"), "identities", ["pid"], unique=False)


def _make_merges() -> None:
    op.create_table(
        "merges",
        sa.Column("pid", Serial, autoincrement=False, nullable=False),
        sa.Column("canonical", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("crossed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pid", name=("pk_merges")),
    )
    op.create_index(("ix_merges_canonical"), "merges", ["canonical"], unique=False)


def _make_merge_counts() -> None:
    op.create_table(
        "merge_counts",
        sa.Column("identity", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("identity", "day", name=("pk_merge_counts")),
        sqlite_with_rowid=False,
    )


def _make_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("pid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_us", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("message_id", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("pid", "topic", "channel", "n", name=("pk_consents")),
        sqlite_with_rowid=False,
    )


def _make_suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "digest", "scope", name=("pk_suppressions")),
        sqlite_with_rowid=False,
    )
    op.create_index(("ix_suppressions_pid"), "suppressions", ["pid"], unique=False)
