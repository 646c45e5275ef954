"""What the data have shown, over HTTP: traits and properties, events put aside, the catalogue."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from maracuja.api.answers import ID_MAX, Listing, Part, Word
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.model import Discovery, Privacy, micros, moment
from maracuja.runtime.projection import Projection
from maracuja.store import audit, discovered, products, refused

router = managing("", "data")
BODY_SHOWN = 4_000
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class Discovered(BaseModel):
    """A trait, a property of an event or a part of the context, as it was first seen and since."""

    scope: str
    event: str
    name: str
    type: str
    first_seen: datetime
    last_seen: datetime
    seen: int
    samples: list[Any]
    privacy: str


class PrivacySet(BaseModel):
    """How careful to be with a name from now on."""

    scope: Literal["trait", "property", "context"]
    event: Text = ""
    name: Text
    privacy: Literal["public", "personal", "sensitive"]


class RefusedEvent(BaseModel):
    """An event put aside with its reason; `body` can be sent to /v1/batch as it is."""

    id: int
    at: datetime
    call: str
    key_kind: str
    code: str
    reason: str
    place: str
    body: str
    replayed: datetime | None


class ReplayAsked(BaseModel):
    """The numbers of the events to put into the inbox again; empty: the newest 1,000 that wait."""

    numbers: list[Annotated[int, Field(ge=1, le=ID_MAX)]] = Field(
        default_factory=list, max_length=1000
    )


class Replayed(BaseModel):
    """How many events go their way again; what is refused again is put aside again."""

    events: int


class ProductShown(BaseModel):
    """A product; `price` in minor units of `currency`."""

    id: str
    title: str
    category: str
    price: int | None
    currency: str
    stock: int | None
    url: str
    picture: str
    gone: bool
    old_price: int | None
    family: str


@router.get("/discovered")
def list_discovered(
    here: Here, part: Part, scope: Literal["trait", "property", "context"] | None = None
) -> Listing[Discovered]:
    """Every trait and property that was ever seen.

    Beyond 2,000 names of a scope, or 2,000 events, all further ones are counted as `(others)`.
    """
    with here.store.read() as conn:
        return part.of(
            [_discovered(one) for one in discovered.every(conn, scope, others=True)],
            attrgetter("scope", "event", "name"),
        )


@router.put("/discovered/privacy")
def set_privacy(here: Here, actor: Actor, now: Now, given: PrivacySet) -> PrivacySet:
    """Say how careful to be with a name: a template may not show what is sensitive."""
    privacy = Privacy[given.privacy.upper()]
    with here.store.write() as conn:
        discovered.set_privacy(conn, given.scope, given.event, given.name, privacy)
        subject = ":".join(filter(None, [given.scope, given.event, given.name]))
        audit.add(conn, micros(now), actor, "set_privacy", subject, given.privacy)
    return given


@router.get("/events/refused")
def list_refused(
    here: Here,
    part: Part,
    every: Annotated[bool, Query(description="Those that were replayed, too.")] = False,
) -> Listing[RefusedEvent]:
    """Events put aside, newest first."""
    before = part.behind(int) or ID_MAX
    with here.store.read() as conn:
        found = refused.newest(conn, waiting=not every, before=before, rows_max=part.limit + 1)
    return part.page([_refused(one) for one in found], attrgetter("id"))


@router.get("/events/refused/counts")
def count_refused(here: Here) -> dict[str, int]:
    """How many events wait, by the reason's code."""
    with here.store.read() as conn:
        return refused.counts(conn)


@router.post("/events/replay")
def replay_events(here: Here, actor: Actor, now: Now, asked: ReplayAsked) -> Replayed:
    """Put events into the inbox again, after what stood against them has been mended."""
    projection = Projection(here.store, here.lake_root, country=here.config.shop.country)
    number = projection.replay(now, asked.numbers or None)
    with here.store.write() as conn:
        audit.add(conn, micros(now), actor, "replay", "events", {"events": number})
    return Replayed(events=number)


@router.get("/products")
def list_products(
    here: Here,
    part: Part,
    words: Annotated[Word, Query(description="Parts of the title, or of the id.")] = "",
    category: Annotated[Word, Query(description="With what is below it.")] = "",
    gone: Annotated[bool | None, Query(description="No longer in the feed, or still.")] = None,
) -> Listing[ProductShown]:
    """The catalogue by id."""
    with here.store.read() as conn:
        found = products.found(
            conn,
            words=words.split(),
            category=category,
            gone=gone,
            after=part.behind(str) or "",
            rows_max=part.limit + 1,
        )
    return part.page([ProductShown(**one._asdict()) for one in found], attrgetter("id"))


@router.get("/products/categories")
def list_categories(here: Here) -> dict[str, int]:
    """How many products are in each category now."""
    with here.store.read() as conn:
        return dict(products.categories(conn))


def _discovered(one: Discovery) -> Discovered:
    return Discovered(
        scope=one.scope,
        event=one.event,
        name=one.name,
        type=one.type.value,
        first_seen=moment(one.first_seen_us),
        last_seen=moment(one.last_seen_us),
        seen=one.seen,
        samples=list(one.samples),
        privacy=one.privacy.name.lower(),
    )


def _refused(one: refused.Refused) -> RefusedEvent:
    return RefusedEvent(
        id=one.id,
        at=moment(one.at_us),
        call=one.call,
        key_kind=one.key_kind,
        code=one.code,
        reason=one.reason,
        place=one.place,
        body=bytes(one.body)[:BODY_SHOWN].decode("utf-8", "replace"),
        replayed=None if one.replayed_us is None else moment(one.replayed_us),
    )
