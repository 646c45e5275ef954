"""What changed last, for pages that are open; and how large segments were, day by day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from maracuja.store.schema_ground import state

changed_things = Table(
    "changed_things",
    state,
    Column("kind", Text, primary_key=True),  # store.live.Kind
    Column("id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # of the last change, in the order of commits
    Index("ix_changed_things_seq", "seq", unique=True),
    sqlite_with_rowid=False,
)

segment_sizes = Table(
    "segment_sizes",
    state,
    Column("segment", Text, primary_key=True),
    Column("day", Text, primary_key=True),  # by the shop's clock, as 2026-05-01
    Column("people", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
