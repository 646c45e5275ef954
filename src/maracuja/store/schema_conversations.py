"""The tables of conversations: who talks with the shop where, and what each side has said."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from maracuja.store.schema_ground import state

conversations = Table(
    "conversations",
    state,
    Column("id", LargeBinary, primary_key=True),  # from the first word's own id
    Column("pid", BigInteger, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),  # where the person writes
    Column("state", SmallInteger, nullable=False),  # store.conversations.TalkState
    Column("opened_us", BigInteger, nullable=False),
    Column("last_us", BigInteger, nullable=False),  # of the last turn
    Column("word_us", BigInteger, nullable=False),  # of the person's own last word
    Column("seq", Integer, nullable=False),  # of the last turn
    Column("unread", Integer, nullable=False),  # words that no operator has looked at
    Column("assignee", Text, nullable=False),  # an operator's name, '' for nobody
    Column("language", Text, nullable=False),  # of what they write, '' where unsure
    Index("ix_conversations_last_us", "last_us", "id"),
    Index("ix_conversations_state_last_us", "state", "last_us", "id"),
    Index("ix_conversations_channel_last_us", "channel", "last_us", "id"),
    Index("ix_conversations_assignee_last_us", "assignee", "last_us", "id"),
    sqlite_with_rowid=False,
)

turns = Table(
    "turns",
    state,
    # One thing said; `seq` rises by one within its conversation.
    Column("conversation", LargeBinary, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", LargeBinary, nullable=False, unique=True),  # the event's, or our message's
    Column("at_us", BigInteger, nullable=False),
    Column("author", SmallInteger, nullable=False),  # store.conversations.Author
    Column("operator", Text, nullable=False),  # the name, '' where the person speaks
    Column("text", Text, nullable=False),
    Column("media", LargeBinary, nullable=False),  # JSON list: kind, reference or url, name, size
    Column("buttons", LargeBinary, nullable=False),  # JSON list, of an operator's
    Column("tapped", Text, nullable=False),  # what a pressed button brought back
    Column("vendor_id", Text, nullable=False),  # the vendor's own key of the person's words
    Column("about", LargeBinary, nullable=False),  # our message that is answered, b'' where none
    Column("status", Text, nullable=False),  # of an operator's words: model.Status
    Column("code", Text, nullable=False),  # why, in our word or the vendor's
    Column("subject", Text, nullable=False, server_default=text("''")),  # of a mail
    sqlite_with_rowid=False,
)
