"""Special categories and children's flags stay out of segments, audiences and texts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from maracuja.campaigns.decoding import decode, decode_text, kind_of, plain
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.law import LawDeclaration, TraitDeclaration
from maracuja.errors import DefinitionError, SegmentError
from maracuja.model import Discovery, Privacy, TraitType
from maracuja.runtime import definition_work, segment_work, text_rules, trait_rules
from maracuja.runtime.launch_ground import definitions_in_force
from maracuja.segments.definition import Segment
from maracuja.store import definitions, discovered, meta
from maracuja.store.engine import Store
from maracuja.templates.definition import Template

NOW = datetime(2026, 3, 6, tzinfo=UTC)
DECLARED = """
kind: trait
id: allergy
purpose: warn of what is in a fruit
basis: consent
class: special
segments: [allergic]
templates: [warning]
---
{kind: trait, id: child, purpose: leave children out, basis: legal_obligation, class: minor}
---
{kind: trait, id: city, purpose: name the shop near, basis: legitimate_interests, keep: 730 days}
---
{kind: topic, id: news}
"""


@pytest.fixture
def shop(store: Store) -> Store:
    with store.write() as conn:
        meta.create(conn, seed=1, reproducible=True)
        found = [
            Discovery("trait", "", "diet", TraitType.TEXT, 1, 1, 1, (), Privacy.SENSITIVE),
            Discovery("trait", "", "party", TraitType.TEXT, 1, 1, 1, (), Privacy.PUBLIC),
            Discovery(
                "property", "Test", "result", TraitType.TEXT, 1, 1, 1, (), Privacy.SENSITIVE
            ),
            *(
                Discovery("trait", "", name, TraitType.TEXT, 1, 1, 1, (), Privacy.PUBLIC)
                for name in ("allergy", "child", "city")
            ),
        ]
        discovered.record(conn, found)
        for one in decode_text(DECLARED):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="t", now_us=1)
    return store


def segment(text: str, name: str = "a") -> Segment:
    found = decode({"kind": "segment", "id": name, "where": text})
    assert isinstance(found, Segment)
    return found


@pytest.mark.parametrize(
    ("where", "name", "says"),
    [
        ([{"trait": "allergy", "is": "nuts"}], "a", "`allergy` is of a special category"),
        ([{"none": [{"trait": "child", "is": "yes"}]}], "a", "`child` marks somebody as a child"),
        ([{"trait": "diet", "is": "kosher"}], "a", "`diet` is classed as sensitive"),
        (
            [{"did": "Test", "where": [{"property": "result", "is": "x"}]}],
            "a",
            "The property `result` is classed as sensitive",
        ),
        ([{"trait": "allergy", "is": "nuts"}], "allergic", ""),
        ([{"trait": "city", "is": "Kyiv"}], "a", ""),
        ([{"trait": "party", "is": "birthday"}], "a", ""),  # somebody has looked at it
    ],
)
def test_a_segment_is_refused_with_a_sentence(
    shop: Store, where: object, name: str, says: str
) -> None:
    with shop.read() as conn:
        checked = segment_work.check(conn, segment(where, name))  # type: ignore[arg-type]
    found = [one.message for one in checked.faults if "event" not in one.message]
    assert bool(found) == bool(says), found
    if says:
        assert says in found[0]


@pytest.mark.parametrize("trait", ["allergy", "religion"])
def test_a_definition_is_refused_when_it_is_applied(shop: Store, trait: str) -> None:
    body = {"where": [{"trait": trait, "is": "x"}]}
    with shop.write() as conn, pytest.raises(SegmentError, match="out of segments"):
        definition_work.put(conn, "segment", "ill", body, base=None, now=NOW, actor="t")


def test_a_campaigns_own_conditions_are_looked_at_too(shop: Store) -> None:
    body = {"topic": "news", "template": "x", "audience": [{"trait": "child", "is": "no"}]}
    campaign = decode({"kind": "campaign", "id": "c", **body})
    assert isinstance(campaign, Campaign)
    with shop.read() as conn:
        around = definitions_in_force(conn)
    (fault,) = trait_rules.of_campaign(campaign, around)
    assert "marks somebody as a child" in fault.message
    assert fault.where == "audience[0].trait"


def test_the_audience_is_looked_through_with_all_that_it_mentions(shop: Store) -> None:
    around = {
        ("segment", "inner"): segment([{"trait": "diet", "is": "x"}], "inner"),  # type: ignore[arg-type]
        ("segment", "outer"): segment([{"segment": "inner"}], "outer"),  # type: ignore[arg-type]
    }
    (campaign,) = decode_text("{kind: campaign, id: c, topic: t, template: x, audience: outer}")
    assert isinstance(campaign, Campaign)
    with shop.read() as conn:
        (fault,) = trait_rules.of_audience(conn, campaign, around)
    assert fault.where == "segment inner: where[0].trait"


def test_a_template_may_show_what_it_is_named_for(shop: Store) -> None:
    text = "kind: template\nid: {}\nvariants: [{{language: en, subject: A, text: '{}'}}]"
    for name, said, faults in (
        ("warning", "{{ person.allergy | default: 1 }}", []),
        (
            "other",
            "{{ person.allergy | default: 1 }}",
            ["`person.allergy` is marked as sensitive."],
        ),
        ("warning", "{{ person.child | default: 1 }}", ["`person.child` is marked as sensitive."]),
    ):
        (template,) = decode_text(text.format(name, said))
        assert isinstance(template, Template)
        with shop.read() as conn:
            found = text_rules.forbidden(conn, template, marketing=False)
        assert [one.message for one in found if "sensitive" in one.message] == faults


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{kind: trait, id: a, purpose: x, basis: fun}", "fun"),
        ("{kind: trait, id: a, purpose: x, basis: contract, class: special, segments: [s]}",
         "explicit consent"),
        ("{kind: trait, id: a, purpose: x, basis: consent, class: minor, templates: [t]}",
         "put into no text"),
        ("{kind: trait, id: a, purpose: x, basis: consent, keep: soon}", "not a span"),
        ("{kind: law, id: mine}", "its id is `law`"),
        ("{kind: law, laws: {ua: gdpr}}", "two capital letters"),
        ("{kind: law, laws: {UA: magna}}", "no law `magna`"),
        ("{kind: law, keep: {dreams: 3}}", "cannot be limited"),
        ("{kind: law, keep: {events: 0}}", ">= 1"),
    ],
)  # fmt: skip
def test_declarations_that_contradict_themselves_are_refused(text: str, says: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        decode_text(text)
    assert says in str(caught.value)


def test_declarations_come_back_as_they_were_written() -> None:
    law, trait = decode_text(
        "{kind: law, minimum_age: 18, laws: {KZ: russia}, keep: {events: 730}}\n---\n"
        "{kind: trait, id: allergy, trait: Food.Allergy, purpose: x, basis: consent,"
        " class: special}"
    )
    assert isinstance(law, LawDeclaration) and isinstance(trait, TraitDeclaration)
    assert plain(law) == {
        "kind": "law",
        "minimum_age": 18,
        "laws": {"KZ": "russia"},
        "keep": {"events": 730},
    }
    assert plain(trait)["class"] == "special" and trait.name == "Food.Allergy"
    assert law.rulebook("ua").law_of("KZ").id == "russia"
