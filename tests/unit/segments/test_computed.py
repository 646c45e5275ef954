"""Computed facts in segments: read, counted, explained; what they may not be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from examples.cdnow import NOW as CDNOW
from examples.cdnow import purchases
from maracuja import rng
from maracuja.errors import SegmentError
from maracuja.lake.facts import compute_group, lake_of
from maracuja.runtime.audience import Sources, evaluate, explain_person
from maracuja.segments.check import decode_conditions, decode_measure
from maracuja.segments.comparing import When
from maracuja.segments.computed import COMPUTED, SILENT, Group, Origin

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Everybody:
    """People of whom nothing is known but that they are there."""

    def __init__(self, size: int) -> None:
        self._size = size

    def profiles(self, traits: Any, *, pids: Any, buckets: Any, drawn: bool = False) -> Any:
        frame = pl.DataFrame({"pid": range(self._size)}, schema={"pid": pl.Int64})
        if buckets is not None:
            inside = [rng.bucket(pid) in buckets for pid in range(self._size)]
            frame = frame.filter(pl.Series(inside))
        return frame if pids is None else frame.filter(pl.col("pid").is_in(list(pids)))

    def consents(self, pairs: Any, *, pids: Any) -> pl.DataFrame:
        return pl.DataFrame(schema={"pid": pl.Int64})

    def reach(self, channels: Any, *, pids: Any) -> pl.DataFrame:
        return pl.DataFrame(schema={"pid": pl.Int64})


@pytest.fixture
def sources() -> Iterator[Sources]:
    """Person n, but 0, ordered once for n * 10; odd ones then viewed tea."""
    found = []
    for pid in range(1, 21):
        at = NOW.replace(tzinfo=None) - timedelta(days=pid)
        found.append((pid, "Order Completed", at, pid * 10.0, None))
        if pid % 2:
            found.append((pid, "Product Viewed", at + timedelta(hours=1), None, "tea"))
    frame = pl.DataFrame(
        [
            (pid, rng.bucket(pid), "track", event, ts, n, None, revenue, category)
            for n, (pid, event, ts, revenue, category) in enumerate(found)
        ],
        schema={
            "pid": pl.Int64,
            "bucket": pl.UInt8,
            "kind": pl.String,
            "event": pl.String,
            "ts": pl.Datetime("us"),
            "message_hash": pl.Int64,
            "rest": pl.String,
            "properties.revenue": pl.Float64,
            "properties.category": pl.String,
        },
        orient="row",
    )
    con = duckdb.connect()
    con.register("events", frame.to_arrow())
    con.execute("CREATE TABLE merged (pid BIGINT, canonical BIGINT)")
    yield Sources(con, Everybody(21))
    con.close()


def held(sources: Sources, *raw: dict[str, Any]) -> list[int]:
    return evaluate(decode_conditions(list(raw)), sources, When(NOW)).pids.tolist()


def test_the_best_and_the_last_tenth_are_tenths(sources: Sources) -> None:
    assert held(sources, {"fact": "value_top_share", "at_most": 10}) == [19, 20]
    assert held(sources, {"fact": "value_bottom_share", "at_most": 10}) == [1, 2]
    assert held(sources, {"fact": "value_decile", "is": 10}) == [19, 20]
    assert held(sources, {"fact": "orders", "known": False}) == [0]
    assert held(sources, {"fact": "recency_score", "is": 5}) == [1, 2, 3, 4]


def test_a_tenth_is_one_of_everybody_also_where_few_are_asked(sources: Sources) -> None:
    tenth = {"fact": "value_top_share", "at_most": 10}
    assert held(sources, {"fact": "funnel_step", "is": "viewed"}, tenth) == [19]
    bucket = [rng.bucket(20)]
    found = evaluate(decode_conditions([tenth]), sources, When(NOW), buckets=bucket)
    assert found.pids.tolist() == [pid for pid in (19, 20) if rng.bucket(pid) in bucket]


def test_one_person_is_explained_by_the_facts_of_everybody(sources: Sources) -> None:
    conditions = decode_conditions([{"fact": "value_top_share", "at_most": 10}])
    found = explain_person(conditions, sources, When(NOW), 20)
    assert found.held
    assert found.reasons[0].evidence == "5"
    assert not explain_person(conditions, sources, When(NOW), 0).held


@pytest.mark.parametrize(
    ("raw", "where", "says"),
    [
        ({"fact": "live_value"}, "fact", "no computed fact"),
        ({"fact": "category_affinity", "at_least": 1}, "", "of which category"),
        ({"fact": "orders", "of": "tea"}, "of", "takes no 'of'"),
        ({"fact": "orders", "within": "3 days"}, "within", "takes no 'within'"),
        ({"fact": "orders", "starts": "x"}, "starts", "does not suit a number"),
    ],
)
def test_what_a_fact_may_not_be_asked(raw: dict[str, Any], where: str, says: str) -> None:
    with pytest.raises(SegmentError, match=says) as refused:
        decode_conditions([raw])
    assert refused.value.where == ".".join(filter(None, ["where[0]", where]))
    assert refused.value.fix


def test_a_template_declares_one() -> None:
    assert decode_measure({"fact": "lifetime_value"}).fact == "lifetime_value"  # type: ignore[attr-defined]


def test_what_is_silent_is_observed() -> None:
    assert {name for name, one in COMPUTED.items() if one.origin is Origin.OBSERVED} >= SILENT


@pytest.mark.data
def test_scores_of_real_purchases_are_fifths(evaluation_data: Path) -> None:
    rows = purchases(evaluation_data / "cdnow").with_columns(rest=pl.lit(None, dtype=pl.String))
    con = duckdb.connect()
    con.register("events", rows.to_arrow())
    con.execute("CREATE TABLE merged (pid BIGINT, canonical BIGINT)")
    frame = compute_group(con, Group.VALUE, lake_of(con), When(CDNOW))
    con.close()
    expected = rows.group_by("pid").agg(
        orders=pl.len().cast(pl.Float64),
        last_order=pl.col("ts").max(),
        value=(pl.col("properties.revenue") * 10_000).round().cast(pl.Int64).sum(),
    )
    n = expected.height
    assert n == 23_544
    expected = expected.with_columns(
        below=pl.col("value").rank("min").cast(pl.Int64) - 1,
        seldom=pl.col("orders").rank("min").cast(pl.Int64) - 1,
        long_ago=pl.col("last_order").rank("min").cast(pl.Int64) - 1,
    )
    both = frame.join(expected, on="pid", how="inner", suffix="_expected")
    assert both.height == n
    checks = both.select(
        worth=((pl.col("lifetime_value") * 10_000).round() == pl.col("value")).all(),
        often=(pl.col("orders") == pl.col("orders_expected")).all(),
        score=(pl.col("value_score") == 1 + pl.col("below") * 5 // n).all(),
        frequency=(pl.col("frequency_score") == 1 + pl.col("seldom") * 5 // n).all(),
        recency=(pl.col("recency_score") == 1 + pl.col("long_ago") * 5 // n).all(),
        decile=(pl.col("value_decile") == 1 + pl.col("below") * 10 // n).all(),
    )
    assert all(checks.row(0)), checks
    top = frame.filter(pl.col("value_top_share") <= 10)
    assert 0.0999 < top.height / n <= 0.1
    # The best tenth of the buyers bring about half of the money: known of this data set.
    assert 0.45 < top["lifetime_value"].sum() / frame["lifetime_value"].sum() < 0.55


@pytest.mark.data
def test_visits_and_dwell_time_of_a_real_shop(evaluation_data: Path) -> None:
    """Each real visit looked at so many products for so many seconds, one after the other."""
    file = evaluation_data / "online_shoppers" / "online_shoppers_intention.csv"
    visits = (
        pl.read_csv(file, separator=";", infer_schema_length=None)
        .select(looks="ProductRelated", seconds="ProductRelated_Duration", bought="Revenue")
        .filter((pl.col("looks") >= 2) & (pl.col("seconds") >= 2 * pl.col("looks")))
        .filter(pl.col("seconds") / pl.col("looks") <= 1_800)
        .head(2_000)
        .with_row_index("visit")
        .with_columns(pid=(pl.col("visit") % 500).cast(pl.Int64))
    )
    step_us = (pl.col("seconds") * 1e6 / pl.col("looks")).floor().cast(pl.Int64)
    began = pl.lit(NOW.replace(tzinfo=None)) - pl.duration(days=1 + pl.col("visit") // 500)
    looks = visits.with_columns(step_us=step_us, began=began).select(
        "pid",
        "looks",
        "began",
        "step_us",
        "bought",
        n=pl.int_ranges(0, pl.col("looks") + 1),
    )
    rows = looks.explode("n").with_columns(
        ts=pl.col("began") + pl.duration(microseconds=pl.col("n") * pl.col("step_us")),
        last=pl.col("n") == pl.col("looks"),
    )
    left = pl.when("bought").then(pl.lit("Order Completed")).otherwise(pl.lit("Cart Viewed"))
    frame = rows.select(
        "pid",
        pl.col("ts").cast(pl.Datetime("us")),
        event=pl.when("last").then(left).otherwise(pl.lit("Product Viewed")),
        kind=pl.lit("track"),
        rest=pl.lit(None, dtype=pl.String),
    ).with_row_index("message_hash")
    con = duckdb.connect()
    con.register("events", frame.to_arrow())
    con.execute("CREATE TABLE merged (pid BIGINT, canonical BIGINT)")
    shop = lake_of(con)
    seen = compute_group(con, Group.VISITS, shop, When(NOW)).sort("pid")
    stayed = compute_group(con, Group.DWELL, shop, When(NOW)).sort("pid")
    value = compute_group(con, Group.VALUE, shop, When(NOW))
    con.close()
    told = (
        visits.with_columns(us=step_us * pl.col("looks"))
        .group_by("pid")
        .agg(
            visits=pl.len().cast(pl.Float64), us=pl.col("us").sum(), orders=pl.col("bought").sum()
        )
        .sort("pid")
    )
    assert seen["visits"].to_list() == told["visits"].to_list()
    assert stayed["dwell_seconds"].to_list() == pytest.approx((told["us"] / 1e6).to_list())
    assert value["orders"].sum() == told["orders"].sum()
    minutes = (told["us"] / 6e7 / told["visits"]).to_list()
    assert seen["minutes_a_visit"].to_list() == pytest.approx(minutes)
