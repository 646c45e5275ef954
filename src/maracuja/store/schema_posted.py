"""The tables of messages that programs ask for one by one."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import state

posted = Table(
    "posted",
    state,
    # Messages that programs ask for one by one; the text lies here, not in the lake.
    Column("message", LargeBinary, primary_key=True),  # from the idempotency key
    Column("digest", LargeBinary, nullable=False),  # of all that was asked
    Column("at_us", BigInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # external_id, or the kind of address
    Column("value", Text, nullable=False),
    Column("channel", Text, nullable=False),  # '' until chosen
    Column("body", LargeBinary, nullable=False),  # what was asked, JSON
    Column("state", SmallInteger, nullable=False),  # store.posted.PostedState
    Column("pid", BigInteger, nullable=False, index=True),  # 0 until known
    Column("chunk", BigInteger, nullable=False, index=True),  # 0 until queued
    Column("n", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("written", LargeBinary, nullable=False),  # what they will read, JSON
    Index("ix_posted_state_due_us", "state", "due_us"),
    Index("ix_posted_kind_value", "kind", "value"),
    sqlite_with_rowid=False,
)

posted_events = Table(
    "posted_events",
    state,
    # What became of each, told once for each status.
    Column("message", LargeBinary, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("raw", Text, nullable=False),
    sqlite_with_rowid=False,
)
