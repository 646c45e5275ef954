"""The tables of sign-up forms, and of what people wish about how often and when they hear."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import state

signups = Table(
    "signups",
    state,
    # What somebody asked for on a form, on one channel, and whether the address confirmed it.
    Column("id", LargeBinary, primary_key=True),  # consents name it as their message_id
    Column("form", Text, nullable=False),
    Column("version", Integer, nullable=False),  # of the form's definition
    Column("visit", LargeBinary, nullable=False),  # of several channels at once: the same
    Column("pid", BigInteger, nullable=False, index=True),  # 0: nobody yet
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),  # '': a chat that is not opened yet
    Column("state", SmallInteger, nullable=False),  # store.signups.SignupState
    Column("topics", LargeBinary, nullable=False),  # JSON
    Column("asked_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("confirmed_us", BigInteger, nullable=False),  # 0: not
    Column("messages", SmallInteger, nullable=False),  # that asked for the confirmation
    Column("messaged_us", BigInteger, nullable=False),
    Column("reminded_us", BigInteger, nullable=False),  # 0: not
    Column("tries", SmallInteger, nullable=False),  # of the code
    Column("source", Text, nullable=False),
    Column("proof", LargeBinary, nullable=False),  # JSON of store.signups.Proof
    Column("answers", LargeBinary, nullable=False),  # JSON; empty once they are traits
    Column("bonus_us", BigInteger, nullable=False),  # 0: none was promised yet
    Index("ix_signups_form_channel_address", "form", "channel", "address"),
    Index("ix_signups_state_until_us", "state", "until_us"),
    sqlite_with_rowid=False,
)

form_counts = Table(
    "form_counts",
    state,
    # How far people came on a form, by UTC day and source; of nobody in particular.
    Column("form", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),  # days since 1970
    Column("source", Text, primary_key=True),
    Column("step", SmallInteger, primary_key=True, autoincrement=False),  # signups.Step
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

wishes = Table(
    "wishes",
    state,
    # How a person likes to hear: about a topic how often; under '' at which hours, and a pause.
    Column("pid", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
    Column("every_days", SmallInteger, nullable=False),  # 0: as often as there is something
    Column("last_us", BigInteger, nullable=False),  # when they last heard (or a ghost would have)
    Column("last_key", BigInteger, nullable=False),  # of which occurrence that was
    Column("from_min", SmallInteger, nullable=False),  # minutes of the day; both equal: any hour
    Column("until_min", SmallInteger, nullable=False),
    Column("zone", Text, nullable=False),  # of the hours, where no trait says theirs
    Column("pause_until_us", BigInteger, nullable=False),  # 0: no pause
    Column("at_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
