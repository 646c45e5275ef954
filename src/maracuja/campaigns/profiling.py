"""Whether a campaign goes by what people did: whoever objected to profiling is left out of it.

It must never look at a person: it reads definitions alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from maracuja.campaigns.definitions import Campaign
from maracuja.errors import SegmentError
from maracuja.segments.check import order
from maracuja.segments.definition import Condition, Segment
from maracuja.segments.predicate import needs
from maracuja.templates.definition import Template


def by_behaviour(
    campaign: Campaign, segments: Mapping[str, Segment], templates: Iterable[Template]
) -> list[str]:
    """Where the campaign goes by events: its audience, exclusions, trigger, texts; [] nowhere.

    `segments` are those in force; one that is not there any more counts as one that does.
    """
    found = []
    audience = campaign.audience
    named = [audience] if isinstance(audience, str) else []
    inline: Sequence[Condition] = [] if isinstance(audience, str) else audience
    if getattr(campaign, "trigger", None) is not None:
        found.append("trigger")
    if _asks(inline, segments) or any(_counts(name, segments) for name in named):
        found.append("audience")
    if any(_counts(name, segments) for name in campaign.exclude):
        found.append("exclude")
    found += [f"template {one.id}" for one in templates if one.facts]
    return found


def _counts(name: str, segments: Mapping[str, Segment]) -> bool:
    """Whether a segment goes by events, itself or by one that it mentions."""
    return name not in segments or _asks(segments[name].where, segments)


def _asks(conditions: Sequence[Condition], segments: Mapping[str, Segment]) -> bool:
    """Whether conditions ask for a fact about events, also through other segments."""
    asked = needs(conditions)
    if asked.facts:
        return True
    try:
        mentioned = order(asked.segments, segments)
    except SegmentError:
        return True
    return any(needs(segments[name].where).facts for name in mentioned)
