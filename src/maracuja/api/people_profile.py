"""A person's profile over HTTP: their segments, one trait by hand, a rest from marketing."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Final

from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt

from maracuja.api.answers import Listing, Name, Part, Pid
from maracuja.api.here import Actor, Here, Long, Now, managing
from maracuja.runtime import people_rest, people_segments, people_traits, people_view
from maracuja.runtime.people_rest import Wishes
from maracuja.runtime.people_segments import SegmentHeld
from maracuja.runtime.people_view import TraitShown

router = managing("/people", "people")
PAUSE_DAYS_MAX: Final = 366
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class TraitTold(BaseModel):
    """What the person told of themselves, of the type that the trait has."""

    value: StrictBool | StrictInt | StrictFloat | Text


class PauseAsked(BaseModel):
    """For how many days no marketing goes to the person, and why."""

    days: Annotated[int, Field(ge=1, le=PAUSE_DAYS_MAX)]
    reason: Text = ""


@router.get("/{pid}/segments")
def segments_of_person(
    here: Here, now: Now, long: Long, pid: Pid, part: Part
) -> Listing[SegmentHeld]:
    """Every segment, and whether the person is in it now."""
    with long.long():
        found = people_segments.segments_of_person(here.ground, pid, now)
    return part.of(found, attrgetter("id"))


@router.put("/{pid}/traits/{name}")
def tell_trait(
    here: Here, actor: Actor, now: Now, pid: Pid, name: Name, told: TraitTold
) -> TraitShown:
    """Write down what the person told somebody of the shop; it prevails over what was known."""
    with here.store.write() as conn:
        people_traits.tell(conn, pid, name, told.value, actor=actor, now=now)
        known = people_view.show(conn, pid, now).traits
    return next(one for one in known if one.name == name)


@router.delete("/{pid}/traits/{name}", status_code=204)
def forget_trait(here: Here, actor: Actor, now: Now, pid: Pid, name: Name) -> None:
    """Take a trait away; what comes in later may tell it again."""
    with here.store.write() as conn:
        people_traits.forget(conn, pid, name, actor=actor, now=now)


@router.get("/{pid}/wishes")
def wishes_of_person(here: Here, now: Now, pid: Pid) -> Wishes:
    """How the person wishes to hear, and until when marketing is paused."""
    with here.store.read() as conn:
        return people_rest.wished_by(conn, pid, now)


@router.put("/{pid}/pause")
def pause_marketing(here: Here, actor: Actor, now: Now, pid: Pid, asked: PauseAsked) -> Wishes:
    """Send the person no marketing for a while; service messages go on."""
    with here.store.write() as conn:
        return people_rest.pause(conn, pid, asked.days, reason=asked.reason, actor=actor, now=now)


@router.delete("/{pid}/pause")
def resume_marketing(here: Here, actor: Actor, now: Now, pid: Pid) -> Wishes:
    """End a pause early."""
    with here.store.write() as conn:
        return people_rest.resume(conn, pid, actor=actor, now=now)
