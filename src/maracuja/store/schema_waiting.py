"""The table of people about whom a run decides later."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, SmallInteger, Table, text

from maracuja.store.schema_ground import state

waiting = Table(
    "waiting",
    state,
    # Decided, not rendered: quiet hours, a local time, a cap. Decided again when due.
    Column("run", BigInteger, primary_key=True, autoincrement=False),
    Column("pid", BigInteger, primary_key=True, autoincrement=False),
    Column("until_us", BigInteger, nullable=False, index=True),
    Column("reason", SmallInteger, nullable=False),
    # Of a cascade: the steps that were tried, as bits, and the channel of the last message.
    Column("tried", SmallInteger, nullable=False, server_default=text("0")),
    Column("channel", SmallInteger, nullable=False, server_default=text("0")),
    # Receipts find the people of cascades among all who wait for an hour.
    Index(
        "ix_waiting_pid",
        "pid",
        sqlite_where=text("tried <> 0"),
        postgresql_where=text("tried <> 0"),
    ),
    sqlite_with_rowid=False,
)
