"""The table of what became of each part of a message that was cut into several."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import state

message_parts = Table(
    "message_parts",
    state,
    Column("message", LargeBinary, primary_key=True),
    Column("vendor_id", Text, primary_key=True),  # the vendor's own for the part
    Column("total", SmallInteger, nullable=False),  # of so many parts it is one
    Column("status", Text, nullable=False),  # '' until it is told
    Column("at_us", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)
