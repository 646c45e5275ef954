"""Sets in and out of the database by the fastest way that each driver has.

Statements here never loop over rows: one insert, one select, for as many rows as there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain, islice, repeat
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Executable,
    Float,
    FromClause,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    SmallInteger,
    String,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

OnConflict = Literal["ignore", "replace"]
Columns = Mapping[str, Any]

_temporaries: Final = MetaData()

IDS_MAX: Final = 200_000  # of one set handed to a statement; larger ones go in slices
ROWS_AT_ONCE: Final = 100  # of a statement: the driver takes as long for a statement as for a row


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The dialect's INSERT, for ON CONFLICT clauses; both have the same methods."""
    return postgresql.insert(table) if _is_postgresql(conn) else sqlite.insert(table)


def insert_columns(
    conn: Connection, table: Table, columns: Columns, *, on_conflict: OnConflict | None = None
) -> int:
    """Insert rows given as columns and return how many were written.

    Each column is a sequence of n values (list, NumPy array, Polars series) or one value for all
    rows. `ignore` keeps what stands under the primary key, `replace` overwrites the given columns;
    with `replace` the keys must be distinct within the set.
    """
    n = _length(columns)
    if n == 0:
        return 0
    for name in columns:
        assert name in table.c, f"{table.name} has no column {name}"
    if _is_postgresql(conn):
        return _copy_in(conn, table, columns, n, on_conflict)
    clause = _conflict_clause(table, columns, on_conflict)
    return _insert_many(conn, table.name, columns, n, clause)


def fetch(conn: Connection, statement: Executable) -> list[tuple[Any, ...]]:
    """The rows of a query as the driver's own tuples: integers, texts and bytes only."""
    cursor = conn.execute(statement).cursor
    assert cursor is not None
    rows: list[tuple[Any, ...]] = cursor.fetchall()  # type: ignore[assignment]  # DBAPI: any rows
    return rows


def fetch_columns(conn: Connection, statement: Select[Any]) -> dict[str, list[Any]]:
    """The rows of a query as lists, by column name; each of shape (n,)."""
    names = list(statement.selected_columns.keys())
    rows = fetch(conn, statement)
    if not rows:
        return {name: [] for name in names}
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def fetch_integers(conn: Connection, statement: Select[Any]) -> list[npt.NDArray[np.int64]]:
    """The columns of a query over integers, without nulls, as arrays; each of shape (n,).

    The database writes each column as one text, which is three times faster than a Python object
    for each row. Rows of the columns belong together, but their order is not to be relied on.
    """
    rows = statement.subquery()
    joined = (func.aggregate_strings(cast(c, Text), ",") for c in rows.c)
    (texts,) = fetch(conn, select(*joined))
    return [np.fromstring(text or "", dtype=np.int64, sep=",") for text in texts]


def given(conn: Connection, name: str, /, **columns: tuple[TypeEngine[Any], Any]) -> FromClause:
    """A set from Python that the next statement can join, its columns given as (type, values).

    A temporary table on SQLite, `unnest` of arrays on PostgreSQL; `name` keeps two sets of one
    statement apart. At most IDS_MAX rows are sensible; see `slices`.
    """
    lists = {key: as_list(values) for key, (_, values) in columns.items()}
    if _is_postgresql(conn):
        arrays = [
            cast(bindparam(None, lists[key], type_=postgresql.ARRAY(t)), postgresql.ARRAY(t))
            for key, (t, _) in columns.items()
        ]
        typed = [column(key, t) for key, (t, _) in columns.items()]
        return func.unnest(*arrays).table_valued(*typed, name=name).render_derived()
    table = _temporary(name, {key: t for key, (t, _) in columns.items()})
    declared = ", ".join(f'"{k}" {t.compile(conn.dialect)}' for k, (t, _) in columns.items())
    conn.exec_driver_sql(f'CREATE TEMPORARY TABLE IF NOT EXISTS "{table.name}" ({declared})')
    conn.exec_driver_sql(f'DELETE FROM "{table.name}"')  # noqa: S608  (our own name)
    _insert_many(conn, table.name, lists, len(next(iter(lists.values()))))
    return table


def _temporary(name: str, types: Mapping[str, TypeEngine[Any]]) -> Table:
    """The same Table for the same shape, so that compiled statements are found again."""
    shape = "_".join(f"{key}_{type(t).__name__.lower()}" for key, t in types.items())
    full = f"given_{name}_{shape}"
    if full not in _temporaries.tables:
        columns = (Column(key, t) for key, t in types.items())
        Table(full, _temporaries, *columns, prefixes=["TEMPORARY"])
    return _temporaries.tables[full]


def given_ids(conn: Connection, ids: Any, *, name: str = "wanted") -> FromClause:
    """`given` with one BIGINT column `id`."""
    return given(conn, name, id=(BigInteger(), ids))


def rows_where_in(
    conn: Connection, query: Select[Any], key: Column[Any], ids: Sequence[Any] | Any
) -> list[tuple[Any, ...]]:
    """The rows of `query` whose `key` is in `ids` (any number, integers, texts or bytes)."""
    rows: list[tuple[Any, ...]] = []
    for part in slices(as_list(ids)):
        wanted = given(conn, "wanted", id=(key.type, part))
        rows += fetch(conn, query.join_from(key.table, wanted, key == wanted.c.id))
    return rows


