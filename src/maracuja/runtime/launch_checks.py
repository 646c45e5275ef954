"""What must hold of a campaign's texts and links, at its launch and at each occurrence after it.

It asks the store what is known of traits now, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from maracuja.campaigns.checks import Known
from maracuja.campaigns.definitions import Campaign, Topic
from maracuja.campaigns.facts import RunFacts
from maracuja.config import Config
from maracuja.errors import ConfigError, MaracujaError, TemplateError
from maracuja.model import TopicKind
from maracuja.runtime import template_work
from maracuja.templates.definition import Template

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


def no_account(config: Config, channel: str) -> list[ConfigError]:
    """Refuse a channel that is not set up: its messages would wait until they expire."""
    if channel == "email" or channel in config.channels:
        return []
    return [
        ConfigError(
            f"The channel `{channel}` is not set up here.",
            where=channel,
            fix=f"Add a section [{channel}] to maracuja.toml; docs/channels.md says how.",
        )
    ]


def forbidden(conn: Connection, campaign: Campaign, around: Known) -> list[TemplateError]:
    """What the campaign's texts may not say, or may not leave out."""
    topic = around.get(("topic", campaign.topic))
    marketing = not (isinstance(topic, Topic) and topic.type is TopicKind.SERVICE)
    texts = [around.get(("template", arm.template)) for arm in campaign.arms() if not arm.twin_of]
    return _forbidden(conn, (t for t in texts if isinstance(t, Template)), marketing=marketing)


def of_run(conn: Connection, config: Config, facts: RunFacts) -> Iterator[MaracujaError]:
    """What forbids an occurrence now, by the definitions that it was planned with.

    A trait may have been classed sensitive since it was launched, or a setting changed.
    """
    yield from dead_links(config)
    yield from no_account(config, facts.campaign.channel)
    names = dict.fromkeys(arm.template for arm in facts.arms if not arm.twin_of)
    texts = [facts.templates[name] for name in names]
    yield from _forbidden(conn, texts, marketing=facts.marketing)


def _forbidden(
    conn: Connection, texts: Iterable[Template], *, marketing: bool
) -> list[TemplateError]:
    return [
        error
        for text in texts
        for error in template_work.forbidden(conn, text, marketing=marketing)
    ]
