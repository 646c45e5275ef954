"""What the builder of segments suggests, over HTTP: names, and frequent values."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from maracuja.api.answers import Listing, Part, Word
from maracuja.api.here import Here, Long, Now, managing
from maracuja.errors import BadInput
from maracuja.runtime import suggesting
from maracuja.runtime.suggesting import Names, ValueSeen

router = managing("/suggestions", "segments")


@router.get("/names")
def suggested_names(here: Here) -> Names:
    """Traits, events with their properties, facts, topics, segments and campaigns there are."""
    with here.store.read() as conn:
        return suggesting.names(conn)


@router.get("/values")
def suggested_values(
    here: Here,
    now: Now,
    long: Long,
    part: Part,
    trait: Word = "",
    event: Word = "",
    property: Annotated[Word, Query(description="Of `event`; without one, of the context.")] = "",
    holding: Annotated[Word, Query(description="A part of the value.")] = "",
) -> Listing[ValueSeen]:
    """The most frequent values of a trait or a property; none of what is personal."""
    if bool(trait) == bool(property):
        raise BadInput("Give either `trait` or `property`.", where="trait")
    with long.long():
        found = (
            suggesting.trait_values(here.ground, trait, now, holding=holding)
            if trait
            else suggesting.property_values(here.ground, event, property, now, holding=holding)
        )
    return part.of(found, lambda one: one.value)
