"""The whole way over every HTTP channel: people come, a campaign goes out, and what became of it.

The vendor is simulated; it keeps its contract, and breaks it on a seeded schedule.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja.channels import CHANNELS
from maracuja.channels.base import Channel
from maracuja.channels.http import HttpChannel
from maracuja.simulate.vendors.http import Faults
from maracuja.store import health
from maracuja.store.outbox import OutboxState
from tests.contract.channel_world import World, opened_world
from tests.contract.test_channels import case_of

OVER_HTTP = [kind for kind in CHANNELS if issubclass(kind, HttpChannel)]
PEOPLE = 30
S = OutboxState

over_http = pytest.mark.parametrize("kind", OVER_HTTP, ids=lambda c: c.name)
Kind = type[Channel[object]]


def begin(world: World, kind: Kind, size: int = PEOPLE) -> None:
    """People come, each by the channel or by the shop, and all of them agree."""
    case = case_of(kind)
    world.identify([case.known(n) for n in range(size)] if case.known else [])
    if case.arrive is not None:
        case.arrive(world.vendor, size)
        assert set(world.call(world.vendor.calls())) == {200}
    world.settle()
    if case.nameless:
        world.name_everybody()
    world.launch()


@over_http
def test_a_campaign_goes_out_and_what_became_of_it_comes_back(kind: Kind, tmp_path: Path) -> None:
    case = case_of(kind)
    with opened_world(tmp_path, case, faults=Faults()) as world:
        begin(world, kind)
        world.deliver(hours=1)
        assert world.states() == {S.SENT: PEOPLE}
        assert len(world.vendor.taken) == PEOPLE and set(world.vendor.taken.values()) == {1}
        assert not world.vendor.violations
        assert "passion fruit" in repr(world.vendor.shown)
        assert case.react is not None
        expected = case.react(world.vendor)
        calls = world.vendor.calls()
        assert set(world.call(calls)) == {200}
        world.settle(seconds=2)
        counts = world.counts()
        assert counts["Message Sent"] == PEOPLE
        assert {name: counts.get(name, 0) for name in expected} == expected
        told = world.events().filter(_named(expected))
        of_messages = told.filter(told["event"].str.starts_with("Message "))
        assert of_messages["properties.message"].null_count() == 0, "each is known by its message"

        assert set(world.call(calls)) == {200}, "the vendor may tell everything again"
        world.settle(seconds=2)
        assert world.counts() == counts


def _named(expected: dict[str, int]) -> object:
    import polars as pl

    return pl.col("event").is_in(list(expected))


@over_http
def test_calls_that_come_twice_and_in_another_order_count_once(kind: Kind, tmp_path: Path) -> None:
    case = case_of(kind)
    with opened_world(tmp_path, case, seed=5, faults=Faults(doubled=0.5, reordered=0.5)) as world:
        begin(world, kind)
        world.deliver(hours=1)
        assert world.states() == {S.SENT: PEOPLE}
        assert case.react is not None
        expected = case.react(world.vendor)
        world.call(world.vendor.calls())
        world.settle(seconds=2)
        counts = world.counts()
        assert {name: counts.get(name, 0) for name in expected} == expected


@pytest.mark.slow
@over_http
def test_unknown_outcomes_are_never_repeated(kind: Kind, tmp_path: Path) -> None:
    share = 0.1
    faults = Faults(
        limited=share, unavailable=share, failing=share, lost_before=share, lost_after=share
    )
    case = case_of(kind)
    with opened_world(tmp_path, case, seed=3, faults=faults) as world:
        begin(world, kind, size=120)
        world.deliver(hours=24)
        states, honours = world.states(), case.make().can.honours_our_id
        assert world.left() == 0, "nothing is lost"
        assert sum(states.values()) == 120
        assert set(world.vendor.taken.values()) == {1}, "nothing is doubled"
        assert set(states) == ({S.SENT} if honours else {S.SENT, S.UNKNOWN})
        assert len(world.vendor.taken) >= states[S.SENT]
        assert not world.vendor.violations


@over_http
def test_a_revoked_account_stops_the_channel_and_loses_nothing(kind: Kind, tmp_path: Path) -> None:
    case = case_of(kind)
    with opened_world(tmp_path, case, faults=Faults(revoked_after=10)) as world:
        begin(world, kind)
        world.deliver(hours=0.01)
        with world.app.store.read() as conn:
            assert world.channel in health.paused(conn)
        assert set(world.states()) == {S.SENT, S.QUEUED}


@over_http
def test_rates_hold(kind: Kind, tmp_path: Path) -> None:
    case = case_of(kind)
    with opened_world(tmp_path, case, faults=Faults()) as world:
        rate = world.app.config.channels[world.channel].rate_per_s
        begin(world, kind, size=100)
        world.deliver(hours=1)
        seconds: dict[object, int] = {}
        for moment in world.vendor.moments:
            second = moment.replace(microsecond=0)
            seconds[second] = seconds.get(second, 0) + 1
        assert not rate or max(seconds.values()) <= 2 * rate
        assert world.states() == {S.SENT: 100}
