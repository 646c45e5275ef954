"""The definitions in examples/ are readable, and the campaigns among them could be launched."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja.campaigns.checks import check_campaign, known
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.campaigns.definitions import Campaign
from maracuja.segments.check import decode_measure
from maracuja.templates.definition import Template

ROOT = Path(__file__).parents[3] / "examples" / "definitions"
FILES = sorted(ROOT.rglob("*.yaml"))
ALL = [one for path in FILES for one in decode_text(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_holds_the_definition_of_its_name(path: Path) -> None:
    (found,) = decode_text(path.read_text(encoding="utf-8"), file=path.name)
    assert found.id == path.stem
    assert f"{kind_of(found)}s" == path.parent.name


@pytest.mark.parametrize(
    "campaign", [one for one in ALL if isinstance(one, Campaign)], ids=lambda one: one.id
)
def test_a_campaign_fits_the_definitions_around_it(campaign: Campaign) -> None:
    assert check_campaign(campaign, known(ALL)) == []


def test_the_facts_of_templates_are_facts() -> None:
    for template in ALL:
        if isinstance(template, Template):
            for name, raw in template.facts.items():
                decode_measure(raw, f"{template.id}.facts.{name}")
