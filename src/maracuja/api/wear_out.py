"""Whether texts and tactics wear off, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Query, Response

from maracuja.api.here import Here, Long, Now, managing
from maracuja.runtime import measure_wear
from maracuja.stats.wear_out import WearOut

router = managing("/wear-out", "campaigns")
WEAR_SCHEMA, WEAR_PARTS = msgspec.json.schema_components(
    [list[WearOut]], ref_template="#/components/schemas/{name}"
)
_TOLD: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One record for each text and tactic that people got twice.",
        "content": {"application/json": {"schema": WEAR_SCHEMA[0]}},
    }
}
_Id = Annotated[str, Query(max_length=64, pattern="^[a-z0-9_-]*$")]


@router.get("", response_class=Response, responses=_TOLD)
def wear_out(here: Here, now: Now, long: Long, template: _Id = "", tactic: _Id = "") -> Response:
    """The effect of each text and tactic by how often people had got it before."""
    with long.long():
        found = measure_wear.report(here.ground, now, template=template, tactic=tactic)
    return Response(msgspec.json.encode(found), media_type="application/json")
