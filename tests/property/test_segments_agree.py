"""The query over the lake, the fold over one person's events and the predicate agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import msgspec
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maracuja import rng
from maracuja.lake.facts import compute, lake_of
from maracuja.segments.check import decode_conditions
from maracuja.segments.comparing import When
from maracuja.segments.facts import COUNTED, value_kind
from maracuja.segments.fold import fold
from maracuja.segments.predicate import needs, predicate

pytestmark = pytest.mark.slow

NOW = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
NAMES = ["Viewed", "Added", "Ordered"]
COLUMNS = {
    "pid": pl.Int64,
    "bucket": pl.UInt8,
    "event": pl.String,
    "ts": pl.Datetime("us"),
    "message_hash": pl.Int64,
    "rest": pl.String,
    "properties.category": pl.String,
    "properties.amount": pl.Float64,
    "properties.gift": pl.Boolean,
    "properties.day": pl.Date,
    "properties.at": pl.Datetime("us"),
    "context.page": pl.String,
}

texts = st.sampled_from(["fish", "fishing", "boats", "", "Ж'ук", "a%b"])
numbers = st.sampled_from([0.0, 1.0, 1.25, 2.5, 0.00005, 99.99, -3.0, 1e15])
moments = st.integers(0, 40).map(
    lambda n: NOW.replace(tzinfo=None, second=0) - n * timedelta(hours=1)
)
rests = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(["properties.extra", "properties.a/b~c"]),
        st.one_of(texts, numbers, st.booleans(), st.integers(0, 3), st.none()),
    ).map(lambda d: msgspec.json.encode(d).decode()),
)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


rows = st.fixed_dictionaries(
    {
        "pid": st.integers(0, 7),
        "event": st.sampled_from(NAMES),
        "ts": moments,
        "rest": rests,
        "properties.category": maybe(texts),
        "properties.amount": maybe(numbers),
        "properties.gift": maybe(st.booleans()),
        "properties.day": maybe(moments.map(lambda m: m.date() + timedelta(days=m.hour - 12))),
        "properties.at": maybe(moments),
        "context.page": maybe(texts),
    }
)

spans = st.sampled_from(["1 hour", "90 minutes", "10 hours", "1 day", "1 week"])
parts = texts.filter(bool)
text_tests = st.one_of(
    st.fixed_dictionaries({"is": texts}),
    st.fixed_dictionaries({"is_not": texts}),
    st.fixed_dictionaries({"in": st.lists(texts, min_size=1)}),
    st.fixed_dictionaries({"not_in": st.lists(texts, min_size=1)}),
    st.fixed_dictionaries({"contains": parts}),
    st.fixed_dictionaries({"lacks": parts}),
    st.fixed_dictionaries({"starts": parts, "ends": parts}),
    st.fixed_dictionaries({"known": st.booleans()}),
    st.just({}),
)
number_tests = st.one_of(
    st.fixed_dictionaries({"is": numbers}),
    st.fixed_dictionaries({"is_not": numbers}),
    st.fixed_dictionaries({"above": numbers}),
    st.fixed_dictionaries({"at_least": numbers, "below": numbers}),
    st.fixed_dictionaries({"at_most": numbers}),
)
day_tests = st.one_of(
    st.fixed_dictionaries({"in_last": spans}),
    st.fixed_dictionaries({"longer_ago": spans}),
    st.fixed_dictionaries({"in_next": spans}),
    st.fixed_dictionaries({"anniversary_in": spans}),
    st.fixed_dictionaries({"before": st.sampled_from(["2026-05-31", "2026-06-01T03:00"])}),
    st.fixed_dictionaries({"after": st.sampled_from(["2026-05-31", "2026-06-01T03:00"])}),
)
flags = st.one_of(st.fixed_dictionaries({"is": st.booleans()}), st.just({"is_not": True}))


def named(key: str, name: str, tests: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return tests.map(lambda t: {key: name, **t})


filters = st.lists(
    st.one_of(
        named("property", "category", text_tests),
        named("property", "context.page", text_tests),
        named("property", "amount", number_tests),
        named("property", "gift", flags),
        named("property", "day", day_tests),
        named("property", "at", day_tests),
        named("property", "extra", st.one_of(text_tests, number_tests, flags)),
        named("property", "a/b~c", text_tests),
    ),
    max_size=2,
)
windows = st.fixed_dictionaries(
    {},
    optional={
        "within": spans,
        "older_than": spans,
        "since": st.sampled_from(["2026-05-31", "2026-06-01T01:00", "2026-06-01T01:00+03:00"]),
        "until": st.sampled_from(["2026-05-31", "2026-06-01T06:00"]),
        "where": filters,
    },
)
events = st.one_of(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), min_size=1))
counts = st.one_of(
    st.fixed_dictionaries({"at_least": st.integers(0, 4)}),
    st.fixed_dictionaries({"is": st.integers(0, 4)}),
    st.just({}),
)


def measure(word: str, tests: st.SearchStrategy[Any], of: list[str]) -> st.SearchStrategy[Any]:
    more = st.fixed_dictionaries({"of": st.sampled_from(of)}) if of else st.just({})
    return st.tuples(events, windows, tests, more).map(
        lambda found: {word: found[0], **found[1], **found[2], **found[3]}
    )


step_windows = st.fixed_dictionaries({}, optional={"within": spans, "where": filters})


@st.composite
def sequences(draw: st.DrawFn) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"did": draw(events), "where": draw(filters)}]
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()) and "did" in steps[-1]:
            steps.append({"did_not": draw(events), "where": draw(filters)})
        steps.append({"did": draw(events), **draw(step_windows)})
    if draw(st.booleans()):
        steps.append({"did_not": draw(events), "within": draw(spans)})
    limits = st.fixed_dictionaries({}, optional={"within": spans, "in_total": spans})
    return {"sequence": steps, **draw(limits)}


leaves = st.one_of(
    measure("did", counts, []),
    measure("did_not", st.just({}), []),
    measure("first", st.one_of(day_tests, st.just({})), []),
    measure("last", st.one_of(day_tests, st.just({})), []),
    measure("first", text_tests, ["category", "extra"]),
    measure("last", text_tests, ["category", "context.page"]),
    measure("last", number_tests, ["amount"]),
    measure("sum", number_tests, ["amount", "extra"]),
    measure("average", number_tests, ["amount", "extra"]),
    measure("min", number_tests, ["amount", "extra"]),
    measure("max", day_tests, ["day", "at"]),
    measure("distinct", counts, ["category", "amount", "gift", "extra"]),
    measure("top", text_tests, ["category", "extra"]),
    sequences(),
)

merges = st.dictionaries(st.integers(0, 3), st.integers(4, 6), max_size=4)


def connection(found: list[dict[str, Any]], merged: dict[int, int]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    frame = pl.DataFrame(
        [
            {**row, "bucket": rng.bucket(row["pid"]), "message_hash": n}
            for n, row in enumerate(found)
        ],
        schema=COLUMNS,
    ).sort("event", "bucket", "pid", "ts")
    con.register("events_frame", frame.to_arrow())
    con.execute("CREATE TABLE events AS SELECT * FROM events_frame")
    con.execute("CREATE TABLE merged (pid BIGINT, canonical BIGINT)")
    if merged:
        con.executemany("INSERT INTO merged VALUES (?, ?)", list(merged.items()))
    return con


@pytest.mark.parametrize("zone", ["UTC", "Europe/Kyiv"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    found=st.lists(rows, max_size=30),
    merged=merges,
    raw=st.lists(leaves, min_size=1, max_size=2),
    how=st.sampled_from(["all", "any", "none"]),
)
def test_query_and_fold_agree(
    zone: str, found: list[dict[str, Any]], merged: dict[int, int], raw: list[Any], how: str
) -> None:
    when = When(NOW, zone)
    conditions = decode_conditions([{how: raw}])
    people = [pid for pid in range(8) if pid not in merged]
    everybody = pl.DataFrame({"pid": people}, schema={"pid": pl.Int64})
    everybody = everybody.with_columns(local_date=pl.lit(when.home))
    one_by_one: dict[int, dict[str, Any]] = {pid: {} for pid in people}
    scales = {}
    with connection(found, merged) as con:
        lake = lake_of(con)
        for wanted in needs(conditions).facts:
            frame = compute(con, wanted, lake, when)
            assert frame["pid"].is_unique().all()
            everybody = everybody.join(frame, on="pid", how="left")
            scales[wanted.column] = value_kind(wanted, lake.columns)
            for pid in people:
                own = [r for r in found if merged.get(r["pid"], r["pid"]) == pid]
                one_by_one[pid][wanted.column] = fold(wanted, own, lake.columns, when)
            folded = [one_by_one[pid][wanted.column] for pid in people]
            queried = everybody[wanted.column].to_list()
            if wanted.kind in COUNTED:
                queried = [value or 0 for value in queried]
            assert queried == folded, wanted
    schema = everybody.schema
    mask = everybody.select(predicate(conditions, schema, scales, when)).to_series()
    assert mask.null_count() == 0
    for pid, for_set in zip(people, mask.to_list(), strict=True):
        row = {"pid": pid, "local_date": when.home, **one_by_one[pid]}
        person = pl.DataFrame([row], schema=schema)
        alone = person.select(predicate(conditions, schema, scales, when)).item()
        assert alone == for_set


crowded = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(NAMES), st.integers(0, 7)),
    min_size=3,
    max_size=24,
)
short = st.sampled_from(["1 hour", "2 hours", "4 hours"])


@st.composite
def chains(draw: st.DrawFn) -> dict[str, Any]:
    """Sequences that crowded people often complete: no filters, short times."""
    steps: list[dict[str, Any]] = [{"did": draw(st.sampled_from(NAMES))}]
    for _ in range(draw(st.integers(1, 2))):
        if draw(st.booleans()):
            steps.append({"did_not": draw(st.sampled_from(NAMES))})
        step = {"did": draw(st.sampled_from(NAMES))}
        steps.append(step | ({"within": draw(short)} if draw(st.booleans()) else {}))
    if draw(st.booleans()):
        steps.append({"did_not": draw(st.sampled_from(NAMES)), "within": draw(short)})
    total = {"in_total": draw(short)} if draw(st.booleans()) else {}
    return {"sequence": steps, **total}


@settings(max_examples=150, deadline=None)
@given(
    found=crowded,
    merged=st.sampled_from([{}, {0: 2}]),
    raw=st.lists(chains(), min_size=3, max_size=6),
)
def test_joins_and_chains_agree(
    found: list[tuple[int, str, int]], merged: dict[int, int], raw: list[Any]
) -> None:
    when = When(NOW)
    noon = NOW.replace(tzinfo=None, second=0)
    events = [
        {**dict.fromkeys(COLUMNS), "pid": pid, "event": name, "ts": noon - timedelta(hours=hours)}
        for pid, name, hours in found
    ]
    with connection(events, merged) as con:
        lake = lake_of(con)
        for wanted in needs(decode_conditions(raw)).facts:
            frame = compute(con, wanted, lake, when)
            queried = dict(frame.iter_rows())
            for pid in range(3):
                own = [r for r in events if merged.get(r["pid"], r["pid"]) == pid]
                assert queried.get(pid) == fold(wanted, own, lake.columns, when), wanted
