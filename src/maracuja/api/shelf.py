"""Campaigns in order over HTTP: listed, copied, archived, labelled, noted, sent to oneself."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Response
from pydantic import BaseModel, Field

from maracuja.api.answers import Listing, Moment, Name, Part, Word
from maracuja.api.here import Actor, Here, Long, Now, managing
from maracuja.campaigns.decoding import plain
from maracuja.model import micros
from maracuja.runtime import calendar_work, growth, marking, send_to_me
from maracuja.runtime.calendar_work import Calendar
from maracuja.runtime.growth import Growth, Step
from maracuja.runtime.marking import CampaignListed, NoteShown
from maracuja.runtime.send_to_me import SentToMe
from maracuja.store import audit

campaigns_router = managing("/campaigns", "campaigns")
shelf_router = managing("/shelf", "campaigns")
calendar_router = managing("/calendar", "campaigns")
growth_router = managing("/growth", "people")
DAYS: Final = 28
Text = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")]
Label = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]
Id = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")]


class Copied(BaseModel):
    """The id of the copy and its name; `texts` copies the templates too."""

    id: Id
    name: Text = ""
    texts: bool = False


class Labels(BaseModel):
    """Labels to put on and to take off."""

    add: list[Label] = Field(default_factory=list, max_length=20)
    remove: list[Label] = Field(default_factory=list, max_length=20)


class Written(BaseModel):
    """A note."""

    text: Text


class ToMe(BaseModel):
    """One's own addresses; `reader`: as whom it is written."""

    to: Annotated[list[Text], Field(min_length=1, max_length=10)]
    reader: Text = ""
    variant: Text = ""
    language: Annotated[str, Field(pattern="^([a-z]{2})?$")] = ""


@shelf_router.get("")
def list_campaigns(
    here: Here, part: Part, label: Word = "", words: Word = "", archived: bool = False
) -> Listing[CampaignListed]:
    """The campaigns, the latest changed first; those in the archive apart."""
    with here.store.read() as conn:
        return part.of(
            marking.campaigns(conn, label=label, archived=archived, words=words), attrgetter("id")
        )


@campaigns_router.post("/{name}/clone")
def clone_campaign(
    here: Here, actor: Actor, now: Now, name: Name, copied: Copied
) -> list[dict[str, Any]]:
    """Copy it under a new id; the definitions that were made."""
    with here.store.write() as conn:
        made = marking.clone(
            conn, name, copied.id, now, actor, title=copied.name, texts=copied.texts
        )
    return [plain(one) for one in made]


@campaigns_router.post("/{name}/archive", status_code=204)
def archive_campaign(here: Here, actor: Actor, now: Now, name: Name) -> None:
    """Put it away: it is listed no more and cannot be launched."""
    with here.store.write() as conn:
        marking.archive(conn, name, actor, now)


@campaigns_router.delete("/{name}/archive", status_code=204)
def fetch_campaign_back(here: Here, actor: Actor, now: Now, name: Name) -> None:
    """Take it out of the archive."""
    with here.store.write() as conn:
        marking.fetch_back(conn, name, actor, now)


@campaigns_router.post("/{name}/labels")
def label_campaign(here: Here, actor: Actor, now: Now, name: Name, given: Labels) -> list[str]:
    """Put labels on it and take others off; those it has now."""
    with here.store.write() as conn:
        return marking.label(conn, name, given.add, given.remove, now, actor)


@campaigns_router.get("/{name}/notes")
def campaign_notes(here: Here, name: Name, part: Part) -> Listing[NoteShown]:
    """What was written about it, newest first."""
    with here.store.read() as conn:
        return part.of(marking.notes(conn, name), attrgetter("number"))


@campaigns_router.post("/{name}/notes")
def write_campaign_note(
    here: Here, actor: Actor, now: Now, name: Name, written: Written
) -> NoteShown:
    """Write something about it for the others."""
    with here.store.write() as conn:
        return marking.note(conn, name, written.text, actor, now)


@campaigns_router.post("/{name}/send-to-me")
def send_campaign_to_me(
    here: Here, actor: Actor, now: Now, long: Long, name: Name, asked: ToMe
) -> list[SentToMe]:
    """Send every text of it to these addresses at once; nothing is recorded."""
    with long.long():
        sent = send_to_me.send(
            here.ground, here.vendors, name, asked.to, now,
            reader=asked.reader, variant=asked.variant, language=asked.language,
        )  # fmt: skip
    with here.store.write() as conn:
        audit.add(conn, micros(now), actor, "send_to_me", f"campaign:{name}")
    return sent


_FORMS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": Calendar,
        "description": "The calendar, or the same for other calendars.",
        "content": {"text/calendar": {"schema": {"type": "string"}}},
    }
}


@calendar_router.get("", response_model=Calendar, responses=_FORMS)
def sending_calendar(
    here: Here,
    now: Now,
    long: Long,
    since: Moment | None = None,
    until: Moment | None = None,
    overlaps: bool = False,
    form: Literal["json", "ics"] = "json",
) -> Calendar | Response:
    """All sendings of some days: sent, under way, to come; with `overlaps`, who is due several."""
    start = since or now - timedelta(days=7)
    end = until or start + timedelta(days=DAYS)
    with long.long():
        found = calendar_work.calendar(here.ground, start, end, now, overlaps=overlaps)
    if form == "ics":
        text = calendar_work.as_ics(found, here.config.shop.name, now)
        return Response(text, media_type="text/calendar")
    return found


@growth_router.get("/{topic}")
def growth_of_topic(
    here: Here,
    now: Now,
    long: Long,
    topic: Name,
    channel: Annotated[str, Query(max_length=64, pattern="^[a-z0-9_/-]+$")] = "email",
    since: Moment | None = None,
    step: Step = "week",
) -> Growth:
    """How many may be written to, whence they came, what that cost, and why others went."""
    start = since or now - timedelta(days=90)
    with long.long():
        return growth.growth(here.ground, topic, channel, start, now, step=step)
