"""The page on experiments: its Python runs in one go and prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import msgspec
import pytest
import yaml

from maracuja.campaigns.decoding import decode
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.experiment import Experiment
from maracuja.campaigns.experiment_checks import check_experiment
from maracuja.cli.experiments import say_plan
from maracuja.runtime.experiment_planning import PlanShown
from maracuja.stats.sequential import plan_experiment

PAGE = Path(__file__).parents[2] / "docs" / "experiments.md"


def test_the_examples_print_what_stands_below_them() -> None:
    text = PAGE.read_text(encoding="utf-8")
    pairs = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    assert len(pairs) == text.count("```python")
    names: dict[str, object] = {}
    for code, expected in pairs:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(code, names)
        assert out.getvalue() == expected


def test_the_bounds_named_are_the_bounds() -> None:
    from maracuja.stats.boundaries import o_brien_fleming
    from maracuja.stats.sequential import LOOKS

    text = PAGE.read_text(encoding="utf-8")
    bounds = o_brien_fleming(LOOKS).z
    assert (
        f"the first of seven asks for z = {bounds[0]:.2f}, the last for {bounds[-1]:.2f}" in text
    )


def test_every_field_of_a_test_is_documented_and_the_examples_are_definitions() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for field in msgspec.structs.fields(Experiment):
        assert f"| `{field.encode_name}` |" in text
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    assert len(blocks) == 5
    whole = {
        "kind": "campaign", "id": "x", "topic": "t", "audience": "s", "goals": ["order"],
        "test": {"share": 0.5, "rate": 0.1},
    }  # fmt: skip
    for block in blocks:
        wanted = decode({**whole, **block})
        assert isinstance(wanted, Campaign)
        assert list(check_experiment(wanted)) == []


def test_the_plan_shown_is_what_the_command_says(capsys: pytest.CaptureFixture[str]) -> None:
    found = plan_experiment(0.03, lift=0.15, looks=[look / 5 for look in range(1, 6)])
    assert found is not None
    tested = round(found.people * 2 / 0.8)
    shown = PlanShown(
        campaign="spring-test",
        goal="order",
        variants=("personal", "generic"),
        audience=250_000,
        reached=0.8,
        tested=tested,
        people=found.people,
        waiting=250_000 - tested,
        rate=0.03,
        measured=True,
        lift=found.lift,
        looks=5,
        answers_within_s=172_800,
        expected=found.expected,
        expected_alike=found.expected_alike,
    )
    say_plan(shown)
    said = " ".join(capsys.readouterr().out.replace("\u00a0", " ").replace("\u202f", " ").split())
    assert said in " ".join(PAGE.read_text(encoding="utf-8").split())
