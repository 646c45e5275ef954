"""The list of people over HTTP, and what happened with one of them, part by part."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import BaseModel, Field

from maracuja.api.answers import Language, Listing, Moment, Name, Part, Pid, Word
from maracuja.api.definitions import plain
from maracuja.api.here import Here, Long, Now, managing
from maracuja.runtime import campaign_work, people_list, people_timeline
from maracuja.runtime.campaign_units import Number
from maracuja.runtime.people_list import ListAsked, PersonListed
from maracuja.runtime.people_timeline import Happening
from maracuja.segments import check as segment_check
from maracuja.stats.units import Held

router = managing("/people", "people")
of_campaigns = managing("/campaigns", "campaigns")
COLUMNS_MAX: Final = 12
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class PeopleAsked(BaseModel):
    """`words` are parts of a name, an e-mail or a phone; or all of an identity.

    `where` are conditions as in a segment: traits, consents, reachable channels, segments, events.
    `columns` are traits to show. `order`: created, name or traits.<name>; a minus before it begins
    at the other end.
    """

    words: Text = ""
    where: list[dict[str, Any]] = Field(default_factory=list, max_length=100)
    created_since: Moment | None = None
    created_until: Moment | None = None
    columns: Annotated[list[Text], Field(default_factory=list, max_length=COLUMNS_MAX)]
    order: Text = "-created"


class PeopleFound(Listing[PersonListed]):
    """A part of the people found; `total` counts them all."""

    total: int


class PeopleBehind(PeopleFound):
    """Those of the `counted` people who are still there: some may have been erased since."""

    counted: int


@router.post("/list")
def list_people(here: Here, now: Now, long: Long, part: Part, asked: PeopleAsked) -> PeopleFound:
    """People by name, address, trait, consent, segment or what they did.

    Consents and addresses that are not written to may be 20 seconds old here.
    """
    plain({"where": asked.where})
    wanted = ListAsked(
        words=asked.words.strip(),
        where=segment_check.decode_conditions(asked.where) if asked.where else (),
        created_since=asked.created_since,
        created_until=asked.created_until,
        order=asked.order,
        columns=asked.columns,
    )
    behind = part.behind(people_list.Place)
    with long.long() if wanted.where else nullcontext():
        found = people_list.listed(
            here.ground, wanted, now, behind=behind, rows_max=part.limit + 1
        )
    shown = part.page(found.people, lambda one: found.places[one.pid])
    return PeopleFound(items=shown.items, next=shown.next, total=found.total)


@of_campaigns.get("/{name}/people")
def people_of_number(
    here: Here,
    now: Now,
    long: Long,
    part: Part,
    name: Name,
    number: Number = Number.AUDIENCE,
    goal: Annotated[str, Query(max_length=64, pattern="^[a-z0-9_-]*$")] = "",
    variant: Word | None = None,
    held: Held | None = None,
    reason: Word | None = None,
    channel: Word | None = None,
    order: Annotated[str, Query(max_length=300)] = "-created",
) -> PeopleBehind:
    """Whom a number of a campaign's report counts, by number, variant, arm, reason or channel."""
    wanted = part.behind(people_list.Place)
    with long.long():
        pids = campaign_work.people_behind(
            here.ground, name, number, now,
            goal=goal, variant=variant, held=held, reason=reason, channel=channel,
        ).to_numpy()  # fmt: skip
        asked = ListAsked(order=order, among=pids)
        found = people_list.listed(here.ground, asked, now, behind=wanted, rows_max=part.limit + 1)
    shown = part.page(found.people, lambda one: found.places[one.pid])
    return PeopleBehind(
        items=shown.items, next=shown.next, total=found.total, counted=int(pids.size)
    )


@router.get("/{pid}/timeline")
def timeline_of_person(
    here: Here,
    now: Now,
    long: Long,
    pid: Pid,
    part: Part,
    language: Language = "en",
    kinds: Annotated[
        list[people_timeline.HappeningKind] | None, Query(description="Of these kinds alone.")
    ] = None,
) -> Listing[Happening]:
    """What they did, what was said and what was sent on every channel, newest first."""
    behind = part.behind(people_timeline.Place)
    with long.long():
        found = people_timeline.timeline(
            here.ground,
            pid,
            now,
            behind=behind,
            rows_max=part.limit + 1,
            kinds=frozenset(kinds or people_timeline.HappeningKind),
            language=language,
        )
    shown = part.page(found, lambda one: one.place)
    return Listing(items=[one.shown for one in shown.items], next=shown.next)
