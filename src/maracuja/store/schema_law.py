"""The tables of what the law asks for: objections, requests about people's rights, breaches."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

from maracuja.store.schema_ground import Serial, state

objections = Table(
    "objections",
    state,
    # Who objected to profiling; whoever took it back is not here: the audit log is.
    Column("pid", Serial, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
)

rights_requests = Table(
    "rights_requests",
    state,
    # What people asked of their data, with the clock; steps stand in the audit log.
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("pid", BigInteger, index=True),  # null once erased
    Column("right", Text, nullable=False),  # decisions.law.Right
    Column("law", Text, nullable=False),  # the rule set whose clock runs
    Column("country", Text, nullable=False),
    Column("source", Text, nullable=False),  # how it came
    Column("received_us", BigInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("extended", Boolean, nullable=False),
    Column("state", Text, nullable=False),  # open, answered, refused, withdrawn
    Column("closed_us", BigInteger),
    Column("outcome", Text, nullable=False),  # of what was done: a certificate's id, a reason
    Column("reminded_us", BigInteger),
    sqlite_autoincrement=True,
)

breaches = Table(
    "breaches",
    state,
    # Leaks and losses: kept for the authority, whether it had to be told or not.
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("noticed_us", BigInteger, nullable=False),
    Column("from_us", BigInteger),  # when it happened, as far as is known
    Column("until_us", BigInteger),
    Column("what", Text, nullable=False),
    Column("data", Text, nullable=False),  # kinds of data, in words
    Column("scope", Text, nullable=False),  # a segment's id; '' for everybody of the time
    Column("laws", Text, nullable=False),  # the rule sets of the people, joined by commas
    Column("people", BigInteger, nullable=False),  # -1: not counted yet
    Column("due_us", BigInteger, nullable=False),
    Column("measures", Text, nullable=False),
    Column("reported_us", BigInteger),  # the authority was told
    Column("told_us", BigInteger),  # the people were told
    Column("closed_us", BigInteger),
    Column("reminded_us", BigInteger),
    sqlite_autoincrement=True,
)
