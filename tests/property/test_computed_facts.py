"""Computed facts of everybody, by DuckDB, are those of a plain fold over the events."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from maracuja import rng
from maracuja.lake.facts import compute, compute_group, lake_of
from maracuja.segments.comparing import When
from maracuja.segments.computed import COMPUTED, Group
from maracuja.segments.facts import COMPUTED_KIND, Fact
from maracuja.segments.rows import Lake

sys.path.insert(0, str(Path(__file__).parent))
import computed_fold

pytestmark = pytest.mark.slow

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
COLUMNS: dict[str, Any] = {
    "pid": pl.Int64,
    "bucket": pl.UInt8,
    "kind": pl.String,
    "event": pl.String,
    "ts": pl.Datetime("us"),
    "message_hash": pl.Int64,
    "rest": pl.String,
    "properties.order_id": pl.String,
    "properties.revenue": pl.Float64,
    "properties.product_id": pl.String,
    "properties.category": pl.String,
    "properties.price": pl.Float64,
    "properties.products": pl.String,
    "properties.seconds": pl.Float64,
    "context.campaign.source": pl.String,
    "context.library.name": pl.String,
    "context.device.type": pl.String,
    "context.location.region": pl.String,
}


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


ages = st.one_of(
    st.integers(-2, 90).map(lambda n: timedelta(minutes=n)),
    st.integers(0, 60).map(lambda n: timedelta(seconds=n)),
    st.integers(0, 420).map(lambda n: timedelta(days=n)),
)
items = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "product_id": st.sampled_from(["p1", "p2", "p3"]),
            "category": st.sampled_from(["fruit", "tea"]),
            "price": st.sampled_from([1.5, 20, 99.99]),
        },
    ),
    max_size=2,
).map(lambda listed: msgspec.json.encode(listed).decode())
rows = st.fixed_dictionaries(
    {
        "pid": st.integers(0, 6),
        "kind": st.sampled_from(["track", "track", "page", "internal"]),
        "event": st.sampled_from(
            [
                *computed_fold.POINTS,
                "Checkout Started",
                "Order Refunded",
                "Page Viewed",
                "Product Dwelled",
            ]
        ),
        "ts": ages.map(lambda age: NOW.replace(tzinfo=None) - age),
        "properties.order_id": maybe("o1", "o2", ""),
        "properties.revenue": maybe(10.0, 10.0, 25.5, 0.0001, 300.0),
        "properties.product_id": maybe("p1", "p2", "p'3", ""),
        "properties.category": maybe("fruit", "tea", "Ж", ""),
        "properties.price": maybe(10.0, 12.5, 99.99, 0.0),
        "properties.products": st.one_of(st.none(), items),
        "properties.seconds": maybe(0.0, 3.0, 90.0, 200_000.0),
        "context.campaign.source": maybe("google", "mail"),
        "context.library.name": maybe("maracuja.js", "analytics.js"),
        "context.device.type": maybe("mobile", "desktop"),
        "context.location.region": maybe("Kyiv", "Odesa"),
    }
)
catalogues = st.dictionaries(
    st.sampled_from(["p1", "p2", "p'3"]),
    st.fixed_dictionaries({"category": st.sampled_from(["", "tea", "rods"]),
                           "price": maybe(7.5, 10.0, 0.0)}),
)  # fmt: skip
merges = st.dictionaries(st.integers(0, 2), st.integers(4, 6), max_size=3)


def connection(
    found: list[dict[str, Any]], merged: dict[int, int], catalogue: dict[str, dict[str, Any]]
) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("CREATE TABLE catalogue (id VARCHAR, category VARCHAR, price DOUBLE)")
    for key, known in catalogue.items():
        con.execute(
            "INSERT INTO catalogue VALUES (?, ?, ?)", [key, known["category"], known["price"]]
        )
    shown = [{**row, "bucket": rng.bucket(row["pid"])} for row in found]
    con.register("events", pl.DataFrame(shown, schema=COLUMNS).to_arrow())
    con.execute("CREATE TABLE merged (pid BIGINT, canonical BIGINT)")
    if merged:
        con.executemany("INSERT INTO merged VALUES (?, ?)", list(merged.items()))
    return con


def told(con: duckdb.DuckDBPyConnection, lake: Lake, name: str, of: str = "") -> dict[int, Any]:
    """The fact of everybody who has one."""
    wanted = Fact(kind=COMPUTED_KIND, events=(name,), of=of)
    frame = compute(con, wanted, lake, When(NOW))
    assert frame["pid"].is_unique().all()
    return dict(zip(frame["pid"], frame[wanted.column], strict=True))


def numbered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events with hashes that follow no order of theirs, and no rest."""
    return [{**row, "message_hash": n * 7919 % 1009, "rest": None} for n, row in enumerate(found)]


@settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # many queries an example: shrinks slowly
)
@given(found=st.lists(rows, max_size=40), merged=merges, catalogue=catalogues)
def test_the_query_is_the_fold(
    found: list[dict[str, Any]],
    merged: dict[int, int],
    catalogue: dict[str, dict[str, Any]],
) -> None:
    sent = numbered(found)
    found = computed_fold.knowing(sent, catalogue)
    now = NOW.replace(tzinfo=None)
    folded = computed_fold.everybody(found, merged, now)
    with connection(sent, merged, catalogue) as con:
        lake = lake_of(con)._replace(catalogue=bool(catalogue))
        got_all = {group: compute_group(con, group, lake, When(NOW)) for group in Group}
        for name, one in COMPUTED.items():
            if one.needs_of:
                continue
            expected = {
                pid: facts[name] for pid, facts in folded.items() if facts.get(name) is not None
            }
            frame = got_all[one.group].select("pid", name).drop_nulls()
            assert frame["pid"].is_unique().all()
            got = dict(frame.iter_rows())
            assert got.keys() == expected.keys(), name
            for pid, value in expected.items():
                assert (
                    got[pid] == pytest.approx(value)
                    if isinstance(value, float)
                    else (got[pid] == value)
                ), (name, pid)
        assert told(con, lake, "lifetime_value") == dict(
            got_all[Group.VALUE].select("pid", "lifetime_value").iter_rows()
        )
        own: dict[int, list[dict[str, Any]]] = {pid: [] for pid in folded}
        for row in sorted(found, key=lambda row: (row["ts"], row["message_hash"])):
            if row["ts"] <= now:
                own[merged.get(row["pid"], row["pid"])].append(row)
        shares = told(con, lake, "category_affinity", "tea")
        stayed = told(con, lake, "product_dwell_seconds", "p'3")
        for pid, mine in own.items():
            assert shares.get(pid) == pytest.approx(computed_fold.affinity(mine, now, "tea"))
            spent = [
                how
                for row, how in computed_fold.stays(mine, now)
                if row["properties.product_id"] == "p'3"
            ]
            expected_s = sum(spent, timedelta()).total_seconds() if spent else None
            assert stayed.get(pid) == pytest.approx(expected_s)
