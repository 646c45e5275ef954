"""Facts computed over the lake, for everybody or a sample of buckets, and kept while it stands.

It must never decide what a fact means: the SQL comes from segments/.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import duckdb
import polars as pl
import pyarrow as pa

from maracuja import rng
from maracuja.lake.columns import quote
from maracuja.lake.gathering import count_events, mask_of, merged_aliases, moments
from maracuja.lake.session import columns_of
from maracuja.segments.comparing import When
from maracuja.segments.computed import Group
from maracuja.segments.computed_sql import computed_sql, group_sql
from maracuja.segments.facts import COMPUTED_KIND, Fact
from maracuja.segments.queries import count_sql, fact_sql, step_sql
from maracuja.segments.rows import Lake
from maracuja.segments.sequences import Moments, last_completions, reading_order

CACHE_ROWS_MAX: Final = 20_000_000
GATHERED: Final = ("count", "sequence", COMPUTED_KIND)
"""Made of arrays of events, as quick for all as for few; or compares people, so of all."""


def lake_of(con: duckdb.DuckDBPyConnection, *, buckets: Sequence[int] = ()) -> Lake:
    """What queries may count on: the columns of `events`, whether anybody is merged, the sample.

    With `buckets` (canonical ones) the relations of aliases that cross the sample's border are
    made on the connection, for this sample; one sample at a time.
    """
    aliases = merged_aliases(con)
    if buckets and aliases:
        _aliases(con, frozenset(buckets))
    return Lake(columns_of(con), bool(aliases), tuple(sorted(buckets)), aliases=aliases)


def _aliases(con: duckdb.DuckDBPyConnection, buckets: frozenset[int]) -> None:
    pairs = pl.DataFrame(con.sql("SELECT pid, canonical FROM merged").to_arrow_table())
    inside = list(buckets)
    sides = pairs.select(
        "pid",
        own=pl.Series(rng.buckets(pairs["pid"].to_list())).is_in(inside),
        person=pl.Series(rng.buckets(pairs["canonical"].to_list())).is_in(inside),
    )
    for name, rows in (
        ("sampled_aliases", sides.filter(pl.col("person") & ~pl.col("own"))),
        ("foreign_aliases", sides.filter(~pl.col("person") & pl.col("own"))),
    ):
        con.register(name, rows.select("pid").to_arrow())


def choose(con: duckdb.DuckDBPyConnection, lake: Lake, pids: pl.Series) -> Lake:
    """The lake about these canonical people only; holds until the next call on the connection."""
    con.register("picked", pa.table({"pid": pids.to_arrow()}))
    others = (
        " UNION ALL SELECT m.pid, m.canonical FROM merged m"
        " SEMI JOIN picked p ON m.canonical = p.pid"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE chosen AS SELECT pid, pid AS person FROM picked"
        + (others if lake.merged else "")
    )
    return lake._replace(chosen=True)


def compute(con: duckdb.DuckDBPyConnection, wanted: Fact, lake: Lake, when: When) -> pl.DataFrame:
    """A fact for everybody who has one: columns `pid` (Int64, canonical, unique), fact.column.

    Units as in segments.facts.Fact. Row order is not defined. Raises SegmentError where the fact
    does not suit the columns, duckdb.Error where a file is missing.
    """
    if wanted.kind == "count":
        pids, values = count_events(con, count_sql(wanted, lake, when), lake.aliases)
        return pl.DataFrame({"pid": pids, wanted.column: values})
    if wanted.kind == COMPUTED_KIND:
        return _computed(con, wanted, lake, when)
    if wanted.kind == "sequence":
        found = last_completions(wanted, _steps(con, wanted, lake, when), when)
        times = pl.Series(found.us).cast(pl.Datetime("us"))
        return pl.DataFrame({"pid": found.pid, wanted.column: times})
    return _queried(con, wanted, fact_sql(wanted, lake, when))


def _computed(
    con: duckdb.DuckDBPyConnection, wanted: Fact, lake: Lake, when: When
) -> pl.DataFrame:
    """A computed fact of everybody, whatever sample is asked about: people are compared."""
    return _queried(con, wanted, computed_sql(wanted.events[0], wanted.of, lake, when))


def compute_group(
    con: duckdb.DuckDBPyConnection, group: Group, lake: Lake, when: When
) -> pl.DataFrame:
    """The facts of a group that need no `of`: `pid` and a column of each one's name.

    Of a `chosen` lake these people alone: only for groups that compare nobody.
    """
    frame = pl.from_arrow(con.sql(group_sql(group, lake, when)).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame


def _queried(con: duckdb.DuckDBPyConnection, wanted: Fact, sql: str) -> pl.DataFrame:
    frame = pl.from_arrow(con.sql(sql).to_arrow_table().rename_columns(["pid", wanted.column]))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _steps(
    con: duckdb.DuckDBPyConnection, wanted: Fact, lake: Lake, when: When
) -> dict[int, Moments]:
    """The events of each step of a sequence, of the people who may have completed it."""
    read: dict[int, Moments] = {}
    for n, later in reading_order(wanted.steps):
        among = None if later is None else mask_of(read[later].pid)
        read[n] = moments(con, step_sql(wanted, n, lake, when), lake.aliases, among)
    return read


class FactCache:
    """Computed facts by (fact key, lake version, minute, zone, sample); the oldest go first.

    The minute is `When.minute`: windows are counted from the whole minute below now, so a fact
    asked for twice within a minute of an unchanged lake is computed once, and equally.
    """

    def __init__(self, rows_max: int = CACHE_ROWS_MAX) -> None:
        self._rows_max = rows_max
        self._kept: OrderedDict[tuple[Any, ...], pl.DataFrame] = OrderedDict()

    def get(
        self,
        con: duckdb.DuckDBPyConnection,
        wanted: Fact,
        lake: Lake,
        when: When,
        version: object,
    ) -> pl.DataFrame:
        """As `compute`; `version` names the live files, merges and tail behind `con`."""
        key = (wanted.key, version, when.minute, when.zone, lake.buckets)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = compute(con, wanted, lake, when)
        self._kept.move_to_end(key)
        self._shrink()
        return found

    def has(self, wanted: Fact, lake: Lake, when: When, version: object) -> bool:
        """Whether `get` would answer at once."""
        return (wanted.key, version, when.minute, when.zone, lake.buckets) in self._kept

    def _shrink(self) -> None:
        rows = sum(frame.height for frame in self._kept.values())
        while rows > self._rows_max:
            rows -= self._kept.popitem(last=False)[1].height


def events_of(
    con: duckdb.DuckDBPyConnection,
    pids: Collection[int],
    names: Collection[str],
    columns: Collection[str],
) -> list[Mapping[str, Any]]:
    """The events of a few pids (a person's, merged ones included) in the order of time.

    `names` are the event names wanted, `columns` those of them beside event and ts; columns that
    the lake does not have are left out. Rows for segments.fold.
    """
    kept = ["event", "ts", *sorted(set(columns) & columns_of(con).keys())]
    wanted, buckets = sorted(pids), sorted({rng.bucket(pid) for pid in pids})
    if not wanted or not names:
        return []
    quoted = ", ".join(map(quote, kept))
    rows = con.execute(
        f"SELECT {quoted} FROM events WHERE event IN ({_marks(names)})"
        f" AND bucket IN ({_marks(buckets)}) AND pid IN ({_marks(wanted)})"
        " ORDER BY ts, message_hash",
        [*sorted(names), *buckets, *wanted],
    ).fetchall()
    return [dict(zip(kept, row, strict=True)) for row in rows]


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def aliases_of(con: duckdb.DuckDBPyConnection, pid: int) -> list[int]:
    """The pids whose events are this canonical person's, the own one first."""
    rows = con.execute("SELECT pid FROM merged WHERE canonical = ? ORDER BY pid", [pid]).fetchall()
    return [pid, *(row[0] for row in rows)]
