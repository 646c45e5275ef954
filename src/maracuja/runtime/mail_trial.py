"""A campaign's mails as an invented person would get them: to look at, to score, to send to seeds.

They carry the person number 0, whom nobody is: nothing that is pressed in them counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.facts import RunFacts, freeze
from maracuja.campaigns.schedule import Occurrence, first_occurrence
from maracuja.channels import channel_of
from maracuja.channels.email import Email
from maracuja.links.making import LinkMaker
from maracuja.model import Content, Message
from maracuja.rng import make_id
from maracuja.runtime.channel_checks import chosen
from maracuja.runtime.delivery_texts import Body, make_message
from maracuja.runtime.launch_ground import Ground, definitions_in_force, trait_types
from maracuja.runtime.launch_people import template_schema
from maracuja.templates.check import Trial, tried
from maracuja.templates.samples import WHOLE

NOBODY: Final = 0


class TrialMail(NamedTuple):
    """One text of a campaign: where it stands, as it is read, its plain links, and as it goes."""

    where: str
    language: str
    content: Content
    links: tuple[str, ...]
    message: Message


def on_mail(campaign: Campaign) -> str:
    """The account of mail on which the campaign goes out; '' for none."""
    return next((one for one in campaign.channels if channel_of(one) == Email.name), "")


def trial_mails(
    conn: Connection,
    ground: Ground,
    campaign: Campaign,
    now: datetime,
    links: LinkMaker,
    *,
    address: str = "somebody@mail.example",
    key: str = "",
) -> list[TrialMail]:
    """Every text that goes out by mail, once in each language, for somebody of whom all is known.

    `key` makes the ids of one trial differ from another's. Raises CampaignError, TemplateError.
    """
    around = definitions_in_force(conn)
    channel = on_mail(campaign)
    if not channel:
        return []
    occurrence = first_occurrence(campaign.schedule, now, ground.zone)
    occurrence = occurrence or Occurrence(key="trial", planned=now)
    facts = freeze(campaign, around, occurrence, salt="", global_holdout=0.0).on(channel)
    schema: dict[str, Any] = template_schema(trait_types(conn))
    constants = ground.constants(facts)
    found: dict[tuple[str, int], TrialMail] = {}
    for arm in facts.arms:
        template = facts.templates[arm.template]
        for n in chosen(template, channel):
            if (template.id, n) in found:
                continue
            trial = _best(tried(template, n, schema, constants))
            if trial is not None and trial.content is not None:
                made = _message(facts, arm.variant, trial, links, now, address, f"{key}{n}")
                plain = tuple(dict.fromkeys(trial.links.values()))
                where = f"{template.id}: variants[{n}]"
                found[template.id, n] = TrialMail(
                    where, trial.language, trial.content, plain, made
                )
    return list(found.values())


def _best(trials: list[Trial]) -> Trial | None:
    """Of the invented people, the one of whom all is known; else any who gets a text."""
    whole = [one for one in trials if one.profile == WHOLE and one.marked]
    return next(iter([*whole, *(one for one in trials if one.marked)]), None)


def _message(
    facts: RunFacts,
    variant: str,
    trial: Trial,
    links: LinkMaker,
    now: datetime,
    address: str,
    key: str,
) -> Message:
    assert trial.marked is not None
    template = next(arm.template for arm in facts.arms if arm.variant == variant)
    body = Body(
        n=0,
        pid=NOBODY,
        message=make_id("trial", facts.campaign.id, variant, address, key),
        variant=variant,
        language=trial.language,
        address=address,
        template=template,
        content=trial.marked,
        links=trial.links,
    )
    return make_message(body, facts, links, pid=NOBODY, run=NOBODY, now=now)
