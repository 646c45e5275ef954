"""A campaign with a trigger as its runs see it: one that listens, and one message of a day.

It must never ask for the time: days and moments are arguments.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from maracuja import zones
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.facts import RunFacts
from maracuja.campaigns.schedule import Occurrence
from maracuja.campaigns.triggers import MICROSECOND, Then, whole_wait

ENTRIES: Final = "entries"  # the occurrence of the run that listens


def listening(edition: int, now: datetime) -> Occurrence:
    """The occurrence of the run that lets people in; `edition` counts the campaign's such runs."""
    return Occurrence(key=ENTRIES if edition == 1 else f"{ENTRIES}@{edition}", planned=now)


def edition_of(key: str) -> int:
    """The number of the listening run by its occurrence; 0 where it is of another run."""
    name, _, number = key.partition("@")
    return int(number or 1) if name == ENTRIES else 0


def arrives(campaign: Campaign, now: datetime) -> tuple[Occurrence, timedelta]:
    """When messages may arrive for somebody who enters now: from when, and how long after."""
    assert campaign.trigger is not None
    wait = whole_wait(campaign.trigger, campaign.messages)
    expiries = [campaign.of_message(n).expiry for n in range(max(len(campaign.messages), 1))]
    return Occurrence(key=ENTRIES, planned=now), wait + max(expiries)


def of_message(
    facts: RunFacts, number: int, listens: int, day: date, zone: str, *, turn: int = 0
) -> RunFacts:
    """The facts of the run that decides about message `number` (from 0) on a day of the shop.

    `facts` are those of the run `listens`. `turn` counts the messages of one person on the day.
    """
    campaign = facts.campaign.of_message(number)
    messages, edition = facts.campaign.messages, edition_of(facts.occurrence.key)
    key = day.isoformat() + (f"/{number + 1}" if messages else "")
    key += (f"#{turn + 1}" if turn else "") + (f"@{edition}" if edition > 1 else "")
    begins = zones.at_local(day, time(0), zone, zone)
    ends = zones.at_local(day + timedelta(days=1), time(0), zone, zone) - MICROSECOND
    occurrence = Occurrence(
        key=key, planned=max(begins, facts.occurrence.planned), day=day, until=ends
    )
    arms = campaign.arms()
    lottery = msgspec.structs.replace(
        facts.lottery,
        variants=tuple(arm.variant for arm in arms),
        shares=tuple(arm.share for arm in arms),
    )
    return msgspec.structs.replace(
        facts,
        campaign=campaign,
        occurrence=occurrence,
        lottery=lottery,
        templates={arm.template: facts.templates[arm.template] for arm in arms},
        listens=listens,
        message=number,
        skip_if=messages[number].unless if messages else [],
        then=_then(facts.campaign, number),
    )


def _then(campaign: Campaign, number: int) -> Then | None:
    """When the message after this one is due; None after the last."""
    if number + 1 >= len(campaign.messages):
        return None
    following = campaign.messages[number + 1]
    return Then(following.wait_us, from_entry=following.from_ == "entry")
