"""The team over HTTP: who works here, and what they may."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel, Field

from maracuja.api.answers import ID_MAX, Listing, Part
from maracuja.api.guard import has_session, present
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.api.letters import Letters
from maracuja.runtime import second_factors
from maracuja.runtime.access import Area, Level, Role, rights
from maracuja.runtime.team_letter_words import Changed
from maracuja.runtime.team_members import MemberShown

router = managing("/team", "team")
Number = Annotated[int, Path(ge=1, le=ID_MAX, description="The member's number.")]
Rights = dict[Area, Annotated[Level, Field(description="0 nothing, 1 see, 2 change")]]


class Invited(BaseModel):
    """Somebody to work here; `rights` where they differ from the role's."""

    email: Annotated[str, Field(max_length=300)]
    role: Role
    name: Annotated[str, Field(max_length=100)] = ""
    rights: Rights = Field(default_factory=dict)


class MemberChange(BaseModel):
    """What is to be otherwise; null stays as it is."""

    role: Role | None = None
    rights: Rights | None = None
    off: bool | None = None
    name: Annotated[str, Field(max_length=100)] | None = None


class FactorRequired(BaseModel):
    """Whether everybody who works here has to have a second factor."""

    required: bool


class TeamRules(BaseModel):
    """Whether everybody has to have a second factor, and what each role may unless said else."""

    second_factor: bool
    roles: dict[Role, dict[Area, Level]]


class Invitation(BaseModel):
    """What somebody chooses a password with, within a week: give it to them alone."""

    token: str


@router.get("")
def team_members(here: Here, part: Part) -> Listing[MemberShown]:
    """Everybody who works here."""
    return part.of(here.team.members(), attrgetter("id"))


@router.post("", status_code=201)
def invite_member(here: Here, actor: Actor, now: Now, asked: Invited) -> Invitation:
    """Put somebody on the team."""
    token = here.team.invite(
        asked.email, asked.role, now, actor, name=asked.name, own=asked.rights
    )
    return Invitation(token=token)


@router.get("/rules")
def team_rules(here: Here) -> TeamRules:
    """What holds for everybody who works here, and what each role may."""
    with here.store.read() as conn:
        required = second_factors.is_required(conn)
    return TeamRules(second_factor=required, roles={role: rights(role, {}) for role in Role})


@router.put("/second-factor")
def require_second_factor(
    request: Request, here: Here, actor: Actor, now: Now, asked: FactorRequired
) -> FactorRequired:
    """Ask everybody for a second factor, at once: whoever has none is led to set it up."""
    who = present(request, here) if has_session(request, here) else None
    second_factors.require(here.store, asked.required, now, actor, who=who)
    return asked


@router.post("/{number}/invitation")
def invite_member_again(here: Here, actor: Actor, now: Now, number: Number) -> Invitation:
    """A new invitation, also for who has forgotten the password."""
    return Invitation(token=here.team.invite_again(number, now, actor))


@router.patch("/{number}")
def change_member(
    here: Here, actor: Actor, now: Now, number: Number, changed: MemberChange
) -> MemberShown:
    """Change role, rights or name, or let somebody in no more: at once."""
    return here.team.change(
        number, now, actor, role=changed.role, own=changed.rights, off=changed.off,
        name=changed.name,
    )  # fmt: skip


@router.delete("/{number}/second-factor", status_code=204)
def drop_member_factor(
    here: Here, actor: Actor, now: Now, letters: Letters, number: Number
) -> None:
    """Ask no more codes of somebody who has lost the telephone and the codes for recovery.

    Where everybody has to have a second factor, they set up a new one when they log in.
    """
    here.team.drop_factor(number, now, actor)
    letters.tell(Changed.NO_FACTOR, number, actor)


@router.delete("/{number}", status_code=204)
def remove_member(here: Here, actor: Actor, now: Now, number: Number) -> None:
    """Take somebody off the team."""
    here.team.remove(number, now, actor)
