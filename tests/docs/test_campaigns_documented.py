"""docs/campaigns.md names every field and reason, and its examples are definitions."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
import yaml

from maracuja.campaigns.decoding import decode, decode_text, kind_of
from maracuja.campaigns.definitions import Campaign, Goal, Topic, Tracking, Variant
from maracuja.campaigns.schedule import Schedule
from maracuja.decisions.reason_words import words
from maracuja.decisions.reasons import Reason

PAGE = (Path(__file__).parents[2] / "docs" / "campaigns.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
FIELDS = sorted(
    {
        field.encode_name
        for kind in (Campaign, Goal, Topic, Schedule, Variant, Tracking)
        for field in msgspec.structs.fields(kind)
    }
    - {"about"}
)


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_documented(name: str) -> None:
    assert re.search(rf"`{name}`|\b{name}:", PAGE), f"docs/campaigns.md does not say {name}"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_documented_in_its_words(reason: Reason) -> None:
    assert f"| `{reason.value}` | {words(reason)} |" in PAGE


def test_the_examples_are_definitions() -> None:
    kinds = [
        kind_of(one) for block in BLOCKS if block.startswith("kind:") for one in decode_text(block)
    ]
    assert kinds == ["campaign", "topic", "goal"]


def test_the_schedules_are_schedules() -> None:
    lines = [line for block in BLOCKS for line in block.splitlines() if "schedule: {" in line]
    assert len(lines) == 8
    for line in lines:
        said = yaml.safe_load(line)["schedule"]
        campaign = {"kind": "campaign", "id": "a", "topic": "t", "audience": "s", "template": "x"}
        assert isinstance(decode({**campaign, "schedule": said}), Campaign)
