"""Cascades as they are written: what is refused, in plain words, and what a step comes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from maracuja.campaigns.cascade import Order
from maracuja.campaigns.checks import check_campaign, known
from maracuja.campaigns.decoding import decode_stored, decode_text, encode, to_yaml
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.facts import RunFacts, decode_facts, encode_facts, freeze
from maracuja.campaigns.schedule import Occurrence
from maracuja.errors import DefinitionError

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CAMPAIGN = """
kind: campaign
id: fruit
topic: news
audience: all
template: hello
holdout: 0
cascade:
  order: cheapest
  steps:
    - {channel: viber_business, wait: 30 minutes, price: 0.4}
    - {channel: sms}
"""
AROUND = """
kind: topic
id: news
channels: [viber_business, telegram, sms, email]
---
kind: segment
id: all
where: [{trait: first_name, known: true}]
---
kind: template
id: hello
variants: [{language: en, text: "Hello"}]
"""


def made(text: str = CAMPAIGN) -> Campaign:
    (one,) = decode_text(text)
    assert isinstance(one, Campaign)
    return one


def frozen() -> RunFacts:
    occurrence = Occurrence(key="once", planned=NOW)
    around = known(decode_text(AROUND))
    return freeze(made(), around, occurrence, salt="s", global_holdout=0)


def test_a_cascade_comes_back_equal_from_yaml_and_from_the_store() -> None:
    campaign = made()
    assert campaign.channels == ("viber_business", "sms")
    assert campaign.cascade is not None and campaign.cascade.order is Order.CHEAPEST
    assert campaign.cascade.waits == timedelta(minutes=30)
    assert made(to_yaml(campaign)) == campaign and decode_stored(encode(campaign)) == campaign
    assert made(CAMPAIGN.split("cascade:")[0]).channels == ("email",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    - {channel: sms}\n", "", "2 to 5 steps"),
        ("channel: sms", "channel: viber_business", "on the same channel"),
        ("{channel: sms}", "{channel: sms, wait: 1 hour}", "nothing follows the last step"),
        ("30 minutes", "a while", "a while"),
        ("30 minutes", "1 month", "not always equally long"),
        ("30 minutes", "3 days", "until the message has expired"),
        ("price: 0.4", "price: -1", ">= 0"),
        ("order: cheapest", "order: best", "best"),
        ("template: hello", "template: hello\nchannel: sms", "either a `channel` or a `cascade`"),
        ("channel: sms", "chanel: sms", "chanel"),
    ],
)
def test_what_contradicts_itself_is_refused(old: str, new: str, says: str) -> None:
    text = CAMPAIGN.replace("order: cheapest", "order: given") if "last" in says else CAMPAIGN
    with pytest.raises(DefinitionError) as refused:
        made(text.replace(old, new))
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("viber_business", "pigeon", "cascade.steps[0].channel", "no channel `pigeon`"),
        ("viber_business", "telegram", "cascade.steps[0].wait", "does not tell whether"),
        ("viber_business", "email", "cascade.steps[0].wait", "send the next one to everybody"),
        ("channel: sms", "channel: whatsapp", "cascade.steps[1].channel", "consent to `news`"),
    ],
)
def test_what_the_channels_cannot_do_is_named(old: str, new: str, where: str, says: str) -> None:
    around = known(decode_text(AROUND))
    faults = check_campaign(made(CAMPAIGN.replace(old, new)), around)
    assert any(fault.where == where and says in fault.message for fault in faults)
    assert check_campaign(made(), around) == []


def test_the_facts_of_a_step_are_those_of_a_campaign_of_its_channel() -> None:
    facts = frozen()
    assert decode_facts(encode_facts(facts)) == facts
    sms = facts.on("sms")
    assert (sms.campaign.channel, sms.campaign.cascade, sms.steps) == ("sms", None, 2)
    assert sms.step is not None and sms.step.wait_us == 0
    assert sms.on("viber_business") is sms, "it is narrowed already"
    assert facts.on("viber_business").message_key != sms.message_key
    assert sms.campaign.marks()["medium"] == "sms"
