"""The description of the API (OpenAPI): types, sentences, ways to show who asks.

It describes routes and never answers for one.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from maracuja.api import after_click, campaigns, claims, wear_out
from maracuja.api.answers import Problem

_SECURITY: Final = {
    "key": {"type": "http", "scheme": "bearer", "description": "An admin key."},
    "key as user": {"type": "http", "scheme": "basic", "description": "An admin key as user."},
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
        for operations in made["paths"].values():
            for verb in set(VERBS) & set(operations):
                _say(operations[verb])
        api.openapi_schema = made
    return api.openapi_schema


def _say(operation: dict[str, Any]) -> None:
    """The first sentence of what a route says of itself is its summary, not its name in code."""
    text = operation.get("description", "")
    operation["summary"] = text.partition("\n\n")[0].replace("\n", " ").removesuffix(".")
