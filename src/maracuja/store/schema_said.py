"""The tables of what holds marketing back for a while, and of what people said of themselves."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import state

holds = Table(
    "holds",
    state,
    # A complaint, a late order ...: between the newest opening and a later closing, in its time.
    Column("pid", BigInteger, primary_key=True, autoincrement=False),
    Column("hold", Text, primary_key=True),  # the id of its rule
    Column("key", Text, primary_key=True),  # which one: the order's id, say
    Column("opened_us", BigInteger, nullable=False),  # 0: only its end has been told of
    Column("begins_us", BigInteger, nullable=False),  # of an order that may be late: later
    Column("until_us", BigInteger, nullable=False),
    Column("closed_us", BigInteger, nullable=False),  # 0: open
    sqlite_with_rowid=False,
)

silenced = Table(
    "silenced",
    state,
    # "Not about this any more": a category of which the person wants to hear nothing.
    Column("pid", BigInteger, primary_key=True, autoincrement=False),
    Column("category", Text, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("message_id", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

denied = Table(
    "denied",
    state,
    # "This is not my name": values that nobody but the person may put back.
    Column("pid", BigInteger, primary_key=True, autoincrement=False),
    Column("trait", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),  # salted, of the value
    Column("at_us", BigInteger, nullable=False),
    Column("message_id", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

disputed = Table(
    "disputed",
    state,
    # What a source says of a trait that another source says otherwise; the profile has the other.
    Column("pid", BigInteger, primary_key=True, autoincrement=False),
    Column("trait", Text, primary_key=True),
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("value", LargeBinary, nullable=False),  # JSON
    Column("at_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
