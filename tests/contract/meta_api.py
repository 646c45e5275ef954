"""Meta's own OpenAPI of WhatsApp as JSON Schema, with the repairs that it needs to be one.

What is wrong in it, and how that shows, is tested in test_whatsapp_contract.py.
"""

from __future__ import annotations

import copy
import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import yaml

from maracuja.channels.http import HttpRequest

DATA = Path(os.environ.get("MARACUJA_DATA", Path(__file__).parents[3] / "shared/data"))  # noqa: TID251
FILE = DATA / "contracts" / "meta" / "business-messaging-api_v23.0.yaml"
SENDING = "/{Version}/{Phone-Number-ID}/messages"
HOOK = "/whatsapp/webhooks"
LEAKED_PATTERN = "^[2-6, 11-14]$"
# Kinds that the Cloud API takes and the description of v23.0 lacks.
MISSING_KINDS = ("cta_url", "carousel", "location_request_message")


@cache
def description() -> dict[str, Any]:
    """The whole document as Meta wrote it; skips where it is absent."""
    if not FILE.is_file():
        pytest.skip("Meta's description is not here")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(FILE.read_bytes(), loader)  # type: ignore[no-any-return]


def as_written() -> dict[str, Any]:
    """The schemas without any repair."""
    return copy.deepcopy(description()["components"]["schemas"])  # type: ignore[no-any-return]


def repaired() -> dict[str, Any]:
    """The schemas that can be validated with: no kind of message is more permissive by it."""
    schemas = as_written()
    _repair(schemas)
    return schemas


def _repair(schema: Any) -> None:
    """`allOf` with a closed branch refuses everything; closed over all branches it says the same.

    The pattern of `index` has marks of footnotes in it.
    """
    if isinstance(schema, list):
        for one in schema:
            _repair(one)
    if not isinstance(schema, dict):
        return
    closed = [
        part
        for part in schema.get("allOf", ())
        if isinstance(part, dict) and part.get("additionalProperties") is False
    ]
    for part in closed:
        del part["additionalProperties"]
    if closed:
        schema["unevaluatedProperties"] = False
    if schema.get("pattern") == LEAKED_PATTERN:
        schema["pattern"] = "^[0-9]$"
    for value in schema.values():
        _repair(value)


def completed() -> dict[str, Any]:
    """The repaired schemas with what the Cloud API takes and v23.0 does not know.

    Source of the additions: Meta's pages and `pywa` 4.5.
    """
    schemas = repaired()
    base = schemas["BaseMessageProperties"]
    base["properties"]["recipient"] = {"type": "string", "pattern": "^[A-Z]{2}\\."}
    base["properties"]["biz_opaque_callback_data"] = {"type": "string", "maxLength": 512}
    base["required"].remove("to")
    base["oneOf"] = [{"required": ["to"]}, {"required": ["recipient"]}]
    schemas["InteractiveObject"]["properties"]["type"]["enum"] += MISSING_KINDS
    schemas["ActionObject"]["oneOf"] += [_LINK, _PLACE, _CARDS]
    schemas["TemplateComponent"]["properties"]["type"]["enum"].append("carousel")
    for name in ("TemplateComponent", "ButtonComponent"):
        for part in schemas[name].get("allOf", [schemas[name]]):
            if "sub_type" in part.get("properties", {}):
                part["properties"]["sub_type"]["enum"].append("copy_code")
    return schemas


_LINK = {
    "required": ["name", "parameters"],
    "additionalProperties": False,
    "properties": {
        "name": {"enum": ["cta_url"]},
        "parameters": {
            "required": ["display_text", "url"],
            "additionalProperties": False,
            "properties": {
                "display_text": {"type": "string", "minLength": 1, "maxLength": 20},
                "url": {"type": "string", "pattern": "^https?://"},
            },
        },
    },
}
_PLACE = {
    "required": ["name"],
    "additionalProperties": False,
    "properties": {"name": {"enum": ["send_location"]}},
}
_REPLY = {
    "required": ["type", "quick_reply"],
    "properties": {
        "type": {"enum": ["quick_reply"]},
        "quick_reply": {
            "required": ["id", "title"],
            "properties": {
                "id": {"type": "string", "maxLength": 256},
                "title": {"type": "string", "minLength": 1, "maxLength": 20},
            },
        },
    },
}
_CARDS: dict[str, Any] = {
    "required": ["cards"],
    "additionalProperties": False,
    "properties": {
        "cards": {
            "type": "array",
            "minItems": 2,
            "maxItems": 10,
            "items": {
                "required": ["card_index", "type", "header", "action"],
                "additionalProperties": False,
                "properties": {
                    "card_index": {"type": "integer", "minimum": 0, "maximum": 9},
                    "type": {"enum": ["cta_url"]},
                    "header": {
                        "required": ["type", "image"],
                        "properties": {"type": {"enum": ["image"]}},
                    },
                    "body": {"properties": {"text": {"type": "string", "maxLength": 160}}},
                    "action": {
                        "oneOf": [
                            _LINK,
                            {
                                "required": ["buttons"],
                                "properties": {
                                    "buttons": {"minItems": 1, "maxItems": 3, "items": _REPLY}
                                },
                            },
                        ]
                    },
                },
            },
        }
    },
}


def errors(schemas: dict[str, Any], name: str, value: Any) -> list[str]:
    """What is wrong with a value by one of the schemas; it is a schema by JSON Schema 2020-12."""
    asked = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    checker = jsonschema_rs.Draft202012Validator(asked)
    return [f"{one.instance_path}: {one.message}" for one in checker.iter_errors(value)]


@cache
def _complete() -> dict[str, Any]:
    return completed()


def schema_of(message: dict[str, Any]) -> str:
    """The schema of a message by its type, as the description's discriminator maps them."""
    mapping = description()["components"]["schemas"]["Message"]["discriminator"]["mapping"]
    return str(mapping[message["type"]]).rpartition("/")[2]


def fits(request: HttpRequest) -> None:
    """Assert that a request is a message that Meta's description, so completed, allows."""
    body = msgspec.json.decode(request.body)
    assert errors(_complete(), schema_of(body), body) == []
    for part in body.get("template", {}).get("components", ()):
        _check_component(part)


def _check_component(part: dict[str, Any]) -> None:
    kinds = {"header": "HeaderComponent", "body": "BodyComponent", "button": "ButtonComponent"}
    if part["type"] == "carousel":
        for n, card in enumerate(part["cards"]):
            assert card.keys() == {"card_index", "components"} and card["card_index"] == n
            for one in card["components"]:
                _check_component(one)
        return
    if part.get("sub_type") == "copy_code":  # v23.0 knows no parameters of these
        (parameter,) = part["parameters"]
        assert parameter.keys() == {"type", "coupon_code"}
        return
    assert errors(_complete(), kinds[part["type"]], part) == []


def examples() -> dict[str, Any]:
    """Meta's own examples of messages to send."""
    post = description()["paths"][SENDING]["post"]
    found = post["requestBody"]["content"]["application/json"]["examples"]
    return {name: one["value"] for name, one in found.items()}


def calls() -> dict[str, Any]:
    """Meta's own examples of calls to a webhook."""
    post = description()["paths"][HOOK]["post"]
    found = post["requestBody"]["content"]["application/json"]["examples"]
    return {name: one["value"] for name, one in found.items()}
