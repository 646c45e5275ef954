"""JSON and CSV hold the figures of the record, and nothing that is not a figure."""

from __future__ import annotations

import csv
import io
import json

import pytest

from maracuja.stats.forms import COLUMNS, from_json, to_csv, to_json
from maracuja.stats.report import LiftReport, lift_report
from tests.unit.stats.audience import NOW, plan, units


@pytest.fixture(scope="module")
def report() -> LiftReport:
    return lift_report(units(4_000), plan(), now=NOW)


def test_json_gives_the_record_back(report: LiftReport) -> None:
    assert from_json(to_json(report)) == report


def test_json_holds_no_nan_and_names_reasons() -> None:
    tiny = lift_report(units(100), plan(), now=NOW)
    told = json.loads(to_json(tiny), parse_constant=pytest.fail)
    assert told["primary"]["conversions"]["lift"] == {
        "value": None,
        "low": None,
        "high": None,
        "p": None,
        "reason": "too_few_conversions",
    }


def test_csv_has_one_figure_a_row(report: LiftReport) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(report))))
    assert list(rows[0]) == list(COLUMNS)
    sections = {row["section"] for row in rows}
    assert sections >= {"verdict", "audience", "arm", "primary", "whole", "variant", "twin"}
    (lift,) = [
        row
        for row in rows
        if (row["section"], row["measure"], row["scale"]) == ("primary", "conversions", "lift")
    ]
    assert float(lift["value"]) == report.primary.conversions.lift.value
    assert int(lift["control_people"]) == report.primary.conversions.control.n


def test_csv_says_unknown_where_the_channel_does_not_tell(report: LiftReport) -> None:
    rows = csv.DictReader(io.StringIO(to_csv(report)))
    told = {row["measure"]: row for row in rows if (row["section"], row["row"]) == ("arm", "")}
    assert (told["read"]["value"], told["read"]["reason"]) == ("", "unknown")
