"""What Viber's REST API takes, as a JSON Schema of our own: the vendor publishes none.

Written after the tables of its documentation (docs/bots-api in Viber/creators-hub). The vendor's
own samples are read against it in `test_viber.py`, so that it is not only our opinion.
"""

from __future__ import annotations

from typing import Any, Final

import jsonschema_rs
import msgspec

from maracuja.channels.http import HttpRequest

URL: Final = {"type": "string", "pattern": "^https?://\\S+$", "maxLength": 2000}
COLOR: Final = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}
SENDER: Final = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 28}, "avatar": URL},
    "additionalProperties": False,
}


def cell(rows: int) -> dict[str, Any]:
    """A button of a keyboard (1 or 2 rows) or a cell of a card (up to 7)."""
    return {
        "type": "object",
        "required": ["ActionBody"],
        "properties": {
            "Columns": {"type": "integer", "minimum": 1, "maximum": 6},
            "Rows": {"type": "integer", "minimum": 1, "maximum": rows},
            "BgColor": COLOR,
            "Silent": {"type": "boolean"},
            "ActionType": {
                "enum": ["reply", "open-url", "location-picker", "share-phone", "none"]
            },
            "ActionBody": {"type": "string", "minLength": 1},
            "Image": URL,
            "Text": {"type": "string", "maxLength": 250},
            "TextVAlign": {"enum": ["top", "middle", "bottom"]},
            "TextHAlign": {"enum": ["left", "center", "right"]},
            "TextSize": {"enum": ["small", "regular", "large"]},
        },
        "if": {"properties": {"ActionType": {"const": "open-url"}}, "required": ["ActionType"]},
        "then": {"properties": {"ActionBody": URL}},
        "additionalProperties": False,
    }


KEYBOARD: Final = {
    "type": "object",
    "required": ["Type", "Buttons"],
    "properties": {
        "Type": {"const": "keyboard"},
        "DefaultHeight": {"type": "boolean"},
        "Buttons": {"type": "array", "minItems": 1, "items": cell(2)},
    },
    "additionalProperties": False,
}
RICH_MEDIA: Final = {
    "type": "object",
    "required": ["Type", "ButtonsGroupColumns", "ButtonsGroupRows", "BgColor", "Buttons"],
    "properties": {
        "Type": {"const": "rich_media"},
        "ButtonsGroupColumns": {"type": "integer", "minimum": 1, "maximum": 6},
        "ButtonsGroupRows": {"type": "integer", "minimum": 1, "maximum": 7},
        "BgColor": COLOR,
        "Buttons": {"type": "array", "minItems": 1, "items": cell(7)},
    },
    "additionalProperties": False,
}
MAIN: Final[dict[str, dict[str, Any]]] = {
    "text": {"text": {"type": "string", "minLength": 1, "maxLength": 7000}},
    "picture": {"text": {"type": "string", "maxLength": 768}, "media": URL},
    "video": {"media": URL, "size": {"type": "integer", "minimum": 1, "maximum": 27_262_976}},
    "file": {
        "media": URL,
        "size": {"type": "integer", "minimum": 1, "maximum": 52_428_800},
        "file_name": {"type": "string", "pattern": "^.*\\.[^.]+$", "maxLength": 256},
    },
    "contact": {
        "contact": {
            "type": "object",
            "required": ["name", "phone_number"],
            "properties": {
                "name": {"type": "string", "maxLength": 28},
                "phone_number": {"type": "string", "maxLength": 18},
            },
        }
    },
    "location": {
        "location": {
            "type": "object",
            "required": ["lat", "lon"],
            "properties": {"lat": {"type": "number"}, "lon": {"type": "number"}},
        }
    },
    "url": {"media": URL},
    "sticker": {"sticker_id": {"type": ["string", "integer"]}},
    "rich_media": {"rich_media": RICH_MEDIA},
}
MORE: Final[dict[str, dict[str, Any]]] = {
    "picture": {"thumbnail": URL},
    "video": {"thumbnail": URL, "duration": {"type": "integer", "minimum": 1, "maximum": 180}},
    "rich_media": {"alt_text": {"type": "string", "maxLength": 7000}},
}


def schema(kind: str) -> dict[str, Any]:
    """The schema of send_message's body for one type of message."""
    common = {
        "receiver": {"type": "string", "minLength": 1},
        "min_api_version": {"type": "integer", "minimum": 1},
        "sender": SENDER,
        "tracking_data": {"type": "string", "maxLength": 4000},
        "type": {"const": kind},
        "keyboard": KEYBOARD,
    }
    return {
        "type": "object",
        "required": ["receiver", "sender", "type", *MAIN[kind]],
        "properties": {**common, **MAIN[kind], **MORE.get(kind, {})},
        "additionalProperties": False,
    }


def faults(body: dict[str, Any]) -> list[str]:
    """What of a body is not as the tables say."""
    if body.get("type") not in MAIN:
        return [f"no type {body.get('type')!r}"]
    found = jsonschema_rs.validator_for(schema(body["type"])).iter_errors(body)
    return [f"{list(one.instance_path)}: {one.message}" for one in found]


def fits(request: HttpRequest) -> None:
    """Assert that a request is a message that the tables allow."""
    assert request.url == "https://chatapi.viber.com/pa/send_message"
    assert len(request.body) <= 30 * 1024
    assert not faults(msgspec.json.decode(request.body))
