"""Boundaries of looks: the published tables, and what cannot be judged."""

from __future__ import annotations

import pytest

from maracuja.errors import BadInput
from maracuja.stats.boundaries import boundaries, crossing, o_brien_fleming, spending


def even(looks: int) -> list[float]:
    return [(look + 1) / looks for look in range(looks)]


@pytest.mark.parametrize(
    "expected",
    [
        # gsDesign's sfLDOF, rpact's asOF and ldbounds print these for 0.025 on each side.
        [2.9626, 1.9686],
        [3.7103, 2.5114, 1.9930],
        [4.3326, 2.9631, 2.3590, 2.0141],
        [4.8769, 3.3569, 2.6803, 2.2898, 2.0310],
    ],
)
def test_bounds_are_those_of_the_published_programs(expected: list[float]) -> None:
    ours = o_brien_fleming(even(len(expected)))
    assert ours.z == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize(
    ("looks", "pocock", "o_brien"), [(2, 2.178, 1.977), (5, 2.413, 2.040), (10, 2.555, 2.087)]
)
def test_the_constants_of_the_textbook_spend_five_percent(
    looks: int, pocock: float, o_brien: float
) -> None:
    # Jennison and Turnbull 2000, tables 2.1 and 2.3.
    shares = even(looks)
    assert crossing(shares, [pocock] * looks)[-1] == pytest.approx(0.05, abs=1e-4)
    bounds = [o_brien / share**0.5 for share in shares]
    assert crossing(shares, bounds)[-1] == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize(("looks", "last"), [(3, 2.019), (7, 2.096), (14, 2.142)])
def test_both_sides_spending_from_one_purse_have_the_bounds_simulated_before(
    looks: int, last: float
) -> None:
    shares = even(looks)
    one_purse = boundaries(shares, [spending(share, 0.05) for share in shares])
    assert one_purse.z[-1] == pytest.approx(last, abs=0.005)
    assert o_brien_fleming(shares).z[-1] < one_purse.z[-1]


def test_one_look_is_the_ordinary_test() -> None:
    only = o_brien_fleming([1.0])
    assert only.z == pytest.approx([1.959964], abs=1e-5)
    assert only.exits(2.801585)[0][0] == pytest.approx(0.8, abs=1e-5)


def test_what_is_spent_is_what_is_crossed() -> None:
    ours = o_brien_fleming([0.1, 0.15, 0.6, 0.61, 1.0])
    assert crossing(ours.fractions, ours.z) == pytest.approx(ours.spent, abs=1e-9)
    above, below = ours.exits(0.0)
    assert above == pytest.approx(below)
    assert sum(above) + sum(below) == pytest.approx(0.05)


def test_bounds_do_not_depend_on_later_looks() -> None:
    assert o_brien_fleming([0.3, 0.5]).z == o_brien_fleming([0.3, 0.5, 0.9, 1.0]).z[:2]


def test_a_last_look_spends_what_is_left_and_more_people_than_planned_do_no_harm() -> None:
    early = o_brien_fleming([0.3, 0.6], final=True)
    assert early.spent[-1] == 0.05
    assert early.z[-1] < o_brien_fleming([0.3, 0.6]).z[-1]
    late = o_brien_fleming([0.5, 1.3])
    assert crossing(late.fractions, late.z)[-1] == pytest.approx(0.05)


def test_a_pinch_spends_almost_nothing() -> None:
    assert spending(0.01, 0.05) < 1e-80
    assert spending(1.0, 0.05) == spending(2.0, 0.05) == 0.05
    assert spending(0.0, 0.05) == 0.0
    assert spending(0.5, 0.05) == pytest.approx(0.00557, abs=1e-5)


@pytest.mark.parametrize(
    "looks", [[], [0.0, 1.0], [0.5, 0.5], [0.6, 0.4], [0.5, 0.5001], [i / 100 for i in range(99)]]
)
def test_looks_in_no_order_are_refused(looks: list[float]) -> None:
    with pytest.raises(BadInput, match="cannot be judged"):
        o_brien_fleming(looks)
