"""docs/facts.md is true: every fact has its row, and its outputs are what the commands print."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from maracuja.campaigns.decoding import decode_text
from maracuja.cli import facts
from maracuja.runtime import fact_reports
from maracuja.segments import computed
from maracuja.segments.computed import COMPUTED
from maracuja.store.engine import Store
from maracuja.templates.check import check
from maracuja.templates.definition import Template
from tests.unit.runtime.fact_shop import MONEY, NOW, build

PAGE = (Path(__file__).parents[2] / "docs" / "facts.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMPUTED)
def test_every_fact_has_its_row(name: str) -> None:
    one = COMPUTED[name]
    of = f" (`of: <{one.of}>`)" if one.of else ""
    assert f"| `{name}`{of} | {one.about} | {one.origin.value} |\n" in PAGE


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    for said in (
        f"after {computed.HALF_LIFE_DAYS} days they count half",
        f"0.5 ^ (days ÷ {computed.HALF_LIFE_DAYS})",
        f"older than {computed.HALF_LIFE_DAYS * computed.HALF_LIVES_MAX} days",
        f"nothing more happens for {computed.GAP_MINUTES} minutes",
        f"The last {computed.VISITS_DAYS}\ndays",
        f"in the last {computed.FUNNEL_DAYS} days",
        "A view counts {}, a wish {}, the cart {}, an order {}".format(
            "1 point", *list(computed.POINTS.values())[1:]
        ),
    ):
        assert said in PAGE, said


def test_the_definitions_are_sound() -> None:
    found = [
        one for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) for one in decode_text(block)
    ]
    for one in found:
        if isinstance(one, Template):
            assert not [f for f in check(one).findings if f.level == "error"]
    assert len(found) >= 2


def test_the_outputs_are_those_of_the_commands(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    ground = build(sqlite_store, tmp_path / "shop")
    monkeypatch.setenv("COLUMNS", "100")
    for say in (
        lambda: facts.say_shares(fact_reports.shares(ground, NOW, percent=34), MONEY),
        lambda: facts.say_cohorts(fact_reports.cohorts(ground, NOW, months=6)),
        lambda: facts.say_funnel(fact_reports.funnel(ground, NOW, days=30), 30),
        lambda: facts.say_next(fact_reports.next_steps(ground, NOW), 14),
    ):
        say()
        printed = capsys.readouterr().out.strip("\n")
        told = "\n".join(line.rstrip() for line in printed.splitlines())
        assert f"```text\n{told}\n```" in PAGE, told
