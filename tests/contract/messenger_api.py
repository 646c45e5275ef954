"""Meta's published collections, read as a schema: where messages go, and which fields they have.

A collection is examples only: a field that none of them has is allowed where it is named here,
with the page of the reference that has it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja.channels.http import HttpRequest

DATA = Path(os.environ.get("MARACUJA_DATA", Path(__file__).parents[3] / "shared/data"))  # noqa: TID251
FILES = ("messenger-platform-api", "instagram-platform-api")
# In the reference of the Send API, and in no example.
KNOWN: dict[str, Any] = {
    "recipient": {"id": "1"},
    "messaging_type": "UPDATE",
    "tag": "HUMAN_AGENT",
    "notification_type": "SILENT_PUSH",
    "message": {"text": "x", "quick_replies": [{"content_type": "user_phone_number"}]},
}
POSTBACK = {"type": "postback", "title": "x", "payload": "x"}
BUTTONS = {"template_type": "button", "text": "x", "buttons": [POSTBACK]}
KNOWN_KINDS = (
    {"message": {"attachment": {"type": "template", "payload": BUTTONS}}},
    {"message": {"attachment": {"type": "video", "payload": {"url": "x"}}}},
    {"message": {"attachment": {"type": "file", "payload": {"url": "x"}}}},
)
# Fields by which objects of one place differ.
TOLD_APART = ("type", "template_type", "content_type")
REQUIRED = {
    "": {"recipient", "message"},
    "recipient": {"id"},
    "attachment": {"type", "payload"},
    "web_url": {"type", "url"},
    "postback": {"type", "title", "payload"},
    "text": {"content_type", "title", "payload"},
    "button": {"template_type", "text", "buttons"},
    "generic": {"template_type", "elements"},
    "elements": {"title"},
}


@cache
def requests() -> list[tuple[str, str, Any, list[str]]]:
    """(collection, path, body, answers) of every call that sends; skips where they are absent."""
    folder = DATA / "contracts" / "messenger"
    if not folder.is_dir():
        pytest.skip("the published collections are not here")
    found = []
    for name in FILES:
        read = msgspec.json.decode((folder / f"{name}.postman_collection.json").read_bytes())
        for call in _calls(read["item"]):
            asked = call["request"]
            url = asked["url"]["raw"] if isinstance(asked["url"], dict) else asked["url"]
            if asked["method"] == "POST" and url.endswith("/messages"):
                body = msgspec.json.decode(asked["body"]["raw"])
                answers = [answer["body"] for answer in call.get("response", [])]
                found.append((name, url, body, answers))
    return found


def _calls(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield from _calls(item["item"]) if "item" in item else [item]


@cache
def shape() -> dict[str, Any]:
    """What the examples have together."""
    found: dict[str, Any] = {}
    for _, _, body, _ in requests():
        _learn(found, "", body)
    for body in (KNOWN, *KNOWN_KINDS):
        _learn(found, "", body)
    return found


def _learn(known: dict[str, Any], place: str, value: Any) -> None:
    """Note under each place (of fields and kinds) which fields and values it may have."""
    if isinstance(value, dict):
        place = _place(place, value)
        known.setdefault(place, set()).update(value)
        for field, inner in value.items():
            _learn(known, f"{place}.{field}", inner)
    elif isinstance(value, list):
        for inner in value:
            _learn(known, f"{place}[]", inner)
    else:
        known.setdefault(place, set()).add(type(value).__name__)


def _place(place: str, value: dict[str, Any]) -> str:
    kinds = [str(value[field]) for field in TOLD_APART if field in value]
    return f"{place}<{kinds[0]}>" if kinds else place


def fits(request: HttpRequest) -> None:
    """Assert that a request is a call like those of the collections."""
    paths = {re.sub(r"\{\{[^}]+\}\}|\bme\b", "*", url) for _, url, _, _ in requests()}
    ours = re.sub(r"/v\d+\.\d/\d+/", "/*/*/", request.url)
    assert ours in paths, ours
    assert request.headers["authorization"].startswith("Bearer ")
    _check("", "", msgspec.json.decode(request.body))


def _check(place: str, field: str, value: Any) -> None:
    known = shape()
    if isinstance(value, dict):
        place = _place(place, value)
        assert place in known, f"no example has {place}"
        assert not value.keys() - known[place], f"{place}: {value.keys() - known[place]}"
        kind = place.rpartition("<")[2].rstrip(">") if place.endswith(">") else ""
        needed = REQUIRED.get(field, set()) | (REQUIRED.get(kind, set()) if kind else set())
        missing = needed - value.keys()
        assert not missing, f"{place} needs {missing}"
        for name, inner in value.items():
            _check(f"{place}.{name}", name, inner)
    elif isinstance(value, list):
        assert value, f"{place} is empty"
        for inner in value:
            _check(f"{place}[]", field, inner)
    else:
        assert type(value).__name__ in known.get(place, ()), f"{place}: {value!r}"
