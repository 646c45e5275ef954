"""Purchases after a click, over HTTP: counts by campaign and channel, no proof of anything."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any

import msgspec
from fastapi import Query, Response

from maracuja.api.answers import Part, listing_schema
from maracuja.api.here import Here, Long, Now, managing
from maracuja.runtime import measure_clicks
from maracuja.stats.after_click import AfterClick

router = managing("/after-click", "campaigns")
CLICK_SCHEMA, CLICK_PARTS = msgspec.json.schema_components(
    [AfterClick], ref_template="#/components/schemas/{name}"
)
_COUNTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One record for each campaign and channel on which somebody clicked.",
        "content": {"application/json": {"schema": listing_schema(CLICK_SCHEMA[0])}},
    }
}


@router.get("", response_class=Response, responses=_COUNTED)
def after_click(
    here: Here,
    now: Now,
    long: Long,
    part: Part,
    campaign: Annotated[str, Query(max_length=64, pattern="^[a-z0-9_-]*$")] = "",
) -> Response:
    """Orders after a click, each given to the last click before it; it is no proof."""
    with long.long():
        found = measure_clicks.report(here.ground, now, campaign=campaign)
    shown = part.of(found, attrgetter("campaign", "channel"))
    body = msgspec.json.encode({"items": shown.items, "next": shown.next})
    return Response(body, media_type="application/json")
