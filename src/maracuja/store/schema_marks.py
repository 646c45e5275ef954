"""The tables of what people put on definitions: labels, notes, and that they are archived."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from maracuja.store.schema_ground import Serial, state

labels = Table(
    "labels",
    state,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("label", Text, primary_key=True),
    sqlite_with_rowid=False,
)

notes = Table(
    "notes",
    state,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("text", Text, nullable=False),
)

archived = Table(
    "archived",
    state,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    sqlite_with_rowid=False,
)
