"""The tables of messages that programs ask for one by one, their files and their callers."""

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

posted_files = Table(
    "posted_files",
    state,
    # What goes out inside a message; gone once it has been sent, or never will be.
    Column("message", LargeBinary, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

status_addresses = Table(
    "status_addresses",
    state,
    # Where to tell what becomes of a message.
    Column("message", LargeBinary, primary_key=True),
    Column("url", Text, nullable=False),
    sqlite_with_rowid=False,
)

status_calls = Table(
    "status_calls",
    state,
    # What was, or is to be, told of a message: a status once, in the order of `n`.
    Column("message", LargeBinary, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("host", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),  # store.status_calls.CallState
    Column("attempts", Integer, nullable=False),
    Column("next_us", BigInteger, nullable=False),
    Column("answer", Text, nullable=False),  # the last one that was no good
    Index("ix_status_calls_state_next_us", "state", "next_us"),
    sqlite_with_rowid=False,
)
