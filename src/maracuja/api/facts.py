"""Computed facts over HTTP: what there are, one person's, and reports over everybody."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from maracuja.api.answers import Language, Listing, Name, Part, Pid
from maracuja.api.here import Here, Long, Now, managing
from maracuja.runtime import fact_reports, quality
from maracuja.runtime.fact_reports import Cohort, FactShown, FunnelStep, LeftAt, Shares
from maracuja.runtime.quality import TraitDoubts, TraitQuality
from maracuja.segments.computed import COMPUTED, VISITS_DAYS, Origin
from maracuja.segments.computed_words import called

router = managing("/facts", "facts")
Days = Annotated[int, Query(ge=1, le=VISITS_DAYS)]


class FactNamed(BaseModel):
    """A computed fact, what it is called and its type; `origin` says how we come to know it.

    `of` is what it may be asked of: a category or a product; `needs_of`: nothing else will do.
    """

    name: str
    called: str
    group: str
    origin: Origin
    about: str
    type: str
    of: str
    needs_of: bool


@router.get("")
def list_facts(part: Part, language: Language = "en") -> Listing[FactNamed]:
    """Every computed fact that segments and templates may use."""
    return part.of(
        [
            FactNamed(
                name=name,
                called=called(name, "…" if one.needs_of else "", language),
                group=one.group,
                origin=one.origin,
                about=one.about,
                type=one.kind,
                of=one.of,
                needs_of=one.needs_of,
            )
            for name, one in COMPUTED.items()
        ],
        attrgetter("name"),
    )


@router.get("/people/{pid}")
def facts_of_person(here: Here, now: Now, long: Long, pid: Pid, part: Part) -> Listing[FactShown]:
    """Every computed fact of one person."""
    with long.long():
        return part.of(fact_reports.of_person(here.ground, pid, now), attrgetter("name"))


@router.get("/shares")
def value_shares(
    here: Here, now: Now, long: Long, percent: Annotated[float, Query(gt=0, le=50)] = 10.0
) -> Shares:
    """What the best and the last buyers are worth, and every tenth of them."""
    with long.long():
        return fact_reports.shares(here.ground, now, percent=percent)


@router.get("/cohorts")
def order_cohorts(
    here: Here,
    now: Now,
    long: Long,
    part: Part,
    months: Annotated[int, Query(ge=1, le=fact_reports.MONTHS_MAX)] = 12,
) -> Listing[Cohort]:
    """Who came back in the months after their first order."""
    with long.long():
        return part.of(fact_reports.cohorts(here.ground, now, months=months), attrgetter("month"))


@router.get("/funnel")
def order_funnel(
    here: Here, now: Now, long: Long, part: Part, days: Days = 30
) -> Listing[FunnelStep]:
    """How far people came on the way to an order."""
    with long.long():
        return part.of(fact_reports.funnel(here.ground, now, days=days), attrgetter("step"))


@router.get("/next")
def steps_after_leaving(
    here: Here, now: Now, long: Long, part: Part, days: Days = 90, within_days: Days = 14
) -> Listing[LeftAt]:
    """What people who did not buy do next."""
    with long.long():
        return part.of(
            fact_reports.next_steps(here.ground, now, days=days, within_days=within_days),
            attrgetter("step"),
        )


@router.get("/quality")
def quality_of_traits(here: Here, now: Now, long: Long, part: Part) -> Listing[TraitQuality]:
    """How complete, valid, fresh and agreed upon each trait is, and what to do about it."""
    with long.long():
        return part.of(quality.report(here.ground, now), attrgetter("name"))


@router.get("/quality/{trait}")
def quality_of_trait(here: Here, now: Now, long: Long, trait: Name) -> TraitDoubts:
    """One trait, and some of the people of whom it may be wrong."""
    with long.long():
        return quality.of_trait(here.ground, trait, now)
