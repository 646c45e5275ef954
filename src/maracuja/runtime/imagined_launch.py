"""A campaign as a launch at this moment would open it: frozen, with the people whom it is for.

It only reads: no run is begun.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from maracuja.campaigns.checks import find
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.facts import RunFacts, freeze
from maracuja.campaigns.schedule import first_occurrence
from maracuja.errors import CampaignError
from maracuja.runtime.launch_audience import Pids, audience_of
from maracuja.runtime.launch_ground import Ground, definitions_in_force, holdout_salt
from maracuja.runtime.segment_work import opened
from maracuja.segments.comparing import When


@dataclass(frozen=True)
class Imagined:
    """The facts of a run, the pids (sorted) that it would be for, and when it is decided."""

    facts: RunFacts
    pids: Pids
    at: datetime


def imagined(
    ground: Ground,
    campaign: str,
    now: datetime,
    *,
    change: Callable[[Campaign], Campaign] = lambda campaign: campaign,
) -> Imagined:
    """The first occurrence of a campaign, were it launched now, and changed so before.

    Raises NotFound, CampaignError where it does not fit together, SegmentError, TemplateError.
    """
    with ground.store.read() as conn:
        around = definitions_in_force(conn)
        wanted = change(find(around, "campaign", campaign, Campaign, where="campaign"))
        occurrence = first_occurrence(wanted.schedule, now, ground.zone)
        if occurrence is None:
            raise CampaignError(
                "The schedule has ended.", where="schedule.ends", fix="Move the end."
            )
        facts = freeze(
            wanted,
            around,
            occurrence,
            salt=holdout_salt(conn),
            global_holdout=ground.config.measurement.global_holdout,
        )
        at = max(now, occurrence.planned)
        with opened(conn, ground, now) as sources:
            pids = audience_of(wanted, sources, When(at, ground.zone))
    return Imagined(facts, pids, at)
