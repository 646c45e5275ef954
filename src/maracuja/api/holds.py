"""What keeps marketing back over HTTP: what is open of people, and what they want no more of."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from maracuja.api.answers import Listing, Part, Pid
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.campaigns.categories import CHARS_MAX
from maracuja.runtime import holds_view, silencing
from maracuja.runtime.holds_view import HoldShown, RuleShown, SilencedShown

router = managing("/holds", "holds")
CategoryName = Annotated[str, Field(min_length=1, max_length=CHARS_MAX, pattern=r"^[^\x00]*$")]


class ReleaseAsked(BaseModel):
    """Which rule, and of what: all that is open of it where no `key` is given."""

    rule: Annotated[str, Field(pattern="^[a-z0-9_-]{1,64}$")]
    key: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] | None = None


class Released(BaseModel):
    """How many were closed."""

    released: int


class SilenceAsked(BaseModel):
    """A category such as `fishing > rods`, of which the person wants to hear nothing."""

    category: CategoryName


@router.get("")
def list_held(here: Here, now: Now, part: Part) -> Listing[HoldShown]:
    """Whatever is open now."""
    with here.store.read() as conn:
        return part.of(
            holds_view.now_held(conn, now, rows_max=part.reach), attrgetter("pid", "hold", "key")
        )


@router.get("/rules")
def list_hold_rules(here: Here, part: Part) -> Listing[RuleShown]:
    """The rules in force."""
    with here.store.read() as conn:
        return part.of(holds_view.rules(conn), attrgetter("id"))


@router.get("/people/{pid}")
def holds_of_person(here: Here, now: Now, pid: Pid, part: Part) -> Listing[HoldShown]:
    """Everything of one person, also what is over."""
    with here.store.read() as conn:
        return part.of(holds_view.of_person(conn, pid, now), attrgetter("hold", "key"))


@router.post("/people/{pid}/release")
def release_person(here: Here, actor: Actor, now: Now, pid: Pid, asked: ReleaseAsked) -> Released:
    """Let go of a person whose matter is settled."""
    with here.store.write() as conn:
        done = holds_view.release(conn, pid, asked.rule, key=asked.key, actor=actor, now=now)
        return Released(released=done)


@router.get("/people/{pid}/silenced")
def silenced_of_person(here: Here, pid: Pid, part: Part) -> Listing[SilencedShown]:
    """What a person wants to hear nothing about."""
    with here.store.read() as conn:
        return part.of(holds_view.silenced_by(conn, pid), attrgetter("category"))


@router.post("/people/{pid}/silenced")
def silence_category(
    here: Here, actor: Actor, now: Now, pid: Pid, asked: SilenceAsked
) -> list[SilencedShown]:
    """Write a person nothing more about a category."""
    with here.store.write() as conn:
        silencing.silence(conn, pid, asked.category, source="api", actor=actor, now=now)
        return holds_view.silenced_by(conn, pid)


@router.delete("/people/{pid}/silenced")
def hear_category_again(
    here: Here, actor: Actor, now: Now, pid: Pid, category: Annotated[CategoryName, Query()]
) -> list[SilencedShown]:
    """Let a person hear about a category again."""
    with here.store.write() as conn:
        silencing.lift(conn, pid, category, actor=actor, now=now)
        return holds_view.silenced_by(conn, pid)
