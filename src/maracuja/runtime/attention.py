"""What somebody of the shop should look at now, read from the state database alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from maracuja.campaigns.coupons import end_of
from maracuja.model import micros, moment
from maracuja.runtime import campaign_status, coupon_work
from maracuja.store import (
    breaches,
    conversations,
    coupons,
    disputed,
    health,
    holds,
    leases,
    refused,
    rights,
)
from maracuja.store.conversations import TalkState

AHEAD: Final = timedelta(days=7)
BREACHES_MAX: Final = 1_000


class Matter(StrEnum):
    """What it is about: a closed list; the web app has words for each."""

    NO_WORKER = "no_worker"  # nothing is sent or counted
    SENDING_STOPPED = "sending_stopped"
    CHANNEL_PAUSED = "channel_paused"
    CHANNEL_TROUBLE = "channel_trouble"  # it goes on, but something is wrong
    CAMPAIGN_HELD = "campaign_held"  # the worker has paused it by itself
    CAMPAIGN_PAUSED = "campaign_paused"
    RIGHTS_DUE = "rights_due"
    BREACH_DUE = "breach_due"
    EVENTS_REFUSED = "events_refused"
    CONVERSATIONS_OPEN = "conversations_open"
    PEOPLE_HELD = "people_held"  # an open complaint, an order that is late ...
    COUPONS_LOW = "coupons_low"
    COUPONS_END = "coupons_end"
    TRAITS_DISPUTED = "traits_disputed"  # sources say different things of people


class Weight(StrEnum):
    """How much it matters."""

    URGENT = "urgent"
    SOON = "soon"
    NOTE = "note"


@dataclass(frozen=True)
class Attention:
    """One matter: of what (`subject`: a channel, campaign or pool), how many, until when.

    `detail` is the reason in the words of whoever gave it.
    """

    matter: Matter
    weight: Weight
    subject: str = ""
    count: int = 0
    due: datetime | None = None
    detail: str = ""


def attention(conn: Connection, zone: str, now: datetime) -> list[Attention]:
    """Everything that stands out now, the most urgent first; `zone` is the shop's."""
    found = [one for look in _LOOKS for one in look(conn, now)]
    found += _coupons(conn, zone, now)
    return sorted(found, key=lambda one: list(Weight).index(one.weight))


def _worker(conn: Connection, now: datetime) -> Iterator[Attention]:
    lease = leases.current(conn, leases.WORKER)
    if lease is None or lease.until_us <= micros(now):
        yield Attention(Matter.NO_WORKER, Weight.URGENT)


def _sending(conn: Connection, _: datetime) -> Iterator[Attention]:
    for name, one in health.every(conn).items():
        if one.paused and name == health.EVERY_CHANNEL:
            yield Attention(Matter.SENDING_STOPPED, Weight.URGENT, detail=one.reason)
        elif one.paused:
            yield Attention(Matter.CHANNEL_PAUSED, Weight.URGENT, name, detail=one.reason)
        elif one.reason:
            yield Attention(Matter.CHANNEL_TROUBLE, Weight.SOON, name, detail=one.reason)


def _campaigns(conn: Connection, _: datetime) -> Iterator[Attention]:
    for campaign, held in campaign_status.paused(conn).items():
        matter = Matter.CAMPAIGN_HELD if held else Matter.CAMPAIGN_PAUSED
        yield Attention(matter, Weight.URGENT if held else Weight.NOTE, campaign, detail=held)


def _law(conn: Connection, now: datetime) -> Iterator[Attention]:
    until_us = micros(now + AHEAD)
    for matter, dues in (
        (
            Matter.RIGHTS_DUE,
            [one.due_us for one in rights.every(conn, state=rights.OPEN)],
        ),
        (
            Matter.BREACH_DUE,
            [
                one.due_us
                for one in breaches.every(conn, rows_max=BREACHES_MAX)
                if one.reported_us is None and one.closed_us is None
            ],
        ),
    ):
        near = sorted(due_us for due_us in dues if due_us < until_us)
        if near:
            weight = Weight.URGENT if near[0] < micros(now + AHEAD / 3) else Weight.SOON
            yield Attention(matter, weight, count=len(near), due=moment(near[0]))


def _people(conn: Connection, now: datetime) -> Iterator[Attention]:
    said = {
        (Matter.EVENTS_REFUSED, Weight.SOON): sum(refused.counts(conn).values()),
        (Matter.CONVERSATIONS_OPEN, Weight.SOON): conversations.counts(conn).get(
            TalkState.OPEN, 0
        ),
        (Matter.PEOPLE_HELD, Weight.NOTE): len(
            {one.pid for one in holds.every(conn, micros(now))}
        ),
        (Matter.TRAITS_DISPUTED, Weight.NOTE): disputed.count(conn),
    }
    for (matter, weight), count in said.items():
        if count:
            yield Attention(matter, weight, count=count)


def _coupons(conn: Connection, zone: str, now: datetime) -> Iterator[Attention]:
    for pool in coupon_work.pools(conn):
        free = coupons.pool(conn, pool.id, micros(now)).free
        end = end_of(pool.ends, zone)
        if end is not None and end <= now:
            continue
        if free <= pool.low:
            yield Attention(Matter.COUPONS_LOW, Weight.SOON, pool.id, free)
        if end is not None and end <= now + AHEAD:
            yield Attention(Matter.COUPONS_END, Weight.SOON, pool.id, free, end)


_LOOKS: Final[tuple[Callable[[Connection, datetime], Iterator[Attention]], ...]] = (
    _worker,
    _sending,
    _campaigns,
    _law,
    _people,
)
