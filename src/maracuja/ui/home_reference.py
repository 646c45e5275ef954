"""The API's documentation as plain HTML, made from its OpenAPI description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

VERBS: Final = ("get", "post", "put", "patch", "delete")
Part = Mapping[str, Any]


def reference_body(openapi: Part) -> str:
    """Every route by its tag, then every type, with links between them."""
    groups: dict[str, list[tuple[str, str, Part]]] = {}
    for path, operations in openapi.get("paths", {}).items():
        for verb in VERBS:
            if verb in operations:
                tag = (operations[verb].get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append((verb, path, operations[verb]))
    schemas: Part = openapi.get("components", {}).get("schemas", {})
    toc = "".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in groups)
    return "".join(
        [
            f'<section class="card"><p>{_text(openapi["info"].get("description", ""))}</p>',
            "<p>Send an admin key as a bearer token, or as the user of basic authentication:</p>",
            "<pre>curl -H 'Authorization: Bearer mrc_admin_…' "
            "http://127.0.0.1:8080/api/workspace</pre>",
            "<p>Every refusal is a <a href='#type-Problem'>Problem</a>. Events come in at "
            "<code>/v1/</code> as Segment's libraries send them, with a server or browser key. "
            "For programs: <a href='/openapi.json'>openapi.json</a>.</p>",
            f'<p class="toc">{toc}<a href="#types">types</a></p></section>',
            *(_group(tag, routes) for tag, routes in groups.items()),
            _types(schemas),
        ]
    )


def _group(tag: str, routes: Sequence[tuple[str, str, Part]]) -> str:
    shown = "".join(_route(*route) for route in routes)
    return f'<section class="card" id="{escape(tag)}"><h2>{escape(tag)}</h2>{shown}</section>'


def _route(verb: str, path: str, operation: Part) -> str:
    first, _, rest = operation.get("description", "").partition("\n\n")
    parts = [f"<p>{_text(rest)}</p>"] if rest else []
    if parameters := operation.get("parameters"):
        rows = [
            (one["name"], f"{_type(one.get('schema', {}))} in {one['in']}", one)
            for one in parameters
        ]
        parts.append(_fields((n, t, o.get("description", "")) for n, t, o in rows))
    if body := operation.get("requestBody"):
        parts.append(f"<p>Body: {_content(body.get('content', {}))}</p>")
    for status, answer in operation.get("responses", {}).items():
        if status.startswith("2"):
            told = _content(answer.get("content", {})) or escape(answer.get("description", ""))
            parts.append(f"<p>Answer {escape(status)}: {told}</p>")
    return (
        f'<details class="route"><summary><span class="verb {verb}">{verb.upper()}</span>'
        f"<code>{escape(path)}</code><small>{_text(first)}</small>"
        f"</summary><div>{''.join(parts)}</div></details>"
    )


def _content(content: Part) -> str:
    shapes = [
        _type(one["schema"]) + ("" if kind == "application/json" else f" ({escape(kind)})")
        for kind, one in content.items()
        if one.get("schema")
    ]
    return ", or ".join(shapes)


def _types(schemas: Part) -> str:
    shown = "".join(
        f'<div class="route" id="type-{escape(name)}"><h3>{escape(name)}</h3>'
        f"<p>{_text(schema.get('description', ''))}</p>{_members(schema)}</div>"
        for name, schema in sorted(schemas.items())
    )
    return f'<section class="card" id="types"><h2>types</h2>{shown}</section>'


def _members(schema: Part) -> str:
    properties: Part = schema.get("properties", {})
    if not properties:
        return f"<p>{_type(schema)}</p>"
    needed = schema.get("required", ())
    return _fields(
        (name, _type(one) + ("" if name in needed else ", optional"), one.get("description", ""))
        for name, one in properties.items()
    )


def _fields(rows: Iterator[tuple[str, str, str]]) -> str:
    """Names, types (HTML already) and what they mean."""
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{kind}</td><td>{_text(text)}</td></tr>"
        for name, kind, text in rows
    )
    return f'<table class="fields">{cells}</table>'


def _type(schema: Any) -> str:
    """A type as a person reads it, with links; HTML."""
    if not isinstance(schema, Mapping) or not schema:
        return "anything"
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#type-{name}">{name}</a>'
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(_type(one) for one in schema[key])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"mapping to {_type(schema['additionalProperties'])}"
    return escape(str(schema.get("format", kind)))


def _text(text: str) -> str:
    return escape(text).replace("\n\n", "</p><p>")
