"""The table of the further accounts of channels."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from maracuja.store.schema_ground import state

channel_accounts = Table(
    "channel_accounts",
    state,
    # The number that stands for telegram/promo where a channel's code stands for telegram.
    Column("name", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
)
