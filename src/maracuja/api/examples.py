"""Examples in the API's description: made of the types, in the words of one shop.

An example that a route gives of itself is kept; every other follows its type, so that none goes
stale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]
DEPTH_MAX: Final = 7

# What a field of this name holds in the shop of the examples.
WORDS: Final[Mapping[str, Any]] = {
    "account": "email", "action": "launch", "actor": "key:till", "address": "maria@example.org",
    "agent": "Mozilla/5.0", "app": "shop.app", "body": "Hello Maria", "campaign": "spring",
    "category": "fruit > tropical", "channel": "email", "city": "Kyiv", "code": "SPRING-7K2M9P",
    "controller": "Fruit & Co", "copy": "SPRING-7K2M9P", "cost": "12.50", "country": "UA",
    "csrf": "9f2c51", "currency": "UAH", "day": "2026-11-20", "detail": "It went out at noon.",
    "email": "maria@example.org", "event": "Order Completed", "external_id": "u17",
    "feed": "goods", "fix": "Load it again.", "goal": "order", "hours": "mon-fri 09:00-18:00",
    "html": "<p>Hello Maria</p>", "key": "till-7-1042", "kind": "segment", "label": "autumn",
    "language": "en", "law": "ukraine", "link": "https://go.shop.example/c/7k2m", "lang": "en",
    "matter": "an open complaint", "measures": "It was locked and encrypted.",
    "message": "85c45495a0f5bd0de4b4b1a2a5e3ee1d", "month": "2026-11", "name": "Spring fruit",
    "note": "It went well.", "occurrence": "once", "operator": "Anna", "origin": "observed",
    "order_id": "K-1042", "outcome": "send", "password": "four words without sense",
    "old": "four words without sense", "new": "another four words here", "phone": "+380671234567",
    "picture": "https://shop.example/p7.jpg", "place": "1f2e3d4c5b6a7988", "platform": "Android",
    "pool": "spring", "property": "price", "question": "Which size do you wear?",
    "reason": "a wrong price", "reply": "yes", "role": "marketer", "scope": "trait",
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "segment": "kyiv", "source": "poster-1",
    "state": "active", "status": "sent", "subject": "The first passion fruit is here",
    "template": "spring", "text": "Hello Maria, the first passion fruit is here.",
    "time_zone": "Europe/Kyiv", "title": "Passion fruit", "token": "pq3V1n0xW8",
    "topic": "harvest", "trait": "city", "type": "text", "url": "https://shop.example/spring",
    "value": "Kyiv", "variant": "a", "what": "A laptop was lost.", "who": "maria@example.org",
    "words": "Who lives in Kyiv", "zone": "Europe/Kyiv",
}  # fmt: skip
NUMBERS: Final[Mapping[str, float]] = {
    "pid": 17, "id": 17, "number": 17, "run": 4, "version": 3, "base": 3, "revenue": 124_000,
    "amount": 500, "price": 12_900, "latitude": 50.45, "longitude": 30.52, "people": 1_240,
    "audience": 1_240, "lift": 0.021, "low": 0.008, "high": 0.034, "p": 0.002, "share": 0.1,
}  # fmt: skip
# Texts that are tried where the name says nothing, or its word does not fit.
_TRIED: Final = (
    "spring", "2026-11-20", "2026-11-20T12:00:00Z", "12:00", "en", "UAH", "1.50", "email",
    "85c45495a0f5bd0de4b4b1a2a5e3ee1d", "1f2e3d4c5b6a7988", "https://shop.example/spring", "",
)  # fmt: skip
_FORMATS: Final = {"date-time": "2026-11-20T12:00:00Z", "date": "2026-11-20", "binary": ""}


def add_examples(described: dict[str, Any]) -> None:
    """Give every body that is asked for or answered as JSON an example."""
    schemas: Schema = described["components"]["schemas"]
    for operations in described["paths"].values():
        for operation in operations.values():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (body.get("content", {}).get("application/json") for body in bodies):
                if content and "examples" not in content and "schema" in content:
                    content["example"] = example_of(content["schema"], schemas)


def example_of(schema: Schema, schemas: Schema, name: str = "", depth: int = 0) -> Any:
    """A value of a type; `name` is that of its field, `schemas` are the types that it names."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth + 1)
    for given in ("example", "const", "default"):
        if schema.get(given) not in (None, "", [], {}):
            return schema[given]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return WORDS[name] if WORDS.get(name) in schema["enum"] else schema["enum"][0]
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        some = [one for one in choices if one.get("type") != "null"]
        return None if depth >= DEPTH_MAX else example_of(some[0], schemas, name, depth)
    return _plain(schema, schemas, name, depth)


def _plain(schema: Schema, schemas: Schema, name: str, depth: int) -> Any:
    """A value of a type that names no other."""
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, depth)
        case "array":
            return _array(schema, schemas, name, depth)
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return _number(schema, name)
        case "boolean":
            return name not in ("deleted", "off", "paused", "force", "more", "gone")
        case "null":
            return None
    return WORDS.get(name, {})


def _object(schema: Schema, schemas: Schema, depth: int) -> dict[str, Any]:
    needed = schema.get("required", ())
    made = {
        name: example_of(part, schemas, name, depth + 1)
        for name, part in schema.get("properties", {}).items()
        if name in needed or depth < DEPTH_MAX
    }
    further = schema.get("additionalProperties")
    if not made and isinstance(further, Mapping) and depth < DEPTH_MAX:
        named = schema.get("propertyNames", {})
        key = example_of(named, schemas, "channel", depth + 1) if named else "email"
        made[str(key)] = example_of(further, schemas, "value", depth + 1)
    return made


def _array(schema: Schema, schemas: Schema, name: str, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [example_of(one, schemas, name, depth + 1) for one in schema["prefixItems"]]
    least = schema.get("minItems", 0)
    if depth >= DEPTH_MAX and not least:
        return []
    return [example_of(schema.get("items", {}), schemas, _singular(name), depth + 1)] * max(
        1, least
    )


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10**9)
    pattern = re.compile(schema.get("pattern", ""))
    own = WORDS.get(name, WORDS.get(_singular(name), name.replace("_", " ")))
    for text in (str(own), *_TRIED):
        if least <= len(text) <= most and pattern.search(text):
            return text
    return ""


def _number(schema: Schema, name: str) -> float:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    value = NUMBERS.get(name, 3 if schema["type"] == "integer" else 0.5)
    if (low is not None and value <= low) or (high is not None and value >= high):
        ends = [end for end in (low, high) if end is not None]
        value = (
            sum(ends) / len(ends) if len(ends) == 2 else ends[0] + (1 if low is not None else -1)
        )
    return int(value) if schema["type"] == "integer" else value


def _singular(name: str) -> str:
    return name.removesuffix("s")
