"""The tables of who has entered a campaign with a trigger, and what each message is about."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import state

entries = Table(
    "entries",
    state,
    # One row for each event that let somebody in; `mark` is the key of its message id.
    Column("campaign", Text, primary_key=True),
    Column("mark", BigInteger, primary_key=True, autoincrement=False),
    Column("pid", BigInteger, nullable=False, index=True),
    Column("listening", BigInteger, nullable=False, index=True),  # the run by whose definitions
    Column("message", SmallInteger, nullable=False),  # of the series, from 0: the next one
    Column("entered_us", BigInteger, nullable=False),  # when the event happened
    Column("due_us", BigInteger, nullable=False, index=True),  # NEVER_US: nothing is left to do
    Column("run", BigInteger, nullable=False, index=True),  # 0: waits, else is decided in it
    Column("event", LargeBinary, nullable=False),  # its properties, JSON; empty once not needed
    sqlite_with_rowid=False,
)

entry_runs = Table(
    "entry_runs",
    state,
    # Which entry the message of a person in a run is about.
    Column("run", BigInteger, primary_key=True, autoincrement=False),
    Column("pid", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("campaign", Text, nullable=False),
    Column("mark", BigInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("cart", LargeBinary, nullable=False),  # what its link restores, JSON; empty: nothing
    sqlite_with_rowid=False,
)