def slices(ids: Any, size: int = IDS_MAX) -> Iterator[Any]:
    """`ids` in pieces of at most `size`."""
    return (ids[at : at + size] for at in range(0, len(ids), size))


def as_list(values: Any) -> list[Any]:
    """A column of any kind as a list of Python values."""
    if isinstance(values, list):
        return values
    for method in ("tolist", "to_list", "to_pylist"):  # NumPy, Polars, Arrow
        if hasattr(values, method):
            listed: list[Any] = getattr(values, method)()
            return listed
    return list(values)


def _is_postgresql(conn: Connection) -> bool:
    return conn.dialect.name == "postgresql"


def _is_one(values: Any) -> bool:
    return values is None or isinstance(values, str | bytes | int | float | np.generic)


def _length(columns: Columns) -> int:
    sizes = {len(values) for values in columns.values() if not _is_one(values)}
    if len(sizes) != 1:
        raise ValueError(f"columns have the lengths {sorted(sizes)}: one length is needed")
    return sizes.pop()


def _cursor(conn: Connection) -> Any:
    return conn.connection.cursor()


def _conflict_clause(table: Table, names: Iterable[str], on_conflict: OnConflict | None) -> str:
    if on_conflict is None:
        return ""
    keys = [c.name for c in table.primary_key]
    target = ", ".join(f'"{key}"' for key in keys)
    changes = ", ".join(f'"{c}" = excluded."{c}"' for c in names if c not in keys)
    if on_conflict == "ignore" or not changes:
        return f" ON CONFLICT ({target}) DO NOTHING"
    return f" ON CONFLICT ({target}) DO UPDATE SET {changes}"


def _insert_many(conn: Connection, table: str, columns: Columns, n: int, clause: str = "") -> int:
    """INSERT on SQLite: statements of ROWS_AT_ONCE rows, then the rest one by one.

    OR FAIL spares a journal for each statement: what a failed one has written is undone by the
    transaction, or the savepoint, that it stands in.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    row = f"({', '.join('?' * len(columns))})"
    rows = zip(*(_repeated(v, n) for v in columns.values()), strict=True)
    values = chain.from_iterable(islice(rows, n - n % ROWS_AT_ONCE))
    whole = zip(*[values] * (len(columns) * ROWS_AT_ONCE), strict=True)
    cursor = _cursor(conn)
    written = 0
    for size, parameters in ((ROWS_AT_ONCE, whole), (1, rows)):
        marks = ", ".join([row] * size)
        insert = f'INSERT OR FAIL INTO "{table}" ({names}) VALUES {marks}{clause}'  # noqa: S608
        cursor.executemany(insert, parameters)
        written += cursor.rowcount
    return written


def _repeated(values: Any, n: int) -> Iterable[Any]:
    if not _is_one(values):
        return as_list(values)
    return repeat(values.item() if isinstance(values, np.generic) else values, n)


def _copy_in(
    conn: Connection, table: Table, columns: Columns, n: int, on_conflict: OnConflict | None
) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    target = f'"{table.name}"'
    cursor = _cursor(conn)
    if on_conflict is not None:
        target = f'"arriving_{table.name}"'
        cursor.execute(f"DROP TABLE IF EXISTS {target}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {target} ON COMMIT DROP AS"  # noqa: S608  (our own names)
            f' SELECT {names} FROM "{table.name}" WITH NO DATA'
        )
    with cursor.copy(f"COPY {target} ({names}) FROM STDIN (FORMAT CSV)") as copy:
        copy.write(_csv(table, columns, n))
    if on_conflict is None:
        return n
    clause = _conflict_clause(table, columns, on_conflict)
    cursor.execute(
        f'INSERT INTO "{table.name}" ({names}) SELECT {names} FROM {target}{clause}'  # noqa: S608
    )
    written = int(cursor.rowcount)
    cursor.execute(f"DROP TABLE {target}")
    return written


def _csv(table: Table, columns: Columns, n: int) -> bytes:
    """The columns as CSV that COPY reads: null is nothing, an empty text is quoted."""
    import polars as pl

    series = []
    for name, values in columns.items():
        dtype = _polars_type(table.c[name].type)
        one = pl.Series(name, [values] if _is_one(values) else values, dtype=dtype)
        if dtype == pl.Binary:
            one = (
                one.bin.encode("hex")
                .rename("hex")
                .to_frame()
                .select((pl.lit("\\x") + pl.col("hex")).alias(name))[name]
            )
        series.append(one.new_from_index(0, n) if _is_one(values) else one)
    into = BytesIO()
    pl.DataFrame(series).write_csv(into, include_header=False, quote_style="non_numeric")
    return into.getvalue()


def _polars_type(kind: TypeEngine[Any]) -> Any:
    import polars as pl

    if isinstance(kind, BigInteger | Integer | SmallInteger):
        return pl.Int64
    for sort, dtype in (
        (Boolean, pl.Boolean),
        (Float, pl.Float64),
        (LargeBinary, pl.Binary),
        (String, pl.String),
    ):
        if isinstance(kind, sort):
            return dtype
    raise TypeError(f"no column form for {kind!r}")
