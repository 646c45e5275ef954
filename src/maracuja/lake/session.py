"""A DuckDB connection over the live files: views of events, decisions and merged people.

It must never read outside the lake's root, load an extension or keep anything of its own: all
that a session makes is temporary. Sessions of a process share one DuckDB, its threads and its
memory, and what it knows of files that never change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import duckdb
import pyarrow as pa

from maracuja.lake.columns import SQL_TYPES, literal, quote
from maracuja.lake.decisions import DECISION_SQL
from maracuja.lake.files import of_kind, paths
from maracuja.model import FileKind, LakeFile, TraitType

EVENT_SQL: Final = {
    "pid": "BIGINT",
    "bucket": "UTINYINT",
    "kind": "VARCHAR",
    "event": "VARCHAR",
    "ts": "TIMESTAMP",
    "received": "TIMESTAMP",
    "message_id": "VARCHAR",
    "message_hash": "BIGINT",
    "rest": "VARCHAR",
}
SPILL: Final = ".spill"
# By session and view: DuckDB would look into all files again, and views change here alone.
_KNOWN: Final[WeakKeyDictionary[duckdb.DuckDBPyConnection, dict[str, dict[str, str]]]] = (
    WeakKeyDictionary()
)


def open_session(
    root: Path,
    files: Sequence[LakeFile],
    *,
    merged: pa.Table | None = None,
    tail: pa.Table | None = None,
    threads: int = 2,
    memory: str = "1GB",
) -> duckdb.DuckDBPyConnection:
    """A connection in memory with the views `events`, `decisions` and `merged`; close it after.

    `files` are the live rows of the manifest (any kinds; others are passed over; see
    `files.prune`). `events` holds the fixed columns and every known column of any file, by name;
    `tail` adds newest rows that are in no file yet, with the same columns. `decisions` holds all
    rows; the last by `at` counts. `merged` is (pid BIGINT, canonical BIGINT), empty without one;
    events carry the pid of their arrival, so every reader joins it. `memory` bounds DuckDB
    ("1GB"); beyond it, it spills under the root. Raises duckdb.Error where a file is missing.
    """
    con = connect(root, threads=threads, memory=memory)
    try:
        _create_files(con, "events", EVENT_SQL, paths(root, of_kind(files, FileKind.EVENTS)), tail)
        _create_files(
            con,
            "decisions",
            DECISION_SQL,
            paths(root, of_kind(files, FileKind.DECISIONS)),
            None,
        )
        table = merged if merged is not None else no_merged()
        con.register("merged", table.select(["pid", "canonical"]))
    except BaseException:
        con.close()
        raise
    return con


def connect(root: Path, *, threads: int, memory: str) -> duckdb.DuckDBPyConnection:
    """A connection in memory that reads and writes below `root` only and loads no extension.

    `threads` and `memory` are shared by all connections of this process that ask for the same;
    close it after, and make nothing in it that is not TEMP.
    """
    return _shared(root, threads, memory).cursor()


@lru_cache(maxsize=4)  # whoever has a connection of one that was forgotten keeps it alive
def _shared(root: Path, threads: int, memory: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": str(root / SPILL),
        },
    )
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    con.execute("SET parquet_metadata_cache = true")
    con.execute(f"SET allowed_directories = [{literal(str(root))}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")  # one session would set it for all
    return con


def ensure_columns(con: duckdb.DuckDBPyConnection, columns: Mapping[str, TraitType]) -> None:
    """See to it that `events` has these columns, by full name, in these types.

    One that no file holds becomes NULLs of its type; one that files hold in another type is
    cast, with NULL where a value cannot be. Names of fixed columns are passed over. DuckDB takes
    no notice of case in names, so neither does this.
    """
    have = _types(con, "events")
    files = _types(con, "events_in_files")
    spelt = {name.lower(): name for name in have}
    wanted: dict[str, str] = {}
    for asked, kind in columns.items():
        name = spelt.setdefault(asked.lower(), asked)
        if name not in EVENT_SQL and have.get(name) != SQL_TYPES[kind]:
            wanted[name] = SQL_TYPES[kind]
    if not wanted:
        return
    wanted = {n: t for n, t in have.items() if n not in EVENT_SQL} | wanted
    select = [quote(name) for name in EVENT_SQL]
    for name, sql_type in wanted.items():
        if name not in files:
            select.append(f"NULL::{sql_type} AS {quote(name)}")
        elif files[name] != sql_type:
            select.append(f"TRY_CAST({quote(name)} AS {sql_type}) AS {quote(name)}")
        else:
            select.append(quote(name))
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW events AS SELECT {', '.join(select)} FROM events_in_files"
    )
    _KNOWN[con]["events"] = EVENT_SQL | wanted


def columns_of(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The columns of `events` with DuckDB's types."""
    return dict(_types(con, "events"))


def no_merged() -> pa.Table:
    """A merged map in which nobody is merged."""
    return pa.table({"pid": pa.array([], pa.int64()), "canonical": pa.array([], pa.int64())})


def read_parquet_sql(paths_on_disk: Sequence[str]) -> str:
    """A relation of these files, columns matched by name; at least one file."""
    listed = ", ".join(map(literal, paths_on_disk))
    return f"read_parquet([{listed}], union_by_name = true)"


def _create_files(
    con: duckdb.DuckDBPyConnection,
    name: str,
    fixed: Mapping[str, str],
    on_disk: Sequence[str],
    tail: Any,
) -> None:
    """A view of the files and the tail; of the fixed columns, empty, where both are absent."""
    parts = []
    if on_disk:
        parts.append(f"SELECT * FROM {read_parquet_sql(on_disk)}")
    if tail is not None and tail.num_rows:
        con.register(f"{name}_tail", tail)
        parts.append(f"SELECT * FROM {name}_tail")
    if not parts:
        columns = ", ".join(f"NULL::{t} AS {quote(n)}" for n, t in fixed.items())
        parts.append(f"SELECT {columns} WHERE false")
    con.execute(f"CREATE TEMP VIEW {name}_in_files AS {' UNION ALL BY NAME '.join(parts)}")
    there = _types(con, f"{name}_in_files")  # older files may lack a column
    lacking = [f", NULL::{t} AS {quote(n)}" for n, t in fixed.items() if n not in there]
    con.execute(f"CREATE TEMP VIEW {name} AS SELECT *{''.join(lacking)} FROM {name}_in_files")
    _KNOWN[con][name] = there | {n: t for n, t in fixed.items() if n not in there}


def _types(con: duckdb.DuckDBPyConnection, view: str) -> dict[str, str]:
    known = _KNOWN.setdefault(con, {})
    if view not in known:
        # The information schema would bind every view of DuckDB's own first: that takes 16 ms.
        rows = con.execute(f"DESCRIBE {quote(view)}").fetchall()
        known[view] = {str(name): str(data_type) for name, data_type, *_ in rows}
    return known[view]
