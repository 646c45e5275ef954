"""The description of the API (OpenAPI): types, sentences, ways to show who asks.

It describes routes and never answers for one.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from maracuja.api import after_click, campaigns, claims, wear_out
from maracuja.api.answers import Problem
from maracuja.api.repeats import KEY_CHARS_MAX, OWN

_SECURITY: Final = {
    "key": {"type": "http", "scheme": "bearer", "description": "An admin key."},
    "key as user": {"type": "http", "scheme": "basic", "description": "An admin key as user."},
}
# Logging in is nobody's call yet; single messages say of their keys themselves.
_WITHOUT_KEYS: Final = ("/api/session", *OWN)
_ONCE: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A name of your own for this change: however often it comes within a day, "
    "it is made once and answered alike.",
    "schema": {"type": "string", "maxLength": KEY_CHARS_MAX, "pattern": "^[ -~]*$"},
}
VERBS: Final = ("get", "post", "put", "patch", "delete")


def described(api: FastAPI) -> dict[str, Any]:
    """The description, made once."""
    if api.openapi_schema is None:
        made = get_openapi(
            title=api.title, version=api.version, description=api.description, routes=api.routes
        )
        parts = made.setdefault("components", {})
        schemas = parts.setdefault("schemas", {})
        for further in (campaigns.REPORT_PARTS, claims.CLAIMS_PARTS, wear_out.WEAR_PARTS):
            schemas.update(further)
        schemas.update(after_click.CLICK_PARTS)
        schemas["Problem"] = Problem.model_json_schema()
        parts["securitySchemes"] = _SECURITY
        made["security"] = [{name: []} for name in _SECURITY]
        for path, operations in made["paths"].items():
            for verb in set(VERBS) & set(operations):
                _say(operations[verb])
                if verb != "get" and not path.startswith(_WITHOUT_KEYS):
                    operations[verb].setdefault("parameters", []).append(_ONCE)
        api.openapi_schema = made
    return api.openapi_schema


def _say(operation: dict[str, Any]) -> None:
    """The first sentence of what a route says of itself is its summary, not its name in code."""
    text = operation.get("description", "")
    operation["summary"] = text.partition("\n\n")[0].replace("\n", " ").removesuffix(".")
