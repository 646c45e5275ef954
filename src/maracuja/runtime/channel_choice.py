"""What each channel offers to an audience: whom it reaches, what it costs, what it has shown.

It counts by consents and addresses alone; who is left out for other reasons says a dry run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.checks import find
from maracuja.campaigns.definitions import Topic
from maracuja.channels import BY_NAME, CHANNELS, account_of
from maracuja.model import Capabilities, ConsentState, FileKind, TopicKind
from maracuja.runtime.audience import Sources, evaluate
from maracuja.runtime.cascade_answers import Past, answering, arrived
from maracuja.runtime.launch_audience import Pids
from maracuja.runtime.launch_cascade import ONE_PART, price
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.people_kept import opened_kept
from maracuja.segments.comparing import When
from maracuja.segments.definition import Condition
from maracuja.store import health, manifest

SHOP: Final = 0  # the pid of the shop's own row among the answers of people


@dataclass(frozen=True)
class Carries:
    """What a message may hold there: lengths in characters, 0 where the channel has none of it.

    `window_h` are the hours after a person's word in which any text may go; 0: always. `tells`
    are the statuses that are heard of.
    """

    text: int
    subject: int
    html: bool
    formatted: bool
    media: int
    buttons: int
    cards: int
    approved: bool
    window_h: int
    tells: list[str]


@dataclass(frozen=True)
class ChannelPast:
    """What became of the messages of the last 180 days; None where the channel does not tell.

    `answered` is the share of messages that were read, clicked or replied to (0..1).
    """

    sent: int
    delivered: int | None
    failed: int
    answered: float | None


@dataclass(frozen=True)
class ChannelOffered:
    """A channel beside the others. `asked`: the topic asks for consent there.

    `reachable` people of the audience agreed and have an address that works. `price` is that of
    one message in the shop's currency, 0 where its settings name none.
    """

    channel: str
    set_up: bool
    paused: bool
    asked: bool
    reachable: int
    price: float
    carries: Carries
    past: ChannelPast


@dataclass(frozen=True)
class Choice:
    """How many the audience holds, and what each channel offers to it, those set up first."""

    audience: int
    channels: list[ChannelOffered]


def offered(ground: Ground, topic: str, where: Sequence[Condition], now: datetime) -> Choice:
    """What each channel offers to those for whom the conditions hold; to everybody without any.

    Consents and suppressions may be 20 seconds old. Raises CampaignError, SegmentError.
    """
    with ground.store.read() as conn:
        asked = find(definitions_in_force(conn), "topic", topic, Topic, where="topic")
        set_up = {*ground.config.mails, *ground.config.channels, "email"}
        further = sorted(one for one in set_up if account_of(one))
        names = [*(one.name for one in CHANNELS), *further]
        with opened_kept(conn, ground, where, now) as sources:
            pids = evaluate(where, sources, When(now, ground.zone)).pids
            reached = _reached(sources, asked, names, pids)
        stopped = {name for name, one in health.every(conn).items() if one.paused}
        past = _past(conn, ground, now)
    shown = [
        ChannelOffered(
            channel=name,
            set_up=name in set_up,
            paused=bool({name, health.EVERY_CHANNEL} & stopped),
            asked=name in asked.channels,
            reachable=reached[name],
            price=price(ground.config, name, None, ONE_PART, ""),
            carries=_carries(BY_NAME[name].can),
            past=past.get(name, ChannelPast(0, None, 0, None)),
        )
        for name in names
    ]
    return Choice(len(pids), sorted(shown, key=lambda one: (not one.set_up, not one.asked)))


def _reached(sources: Sources, topic: Topic, names: Sequence[str], pids: Pids) -> dict[str, int]:
    """How many of these people may be written to on each channel, as far as they said."""
    asked = [name for name in names if name in topic.channels]
    people = sources.people.reach(asked, pids=None)
    people = people.filter(pl.Series(np.isin(people["pid"].to_numpy(), pids)))
    words = sources.people.consents([(topic.id, name) for name in asked], pids=None)
    told = people.join(words, on="pid", how="left")
    found = dict.fromkeys(names, 0)
    for name in asked:
        word = pl.col(f"consent.{topic.id}.{name}").fill_null(ConsentState.UNKNOWN.value)
        may = (
            word == ConsentState.OPTED_IN.value
            if topic.type is TopicKind.MARKETING
            else word != ConsentState.OPTED_OUT.value
        )
        found[name] = told.select((pl.col(f"reach.{name}") & may).sum()).item()
    return found


def _carries(can: Capabilities) -> Carries:
    return Carries(
        text=can.text_chars_max,
        subject=can.subject_chars_max,
        html=can.html,
        formatted=can.formatted,
        media=can.media_max or (1 if can.media else 0),
        buttons=can.buttons,
        cards=can.cards,
        approved=can.approved,
        window_h=can.window_s // 3600,
        tells=sorted(one.value for one in can.receipts),
    )


def _past(conn: Connection, ground: Ground, now: datetime) -> dict[str, ChannelPast]:
    """What the messages of the past came to, of this hour."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    stand = (manifest.version(conn, (FileKind.EVENTS,)), hour)
    return ground.lately.get("channel choice", stand, lambda: _counted(conn, ground, hour))


def _counted(conn: Connection, ground: Ground, now: datetime) -> dict[str, ChannelPast]:
    names = [one.name for one in CHANNELS]
    came = arrived(conn, ground, names, now)
    people = answering(conn, ground, names, now)
    shares = people.filter(pl.col("pid") == SHOP).row(0, named=True)
    return {name: _shown(name, came[name], shares[name]) for name in names}


def _shown(name: str, came: Past, answered: float) -> ChannelPast:
    receipts = {one.value for one in BY_NAME[name].can.receipts}
    return ChannelPast(
        sent=came.sent,
        delivered=came.delivered if "delivered" in receipts else None,
        failed=came.failed,
        answered=answered if came.sent and receipts & {"read", "clicked", "replied"} else None,
    )
