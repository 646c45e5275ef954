"""The first page of the web app: what the talking was worth, what needs somebody, how data do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from maracuja.config import Shop
from maracuja.runtime import channel_days, site_heard
from maracuja.runtime.attention import Attention, attention
from maracuja.runtime.channel_days import ChannelHealth, Freshness
from maracuja.runtime.demo_shop import DEMO_MARK
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.worth import Worth, worth
from maracuja.store import definitions, people, runs, team


@dataclass(frozen=True)
class Checklist:
    """The steps of a new shop, each done or not; `done`: all of them, and the list can go."""

    owner: bool
    shop_named: bool
    site: bool
    channel_sends: bool
    people: bool
    topic: bool
    campaign: bool
    done: bool


@dataclass(frozen=True)
class OverviewPage:
    """Everything that the page shows; `worth` is None before the first campaign."""

    shop: str
    demo: bool
    people: int
    worth: Worth | None
    attention: tuple[Attention, ...]
    channels: tuple[ChannelHealth, ...]
    freshness: Freshness
    checklist: Checklist


def overview_page(ground: Ground, now: datetime) -> OverviewPage:
    """How the shop does, and what its talking to customers was worth in the last week."""
    config = ground.config
    with ground.store.read() as conn:
        count = people.count(conn)
        channels = channel_days.channels(conn, ground, now)
        launched = any(run.launched_us for run in runs.every(conn))
        return OverviewPage(
            shop=config.shop.name,
            demo=(config.directory / DEMO_MARK).is_file(),
            people=count,
            worth=worth(ground, now) if launched else None,
            attention=tuple(attention(conn, ground.zone, now)),
            channels=tuple(channels),
            freshness=channel_days.freshness(conn, ground, now),
            checklist=_checklist(conn, config.shop, channels, count, launched=launched),
        )


def _checklist(
    conn: Connection, shop: Shop, channels: list[ChannelHealth], count: int, *, launched: bool
) -> Checklist:
    steps = {
        "owner": bool(team.every(conn)),
        "shop_named": shop.name != Shop().name,
        "site": site_heard.tells(conn),
        "channel_sends": any(one.last_success is not None for one in channels),
        "people": count > 0,
        "topic": bool(definitions.current(conn, "topic")),
        "campaign": launched,
    }
    return Checklist(**steps, done=all(steps.values()))
