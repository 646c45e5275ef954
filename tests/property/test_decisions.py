"""No quiet hour and no cap is ever broken, whatever the zone and the day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja import zones
from maracuja.decisions import gates
from maracuja.decisions.caps import FrequencyCap, free_from
from maracuja.decisions.quiet import QuietHours, quiet_until
from maracuja.decisions.reasons import Reason
from maracuja.model import TopicKind, micros, moment

ZONES = (
    "UTC",
    "Europe/Kyiv",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Ulaanbaatar",
    "Asia/Kathmandu",
    "Africa/Cairo",  # the clocks change at midnight
    "Pacific/Kiritimati",
)
# Around the days on which the clocks of these zones change, and any other day.
CHANGES = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 4, 23, 22, tzinfo=UTC),
    datetime(2026, 10, 3, 16, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 10, 29, 21, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
)
moments = st.one_of(
    st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(CHANGES),
        st.integers(-2000, 2000),
    ),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
)
walls = st.builds(time, st.integers(0, 23), st.integers(0, 59))
hours = st.builds(lambda start, end: QuietHours(start=start, end=end), walls, walls)


@given(hours, st.sampled_from(ZONES), moments)
def test_a_message_let_go_is_not_in_a_quiet_hour(
    hours: QuietHours, name: str, now: datetime
) -> None:
    until = quiet_until(hours, pl.Series([name]), now, "UTC")[0]
    wall = now.astimezone(zones.zone(name)).time()
    if until is None:
        assert not hours.holds(wall)
        return
    end = moment(until)
    assert hours.holds(wall)
    assert now < end <= now + timedelta(hours=26)
    assert not hours.holds(end.astimezone(zones.zone(name)).time())
    assert quiet_until(hours, pl.Series([name]), end, "UTC")[0] is None


@given(hours, st.sampled_from(ZONES), moments)
def test_quiet_does_not_last_longer_than_it_must(
    hours: QuietHours, name: str, now: datetime
) -> None:
    until = quiet_until(hours, pl.Series([name]), now, "UTC")[0]
    if until is None:
        return
    # From the first end of quiet on the wall clock after now, the person is free.
    zone = zones.zone(name)
    step = now.replace(second=0, microsecond=0)
    while step < moment(until):
        wall = step.astimezone(zone).time()
        earlier = step > now and not hours.holds(wall) and wall == hours.end
        assert not earlier
        step += timedelta(minutes=1)


@given(
    st.lists(st.integers(0, 20 * 24 * 60), min_size=1, max_size=40),
    st.integers(1, 4),
    st.integers(1, 9),
)
def test_the_cap_is_never_broken_however_often_we_try(
    tries: list[int], messages: int, days: int
) -> None:
    cap = FrequencyCap(messages=messages, days=days)
    start = datetime(2026, 10, 20, tzinfo=UTC)
    sent: list[datetime] = []
    for minutes in sorted(tries):
        now = start + timedelta(minutes=minutes)
        history = pl.DataFrame(
            {"pid": [7] * len(sent), "at_us": [micros(at) for at in sent]},
            schema={"pid": pl.Int64, "at_us": pl.Int64},
        )
        free = free_from(cap, history, now)
        if free.is_empty():
            sent.append(now)
            continue
        # When it says that the person is free, the next message indeed fits.
        then = moment(free["free_us"][0])
        assert then > now
        assert free_from(cap, history, then).is_empty()
    for first in sent:
        within = [at for at in sent if first <= at < first + cap.window]
        assert len(within) <= messages


people = st.fixed_dictionaries(
    {
        "pid": st.integers(1, 10**12),
        "known": st.sampled_from([True, False, None]),
        "suppressed": st.sampled_from([None, "marketing", "all"]),
        "consent": st.sampled_from([None, 0, 1, 2, 3, 4]),
        "address": st.sampled_from([None, "", "a@shop.example"]),
        "zone": st.sampled_from([*ZONES, None, "No/Where"]),
        "held": st.sampled_from(["", "campaign", "global"]),
        "fault": st.sampled_from([None, "missing", "stale"]),
        "due_us": st.one_of(st.none(), moments.map(micros)),
        "expires_us": st.one_of(st.none(), moments.map(micros)),
        "free_us": st.one_of(st.none(), moments.map(micros)),
    }
)


@settings(max_examples=200)
@given(st.lists(people, min_size=1, max_size=6), st.sampled_from(list(TopicKind)), moments)
def test_every_decision_is_whole_and_a_set_of_one_is_decided_alike(
    rows: list[dict[str, object]], topic: TopicKind, now: datetime
) -> None:
    frame = pl.DataFrame(rows, schema={**gates.COLUMNS, **gates.OPTIONAL})
    rules = gates.Rules(topic=topic, quiet=QuietHours(start=time(21), end=time(9)))
    decided = gates.decide(frame, rules, now)
    assert decided.null_count().select("outcome", "reason").row(0) == (0, 0)
    one_by_one = pl.concat([gates.decide(frame.slice(i, 1), rules, now) for i in range(len(rows))])
    assert decided.equals(one_by_one)
    written = gates.text_needed(frame, rules, now)
    for row, (outcome, reason, until), text in zip(rows, decided.rows(), written, strict=True):
        assert reason in set(Reason)
        assert (until is not None) == (outcome == "wait")
        if outcome in ("send", "ghost"):
            assert text
            assert row["suppressed"] != "all"
            assert row["address"]
            assert row["fault"] is None
        if outcome in ("send", "ghost") and topic is TopicKind.MARKETING:
            assert row["consent"] == 1
            assert row["suppressed"] is None
            assert (outcome == "ghost") == (row["held"] != "")
        if until is not None:
            assert until > micros(now)
            assert row["expires_us"] is None or until <= row["expires_us"]  # type: ignore[operator]
