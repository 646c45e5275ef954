from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from maracuja import rng
from maracuja.errors import NotFound, SegmentError
from maracuja.lake.facts import FactCache
from maracuja.model import ConsentState
from maracuja.runtime.audience import Sources, estimate, evaluate, explain_person
from maracuja.segments.check import decode, decode_conditions
from maracuja.segments.comparing import When
from maracuja.segments.explain import Reason

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WHEN = When(NOW, "UTC")
PEOPLE = 400


class Frames:
    """People as small frames, as the store and the profile copy will give them."""

    def __init__(self, people: pl.DataFrame) -> None:
        self._people = people
        self.asked: list[tuple[str, ...]] = []

    def profiles(
        self,
        traits: Sequence[str],
        *,
        pids: Sequence[int] | None,
        buckets: Sequence[int] | None,
        drawn: bool = False,
    ) -> pl.DataFrame:
        self.asked.append(tuple(traits))
        frame = self._people
        if pids is not None:
            frame = frame.filter(pl.col("pid").is_in(list(pids)))
        if buckets is not None:
            frame = frame.filter(pl.col("bucket").is_in(list(buckets)))
        names = [f"traits.{t}" for t in traits if f"traits.{t}" in frame.columns]
        return frame.select("pid", *names, *["draw_pid"] * drawn)

    def consents(
        self, pairs: Sequence[tuple[str, str]], *, pids: Sequence[int] | None
    ) -> pl.DataFrame:
        even = self._people.filter(pl.col("pid") % 2 == 0).select("pid")
        state = pl.lit(int(ConsentState.OPTED_IN))
        return even.with_columns(state.alias(f"consent.{t}.{c}") for t, c in pairs)

    def reach(self, channels: Sequence[str], *, pids: Sequence[int] | None) -> pl.DataFrame:
        return self._people.select(
            "pid", *((pl.col("pid") % 3 == 0).alias(f"reach.{c}") for c in channels)
        )


def rows() -> list[dict[str, Any]]:
    """Person n orders n % 5 times; every 7th added something yesterday and left."""
    found = []
    for pid in range(PEOPLE):
        for n in range(pid % 5):
            found.append((pid, "Order Completed", NOW - timedelta(days=10 * n + 1), 10.5))
        if pid % 7 == 0:
            found.append((pid, "Product Added", NOW - timedelta(hours=20), 3.0))
    return [
        {
            "pid": pid,
            "bucket": rng.bucket(pid),
            "event": event,
            "ts": ts.replace(tzinfo=None),
            "message_hash": n,
            "rest": None,
            "properties.revenue": revenue,
        }
        for n, (pid, event, ts, revenue) in enumerate(found)
    ]


MERGED = {1: 2, 3: 2, 11: 7, 13: 14}


@pytest.fixture
def sources() -> Iterator[Sources]:
    con = duckdb.connect()
    frame = pl.DataFrame(rows(), schema_overrides={"rest": pl.String}).to_arrow()
    con.register("events_frame", frame)
    con.execute("CREATE TABLE events AS SELECT * FROM events_frame")
    con.execute("CREATE TABLE merged (pid BIGINT, canonical BIGINT)")
    con.executemany("INSERT INTO merged VALUES (?, ?)", list(MERGED.items()))
    staying = [pid for pid in range(PEOPLE) if pid not in MERGED]
    people = pl.DataFrame(
        {
            "pid": staying,
            "draw_pid": staying,
            "bucket": rng.buckets(staying),
            "traits.city": ["Kyiv" if pid % 4 == 0 else None for pid in staying],
            "traits.birthday": [
                NOW.date().replace(year=1990) if pid < 9 else None for pid in staying
            ],
            "traits.timezone": ["Pacific/Kiritimati" if pid < 4 else "UTC" for pid in staying],
        }
    )
    segments = {
        s.id: s
        for s in (
            decode({"id": "buyers", "where": [{"did": "Order Completed", "at_least": 4}]}),
            decode({"id": "kyiv", "where": [{"trait": "city", "is": "Kyiv"}]}),
            decode({"id": "both", "where": [{"segment": "buyers"}, {"segment": "kyiv"}]}),
        )
    }
    yield Sources(con, Frames(people), segments, version=1)
    con.close()


def orders(pid: int) -> int:
    own = [pid, *(p for p, canonical in MERGED.items() if canonical == pid)]
    return sum(p % 5 for p in own)


def staying() -> list[int]:
    return [pid for pid in range(PEOPLE) if pid not in MERGED]


def pids(sources: Sources, *where: dict[str, Any]) -> list[int]:
    return evaluate(decode_conditions(list(where)), sources, WHEN).pids.tolist()


def test_merged_people_count_as_one(sources: Sources) -> None:
    found = pids(sources, {"did": "Order Completed", "at_least": 5})
    assert found == [pid for pid in staying() if orders(pid) >= 5] == [2, 14]


def test_people_without_events_did_not(sources: Sources) -> None:
    found = pids(sources, {"did_not": "Order Completed"})
    assert found == [pid for pid in staying() if orders(pid) == 0]


def test_groups_traits_consent_reach_and_sums(sources: Sources) -> None:
    found = pids(
        sources,
        {
            "any": [
                {"trait": "city", "is": "Kyiv"},
                {"sum": "Order Completed", "of": "revenue", "above": 31},
            ]
        },
        {"none": [{"did": "Product Added"}]},
        {"consent": "news", "channel": "email"},
        {"reachable": "email"},
    )
    assert found == [
        pid
        for pid in staying()
        if (pid % 4 == 0 or orders(pid) >= 3) and pid % 7 and pid % 2 == 0 and pid % 3 == 0
    ]


