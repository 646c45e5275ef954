from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from maracuja.errors import SegmentError
from maracuja.segments.check import decode_conditions
from maracuja.segments.comparing import When
from maracuja.segments.definition import Measure, Sequence
from maracuja.segments.facts import fact
from maracuja.segments.operators import literal
from maracuja.segments.queries import count_sql, fact_sql, step_sql
from maracuja.segments.rows import Lake

GOLDEN = Path(__file__).parents[2] / "golden" / "segments" / "queries.yaml"
CASES = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))
COLUMNS = {
    "pid": "BIGINT",
    "bucket": "UTINYINT",
    "event": "VARCHAR",
    "ts": "TIMESTAMP",
    "rest": "VARCHAR",
    "properties.category": "VARCHAR",
    "properties.revenue": "DOUBLE",
}
WHEN = When(datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC), "Europe/Kyiv")


def queries(raw: object, lake: Lake) -> list[str]:
    (condition,) = decode_conditions([raw])
    assert isinstance(condition, Measure | Sequence)
    wanted = fact(condition)
    if wanted.kind == "sequence":
        return [step_sql(wanted, n, lake, WHEN) for n in range(len(wanted.steps))]
    return [(count_sql if wanted.kind == "count" else fact_sql)(wanted, lake, WHEN)]


def expected(case: dict[str, Any]) -> list[str]:
    return [" ".join(sql.split()) for sql in case.get("steps", [case.get("sql")])]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["condition"])[:60])
def test_a_fact_is_this_query(case: dict[str, Any]) -> None:
    lake = Lake(COLUMNS, merged=case.get("merged", True))
    assert queries(case["condition"], lake) == expected(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["condition"])[:60])
def test_no_query_hashes_or_knows_zones(case: dict[str, Any]) -> None:
    text = " ".join(expected(case)).lower()
    banned = ("hash(", "md5(", "now(", "current_", "random", "time zone", "timezone")
    assert not [word for word in banned if word in text]


@pytest.mark.parametrize(
    "text", ["it's", "''", "a\\'; DROP TABLE events; --", "%_", '"', "Ж’ük", "{}", "?", "$1"]
)
def test_what_is_written_is_never_read_as_sql(text: str) -> None:
    assert duckdb.sql(f"SELECT {literal(text)}").fetchall() == [(text,)]
    where = [{"property": text, "is": text}]
    (sql,) = queries({"did": text, "where": where}, Lake(COLUMNS, merged=False))
    with duckdb.connect() as con:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        con.execute(f"CREATE TABLE events ({columns})")
        assert con.execute(sql).fetchall() == []


def test_numbers_are_doubles_to_the_last_bit() -> None:
    for number in (0.1, 1e-7, 2.5, 1e22, -0.3):
        assert duckdb.sql(f"SELECT {literal(number)}, typeof({literal(number)})").fetchall() == [
            (number, "DOUBLE")
        ]


def test_a_sum_of_texts_is_refused() -> None:
    with pytest.raises(SegmentError, match="needs numbers"):
        queries({"sum": "Order Completed", "of": "category"}, Lake(COLUMNS))
