"""The strictest of law, shop and person wins, for people of several countries in one set."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from maracuja import zones
from maracuja.decisions import gates
from maracuja.decisions.law import Own, strictest
from maracuja.decisions.law_sets import BY_ID
from maracuja.decisions.lawful import TOLD, Rulebook, lawful
from maracuja.decisions.quiet import QuietHours
from maracuja.decisions.reasons import Outcome
from maracuja.model import TopicKind, micros

ZONES = ("Europe/Kyiv", "America/New_York", "Asia/Ulaanbaatar", "Europe/London", None)
COUNTRIES = ("UA", "RU", "MN", "DE", "US", "Atlantis", None)
walls = st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))
hours = st.one_of(st.none(), st.builds(lambda a, b: QuietHours(start=a, end=b), walls, walls))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
owns = st.builds(Own, minimum_age=st.integers(0, 25), advice=st.booleans())
person = st.tuples(
    st.sampled_from(COUNTRIES),
    st.sampled_from(("+380501234567", "+12025550123", None)),
    st.sampled_from(ZONES),
    st.one_of(st.none(), st.dates(date(1995, 1, 1), date(2020, 1, 1))),
    st.sampled_from((None, False, True)),
)


@given(st.lists(person, min_size=1, max_size=12), hours, owns, moments, moments)
def test_nobody_hears_while_any_of_the_three_says_no(
    people: list[tuple[object, ...]],
    shop: QuietHours | None,
    own: Own,
    now: datetime,
    asked: datetime,
) -> None:
    told = pl.DataFrame(people, schema=TOLD, orient="row")
    book = Rulebook(country="UA", own=own)
    law = lawful(told, book, now, "Europe/Kyiv")
    # The last one of them has asked to be left alone until then.
    alone = [None] * (len(people) - 1) + ["wait"]
    frame = pl.DataFrame(
        {
            "pid": range(len(people)),
            "known": True,
            "suppressed": pl.Series([None] * len(people), dtype=pl.String),
            "consent": pl.Series([1] * len(people), dtype=pl.Int8),
            "address": "a@b.example",
            "zone": told["zone"],
            "held": "",
            "withheld": pl.Series(alone, dtype=pl.String),
            "withheld_until_us": pl.Series([micros(asked)] * len(people), dtype=pl.Int64),
        }
    ).hstack(law.select("law_until_us", "under_age"))
    rules = gates.Rules(topic=TopicKind.MARKETING, quiet=shop, zone="Europe/Kyiv")
    decided = gates.decide(frame, rules, now)
    for n, (row, outcome) in enumerate(zip(people, decided["outcome"], strict=True)):
        zone = zones.zone(row[2] if isinstance(row[2], str) else None, "Europe/Kyiv")
        local = now.astimezone(zone)
        holds = strictest(BY_ID[law["law"][n]], own)
        closed = any(one.holds(local.time()) for one in holds.quiet)
        born = row[3]
        young = row[4] is True or (
            isinstance(born, date)
            and (local.year - born.year - ((local.month, local.day) < (born.month, born.day)))
            < holds.age
        )
        waiting = n == len(people) - 1 and asked > now
        quiet = shop is not None and shop.holds(local.time())
        expected = not (closed or young or waiting or quiet)
        assert (outcome == Outcome.SEND.value) == expected, (row, local, holds)
        if outcome == Outcome.WAIT.value:
            assert decided["until_us"][n] > micros(now)
