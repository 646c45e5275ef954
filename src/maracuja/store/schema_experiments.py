"""The tables of experiments that are tried on a part of an audience: the plan, and each look."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, LargeBinary, SmallInteger, Table, Text

from maracuja.store.schema_ground import state

experiments = Table(
    "experiments",
    state,
    # One of a run; what is planned never changes.
    Column("run", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign", Text, nullable=False, index=True),
    Column("plan", LargeBinary, nullable=False),  # stats.experiment.ExperimentPlanned, JSON
    Column("share", Float, nullable=False),  # of the audience that is written to at once
    Column("standing", Text, nullable=False),  # store.experiments.Stage
    Column("winner", Text, nullable=False),  # '' before one has won
    Column("decided_us", BigInteger),
    Column("chosen", Text, nullable=False),  # the variant that goes to those who wait; ''
    Column("rolled_us", BigInteger),  # when they were set free
    Column("rolled_by", Text, nullable=False),
    Column("over_us", BigInteger),  # when nobody waits for it any more
    Column("guarded_us", BigInteger, nullable=False),  # harm of what was sent later counts
    sqlite_with_rowid=False,
)

experiment_looks = Table(
    "experiment_looks",
    state,
    Column("run", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "look", SmallInteger, primary_key=True, autoincrement=False
    ),  # of those planned, from 1
    Column("at_us", BigInteger, nullable=False),
    Column("fraction", Float, nullable=False),  # of the planned information
    Column("final", Boolean, nullable=False),
    Column("arms", LargeBinary, nullable=False),  # {variant: SufficientStatistics}, JSON
    Column("verdict", LargeBinary, nullable=False),  # ExperimentVerdict, JSON
    sqlite_with_rowid=False,
)
