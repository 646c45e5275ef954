from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from maracuja.lake.decisions import DECISION_TYPES, write_decisions
from maracuja.lake.events import typed, write_events
from maracuja.lake.session import EVENT_SQL, columns_of, ensure_columns, open_session
from maracuja.model import TraitType

Rows = Callable[..., pl.DataFrame]


def test_an_empty_lake_has_typed_empty_views(root: Path) -> None:
    with open_session(root, []) as con:
        assert columns_of(con) == EVENT_SQL
        assert con.sql("SELECT * FROM events").fetchall() == []
        assert con.sql("SELECT run, message FROM decisions").fetchall() == []
        assert con.sql("SELECT pid + canonical FROM merged").fetchall() == []


def test_files_with_different_columns_and_the_tail_are_one_relation(
    root: Path, event_rows: Rows, now: datetime
) -> None:
    known = {"properties.price": TraitType.NUMBER, "properties.title": TraitType.TEXT}
    one = event_rows([(1, "A", now)], **{"properties.price": [5.0]})
    two = event_rows([(2, "A", now)], first=1, **{"properties.title": ["x"]})
    files = [
        *write_events(root, "one", one, known, low=0, high=0, now=now),
        *write_events(root, "two", two, known, low=1, high=1, now=now),
    ]
    newest = typed(event_rows([(3, "A", now + timedelta(seconds=1))], first=2), known)
    merged = pa.table({"pid": [2], "canonical": [1]})
    with open_session(root, files, merged=merged, tail=newest.to_arrow()) as con:
        rows = con.sql(
            'SELECT pid, "properties.price", "properties.title" FROM events ORDER BY pid'
        ).fetchall()
        joined = con.sql(
            "SELECT coalesce(canonical, e.pid), count(*) FROM events e"
            " LEFT JOIN merged m ON e.pid = m.pid GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert rows == [(1, 5.0, None), (2, None, "x"), (3, None, None)]
    assert joined == [(1, 2), (3, 1)]


def test_columns_that_no_file_has_are_made(root: Path, event_rows: Rows, now: datetime) -> None:
    batch = event_rows([(1, "A", now), (2, "A", now)], **{"properties.code": ["12", "x"]})
    known = {"properties.code": TraitType.TEXT}
    files = write_events(root, "one", batch, known, low=0, high=0, now=now)
    with open_session(root, files) as con:
        ensure_columns(con, {'properties.od"d': TraitType.NUMBER, "pid": TraitType.TEXT})
        ensure_columns(con, {"properties.code": TraitType.NUMBER})
        ensure_columns(con, {"properties.when": TraitType.TIME})
        ensure_columns(
            con, {"properties.When": TraitType.TIME, "Properties.CODE": TraitType.NUMBER}
        )
        types = columns_of(con)
        rows = con.sql('SELECT "properties.code", "properties.od""d" FROM events').fetchall()
    assert types == EVENT_SQL | {
        "properties.code": "DOUBLE",
        'properties.od"d': "DOUBLE",
        "properties.when": "TIMESTAMP",
    }
    assert sorted(rows, key=str) == [(12.0, None), (None, None)]


def test_decisions_of_older_files_have_every_column(root: Path, now: datetime) -> None:
    frame = pl.DataFrame(schema=DECISION_TYPES).drop("neutral").clear(1)
    frame = frame.with_columns(at=pl.lit(now.replace(tzinfo=None)))
    file = write_decisions(root, "old", frame, chunk=0, now=now)
    path = root / file.path
    pl.read_parquet(path).drop("neutral").write_parquet(path)
    with open_session(root, [file]) as con:
        assert con.sql("SELECT neutral FROM decisions").fetchall() == [(None,)]


def test_decisions_are_a_view(root: Path, now: datetime) -> None:
    frame = pl.DataFrame(
        {"run": [1, 1], "pid": [8, 3], "outcome": ["send", "never"], "message": [b"x", None]}
    )
    for name, dtype in DECISION_TYPES.items():
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=dtype).alias(name))
    frame = frame.with_columns(at=pl.lit(now.replace(tzinfo=None)))
    file = write_decisions(root, "run-1-0", frame, chunk=4, now=now)
    assert (file.path, file.low, file.rows) == ("decisions/2026-03-20/run-1-0.parquet", 4, 2)
    with open_session(root, [file]) as con:
        rows = con.sql("SELECT pid, outcome, message FROM decisions").fetchall()
    assert rows == [(3, "never", None), (8, "send", b"x")]


def test_a_session_reads_nothing_outside_the_lake(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with open_session(root, []) as con, pytest.raises(duckdb.PermissionException):
        con.sql(f"SELECT * FROM read_csv('{tmp_path}/secret.csv')").fetchall()


def test_a_missing_file_is_told(root: Path, event_rows: Rows, now: datetime) -> None:
    files = write_events(root, "x", event_rows([(1, "A", now)]), {}, low=0, high=0, now=now)
    (root / files[0].path).unlink()
    with pytest.raises(duckdb.Error, match=r"x\.parquet"):
        open_session(root, files)


def test_sessions_of_a_lake_share_its_duckdb_but_nothing_that_they_make(
    root: Path, event_rows: Rows, now: datetime
) -> None:
    (file,) = write_events(root, "x", event_rows([(1, "A", now)]), {}, low=0, high=0, now=now)
    with open_session(root, [file]) as one, open_session(root, []) as other:
        one.execute("CREATE TEMP TABLE chosen AS SELECT pid FROM events")
        assert one.sql("SELECT pid FROM chosen").fetchall() == [(1,)]
        assert other.sql("SELECT pid FROM events").fetchall() == []
        with pytest.raises(duckdb.CatalogException):
            other.sql("SELECT pid FROM chosen").fetchall()
        for told in ("SET memory_limit = '9GB'", "SET GLOBAL TimeZone = 'Asia/Hovd'"):
            with pytest.raises(duckdb.InvalidInputException, match="locked"):
                one.execute(told)
    with open_session(root, [file]) as again:
        assert again.sql("SELECT current_setting('TimeZone'), pid FROM events").fetchall() == [
            ("UTC", 1)
        ]


def test_sessions_of_many_lakes_stay_open_beside_each_other(tmp_path: Path) -> None:
    first = open_session(tmp_path / "first", [])
    for n in range(20):
        open_session(tmp_path / str(n), []).close()
    assert first.sql("SELECT pid FROM events").fetchall() == []
    first.close()


def test_a_file_that_was_written_anew_is_read_anew(
    root: Path, event_rows: Rows, now: datetime
) -> None:
    for people in ([1], [2, 3]):
        rows = event_rows([(pid, "A", now) for pid in people])
        files = write_events(root, "same", rows, {}, low=0, high=0, now=now)
        with open_session(root, files) as con:
            found = con.sql("SELECT pid FROM events ORDER BY 1").fetchall()
        assert found == [(pid,) for pid in people]
