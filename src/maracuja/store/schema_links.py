"""The tables of what comes back by a short way: links in an SMS, answers by a number alone."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import state

short_links = Table(
    "short_links",
    state,
    # What a short link leads to: the ticket that a long one would carry itself.
    Column("code", Text, primary_key=True),
    Column("pid", BigInteger, nullable=False, index=True),
    Column("at_us", BigInteger, nullable=False, index=True),
    Column("ticket", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

open_polls = Table(
    "open_polls",
    state,
    # The last poll that somebody was sent where they answer by a number.
    Column("channel", SmallInteger, primary_key=True, autoincrement=False),
    Column("pid", BigInteger, primary_key=True, autoincrement=False),
    Column("message", LargeBinary, nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False, index=True),
    Column("poll", LargeBinary, nullable=False),  # JSON of content.Poll
    sqlite_with_rowid=False,
)
