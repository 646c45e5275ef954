"""The description of the API (OpenAPI): types, sentences, ways to show who asks.

It describes routes and never answers for one.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from maracuja.api import after_click, campaigns, claims, wear_out
from maracuja.api.answers import Problem
from maracuja.api.examples import add_examples
from maracuja.api.repeats import KEY_CHARS_MAX, OWN

_SECURITY: Final = {
    "key": {"type": "http", "scheme": "bearer", "description": "An admin key."},
    "key as user": {"type": "http", "scheme": "basic", "description": "An admin key as user."},
}
TAGS: Final = {
    "workspace": "How the shop does, what is stopped, its channels, keys and records.",
    "definitions": "Everything that is written: segments, templates, campaigns and their like.",
    "segments": "Groups of people: said in words, counted, explained for one person.",
    "templates": "Texts: what they need, how they will look, what is unwise in them.",
    "forms": "Sign-up forms: how far people came on them, and how they are put into pages.",
    "campaigns": "Campaigns: rehearsed, launched, held, and what they were worth.",
    "mail": "What makes mail arrive: warm-up, DNS, links, seeds, who is not written to.",
    "claims": "What the trade says of messages, beside what this shop's own data show.",
    "people": "People: found, shown, explained, merged, forgotten; their consents and devices.",
    "rights": "What people ask by law, each with its clock.",
    "law": "The rule sets, the record of processing, proofs of messages, breaches.",
    "facts": "What is computed about people, and reports of it.",
    "holds": "What keeps marketing back from somebody, and what they want no more of.",
    "data": "What the data have shown: names that were seen, events put aside, the catalogue.",
    "settings": "The shop's settings and its accounts of channels, as they stand in the file.",
    "shop": "Coupons, outlets, bonuses, spending and feeds, for the shop's own programs.",
    "messages": "Single service messages: codes, bookings, receipts.",
    "conversations": "What people write, and what is answered.",
    "webhooks": "Other programs: those that tell us something, and those that we tell.",
    "live": "What goes on right now: work with its progress, and a stream of what has changed.",
    "session": "Logging in by browser, and the second factor.",
    "team": "Who works here, and what they may.",
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
        made["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
        add_examples(made)
        api.openapi_schema = made
    return api.openapi_schema


def _say(operation: dict[str, Any]) -> None:
    """The first sentence of what a route says of itself is its summary, not its name in code."""
    text = operation.get("description", "")
    operation["summary"] = text.partition("\n\n")[0].replace("\n", " ").removesuffix(".")
