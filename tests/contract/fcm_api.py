"""Google's discovery document of fcm.v1, as JSON Schema that knows every field."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

DATA = Path(os.environ.get("MARACUJA_DATA", Path(__file__).parents[3] / "shared/data"))  # noqa: TID251
FILE = DATA / "contracts" / "fcm" / "fcm.v1.json"


@cache
def validator() -> jsonschema_rs.Validator:
    """The schema of SendMessageRequest; skips where the document is absent."""
    if not FILE.is_file():
        pytest.skip("the discovery document of FCM is not here")
    document = msgspec.json.decode(FILE.read_bytes())
    schemas = {name: _strict(one) for name, one in document["schemas"].items()}
    return jsonschema_rs.validator_for(
        {"$ref": "#/schemas/SendMessageRequest", "schemas": schemas}
    )


def _strict(schema: Any) -> Any:
    """The discovery dialect in the words of JSON Schema: references by name, no other fields."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = ("type", "properties", "items", "enum", "additionalProperties")
    found = {name: _strict(value) for name, value in schema.items() if name in kept}
    if "$ref" in schema:
        return {"$ref": f"#/schemas/{schema['$ref']}"}
    if "properties" in schema:
        found["properties"] = {name: _strict(one) for name, one in schema["properties"].items()}
        found.setdefault("additionalProperties", False)
    if found.get("type") == "any":
        del found["type"]
    return found


def fits(body: bytes) -> None:
    """Assert that this body of messages:send is as the document describes it."""
    faults = [f"{e.instance_path}: {e.message}" for e in validator().iter_errors(
        msgspec.json.decode(body)
    )]  # fmt: skip
    assert not faults
