"""The law over HTTP: rule sets, the record of processing, retention, proofs, breaches."""

from __future__ import annotations

from operator import attrgetter, itemgetter
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Path, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from maracuja.api.answers import ID_MAX, Language, Listing, Moment, Part
from maracuja.api.here import Actor, Here, Long, Now, Shown, managing
from maracuja.decisions.law_sets import LAWS
from maracuja.errors import NotFound
from maracuja.runtime import breach_words, breach_work, processing_record, retention_work
from maracuja.runtime.breach_work import BreachShown
from maracuja.runtime.law_in_force import declaration
from maracuja.runtime.message_proof import Proof, prove
from maracuja.runtime.processing_record import ProcessingRecord
from maracuja.runtime.retention_work import Kept

router = managing("/law", "law")
Number = Annotated[int, Path(ge=1, le=ID_MAX, description="The breach's number.")]
Text = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]
To = Literal["authority", "people"]
Form = Literal["json", "html"]
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}}
}
_UNSEEN = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


class BreachNoted(BaseModel):
    """What happened, when it was noticed (now), of whom: a segment, or all of a time."""

    what: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
    noticed: Moment | None = None
    since: Moment | None = None
    until: Moment | None = None
    data: Text = ""
    segment: Annotated[str, Field(max_length=64, pattern="^[a-z0-9_-]*$")] = ""
    measures: Text = ""


class TellingDone(BaseModel):
    """Who was told."""

    to: To


class MeasuresTaken(BaseModel):
    """What was done about it."""

    measures: Text = ""


class Draft(BaseModel):
    """A text for a person to look at and send."""

    text: str


@router.get("/sets")
def law_sets(here: Here, part: Part) -> Listing[dict[str, Any]]:
    """The rule sets, each rule with its source. It is no legal advice."""
    found: list[dict[str, Any]] = msgspec.to_builtins(LAWS, str_keys=True)
    return part.of(found, itemgetter("id"))


@router.get("/sets/{law}")
def law_set(
    law: Annotated[str, Path(max_length=20, pattern="^[a-z]+$", description="Its id.")],
) -> dict[str, Any]:
    """One rule set."""
    for one in LAWS:
        if one.id == law:
            found: dict[str, Any] = msgspec.to_builtins(one, str_keys=True)
            return found
    raise NotFound(f"There is no law `{law}`.")


@router.get("/record", response_model=ProcessingRecord, responses=_PAGE)
def record_of_processing(
    here: Here, now: Now, pages: Shown, form: Form = "json", language: Language = "en"
) -> Any:
    """Who gets what, where, for what and for how long; as JSON or as a page."""
    found = processing_record.record(here.store, here.config, now)
    if form == "html":
        return HTMLResponse(pages.record(found, language), headers=_UNSEEN)
    return found


@router.get("/retention")
def retention(here: Here, now: Now, part: Part) -> Listing[Kept]:
    """For how long each kind of data is kept, and the oldest there is."""
    return part.of(retention_work.report(here.store, here.config, now), attrgetter("kind"))


@router.get("/proof/{message}", response_model=Proof, responses=_PAGE)
def proof_of_message(
    here: Here,
    now: Now,
    long: Long,
    pages: Shown,
    message: Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$", description="Its id.")],
    form: Form = "json",
    language: Language = "en",
) -> Any:
    """The exact text, the consent at that second, the decision and the delivery of a message."""
    with long.long():
        found = prove(here.ground, message, now)
    if form == "html":
        return HTMLResponse(pages.proof(found, language), headers=_UNSEEN)
    return found


@router.get("/breaches")
def list_breaches(here: Here, now: Now, part: Part) -> Listing[BreachShown]:
    """All breaches, the newest first."""
    with here.store.read() as conn:
        return part.of(breach_work.listed(conn, now), attrgetter("id"))


@router.post("/breaches", status_code=201)
def note_breach(here: Here, actor: Actor, now: Now, noted: BreachNoted) -> BreachShown:
    """Note a breach; its clock runs from the moment at which it was noticed."""
    with here.store.write() as conn:
        return breach_work.note(
            conn,
            noted.what,
            actor=actor,
            now=now,
            noticed=noted.noticed,
            since=noted.since,
            until=noted.until,
            data=noted.data,
            scope=noted.segment,
            measures=noted.measures,
        )


@router.get("/breaches/{number}")
def show_breach(here: Here, now: Now, number: Number) -> BreachShown:
    """A breach: its clock, its people, and who did what."""
    with here.store.read() as conn:
        return breach_work.show(conn, number, now)


@router.post("/breaches/{number}/count")
def count_breach(here: Here, actor: Actor, now: Now, long: Long, number: Number) -> BreachShown:
    """Count the people; the clock becomes that of the strictest of their laws."""
    with long.long():
        return breach_work.count(here.ground, number, actor=actor, now=now)


@router.post("/breaches/{number}/told")
def breach_told(
    here: Here, actor: Actor, now: Now, number: Number, told: TellingDone
) -> BreachShown:
    """Note that the authority, or the people, have been told."""
    with here.store.write() as conn:
        return breach_work.report(conn, number, to=told.to, actor=actor, now=now)


@router.post("/breaches/{number}/close")
def close_breach(
    here: Here, actor: Actor, now: Now, number: Number, taken: MeasuresTaken
) -> BreachShown:
    """Close a breach, with what was done about it."""
    with here.store.write() as conn:
        return breach_work.close(conn, number, taken.measures, actor=actor, now=now)


@router.get("/breaches/{number}/text")
def text_of_breach(
    here: Here,
    now: Now,
    number: Number,
    to: To,
    law: Annotated[str, Query(max_length=20, pattern="^[a-z]*$")] = "",
    language: Language = "en",
) -> Draft:
    """A draft of what the authority, or the people, are told; nothing is sent."""
    with here.store.read() as conn:
        leak = breach_work.show(conn, number, now)
        controller = declaration(conn).controller
    named = law or next(iter(leak.laws), "")
    shop = here.config.shop.name
    return Draft(text=breach_words.text(leak, to, named, controller, shop, language))
