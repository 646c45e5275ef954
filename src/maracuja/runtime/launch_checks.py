"""What must hold of a campaign's texts and links, at its launch and at each occurrence after it.

It asks the store what is known of traits now, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import product
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from maracuja.campaigns.checks import Known
from maracuja.campaigns.coupons import CouponPool
from maracuja.campaigns.definitions import Arm, Campaign, Topic
from maracuja.campaigns.facts import RunFacts
from maracuja.campaigns.schedule import first_occurrence
from maracuja.campaigns.series import arrives
from maracuja.campaigns.timeliness import Window, window_of, with_codes
from maracuja.channels import section_of
from maracuja.config import EMAIL, Config
from maracuja.errors import (
    CampaignError,
    ConfigError,
    DefinitionError,
    MaracujaError,
    TemplateError,
)
from maracuja.model import TopicKind
from maracuja.runtime import channel_checks, sender_rules, text_rules, trait_rules
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.law_in_force import is_declared
from maracuja.templates.definition import Template
from maracuja.templates.lints import Finding

LOOPBACK: Final = ("localhost", "::1")


def dead_links(config: Config) -> list[ConfigError]:
    """Refuse links that lead to this machine in letters that leave it."""
    hosts = [urlsplit(config.public_url).hostname or "", config.email.host]
    ours, server = (host in LOOPBACK or host.startswith("127.") for host in hosts)
    if not ours or server:
        return []
    return [
        ConfigError(
            f"The links in letters would lead to {config.public_url}, which only this machine "
            "can reach: nobody could unsubscribe.",
            where="server.public_url",
            fix="Set it in maracuja.toml to the address under which people reach this server.",
        )
    ]


def no_account(config: Config, channels: Iterable[str]) -> list[ConfigError]:
    """Refuse channels that are not set up: their messages would wait until they expire."""
    return [
        ConfigError(
            f"The channel `{channel}` is not set up here.",
            where=channel,
            fix=f"Add a section [{section_of(channel)}] to maracuja.toml; "
            "docs/channels.md says how.",
        )
        for channel in channels
        if channel != EMAIL and channel not in {**config.channels, **config.mails}
    ]


def forbidden(conn: Connection, campaign: Campaign, around: Known) -> list[DefinitionError]:
    """What the texts may not say, or may not leave out, and what its audience may not go by."""
    topic = around.get(("topic", campaign.topic))
    marketing = not (isinstance(topic, Topic) and topic.type is TopicKind.SERVICE)
    texts = [around.get(("template", arm.template)) for arm in campaign.arms() if not arm.twin_of]
    faults: list[DefinitionError] = [*trait_rules.of_audience(conn, campaign, around)]
    return faults + _forbidden(
        conn,
        (t for t in texts if isinstance(t, Template)),
        marketing=marketing,
        channels=campaign.channels,
    )


def late(
    ground: Ground, campaign: Campaign, around: Known, now: datetime
) -> list[DefinitionError]:
    """What of the campaign's texts would be false when it is read, were it launched now."""
    try:
        window = _window(ground, campaign, now)
    except OverflowError:
        fault = "Its messages would arrive outside of the calendar."
        fix = "Write a day that people will see."
        return [CampaignError(fault, where="schedule.day", fix=fix)]
    if window is None:
        return []
    pool = around.get(("coupons", campaign.coupons))
    window = with_codes(window, pool if isinstance(pool, CouponPool) else None)
    return [*_late(window, campaign, _texts(campaign, around))]


def advice(
    conn: Connection, ground: Ground, campaign: Campaign, around: Known, now: datetime
) -> list[Finding]:
    """What is unwise in the words of the campaign's texts, and keeps nothing from going out."""
    try:
        window = _window(ground, campaign, now)
    except OverflowError:
        window = None  # which `late` tells
    found = []
    for text in _texts(campaign, around):
        told = text_rules.wording(conn, text, campaign.channels)
        told += sender_rules.unmarked(ground.config, text, campaign.channels)
        if not is_declared(conn):
            told += sender_rules.unnamed(ground.config, text, campaign.channels, campaign.sender)
        if window is not None:
            told += text_rules.late(text, window, campaign.channels)
        found += [one._replace(where=f"{text.id}: {one.where}") for one in told]
    return [one for one in found if one.level != "error"]


