"""Sets in and out: every kind of value, every way of conflict, on both databases."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sqlalchemy import BigInteger, Text, func, select

from maracuja.store import bulk, schema
from maracuja.store.engine import Store

AWKWARD = ["", "a,b", 'q"uote', "new\nline", "\\N", "Зоя", "😀", "null", " pad "]


def test_every_value_comes_back_as_it_went(store: Store) -> None:
    n = len(AWKWARD)
    columns = {
        "id": AWKWARD,
        "rev": np.arange(n),
        "title": pl.Series(AWKWARD),
        "category": "",
        "price": [None, 0, -1, 2**62, 5, 6, 7, 8, 9],
        "currency": "UAH",
        "stock": None,
        "url": AWKWARD[::-1],
        "picture": "",
        "gone": [i % 2 == 0 for i in range(n)],
    }
    with store.write() as conn:
        assert bulk.insert_columns(conn, schema.products, columns) == n
    query = select(schema.products).order_by(schema.products.c.rev)
    with store.read() as conn:
        back = bulk.fetch_columns(conn, query)
    assert back["id"] == AWKWARD and back["title"] == AWKWARD and back["url"] == AWKWARD[::-1]
    assert back["price"] == columns["price"]
    assert back["stock"] == [None] * n and back["currency"] == ["UAH"] * n
    assert [bool(x) for x in back["gone"]] == columns["gone"]


def test_bytes_come_back_as_they_went(store: Store) -> None:
    docs = [b"", b"\x00\xff", b'{"a":1}', "й".encode()]
    columns = {"pid": range(4), "bucket": 1, "rev": 1, "draw_pid": 0, "created_us": 0, "doc": docs}
    with store.write() as conn:
        bulk.insert_columns(conn, schema.profiles, columns)
        query = select(schema.profiles.c.doc).order_by(schema.profiles.c.pid)
        assert [bytes(doc) for (doc,) in bulk.fetch(conn, query)] == docs


def test_conflicts_are_ignored_or_replaced(store: Store) -> None:
    with store.write() as conn:
        bulk.insert_columns(conn, schema.counters, {"name": ["a", "b"], "value": [1, 2]})
        more = {"name": ["b", "c"], "value": [20, 30]}
        assert bulk.insert_columns(conn, schema.counters, more, on_conflict="ignore") == 1
        query = select(schema.counters).order_by(schema.counters.c.name)
        assert bulk.fetch(conn, query) == [("a", 1), ("b", 2), ("c", 30)]
        assert bulk.insert_columns(conn, schema.counters, more, on_conflict="replace") == 2
        assert bulk.fetch(conn, query) == [("a", 1), ("b", 20), ("c", 30)]


def test_nothing_in_nothing_out(store: Store) -> None:
    with store.write() as conn:
        assert bulk.insert_columns(conn, schema.counters, {"name": [], "value": []}) == 0
        assert bulk.fetch_columns(conn, select(schema.counters)) == {"name": [], "value": []}


def test_columns_of_two_lengths_are_refused(store: Store) -> None:
    with store.write() as conn, pytest.raises(ValueError, match="lengths"):
        bulk.insert_columns(conn, schema.counters, {"name": ["a"], "value": [1, 2]})


def test_a_set_of_any_size_selects_rows(store: Store) -> None:
    n = bulk.IDS_MAX + 10
    with store.write() as conn:
        bulk.insert_columns(
            conn,
            schema.waiting,
            {"run": 1, "pid": np.arange(n), "until_us": 0, "reason": 0},
        )
    wanted = np.arange(5, n + 50)
    with store.read() as conn:
        column = schema.waiting.c.pid
        rows = bulk.rows_where_in(conn, select(column), column, wanted)
        assert sorted(pid for (pid,) in rows) == list(range(5, n))
        assert bulk.rows_where_in(conn, select(column), column, []) == []


def test_two_given_sets_meet_in_one_statement(store: Store) -> None:
    with store.read() as conn:
        left = bulk.given(conn, "a", k=(Text(), ["x", "y", "y"]), v=(BigInteger(), [1, 2, 3]))
        right = bulk.given(conn, "b", k=(Text(), ["y"]), v=(BigInteger(), [10]))
        query = select(func.count(), func.sum(left.c.v + right.c.v)).join_from(
            left, right, left.c.k == right.c.k
        )
        count, total = bulk.fetch(conn, query)[0]
        assert (count, int(total)) == (2, 25)


def test_many_rows_in_one_statement_conflict_row_by_row(store: Store) -> None:
    names = [f"{i:03}" for i in range(2 * bulk.ROWS_AT_ONCE + 7)]
    with store.write() as conn:
        bulk.insert_columns(conn, schema.counters, {"name": names[::2], "value": 1})
        more = {"name": names, "value": 2}
        written = bulk.insert_columns(conn, schema.counters, more, on_conflict="ignore")
        assert written == len(names) // 2
        query = select(schema.counters.c.value).order_by(schema.counters.c.name)
        assert [value for (value,) in bulk.fetch(conn, query)] == [
            1 + i % 2 for i in range(len(names))
        ]


def test_a_savepoint_undoes_what_a_failed_insert_has_written(store: Store) -> None:
    names = [f"{i:03}" for i in range(3 * bulk.ROWS_AT_ONCE)]
    last = schema.counters.select()
    with store.write() as conn:
        assert conn.dialect.loaded_dbapi is not None
        bulk.insert_columns(conn, schema.counters, {"name": names[-2:], "value": [1, 2]})
        with pytest.raises(conn.dialect.loaded_dbapi.IntegrityError), conn.begin_nested():
            bulk.insert_columns(conn, schema.counters, {"name": names, "value": 3})
        assert bulk.fetch(conn, last) == [(names[-2], 1), (names[-1], 2)]
