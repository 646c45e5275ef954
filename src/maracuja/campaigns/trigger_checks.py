"""Whether a trigger fits the definitions around it, and whether texts speak of an event there is.

It must never look at data: `names` are what was discovered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from maracuja.campaigns.definitions import Campaign
from maracuja.errors import CampaignError, DefinitionError, SegmentError, TemplateError
from maracuja.segments import check
from maracuja.segments.definition import Condition, Did, Segment
from maracuja.templates.definition import Template
from maracuja.templates.needs import needs

ROOTS: Final = ("event.", "cart.")
LINK: Final = "links.cart"


def check_trigger(
    campaign: Campaign, around: Mapping[tuple[str, str], object], names: check.Known
) -> Iterator[DefinitionError]:
    """The faults of a campaign's trigger and series, one by one."""
    trigger = campaign.trigger
    if trigger is None:
        yield from _without(campaign, around)
        return
    if campaign.test is not None:
        yield CampaignError(
            "A test needs its whole audience at once, and a trigger lets people in one by one.",
            where="test",
            fix="Leave `test` out: variants with even shares are compared in the report.",
        )
    told: list[Condition] = [Did(did=trigger.event, where=trigger.where)]
    yield from _conditions(told, "trigger", around, names, first=True)
    yield from _conditions(trigger.unless, "trigger.unless", around, names)
    for n, message in enumerate(campaign.messages):
        yield from _conditions(message.unless, f"messages[{n}].unless", around, names)
    if trigger.leave_at_goal and campaign.goals:
        goal = around.get(("goal", campaign.goals[0]))
        if getattr(goal, "event", None) in trigger.events:
            yield CampaignError(
                f"The event that lets people in is also the goal `{campaign.goals[0]}`.",
                where="goals",
                fix="Name another goal first, or set `leave_at_goal: false`.",
            )


def _conditions(
    conditions: list[Condition],
    where: str,
    around: Mapping[tuple[str, str], object],
    names: check.Known,
    *,
    first: bool = False,
) -> Iterator[SegmentError]:
    if not conditions:
        return
    segments = {id_: d for (_, id_), d in around.items() if isinstance(d, Segment)}
    inline = Segment(id=where, where=conditions)
    for fault in check.check(inline, msgspec.structs.replace(names, segments=segments)):
        inside = fault.where.removeprefix("where[0]" if first else "where")
        place = where + inside.replace(".did", ".event") if first else where + inside
        yield SegmentError(fault.message, where=place, fix=fault.fix)


def _without(
    campaign: Campaign, around: Mapping[tuple[str, str], object]
) -> Iterator[CampaignError]:
    """Texts that speak of an event, where no event lets anybody in."""
    for name in dict.fromkeys(arm.template for arm in campaign.arms()):
        template = around.get(("template", name))
        if not isinstance(template, Template):
            continue
        try:
            read = [need.path for need in needs(template).paths]
        except TemplateError:
            continue  # its own check tells
        if found := [path for path in read if path == LINK or path.startswith(ROOTS)]:
            yield CampaignError(
                f"The template `{name}` reads `{found[0]}`, but the campaign has no trigger.",
                where="trigger",
                fix="Say which event lets people in, or read `facts.…` of what they did.",
            )
