"""The tables of links and answers that are looked up: in an SMS, by a number, to a report."""

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

report_shares = Table(
    "report_shares",
    state,
    # By its link people outside the team read one report.
    Column("id", Text, primary_key=True),
    Column("report", Text, nullable=False),  # campaign:<id>, or claims
    Column("goal", Text, nullable=False),  # of the campaign; '' is the first
    Column("language", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
