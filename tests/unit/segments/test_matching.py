"""Events that have just come in are asked the questions of segments."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from maracuja.segments.comparing import When
from maracuja.segments.definition import Property
from maracuja.segments.matching import matching

WHEN = When(datetime(2026, 11, 22, 12, tzinfo=UTC))
EVENTS = pl.DataFrame(
    {
        "n": [0, 1, 2, 3],
        "event": ["Order Completed", "Order Completed", "Product Viewed", "Order Completed"],
        "properties.revenue": [100.0, 20.0, None, None],
        "properties.coupon": ["A", None, None, "B"],
        "rest": [
            None,
            '{"properties.gift": true, "properties.points": 5}',
            None,
            '{"properties.gift": "yes", "properties.note": "hi", "properties.points": true}',
        ],
    }
)


def _found(*where: Property) -> list[int]:
    return matching(EVENTS, ["Order Completed"], where, WHEN)["n"].to_list()


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ((), [0, 1, 3]),
        ((Property(property="revenue", at_least=50),), [0]),
        ((Property(property="coupon"),), [0, 3]),
        ((Property(property="coupon", is_="B"),), [3]),
        ((Property(property="coupon", known=False),), [1]),
        ((Property(property="gift", is_=True),), [1]),
        ((Property(property="points", above=4),), [1]),
        ((Property(property="note", contains="h"),), [3]),
        ((Property(property="nowhere"),), []),
        ((Property(property="nowhere", is_not="x"),), [0, 1, 3]),
        ((Property(property="revenue"), Property(property="coupon", is_="A")), [0]),
    ],
)
def test_an_event_is_meant_where_its_properties_hold(
    where: tuple[Property, ...], rows: list[int]
) -> None:
    assert _found(*where) == rows


def test_nothing_is_found_among_nothing() -> None:
    assert (
        matching(EVENTS.clear(), ["Order Completed"], (Property(property="a"),), WHEN).height == 0
    )
