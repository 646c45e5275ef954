"""The Bot API's own description, read as a schema: which methods there are, and what they take."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja.channels.http import HttpRequest

DATA = Path(os.environ.get("MARACUJA_DATA", Path(__file__).parents[3] / "shared/data"))  # noqa: TID251
MEDIA = {
    "photo": "InputMediaPhoto",
    "video": "InputMediaVideo",
    "document": "InputMediaDocument",
}


@cache
def description() -> dict[str, Any]:
    """`api.json`; skips where it is absent."""
    file = DATA / "contracts" / "telegram" / "api.json"
    if not file.is_file():
        pytest.skip("the description of the Bot API is not here")
    return msgspec.json.decode(file.read_bytes())  # type: ignore[no-any-return]


def fits(request: HttpRequest) -> None:
    """Assert that a request is a call that the description allows."""
    method = request.url.rpartition("/")[2]
    check_call(method, msgspec.json.decode(request.body))


def check_call(method: str, body: dict[str, Any]) -> None:
    """Assert that the method takes this body: names, what is required, kinds of values."""
    known = description()["methods"][method]
    _check_fields(method, known.get("fields", []), body)


def check_type(name: str, value: Any) -> None:
    """Assert that a value is of a type of the description."""
    match name:
        case "Integer":
            assert isinstance(value, int) and not isinstance(value, bool)
        case "String" | "InputFile":
            assert isinstance(value, str)
        case "Boolean" | "True":
            assert isinstance(value, bool)
        case "Float":
            assert isinstance(value, int | float)
        case _ if name.startswith("Array of "):
            assert isinstance(value, list)
            for item in value:
                check_type(name.removeprefix("Array of "), item)
        case _:
            assert isinstance(value, dict), name
            known = description()["types"][name]
            if known.get("subtypes"):
                check_type(MEDIA.get(value.get("type", ""), known["subtypes"][0]), value)
            else:
                _check_fields(name, known.get("fields", []), value)


def _check_fields(where: str, fields: list[dict[str, Any]], body: dict[str, Any]) -> None:
    by_name = {one["name"]: one for one in fields}
    assert not body.keys() - by_name.keys(), (
        f"{where} does not know {body.keys() - by_name.keys()}"
    )
    missing = {name for name, one in by_name.items() if one["required"]} - body.keys()
    assert not missing, f"{where} needs {missing}"
    for name, value in body.items():
        _check_one_of(by_name[name]["types"], value)


def _check_one_of(types: list[str], value: Any) -> None:
    faults = []
    for name in types:
        try:
            return check_type(name, value)
        except AssertionError as fault:
            faults.append(fault)
    raise AssertionError([str(fault) for fault in faults])
