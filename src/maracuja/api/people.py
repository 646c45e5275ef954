"""People over HTTP: found, shown, explained, merged, erased; their consents and suppressions."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from maracuja.api.answers import ID_MAX, Language, Limit, Listing, Moment, Name, Part, Pid, Word
from maracuja.api.here import Actor, Here, Long, Now, managing
from maracuja.channels import BY_NAME
from maracuja.errors import NotFound
from maracuja.model import ConsentState, micros
from maracuja.runtime import orders, people_by_hand, people_view, people_why
from maracuja.runtime.export_person import export_person
from maracuja.runtime.exposures import first_decided
from maracuja.runtime.people_view import Brief, ConsentShown, PersonShown, SuppressionShown
from maracuja.runtime.people_why import EventShown, Why
from maracuja.store import audit
from maracuja.store import people as people_store

router = managing("/people", "people")
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
Id = Annotated[str, Field(min_length=1, max_length=64, pattern="^[a-z0-9_-]+$")]


class ConsentGiven(BaseModel):
    """What the person said about a topic on a channel; an opt-in needs its source."""

    topic: Id
    channel: Id
    state: Literal["opted_in", "opted_out", "pending", "soft"]
    source: Text = ""
    at: Moment | None = None
    text_version: Text = ""
    language: Text = ""


class SuppressionAsked(BaseModel):
    """Stop writing to the person's address on this channel, and why."""

    channel: Id
    reason: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
    marketing_only: bool = False


class MergeAsked(BaseModel):
    """The person who turned out to be the one of the path: their number is given up."""

    loser: Annotated[int, Field(ge=1, le=ID_MAX)]


class Merged(BaseModel):
    """The number that stays."""

    pid: int


class Lifted(BaseModel):
    """How many suppressions went."""

    suppressions: int


class Ordered(BaseModel):
    """A wish that the worker obeys; its result is at /api/commands/{command}."""

    command: int


@router.get("")
def search_people(
    here: Here,
    part: Part,
    who: Annotated[Word, Query(description="An identity, or pid:<number>.")] = "",
) -> Listing[Brief]:
    """Who is recognised by this text; without one, everybody by number."""
    by_number = attrgetter("pid")
    with here.store.read() as conn:
        if who:
            found = people_view.matches(conn, who, here.config.shop.country)
            return part.of(people_view.briefs(conn, found), by_number)
        after = part.behind(int) or 0
        return part.page(people_view.page(conn, after, part.limit + 1), by_number)


@router.get("/{pid}")
def show_person(here: Here, now: Now, pid: Pid) -> PersonShown:
    """Everything that is known about a person, and how far it can be trusted."""
    with here.store.read() as conn:
        return people_view.show(conn, pid, now)


@router.get("/{pid}/why")
def why_person(
    here: Here,
    now: Now,
    long: Long,
    pid: Pid,
    campaign: Annotated[str | None, Query(pattern="^[a-z0-9_-]{1,64}$")] = None,
    language: Language = "en",
    limit: Limit = 100,
) -> Why:
    """Why they did, or did not, get messages, in words."""
    with long.long():
        return people_why.why(
            here.ground, pid, now, campaign=campaign, language=language, rows_max=limit
        )


@router.get("/{pid}/events")
def events_of_person(
    here: Here, now: Now, long: Long, pid: Pid, part: Part
) -> Listing[EventShown]:
    """What they did lately, newest first."""
    with long.long():
        return part.of(
            people_why.recent(here.ground, pid, now, rows_max=part.reach), attrgetter("message_id")
        )


@router.post("/{pid}/merge")
def merge_people(here: Here, actor: Actor, now: Now, pid: Pid, asked: MergeAsked) -> Merged:
    """Make two people one, for good."""
    exposures = first_decided(here.store, here.lake_root, here.clock.now)
    with here.store.write() as conn:
        kept = people_by_hand.merge(
            conn, pid, asked.loser, exposures=exposures, actor=actor, now=now
        )
        return Merged(pid=kept)


@router.delete("/{pid}", status_code=202)
def erase_person(here: Here, actor: Actor, now: Now, pid: Pid) -> Ordered:
    """Ask the worker to forget a person everywhere; the result holds the certificate."""
    with here.store.write() as conn:
        return Ordered(command=orders.ask_erasure(conn, pid, now, actor=actor))


@router.get("/{pid}/export")
def export_of_person(
    here: Here, actor: Actor, now: Now, long: Long, pid: Pid, language: Language = "en"
) -> dict[str, Any]:
    """Everything that is kept about a person, for them to have."""
    with long.long():
        found = export_person(here.ground, pid, now, language=language)
    with here.store.write() as conn:
        audit.add(conn, micros(now), actor, "export", f"person:{pid}")
    return found


@router.get("/{pid}/consents")
def consents_of_person(here: Here, pid: Pid, part: Part) -> Listing[ConsentShown]:
    """The ledger: every word, the last of each topic and channel is in force."""
    with here.store.read() as conn:
        return part.of(
            people_view.said(conn, people_store.get(conn, pid).pid),
            attrgetter("topic", "channel", "at"),
        )


@router.post("/{pid}/consents")
def add_consent(here: Here, actor: Actor, now: Now, pid: Pid, given: ConsentGiven) -> ConsentShown:
    """Write down what a person said elsewhere."""
    _check_channel(given.channel)
    with here.store.write() as conn:
        return people_by_hand.say_consent(
            conn,
            pid,
            given.topic,
            given.channel,
            ConsentState[given.state.upper()],
            source=given.source,
            actor=actor,
            now=now,
            at=given.at,
            text_version=given.text_version,
            language=given.language,
        )


@router.get("/{pid}/suppressions")
def suppressions_of_person(
    here: Here, now: Now, pid: Pid, part: Part
) -> Listing[SuppressionShown]:
    """Which of the person's addresses are not written to, and why."""
    with here.store.read() as conn:
        return part.of(
            list(people_view.show(conn, pid, now).suppressions), attrgetter("channel", "scope")
        )


@router.post("/{pid}/suppressions")
def add_suppression(
    here: Here, actor: Actor, now: Now, pid: Pid, asked: SuppressionAsked
) -> list[SuppressionShown]:
    """Stop writing to an address of the person, until it is lifted."""
    with here.store.write() as conn:
        people_by_hand.suppress(
            conn,
            pid,
            asked.channel,
            salt=here.secrets.suppression_salt,
            reason=asked.reason,
            actor=actor,
            now=now,
            marketing_only=asked.marketing_only,
        )
        return list(people_view.show(conn, pid, now).suppressions)


@router.delete("/{pid}/suppressions/{channel}")
def lift_suppression(here: Here, actor: Actor, now: Now, pid: Pid, channel: Name) -> Lifted:
    """Let the address be written to again."""
    with here.store.write() as conn:
        salt = here.secrets.suppression_salt
        gone = people_by_hand.lift(conn, pid, channel, salt=salt, actor=actor, now=now)
        return Lifted(suppressions=gone)


def _check_channel(channel: str) -> None:
    if channel not in BY_NAME:
        raise NotFound(f"There is no channel `{channel}`.", where="channel")