def test_left_in_the_cart(sources: Sources) -> None:
    left = {
        "sequence": [
            {"did": "Order Completed"},
            {"did": "Product Added"},
            {"did_not": "Order Completed", "within": "2 hours"},
        ]
    }
    assert pids(sources, left) == [pid for pid in staying() if pid % 7 == 0 and orders(pid)]


def test_segments_in_segments(sources: Sources) -> None:
    found = pids(sources, {"segment": "both"}, {"none": [{"did": "Product Added"}]})
    assert found == [p for p in staying() if orders(p) >= 4 and p % 4 == 0 and p % 7]
    with pytest.raises(SegmentError, match="no segment 'bothe'"):
        pids(sources, {"segment": "bothe"})


def test_shares_are_disjoint_and_whole(sources: Sources) -> None:
    parts = [pids(sources, {"share": 25, "start": s, "salt": "x"}) for s in (0, 25, 50, 75)]
    assert sorted(pid for part in parts for pid in part) == staying()
    assert all(60 < len(part) < 140 for part in parts)


def test_a_birthday_goes_by_the_persons_own_zone(sources: Sources) -> None:
    # At noon UTC it is already June 2 on Kiritimati.
    found = pids(sources, {"trait": "birthday", "anniversary_in": "0 days"})
    assert found == [4, 5, 6, 7, 8]


def test_a_trait_that_nobody_has(sources: Sources) -> None:
    assert pids(sources, {"trait": "shoe_size", "at_least": 40}) == []
    assert pids(sources, {"trait": "shoe_size", "known": False}) == staying()


def test_the_sample_asks_whole_people(sources: Sources) -> None:
    buckets = tuple(range(0, 64, 2))
    conditions = decode_conditions([{"did": "Order Completed", "at_least": 3}])
    found = evaluate(conditions, sources, WHEN, buckets=buckets)
    inside = [pid for pid in staying() if rng.bucket(pid) in buckets]
    assert found.people == len(inside)
    assert found.pids.tolist() == [pid for pid in inside if orders(pid) >= 3]


def test_an_estimate_says_how_sure_it_is(sources: Sources) -> None:
    conditions = decode_conditions([{"did": "Order Completed", "at_least": 2}])
    found = estimate(conditions, sources, WHEN)
    exact = evaluate(conditions, sources, WHEN).pids.size
    assert found.asked == sum(rng.bucket(pid) in (0, 16, 32, 48) for pid in staying())
    assert abs(found.count - exact) <= found.margin < exact
    assert found.rare == (found.met < 30)


def test_facts_are_kept_for_a_version_of_the_lake(sources: Sources) -> None:
    conditions = decode_conditions([{"any": [{"did": "Order Completed"}, {"trait": "city"}]}])
    before = evaluate(conditions, sources, WHEN).pids.size
    sources.con.execute("DELETE FROM events")
    assert evaluate(conditions, sources, WHEN).pids.size == before
    same_minute = When(NOW + timedelta(seconds=59))
    assert evaluate(conditions, sources, same_minute).pids.size == before
    newer = Sources(sources.con, sources.people, version=2, cache=sources.cache)
    assert evaluate(conditions, newer, WHEN).pids.tolist() == pids(newer, {"trait": "city"})


def test_the_cache_forgets_the_oldest(sources: Sources) -> None:
    small = Sources(sources.con, sources.people, version=1, cache=FactCache(rows_max=100))
    one = decode_conditions([{"any": [{"did": "Order Completed"}, {"did": "Product Added"}]}])
    assert evaluate(one, small, WHEN).pids.size > 0
    kept = small.cache._kept.values()
    assert len(kept) == 1
    assert sum(frame.height for frame in kept) <= 100


def test_one_person_is_explained_as_the_set_is_decided(sources: Sources) -> None:
    conditions = decode_conditions(
        [
            {"did": "Order Completed", "at_least": 5},
            {"any": [{"trait": "city", "is": "Lviv"}, {"segment": "buyers"}]},
            {"last": "Order Completed", "in_last": "2 days"},
            {"sum": "Order Completed", "of": "revenue", "above": 50},
            {"consent": "news", "channel": "email"},
        ]
    )
    chosen = set(evaluate(conditions, sources, WHEN).pids.tolist())
    for pid in (2, 14, 4, 0):
        assert explain_person(conditions, sources, WHEN, pid).held == (pid in chosen)
    found = explain_person(conditions, sources, WHEN, 2)
    evidence = [reason.evidence for reason in found.reasons]
    assert evidence == ["6", "", "2026-05-31 12:00 UTC", "63", "“opted_in”"]
    assert found.reasons[1].parts == (
        Reason(
            where="where[1].any[0]",
            held=False,
            says="“city” is “Lviv”",
            evidence="nothing",
        ),
        Reason(
            where="where[1].any[1]",
            held=True,
            says="they are in the segment “buyers”",
            evidence="true",
        ),
    )
    with pytest.raises(NotFound):
        explain_person(conditions, sources, WHEN, 1)


def test_a_sample_of_an_audience_is_the_same_for_the_same_seed(sources: Sources) -> None:
    audience = evaluate(decode_conditions([{"trait": "city"}]), sources, WHEN)
    assert audience.sample(5, 1) == audience.sample(5, 1) != audience.sample(5, 2)
    assert set(audience.sample(10**6, 1)) == set(audience.pids.tolist())
