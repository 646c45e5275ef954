from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
import pytest

from maracuja.lake import gathering
from maracuja.lake.gathering import count_events, inside, mask_of, merged_aliases, moments
from maracuja.model import PSEUDONYM_FROM, micros

START = datetime(2026, 6, 1)
MERGED = {3: 40, 7: 2}
PIDS = [n * n % 50 for n in range(5_000)]  # pids beyond the last merged one among them
ROWS = "SELECT pid, ts FROM events"


@pytest.fixture
def con(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    monkeypatch.setattr(gathering, "BATCH_ROWS", 700)
    with duckdb.connect() as con:
        con.execute("CREATE TABLE merged (pid BIGINT, canonical BIGINT)")
        con.execute(
            "CREATE TABLE events AS SELECT n * n % 50 AS pid,"
            f" TIMESTAMP '{START}' + to_seconds(n) AS ts FROM range(5000) r(n)"
        )
        yield con


def merge(con: duckdb.DuckDBPyConnection) -> None:
    con.executemany("INSERT INTO merged VALUES (?, ?)", list(MERGED.items()))


def test_counts_add_up_over_batches_and_aliases(con: duckdb.DuckDBPyConnection) -> None:
    assert merged_aliases(con) is None
    pids, counts = count_events(con, ROWS, None)
    assert dict(zip(pids.tolist(), counts.tolist(), strict=True)) == Counter(PIDS)
    merge(con)
    pids, counts = count_events(con, ROWS, merged_aliases(con))
    expected = Counter(MERGED.get(pid, pid) for pid in PIDS)
    assert dict(zip(pids.tolist(), counts.tolist(), strict=True)) == expected
    assert pids.tolist() == sorted(expected)


def test_who_was_erased_is_counted_for_nobody(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"INSERT INTO events VALUES ({PSEUDONYM_FROM + 17}, TIMESTAMP '{START}')")
    pids, counts = count_events(con, ROWS, None)
    assert pids.max() < 50 and counts.sum() == len(PIDS)
    assert moments(con, ROWS, None, None).pid.size == len(PIDS)


def test_nothing_is_counted_as_nothing(con: duckdb.DuckDBPyConnection) -> None:
    pids, counts = count_events(con, f"{ROWS} WHERE pid > 100", None)
    assert pids.size == counts.size == 0


def test_moments_are_those_of_the_people_asked_for(con: duckdb.DuckDBPyConnection) -> None:
    merge(con)
    found = moments(con, ROWS, merged_aliases(con), mask_of(np.array([4, 40])))
    expected = sorted(
        (MERGED.get(pid, pid), micros(START.replace(tzinfo=UTC) + timedelta(seconds=n)))
        for n, pid in enumerate(PIDS)
        if MERGED.get(pid, pid) in (4, 40)
    )
    assert sorted(zip(found.pid.tolist(), found.us.tolist(), strict=True)) == expected


def test_a_mask_knows_nobody_beyond_its_end() -> None:
    mask = mask_of(np.array([2, 5]))
    assert inside(mask, np.array([0, 2, 5, 6, 7, 10**9])).tolist() == [0, 1, 1, 0, 0, 0]
    assert not inside(mask_of(np.empty(0, dtype=np.int64)), np.array([0, 1])).any()
