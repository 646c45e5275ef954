"""The tables of what other programs are told: the events that wait, and how receivers fare."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import state

outbound_calls = Table(
    "outbound_calls",
    state,
    # An event that is to be told, once to each receiver; gone when it was taken.
    Column("hook", Text, primary_key=True),
    Column("event", Text, primary_key=True),  # its message id
    Column("n", BigInteger, nullable=False),  # in the order of arrival
    Column("pid", BigInteger, nullable=False, index=True),
    Column("at_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # JSON
    Column("state", SmallInteger, nullable=False),  # store.outbound.OutboundState
    Column("attempts", Integer, nullable=False),
    Column("next_us", BigInteger, nullable=False),
    Index("ix_outbound_calls_state_hook_next_us", "state", "hook", "next_us"),
    sqlite_with_rowid=False,
)

outbound_receivers = Table(
    "outbound_receivers",
    state,
    Column("hook", Text, primary_key=True),
    Column("taken", BigInteger, nullable=False),  # events
    Column("taken_us", BigInteger, nullable=False),  # the last; 0: never
    Column("failed_us", BigInteger, nullable=False),  # since when it fails; 0: it does not
    Column("answer", Text, nullable=False),  # the last one that was no good
    sqlite_with_rowid=False,
)
