"""Hillstrom's experiment through a whole workspace: what two e-mails really changed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from maracuja.stats.intervals import Interval
from maracuja.stats.report import LiftReport
from maracuja.stats.units import Held
from maracuja.stats.verdict import Finding

EXAMPLE = Path(__file__).parents[2] / "examples" / "hillstrom.py"


def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hillstrom_example", EXAMPLE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def percent(lift: Interval) -> tuple[float, float, float]:
    assert lift.value is not None and lift.low is not None and lift.high is not None
    return round(lift.value * 100, 1), round(lift.low * 100, 1), round(lift.high * 100, 1)


def rates(report: LiftReport) -> dict[str, float]:
    found = {
        arm.variant: arm.orders.conversion_rate for arm in report.arms if arm.held is Held.SENT
    }
    found["held"] = next(a.orders.conversion_rate for a in report.arms if a.held is Held.CAMPAIGN)
    return {name: round(rate * 100, 2) for name, rate in found.items() if name and rate}


@pytest.mark.data
def test_the_published_lifts_come_out_of_an_import(evaluation_data: Path, tmp_path: Path) -> None:
    found = example().reports(evaluation_data / "hillstrom" / "hillstrom.csv", tmp_path / "shop")
    visit, purchase = found["visit"], found["purchase"]
    assert rates(visit) == {"held": 10.62, "mens": 18.28, "womens": 15.14}
    assert rates(purchase) == {"held": 0.57, "mens": 1.25, "womens": 0.88}
    lifts = {
        (goal, lift.variant): percent(lift.conversions.lift)
        for goal, report in found.items()
        for lift in report.variants
    }
    assert lifts == {
        ("visit", "mens"): (72.1, 64.0, 80.6),
        ("visit", "womens"): (42.6, 35.6, 50.0),
        ("purchase", "mens"): (118.8, 76.8, 170.9),
        ("purchase", "womens"): (54.3, 23.0, 93.6),
    }
    for report in found.values():
        assert report.audience.people == 64_000
        assert report.verdict.finding is Finding.PROVEN
        assert not any(ratio.alarm for ratio in report.sample_ratios)
