"""The list of segments over HTTP, and how large each was over time."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Query

from maracuja.api.answers import Listing, Name, Part, Word
from maracuja.api.here import Here, Now, managing
from maracuja.runtime import segment_sizes
from maracuja.runtime.segment_sizes import DaySize, SegmentListed

Tongue = Annotated[str, Query(pattern="^(en|ru|uk|mn)$", description="en, ru, uk or mn.")]
router = managing("/segments", "segments")


@router.get("")
def list_segments(
    here: Here, part: Part, words: Word = "", language: Tongue = "en"
) -> Listing[SegmentListed]:
    """The segments by name, in plain words, with their last size and who names them."""
    with here.store.read() as conn:
        found = segment_sizes.listed(conn, words=words, language=language)
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
