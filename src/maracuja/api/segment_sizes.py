"""The shelf of segments over HTTP: listed, labelled, archived, and their sizes over time."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Query

from maracuja.api.answers import Language, Listing, Name, Part, Word
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.api.shelf import Labels
from maracuja.runtime import marking, segment_sizes
from maracuja.runtime.segment_sizes import DaySize, SegmentListed

router = managing("/segments", "segments")


@router.get("")
def list_segments(
    here: Here,
    part: Part,
    words: Word = "",
    label: Word = "",
    archived: Annotated[bool | None, Query(description="Only those, or none of them.")] = None,
    language: Language = "en",
) -> Listing[SegmentListed]:
    """The segments by name, in plain words, with their last sizes and who names them."""
    with here.store.read() as conn:
        found = segment_sizes.listed(
            conn, words=words, label=label, archived=archived, language=language
        )
    return part.of(found, lambda one: one.id)


@router.get("/{name}/sizes")
def sizes_of_segment(
    here: Here,
    now: Now,
    part: Part,
    name: Name,
    days: Annotated[int, Query(ge=1, le=800)] = 90,
) -> Listing[DaySize]:
    """How many people it held on each day, oldest first."""
    with here.store.read() as conn:
        found = segment_sizes.sizes(conn, name, (now - timedelta(days=days)).date())
    return part.of(found, lambda one: one.day)


@router.post("/{name}/archive", status_code=204)
def archive_segment(here: Here, actor: Actor, now: Now, name: Name) -> None:
    """Put it away: lists leave it out, and whoever names it goes on doing so."""
    with here.store.write() as conn:
        marking.archive(conn, name, actor, now, kind="segment")


@router.delete("/{name}/archive", status_code=204)
def fetch_segment_back(here: Here, actor: Actor, now: Now, name: Name) -> None:
    """Take it out of the archive."""
    with here.store.write() as conn:
        marking.fetch_back(conn, name, actor, now, kind="segment")


@router.post("/{name}/labels")
def label_segment(here: Here, actor: Actor, now: Now, name: Name, given: Labels) -> list[str]:
    """Put labels on it and take others off; those it has now."""
    with here.store.write() as conn:
        return marking.label(conn, name, given.add, given.remove, now, actor, kind="segment")
