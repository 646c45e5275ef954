"""The tables of the web chat: each visitor's thread, and its lines."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import state

chat_threads = Table(
    "chat_threads",
    state,
    Column("address", Text, primary_key=True),  # guest:<number> or user:<external id>
    Column("thread", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the last line
    Column("made_us", BigInteger, nullable=False),
    Column("came_us", BigInteger, nullable=False),  # when the visitor was last here; 0: never
    Column("started_us", BigInteger, nullable=False),  # when they first opened it; 0: not yet
    Index("uq_chat_threads_thread", "thread", unique=True),
    sqlite_with_rowid=False,
)

chat_lines = Table(
    "chat_lines",
    state,
    # Kept until they are seen, and some days after.
    Column("thread", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # rises in the thread
    Column("n", BigInteger, nullable=False),  # rises in the workspace: what is new to servers
    Column("message", LargeBinary, nullable=False),  # of ours; or made from the visitor's own id
    Column("pid", BigInteger, nullable=False),  # whose message; 0: the visitor's own words
    Column("run", BigInteger, nullable=False),
    Column("side", SmallInteger, nullable=False),  # store.web_chat.Side
    Column("at_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),  # not shown afterwards; 0: never
    Column("taken_us", BigInteger, nullable=False),  # 0: not yet
    Column("seen_us", BigInteger, nullable=False),  # 0: not yet
    Column("body", LargeBinary, nullable=False),  # what is shown, JSON
    Index("uq_chat_lines_n", "n", unique=True),
    Index("uq_chat_lines_message_thread", "message", "thread", unique=True),
    Index("ix_chat_lines_at_us", "at_us"),
    sqlite_with_rowid=False,
)
