"""The table of the devices that take notifications."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from maracuja.store.schema_ground import state

devices = Table(
    "devices",
    state,
    # Whose it is, and until when it is left alone; profiles hold the addresses of those in use.
    Column("kind", Text, primary_key=True),  # of address: web_push, mobile_push
    Column("name", LargeBinary, primary_key=True),  # SHA-256 of endpoint or token
    Column("pid", BigInteger, nullable=False, index=True),  # 0: nobody's any more
    Column("address", Text, nullable=False),
    Column("app", Text, nullable=False),  # the app's id, where it is told
    Column("platform", Text, nullable=False),  # ios, android, web ...
    Column("first_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Column("off_until_us", BigInteger, nullable=False),  # 0: in use
    Column("why", Text, nullable=False),  # off: left, gone
    sqlite_with_rowid=False,
)
