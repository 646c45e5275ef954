"""What people wish about how often and when they hear is kept, and nothing else is touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from maracuja.campaigns.decoding import decode
from maracuja.campaigns.definitions import Campaign, Topic
from maracuja.campaigns.facts import RunFacts
from maracuja.campaigns.schedule import Occurrence
from maracuja.decisions.reasons import Reason
from maracuja.model import Trait, TraitSource, micros
from maracuja.runtime.voice import COLUMNS, Asked
from maracuja.runtime.wishing import named_occasion, wished
from maracuja.store import migrating, people, resolving, wishes
from maracuja.store.engine import Store
from maracuja.store.wishes import Wish

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOW_US = micros(NOW)
DAY = timedelta(days=1)


@pytest.fixture
def shop(bare_store: Store) -> Store:
    """Five people; the third lives in Ulaanbaatar."""
    migrating.migrate(bare_store)
    with bare_store.write() as conn:
        rev = people.next_rev(conn)
        names = [str(n) for n in range(1, 6)]
        claims = resolving.Claims(
            rows=5, row=range(5), kind=["external_id"] * 5, value=names, at_us=1
        )
        resolving.resolve(conn, rev, claims, now_us=1)
        home = {"timezone": Trait("Asia/Ulaanbaatar", TraitSource.DECLARED, 1.0, 1)}
        people.change(conn, rev, [3], set_traits=[home], now_us=1)
    return bare_store


def facts() -> RunFacts:
    raw = {"kind": "campaign", "id": "sale", "topic": "news", "audience": "s", "template": "x"}
    campaign = decode(raw)
    assert isinstance(campaign, Campaign)
    return RunFacts(
        campaign=campaign,
        topic=Topic(id="news"),
        occurrence=Occurrence(key="once", planned=NOW),
        lottery=None,  # type: ignore[arg-type]  # nothing is drawn here
        templates={},
        goals=(),
    )


def ask(
    shop: Store, *made: Wish, topic: str = "news", at: datetime = NOW
) -> dict[int, tuple[str, int]]:
    with shop.write() as conn:
        wishes.put(conn, made)
    with shop.read() as conn:
        found = wished(conn, np.arange(1, 6), Asked(topic, ["email"], at))
    assert dict(found.schema) == COLUMNS
    return {pid: (why, until) for pid, why, until in found.rows()}


def test_nobody_is_kept_from_anything_who_wished_nothing(shop: Store) -> None:
    assert ask(shop) == {}


def test_a_pause_holds_for_every_topic_until_it_is_over(shop: Store) -> None:
    until = micros(NOW + DAY)
    found = ask(shop, Wish(2, "", pause_until_us=until), topic="offers")
    assert found == {2: (Reason.ASKED_FOR_PAUSE.value, until)}
    assert ask(shop, at=NOW + DAY) == {}


def test_less_often_counts_from_the_last_message_about_the_topic(shop: Store) -> None:
    last = micros(NOW - 3 * DAY)
    weekly = Wish(1, "news", every_days=7, last_us=last)
    fresh = Wish(4, "news", every_days=30)  # has never heard
    assert ask(shop, weekly, fresh) == {1: (Reason.ASKED_FOR_LESS.value, micros(NOW + 4 * DAY))}
    assert ask(shop, topic="offers") == {}
    assert ask(shop, at=NOW + 4 * DAY) == {}


def test_a_message_that_was_decided_is_not_stopped_by_itself(shop: Store) -> None:
    key = named_occasion("sale", "once")
    with shop.write() as conn:
        wishes.put(conn, [Wish(1, "news", every_days=7), Wish(2, "", pause_until_us=1)])
        assert wishes.heard(conn, "news", key, np.array([1, 2, 3]), NOW_US) == 1
    asked = Asked("news", ["email"], NOW, facts())
    with shop.read() as conn:
        assert wished(conn, np.arange(1, 6), asked).is_empty()
        other = Asked("news", ["email"], NOW)
        assert wished(conn, np.arange(1, 6), other)["pid"].to_list() == [1]


def test_hours_are_by_the_persons_own_clock(shop: Store) -> None:
    nine_to_six = {"from_min": 9 * 60, "until_min": 18 * 60}
    found = ask(
        shop,
        Wish(1, "", zone="Europe/Kyiv", **nine_to_six),  # 14:00 there
        Wish(2, "", zone="America/New_York", **nine_to_six),  # 7:00
        Wish(3, "", zone="Europe/Kyiv", **nine_to_six),  # lives where it is 20:00
    )
    tomorrow_there = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    assert found == {
        2: (Reason.ASKED_FOR_HOURS.value, micros(datetime(2026, 11, 20, 14, 0, tzinfo=UTC))),
        3: (Reason.ASKED_FOR_HOURS.value, micros(tomorrow_there)),
    }


def test_hours_over_midnight(shop: Store) -> None:
    found = ask(shop, Wish(1, "", from_min=20 * 60, until_min=6 * 60, zone="UTC"))
    assert found == {
        1: (Reason.ASKED_FOR_HOURS.value, micros(datetime(2026, 11, 20, 20, 0, tzinfo=UTC)))
    }


def test_of_several_reasons_the_longest_is_told(shop: Store) -> None:
    found = ask(
        shop,
        Wish(1, "", from_min=0, until_min=60, zone="UTC", pause_until_us=micros(NOW + 9 * DAY)),
        Wish(1, "news", every_days=30, last_us=micros(NOW - DAY)),
    )
    assert found == {1: (Reason.ASKED_FOR_LESS.value, micros(NOW + 29 * DAY))}


def test_merged_people_hear_as_rarely_as_either_wished(shop: Store) -> None:
    with shop.write() as conn:
        wishes.put(
            conn,
            [
                Wish(1, "news", every_days=7, last_us=5, at_us=5),
                Wish(2, "news", every_days=30, last_us=3, at_us=3),
                Wish(2, "", from_min=60, until_min=90, pause_until_us=9),
                Wish(2, "offers", every_days=7),
            ],
        )
        wishes.move(conn, {2: 1})
        found = wishes.of(conn, 1)
        assert not wishes.of(conn, 2)
    assert found["news"] == Wish(1, "news", every_days=30, last_us=5, at_us=5)
    assert found[""].pause_until_us == 9 and found["offers"].every_days == 7