def refused(
    conn: Connection, ground: Ground, campaign: Campaign, around: Known
) -> list[TemplateError]:
    """What its channels would refuse of its texts, and advertising that names no sender."""
    texts = _texts(campaign, around)
    faults = list(_refused(conn, ground, texts, campaign.channels))
    topic = around.get(("topic", campaign.topic))
    if isinstance(topic, Topic) and topic.type is TopicKind.MARKETING:
        faults += _unnamed(conn, ground, texts, campaign)
    return faults


def of_run(conn: Connection, ground: Ground, facts: RunFacts) -> Iterator[MaracujaError]:
    """What forbids an occurrence now, by the definitions that it was planned with.

    A trait may have been classed sensitive since it was launched, or a setting changed.
    """
    yield from dead_links(ground.config)
    yield from no_account(ground.config, facts.campaign.channels)
    texts = [facts.templates[name] for name in _originals(facts.arms)]
    channels = facts.campaign.channels
    yield from _forbidden(conn, texts, marketing=facts.marketing, channels=channels)
    yield from trait_rules.of_audience(conn, facts.campaign, definitions_in_force(conn))
    span = (facts.occurrence, facts.campaign.expiry)
    if facts.listening:
        span = arrives(facts.campaign, facts.occurrence.planned)
    window = window_of(*span, ground.zone)
    window = with_codes(window, facts.coupons)
    yield from _late(window, facts.campaign, texts)
    yield from _refused(conn, ground, texts, facts.campaign.channels)
    if facts.marketing:
        yield from _unnamed(conn, ground, texts, facts.campaign)


def _unnamed(
    conn: Connection, ground: Ground, texts: Iterable[Template], campaign: Campaign
) -> list[TemplateError]:
    """Advertising that names no sender: refused once the shop has declared the law."""
    if not is_declared(conn):
        return []
    channels, sender = campaign.channels, campaign.sender
    return [
        TemplateError(f"{one.message}.", where=f"{text.id}: {one.where}", fix=one.fix)
        for text in texts
        for one in sender_rules.unnamed(ground.config, text, channels, sender)
    ]


def _texts(campaign: Campaign, around: Known) -> list[Template]:
    """The templates of the campaign that there are, twins left out."""
    texts = [around.get(("template", name)) for name in _originals(campaign.arms())]
    return [text for text in texts if isinstance(text, Template)]


def _window(ground: Ground, campaign: Campaign, now: datetime) -> Window | None:
    """When messages may arrive if it is launched now; None where its schedule has ended.

    Raises OverflowError where the calendar does not reach so far.
    """
    if campaign.trigger is not None:
        return window_of(*arrives(campaign, now), ground.zone)
    occurrence = first_occurrence(campaign.schedule, now, ground.zone)
    return window_of(occurrence, campaign.expiry, ground.zone) if occurrence else None


def _late(window: Window, campaign: Campaign, texts: Iterable[Template]) -> list[TemplateError]:
    return [
        TemplateError(f"{one.message}.", where=f"{text.id}: {one.where}", fix=one.fix)
        for text in texts
        for one in text_rules.late(text, window, campaign.channels)
        if one.level == "error"
    ]


def _originals(arms: Iterable[Arm]) -> list[str]:
    """The templates of the arms, twins left out, each once."""
    return list(dict.fromkeys(arm.template for arm in arms if not arm.twin_of))


def _refused(
    conn: Connection, ground: Ground, texts: Iterable[Template], channels: Iterable[str]
) -> Iterator[TemplateError]:
    for text, channel in product(texts, channels):
        try:
            faults = list(channel_checks.uncarried(conn, ground, text, channel))
        except TemplateError:
            continue  # it cannot be parsed, which `forbidden` tells
        yield from (error for error, mild in faults if not mild)


def _forbidden(
    conn: Connection, texts: Iterable[Template], *, marketing: bool, channels: Sequence[str]
) -> list[TemplateError]:
    return [
        error
        for text in texts
        for error in text_rules.forbidden(conn, text, marketing=marketing, channels=channels)
    ]
