"""The table of what CRMs and other programs tell in words of their own."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import Serial, state

inbound_calls = Table(
    "inbound_calls",
    state,
    # As they came, so that they can be read again when the mapping has been mended.
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("hook", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", SmallInteger, nullable=False),  # store.inbound.InboundState
    Column("calls", Integer, nullable=False),  # what it came to
    Column("fault", Text, nullable=False),
    Index("ix_inbound_calls_state", "state"),
    Index("ix_inbound_calls_hook_at_us", "hook", "at_us"),
)
