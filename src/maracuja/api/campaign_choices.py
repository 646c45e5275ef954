"""What helps to decide before a launch, over HTTP: what each channel offers, who is left out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from maracuja.api.answers import Name, Part
from maracuja.api.definitions import plain
from maracuja.api.here import Here, Long, Now, managing
from maracuja.api.people_search import PeopleBehind
from maracuja.decisions.reasons import Outcome
from maracuja.runtime import campaign_rehearsal, channel_choice, people_list
from maracuja.runtime.channel_choice import Choice
from maracuja.runtime.people_list import ListAsked
from maracuja.segments import check as segment_check
from maracuja.segments.definition import Condition, Member, NoneOf

reach_router = managing("/reach", "campaigns")
people_router = managing("/campaigns", "campaigns")
Id = Annotated[str, Field(max_length=64, pattern="^[a-z0-9][a-z0-9_-]*$")]


class ReachAsked(BaseModel):
    """The people of a segment, of bare conditions, or everybody; without those of `exclude`."""

    topic: Annotated[Id, Field(examples=["harvest"])]
    segment: Annotated[str, Field(max_length=64, pattern="^[a-z0-9_-]*$")] = ""
    where: list[dict[str, Any]] = Field(default_factory=list, max_length=100)
    exclude: list[Id] = Field(default_factory=list, max_length=100)

    def conditions(self) -> list[Condition]:
        """Who is meant. Raises BadInput, SegmentError."""
        plain({"where": self.where})
        without: list[Condition] = [Member(segment=one) for one in self.exclude]
        return [
            *([Member(segment=self.segment)] if self.segment else []),
            *(segment_check.decode_conditions(self.where) if self.where else ()),
            *([NoneOf(none=without)] if without else []),
        ]


@reach_router.post("")
def reach_of_channels(here: Here, now: Now, long: Long, asked: ReachAsked) -> Choice:
    """Whom each channel reaches of an audience, what it costs, carries, and has shown so far."""
    where = asked.conditions()
    with long.long():
        return channel_choice.offered(here.ground, asked.topic, where, now)


@people_router.get("/{name}/dry-run/people")
def people_of_dry_run(
    here: Here,
    now: Now,
    long: Long,
    part: Part,
    name: Name,
    outcome: Outcome,
    reason: Annotated[str, Query(max_length=300, pattern=r"^[a-z_]+(:[^\x00]*)?$")],
) -> PeopleBehind:
    """Who would come to this outcome for this reason, were it launched now."""
    behind = part.behind(people_list.Place)
    with long.long():
        pids = campaign_rehearsal.people_decided(here.ground, name, outcome, reason, now)
        asked = ListAsked(order="-created", among=pids)
        found = people_list.listed(here.ground, asked, now, behind=behind, rows_max=part.limit + 1)
    shown = part.page(found.people, lambda one: found.places[one.pid])
    return PeopleBehind(
        items=shown.items, next=shown.next, total=found.total, counted=int(pids.size)
    )
