"""What the tables stand on: their two sets, how keys are named, numbers that count up."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
}

state = MetaData(naming_convention=NAMES)
inbox_state = MetaData(naming_convention=NAMES)  # on SQLite a file of its own

# SQLite counts up only in a column declared INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")
