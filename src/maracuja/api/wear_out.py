"""Whether texts and tactics wear off, over HTTP."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any

import msgspec
from fastapi import Query, Response

from maracuja.api.answers import Part, listing_schema
from maracuja.api.here import Here, Long, Now, managing
from maracuja.runtime import measure_wear
from maracuja.stats.wear_out import WearOut

router = managing("/wear-out", "campaigns")
WEAR_SCHEMA, WEAR_PARTS = msgspec.json.schema_components(
    [WearOut], ref_template="#/components/schemas/{name}"
)
_TOLD: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One record for each text and tactic that people got twice.",
        "content": {"application/json": {"schema": listing_schema(WEAR_SCHEMA[0])}},
    }
}
_Id = Annotated[str, Query(max_length=64, pattern="^[a-z0-9_-]*$")]


@router.get("", response_class=Response, responses=_TOLD)
def wear_out(
    here: Here, now: Now, long: Long, part: Part, template: _Id = "", tactic: _Id = ""
) -> Response:
    """The effect of each text and tactic by how often people had got it before."""
    with long.long():
        found = measure_wear.report(here.ground, now, template=template, tactic=tactic)
    shown = part.of(found, attrgetter("name", "tactic"))
    body = msgspec.json.encode({"items": shown.items, "next": shown.next})
    return Response(body, media_type="application/json")
