"""People's rights over HTTP: requests with their clock, objections to profiling."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field

from maracuja.api.answers import ID_MAX, Listing, Moment, Part, Pid
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.decisions.law import Right
from maracuja.model import moment
from maracuja.runtime import law_clock, rights_work
from maracuja.runtime.orders import ERASE
from maracuja.runtime.rights_work import RequestShown
from maracuja.store import commands

router = managing("/rights", "rights")
Number = Annotated[int, Path(ge=1, le=ID_MAX, description="The request's number.")]
Text = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]


class RequestTaken(BaseModel):
    """What a person asks for, and how and when it came (now)."""

    pid: Annotated[int, Field(ge=1, le=ID_MAX)]
    right: Right
    source: Text = ""
    received: Moment | None = None


class OutcomeGiven(BaseModel):
    """What was done, in a few words without personal data; an erasure needs none."""

    outcome: Text = ""


class ReasonGiven(BaseModel):
    """Why, in a few words that the person is told."""

    reason: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]


class ErasureShown(BaseModel):
    """An erasure: `pid` was the person's number, `certificate` says what was removed.

    `fault` is why it could not be done.
    """

    id: int
    pid: int
    asked: datetime
    done: datetime | None
    certificate: dict[str, Any] | None
    fault: str


class ObjectionMade(BaseModel):
    """Where the person said so."""

    source: Text = ""


class Objects(BaseModel):
    """Whether the person objects to profiling; `changed`: by this call."""

    pid: int
    objects: bool
    changed: bool


@router.get("")
def list_requests(
    here: Here,
    now: Now,
    part: Part,
    every: Annotated[bool, Query(description="Closed ones too.")] = False,
) -> Listing[RequestShown]:
    """The open requests, those due first in front."""
    with here.store.read() as conn:
        return part.of(rights_work.listed(conn, now, every=every), attrgetter("id"))


@router.post("", status_code=201)
def take_down_request(here: Here, actor: Actor, now: Now, asked: RequestTaken) -> RequestShown:
    """Take down a request; its clock is that of the law of the person's country."""
    with here.store.write() as conn:
        return rights_work.take_down(
            conn,
            asked.pid,
            asked.right,
            country=here.config.shop.country,
            source=asked.source,
            actor=actor,
            now=now,
            received=asked.received,
        )


@router.get("/reminders")
def reminders(here: Here, part: Part) -> Listing[str]:
    """What is due soon, in words: requests to answer and breaches to report."""
    with here.store.read() as conn:
        return part.of(law_clock.board(conn), str)


@router.get("/erasures")
def erasures(here: Here, part: Part) -> Listing[ErasureShown]:
    """Who was forgotten, by number alone, newest first; with the certificate once it is done."""
    before = part.behind(int) or ID_MAX
    with here.store.read() as conn:
        found = commands.named(conn, ERASE, before=before, rows_max=part.limit + 1)
    lines = [
        ErasureShown(
            id=one.id,
            pid=one.args["pid"],
            asked=moment(one.at_us),
            done=None if one.done_us is None else moment(one.done_us),
            certificate=(one.result or {}).get("certificate"),
            fault=(one.result or {}).get("message", ""),
        )
        for one in found
    ]
    return part.page(lines, attrgetter("id"))


@router.get("/{number}")
def show_request(here: Here, now: Now, number: Number) -> RequestShown:
    """A request: its clock, its rule, and who did what."""
    with here.store.read() as conn:
        return rights_work.show(conn, number, now)


@router.post("/{number}/answer")
def answer_request(
    here: Here, actor: Actor, now: Now, number: Number, given: OutcomeGiven
) -> RequestShown:
    """Grant a request; an erasure is asked of the worker."""
    with here.store.write() as conn:
        return rights_work.answer(conn, number, actor=actor, now=now, outcome=given.outcome)


@router.post("/{number}/refuse")
def refuse_request(
    here: Here, actor: Actor, now: Now, number: Number, given: ReasonGiven
) -> RequestShown:
    """Refuse a request, with its reason."""
    with here.store.write() as conn:
        return rights_work.refuse(conn, number, given.reason, actor=actor, now=now)


@router.post("/{number}/extend")
def extend_request(
    here: Here, actor: Actor, now: Now, number: Number, given: ReasonGiven
) -> RequestShown:
    """Take the longer time that the law leaves, once."""
    with here.store.write() as conn:
        return rights_work.extend(conn, number, given.reason, actor=actor, now=now)


@router.post("/{number}/withdraw")
def withdraw_request(here: Here, actor: Actor, now: Now, number: Number) -> RequestShown:
    """The person takes a request back."""
    with here.store.write() as conn:
        return rights_work.withdraw(conn, number, actor=actor, now=now)


@router.put("/objections/{pid}")
def object_to_profiling(
    here: Here, actor: Actor, now: Now, pid: Pid, made: ObjectionMade
) -> Objects:
    """Note that a person objects to profiling."""
    with here.store.write() as conn:
        country = here.config.shop.country
        new = rights_work.object_to_profiling(
            conn, pid, country=country, source=made.source, actor=actor, now=now
        )
    return Objects(pid=pid, objects=True, changed=new)


@router.delete("/objections/{pid}")
def allow_profiling(here: Here, actor: Actor, now: Now, pid: Pid) -> Objects:
    """Take a person's objection back, by their own word."""
    with here.store.write() as conn:
        changed = rights_work.allow_profiling(conn, pid, actor=actor, now=now)
    return Objects(pid=pid, objects=False, changed=changed)
