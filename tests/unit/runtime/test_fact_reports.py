"""One person's facts, and the reports over everybody, recounted by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from maracuja.errors import BadInput, NotFound
from maracuja.runtime import fact_reports
from maracuja.runtime.launch_ground import Ground
from maracuja.store.engine import Store
from tests.unit.runtime.fact_shop import NOW, build, pid_of


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    return build(store, tmp_path / "shop")


def test_a_person_has_every_fact_that_there_is(ground: Ground) -> None:
    olena = pid_of(ground.store, "olena")
    shown = {one.name: one.value for one in fact_reports.of_person(ground, olena, NOW)}
    assert shown["orders"] == 3
    assert shown["lifetime_value"] == 550
    assert shown["average_order"] == 183.3333
    assert shown["days_since_order"] == 20
    assert shown["last_order"] == datetime(2026, 5, 12, 10, tzinfo=UTC)
    assert shown["top_category"] == "tea"
    assert shown["top_category_share"] == 1
    assert shown["usual_price"] == 120
    assert shown["price_band"] == "low"
    assert shown["last_source"] == "mail"
    assert shown["device"] == "mobile"
    assert shown["dwell_seconds"] == 60
    assert shown["longest_product"] == "t1"
    assert shown["funnel_step"] == "added"
    assert shown["funnel_product"] == "t1"
    # Three buyers: by recency Olena is first, by value Ivan.
    assert (shown["recency_score"], shown["frequency_score"], shown["value_score"]) == (4, 4, 2)
    assert shown["rfv"] == "442"
    assert shown["value_top_share"] == 66.6667


def test_somebody_who_never_ordered_has_no_value(ground: Ground) -> None:
    taras = pid_of(ground.store, "taras")
    shown = {one.name: one.value for one in fact_reports.of_person(ground, taras, NOW)}
    assert "lifetime_value" not in shown
    assert shown["funnel_step"] == "viewed"
    assert shown["visits"] == 1
    assert "dwell_seconds" not in shown  # nobody knows how long the last look was
    with pytest.raises(NotFound):
        fact_reports.of_person(ground, 999, NOW)


def test_cohorts_are_months_of_the_shops_clock(ground: Ground) -> None:
    march, april, may = fact_reports.cohorts(ground, NOW)
    assert [march.month, april.month, may.month] == ["2026-03", "2026-04", "2026-05"]
    assert [march.people, april.people, may.people] == [1, 1, 1]
    olena = [(one.after, one.people, one.revenue) for one in march.months]
    assert olena == [(0, 1, 100.0), (1, 1, 200.0), (2, 1, 300.0), (3, 0, 0.0)]
    assert [one.complete for one in march.months] == [True, True, True, False]
    anna = [(one.after, one.people, one.revenue) for one in april.months]
    assert anna == [(0, 1, 50.0), (1, 1, 50.0), (2, 0, 0.0)]
    assert [one.month for one in fact_reports.cohorts(ground, NOW, months=2)] == ["2026-05"]


def test_the_funnel_says_what_the_shop_does_not_send(ground: Ground) -> None:
    found = fact_reports.funnel(ground, NOW, days=30)
    assert [(one.step, one.people, one.sent) for one in found] == [
        ("viewed", 5, True),
        ("added", 2, True),
        ("checkout", 2, False),
        ("ordered", 2, True),
    ]
    assert found[1].of_before == pytest.approx(2 / 5)
    assert found[3].of_first == pytest.approx(2 / 5)


def test_what_people_do_next(ground: Ground) -> None:
    added, viewed = fact_reports.next_steps(ground, NOW)
    assert (added.step, added.times, added.people, added.too_early) == ("added", 2, 2, 1)
    assert [(one.outcome, one.times, one.share, one.days) for one in added.outcomes] == [
        ("ordered", 1, 1.0, 2.0)
    ]
    assert [(one.event, one.times) for one in added.first_events] == [("Order Completed", 1)]
    assert (viewed.step, viewed.times, viewed.people, viewed.too_early) == ("viewed", 4, 3, 1)
    shown = {one.outcome: (one.times, one.people) for one in viewed.outcomes}
    assert shown == {"same_product": (1, 1), "nothing": (2, 2)}
    assert sum(one.share for one in viewed.outcomes) == pytest.approx(1)


def test_shares_of_buyers(ground: Ground) -> None:
    found = fact_reports.shares(ground, NOW, percent=34)
    assert (found.buyers, found.value) == (3, 1550.0)
    assert (found.top_people, found.top_value) == (1, 900.0)
    assert (found.bottom_people, found.bottom_value) == (1, 100.0)
    assert [(one.decile, one.people, one.value) for one in found.deciles] == [
        (7, 1, 900.0),
        (4, 1, 550.0),
        (1, 1, 100.0),
    ]


def test_what_cannot_be_asked_is_refused(ground: Ground) -> None:
    for wrong in (
        lambda: fact_reports.cohorts(ground, NOW, months=0),
        lambda: fact_reports.funnel(ground, NOW, days=1000),
        lambda: fact_reports.next_steps(ground, NOW, days=3, within_days=4),
        lambda: fact_reports.shares(ground, NOW, percent=0),
    ):
        with pytest.raises(BadInput):
            wrong()
