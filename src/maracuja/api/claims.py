"""The claims of the trade over HTTP, each beside what the shop's own campaigns show."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from fastapi import Response

from maracuja.api.answers import Language
from maracuja.api.here import Here, Long, Now, Shown, managing
from maracuja.runtime import claims_work
from maracuja.stats.claims import forms
from maracuja.stats.claims.report import ClaimsReport

router = managing("/claims", "claims")
CLAIMS_SCHEMA, CLAIMS_PARTS = msgspec.json.schema_components(
    [ClaimsReport], ref_template="#/components/schemas/{name}"
)
_FORMS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report in the form that was asked for.",
        "content": {
            "application/json": {"schema": CLAIMS_SCHEMA[0]},
            "text/csv": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string"}},
        },
    }
}


@router.get("", response_class=Response, responses=_FORMS)
def claims(
    here: Here,
    now: Now,
    long: Long,
    pages: Shown,
    form: Literal["json", "csv", "html"] = "json",
    language: Language = "en",
) -> Response:
    """Each claim with its source, the own estimate with its interval, and the verdict."""
    with long.long():
        report = claims_work.report(here.ground, now)
    match form:
        case "csv":
            return Response(forms.to_csv(report), media_type="text/csv")
        case "html":
            return Response(pages.claims(report, language), media_type="text/html")
        case _:
            return Response(forms.to_json(report), media_type="application/json")
