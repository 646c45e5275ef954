"""The tables of the people who work here, where they are logged in, what their calls came to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from maracuja.store.schema_ground import Serial, state

team_members = Table(
    "team_members",
    state,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("email", Text, nullable=False, unique=True),  # in small letters
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("rights", LargeBinary, nullable=False),  # JSON: what differs from the role's
    Column("password", Text, nullable=False),  # Argon2id; '' until there is one
    Column("invitation", LargeBinary),  # SHA-256 of the token; null once it was taken
    Column("invited_until_us", BigInteger, nullable=False),
    Column("totp", LargeBinary, nullable=False),  # encrypted; empty: no second factor
    Column("totp_step", BigInteger, nullable=False),  # the last code that was taken
    Column("recovery", LargeBinary, nullable=False),  # JSON: digests of codes for one use each
    Column("off", Boolean, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),  # 0: never
)

team_sessions = Table(
    "team_sessions",
    state,
    Column("digest", LargeBinary, primary_key=True),  # SHA-256 of the cookie
    Column("member", BigInteger, nullable=False, index=True),
    Column("created_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("agent", Text, nullable=False),
    sqlite_with_rowid=False,
)

team_failures = Table(
    "team_failures",
    state,
    # Wrong passwords, by address and by where they came from.
    Column("key", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("ix_team_failures_at_us", "at_us"),
    sqlite_with_rowid=False,
)

kept_answers = Table(
    "kept_answers",
    state,
    # What a call with an idempotency key was answered, for a day.
    Column("digest", LargeBinary, primary_key=True),  # SHA-256 of who asked and the key
    Column("asked", LargeBinary, nullable=False),  # SHA-256 of the whole call
    Column("at_us", BigInteger, nullable=False),
    Column("answer", LargeBinary, nullable=False),  # encrypted; empty until it was given
    Index("ix_kept_answers_at_us", "at_us"),
    sqlite_with_rowid=False,
)
