"""A campaign is held against the definitions around it before anybody is written to."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from maracuja.campaigns.checks import check_campaign, known
from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.definitions import Campaign, Variant
from maracuja.campaigns.facts import decode_facts, encode_facts, freeze
from maracuja.campaigns.schedule import Occurrence
from maracuja.errors import CampaignError
from maracuja.model import Lane

AROUND = known(
    decode_text("""
kind: topic
id: harvest
---
kind: topic
id: codes
type: service
---
kind: goal
id: order
event: Order Completed
---
kind: segment
id: lovers
where: [{trait: fruit, is: passion fruit}]
---
kind: template
id: arrival
variants: [{language: en, subject: It is here, text: "Hello. The discount is yours."}]
---
kind: template
id: code
variants: [{language: en, subject: Your code, text: "Your code is {{ person.code }}."}]
""")
)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def campaign(**changes: object) -> Campaign:
    """A campaign that fits, with changes."""
    fields: dict[str, object] = {
        "id": "fruit",
        "topic": "harvest",
        "audience": "lovers",
        "template": "arrival",
        "goals": ("order",),
        **changes,
    }
    return Campaign(**fields)  # type: ignore[arg-type]


def test_a_campaign_that_fits_has_no_faults() -> None:
    assert check_campaign(campaign(), AROUND) == []


@pytest.mark.parametrize(
    ("changes", "where", "says"),
    [
        ({"topic": "harvst"}, "topic", "Did you mean `harvest`?"),
        ({"audience": "lover"}, "audience", "Did you mean `lovers`?"),
        ({"exclude": ("staff",)}, "exclude[0]", "no segment `staff`"),
        ({"goals": ("order", "oder")}, "goals[1]", "Did you mean `order`?"),
        ({"template": "arival"}, "variants.only", "Did you mean `arrival`?"),
        ({"channel": "sms"}, "channel", "Nobody is asked"),
        ({"goals": ()}, "goals", "no goal to measure"),
        ({"topic": "codes"}, "topic", "advertises: discount"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, object], where: str, says: str) -> None:
    (fault,) = check_campaign(campaign(**changes), AROUND)
    assert fault.where == where
    assert says in str(fault)


def test_without_a_holdout_no_goal_is_needed() -> None:
    assert check_campaign(campaign(goals=(), holdout=0.0), AROUND) == []


def test_frozen_facts_come_back_equal_and_nobody_is_held_out_of_a_service() -> None:
    once = Occurrence(key="once", planned=NOW)
    facts = freeze(campaign(), AROUND, once, salt="s", global_holdout=0.05)
    assert decode_facts(encode_facts(facts)) == facts
    assert (facts.lottery.holdout, facts.lottery.global_holdout) == (0.1, 0.05)
    assert (facts.marketing, facts.lane) == (True, Lane.MARKETING)
    service = freeze(
        campaign(topic="codes", template="code"), AROUND, once, salt="s", global_holdout=0.05
    )
    assert (service.lottery.holdout, service.lottery.global_holdout) == (0.0, 0.0)
    assert (service.marketing, service.lane) == (False, Lane.SERVICE)


def test_a_campaign_with_a_fault_is_not_frozen() -> None:
    with pytest.raises(CampaignError, match="no topic"):
        freeze(
            campaign(topic="none"),
            AROUND,
            Occurrence(key="once", planned=NOW),
            salt="s",
            global_holdout=0.0,
        )


def test_a_twin_without_fallbacks_is_refused_before_anybody_is_held_out_for_it() -> None:
    twins = (
        Variant(id="personal", template="code"),
        Variant(id="generic", generic_twin_of="personal"),
    )
    (fault,) = check_campaign(campaign(template="", variants=twins), AROUND)
    assert "generic twin cannot be written" in str(fault)
    assert "person.code" in str(fault)
    fine = tuple(msgspec.structs.replace(v, template=v.template and "arrival") for v in twins)
    assert check_campaign(campaign(template="", variants=fine), AROUND) == []


def test_a_templates_facts_are_read_by_the_segment_language() -> None:
    odd = known(
        decode_text(
            "kind: template\nid: arrival\nfacts: {left: {last: Product Added, within: 14d}}\n"
            "variants: [{language: en, text: Hello}]"
        )
    )
    (fault,) = check_campaign(campaign(), {**AROUND, **odd})
    assert "14d" in str(fault)
