"""Segments over HTTP: checked, counted, sampled, explained for one person."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from maracuja.api.answers import ID_MAX, Language
from maracuja.api.definitions import plain
from maracuja.api.here import Here, Long, Now, Reader, managing
from maracuja.api.said import in_words
from maracuja.errors import BadInput
from maracuja.runtime import people_view, segment_work
from maracuja.runtime.people_view import Brief
from maracuja.runtime.segment_work import SegmentChecked, SegmentCounted, SegmentExplained
from maracuja.segments import check as segment_check
from maracuja.segments.definition import Condition, Segment

router = managing("/segments", "segments")
Who = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]


class Asked(BaseModel):
    """A segment by its id, or bare conditions: one of the two."""

    segment: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""
    where: list[dict[str, Any]] = Field(default_factory=list, max_length=100)

    def conditions(self, conn: Connection) -> list[Condition]:
        """What is asked. Raises BadInput, NotFound, SegmentError."""
        if bool(self.segment) == bool(self.where):
            raise BadInput("Give either `segment` or `where`.", where="segment")
        if self.segment:
            return segment_work.get(conn, self.segment).where
        plain({"where": self.where})
        return segment_check.decode_conditions(self.where)


class CountAsked(Asked):
    """`exact` null: exact for some hundred thousand people, else estimated from a sample."""

    exact: bool | None = None
    sample: Annotated[int, Field(ge=0, le=100)] = 0


class ExplainAsked(Asked):
    """`person`: an external id, e-mail, phone, anonymous id, or pid:<number>."""

    person: Who


class ExplainPeopleAsked(Asked):
    """`people`: a few numbers of people, such as those of a sample."""

    people: list[Annotated[int, Field(ge=1, le=ID_MAX)]] = Field(min_length=1, max_length=10)


class SegmentGiven(BaseModel):
    """A segment as it stands in a file."""

    definition: dict[str, Any]


@router.post("/check")
def check_segment(here: Here, reader: Reader, given: SegmentGiven) -> SegmentChecked:
    """Say a segment in words, and what in it names nothing or does not fit."""
    segment: Segment = segment_check.decode(plain(given.definition))
    with here.store.read() as conn:
        found = segment_work.check(conn, segment)
    return replace(found, faults=tuple(in_words(one, reader) for one in found.faults))


@router.post("/count")
def count_segment(here: Here, now: Now, long: Long, asked: CountAsked) -> SegmentCounted:
    """How many people, with examples where they are asked for."""
    with here.store.read() as conn:
        where = asked.conditions(conn)
    with long.long():
        return segment_work.count(here.ground, where, now, exact=asked.exact, sample=asked.sample)


@router.post("/sample")
def sample_segment(
    here: Here, now: Now, long: Long, asked: Asked, size: Annotated[int, Query(ge=1, le=100)] = 10
) -> list[Brief]:
    """Some people of the segment, the same ones each time."""
    with here.store.read() as conn:
        where = asked.conditions(conn)
    with long.long():
        return segment_work.sample(here.ground, where, now, size)


@router.post("/explain")
def explain_segment(
    here: Here, now: Now, long: Long, asked: ExplainAsked, language: Language = "en"
) -> SegmentExplained:
    """Which conditions one person holds, and on what evidence."""
    with here.store.read() as conn:
        where = asked.conditions(conn)
        pid = people_view.find(conn, asked.person, here.config.shop.country)
    with long.long():
        return segment_work.explain(here.ground, where, pid, now, language=language)


@router.post("/explain-people")
def explain_people(
    here: Here, now: Now, long: Long, asked: ExplainPeopleAsked, language: Language = "en"
) -> list[SegmentExplained]:
    """The same for a few people at once, in the order asked; who is gone is left out."""
    with here.store.read() as conn:
        where = asked.conditions(conn)
    with long.long():
        return segment_work.explain_each(here.ground, where, asked.people, now, language=language)
