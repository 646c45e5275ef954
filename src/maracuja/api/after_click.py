"""Purchases after a click, over HTTP: counts by campaign and channel, no proof of anything."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Query, Response

from maracuja.api.here import Here, Long, Now, managing
from maracuja.runtime import measure_clicks
from maracuja.stats.after_click import AfterClick

router = managing("/after-click", "campaigns")
CLICK_SCHEMA, CLICK_PARTS = msgspec.json.schema_components(
    [list[AfterClick]], ref_template="#/components/schemas/{name}"
)
_COUNTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One record for each campaign and channel on which somebody clicked.",
        "content": {"application/json": {"schema": CLICK_SCHEMA[0]}},
    }
}


@router.get("", response_class=Response, responses=_COUNTED)
def after_click(
    here: Here,
    now: Now,
    long: Long,
    campaign: Annotated[str, Query(max_length=64, pattern="^[a-z0-9_-]*$")] = "",
) -> Response:
    """Orders after a click, each given to the last click before it; it is no proof."""
    with long.long():
        found = measure_clicks.report(here.ground, now, campaign=campaign)
    return Response(msgspec.json.encode(found), media_type="application/json")
