"""Twilio's own OpenAPI description of its Messages resource, as JSON Schema."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import msgspec
import pytest

from maracuja.channels.http import HttpRequest

DATA = Path(os.environ.get("MARACUJA_DATA", Path(__file__).parents[3] / "shared/data"))  # noqa: TID251
FILE = DATA / "contracts" / "twilio" / "twilio_api_v2010.json"
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"


@cache
def description() -> dict[str, Any]:
    """The whole document; skips where it is absent."""
    if not FILE.is_file():
        pytest.skip("Twilio's description is not here")
    return msgspec.json.decode(FILE.read_bytes())  # type: ignore[no-any-return]


@cache
def form() -> tuple[jsonschema_rs.Validator, dict[str, Any]]:
    """The schema of the form that makes a message: its validator and its properties."""
    posted = description()["paths"][MESSAGES]["post"]["requestBody"]["content"]
    schema = posted["application/x-www-form-urlencoded"]["schema"]
    strict = {**schema, "additionalProperties": False, "components": description()["components"]}
    return jsonschema_rs.validator_for(strict), schema["properties"]


@cache
def resource() -> jsonschema_rs.Validator:
    """The schema of a message as the API answers with it."""
    schemas = _nullable(description()["components"]["schemas"])
    message = schemas["api.v2010.account.message"]
    return jsonschema_rs.validator_for({**message, "components": {"schemas": schemas}})


def _nullable(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if isinstance(schema, list):
        return [_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _nullable(value) for name, value in schema.items()}
    if found.pop("nullable", False) is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return found


def examples() -> dict[str, Any]:
    """The description's own examples of answers."""
    answer = description()["paths"][MESSAGES]["post"]["responses"]["201"]["content"]
    return {k: v["value"] for k, v in answer["application/json"]["examples"].items()}


def fits(request: HttpRequest) -> None:
    """Assert that a request makes a message in the way that the description allows."""
    validator, properties = form()
    assert request.method == "POST"
    assert urlsplit(request.url).path.startswith("/2010-04-01/Accounts/AC")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    pairs = parse_qsl(request.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    fields = {name: _typed(value, properties.get(name, {})) for name, value in pairs}
    faults = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(fields)]
    assert not faults


def _typed(value: str, schema: dict[str, Any]) -> Any:
    """The value of a form's field as the type that its schema names."""
    if schema.get("type") == "integer":
        return int(value)
    return value == "true" if schema.get("type") == "boolean" else value
