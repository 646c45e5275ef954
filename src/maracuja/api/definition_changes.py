"""What differs between two versions of a definition, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from maracuja.api.answers import Listing, Name, Part
from maracuja.api.definitions import Kind
from maracuja.api.here import Here, managing
from maracuja.runtime import definition_changes
from maracuja.runtime.definition_changes import Change

router = managing("/definitions", "definitions")
Number = Annotated[int, Query(ge=1, le=2**31 - 1)]


@router.get("/{kind}/{name}/changes")
def changes_of_definition(
    here: Here, part: Part, kind: Kind, name: Name, old: Number, new: Number
) -> Listing[Change]:
    """What the version `new` changed since `old`, place by place."""
    with here.store.read() as conn:
        found = definition_changes.between(conn, kind, name, old, new)
    return part.of(found, lambda one: one.place)
