"""Definitions are read from YAML, refuse contradictions with a path, and come back equal."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja.campaigns import decoding
from maracuja.campaigns.definitions import Arm, Campaign, Goal, GoalKind, Topic
from maracuja.errors import CampaignError, DefinitionError

EVERYTHING = """
kind: campaign
id: passion-fruit
name: The passion fruit is here
topic: harvest
audience:
  - {trait: city, is: Kyiv}
  - {did: Order Completed, at_least: 2, within: 90 days}
exclude: [staff]
variants:
  - {id: personal, template: passion-fruit}
  - {id: generic, generic_twin_of: personal}
schedule: {day: 2026-12-01, at: 10:00, zone: person}
expires_after: 12 hours
holdout: 0.2
goals: [order]
utm: {content: top}
tracking: {opens: false}
---
kind: goal
id: order
event: Order Completed
value: revenue
where: [{property: channel, is: online}, {property: paid_at, after: 2026-01-01}]
---
kind: topic
id: harvest
names: {en: Harvest news, ru: Новости урожая}
texts: {en: Tell me when the fruit arrives.}
text_version: "2026-11"
"""


def test_definitions_come_back_equal_from_yaml_and_from_the_store() -> None:
    for definition in decoding.decode_text(EVERYTHING):
        assert decoding.decode_text(decoding.to_yaml(definition)) == [definition]
        stored = decoding.encode(definition)
        assert decoding.decode_stored(stored) == definition
        assert decoding.encode(decoding.decode_stored(stored)) == stored


def test_a_campaign_says_what_its_arms_are() -> None:
    campaign, goal, topic = decoding.decode_text(EVERYTHING)
    assert isinstance(campaign, Campaign)
    assert isinstance(goal, Goal)
    assert isinstance(topic, Topic)
    assert campaign.arms() == (
        Arm(variant="personal", template="passion-fruit", share=0.5),
        Arm(variant="generic", template="passion-fruit", share=0.5, twin_of="personal"),
    )
    assert campaign.schedule.at == "10:00"
    assert campaign.marks() == {
        "source": "maracuja",
        "medium": "email",
        "campaign": "passion-fruit",
        "content": "top",
    }
    assert (goal.type, goal.length.days) == (GoalKind.SALE, 7)
    assert (topic.name_in("ru"), topic.name_in("mn")) == ("Новости урожая", "Harvest news")


def test_one_template_is_the_only_arm() -> None:
    campaign = Campaign(id="a", topic="t", audience="s", template="x")
    assert campaign.arms() == (Arm(variant="only", template="x", share=1.0),)


START = "kind: campaign\nid: a\ntopic: t\naudience: s\n"


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("kind: campain", "f: kind", "Did you mean `campaign`"),
        ("- 1", "f", "is a mapping"),
        ("{", "f", "neither YAML nor JSON"),
        (START + "template: x\nvarients: []", "f", "Did you mean `variants`"),
        (START, "f", "either a `template` or `variants`"),
        (START + "template: x\nvariants: [{id: a, template: y}]", "f", "either a `template`"),
        (START + "variants: [{id: a}]", "f: variants[0]", "either a `template`"),
        (
            START + "variants: [{id: a, template: x, share: .4}, {id: b, template: y, share: .4}]",
            "f",
            "sum to 0.8",
        ),
        (
            START + "variants: [{id: a, template: x}, {id: b, generic_twin_of: c}]",
            "f",
            "no variant with a template",
        ),
        (START + "variants: [{id: a, template: x}, {id: a, template: y}]", "f", "same id"),
        (
            START + "trigger: {event: e}\nmessages: [{template: x}]\n"
            "variants: [{id: a, template: x}, {id: b, template: y}]",
            "f",
            "one text each: try two texts in a campaign of its own",
        ),
        (START + "template: x\nschedule: {every: week, at: '25:00'}", "f: schedule.at", "regex"),
        (START + "template: x\nholdout: 2", "f: holdout", "<= 1"),
        (START + "template: x\nexpires_after: soon", "f", "not a span"),
        (START + "template: x\nexpires_after: 2 months", "f", "not always equally long"),
        ("kind: campaign\nid: a\ntopic: t\ntemplate: x\naudience: [{did: 3}]", "audience", ""),
        ("kind: goal\nid: G!\nevent: e", "f: id", "regex"),
        ("kind: topic\nid: a\ntype: gossip", "f: type", "gossip"),
    ],
)
def test_faults_carry_their_path(text: str, where: str, says: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        decoding.decode_text(text, file="f")
    assert where in caught.value.where
    assert says in str(caught.value)


def test_every_kind_has_a_schema_for_editors(tmp_path: Path) -> None:
    written = decoding.write_schemas(tmp_path / "schemas")
    assert [path.name for path in written] == [f"{kind}.schema.json" for kind in decoding.KINDS]
    assert all(path.stat().st_size > 100 for path in written)
    assert set(decoding.KINDS) == {
        "segment", "template", "topic", "goal", "campaign", "law", "trait", "tone",
        "coupons", "feed", "form", "hold", "inbound", "outbound",
    }  # fmt: skip


def test_a_file_that_is_too_long_is_refused() -> None:
    with pytest.raises(CampaignError, match="too long"):
        decoding.decode_text("#" * (decoding.FILE_BYTES_MAX + 1))
