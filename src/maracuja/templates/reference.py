"""The third rung, and the measure of the other two: python-liquid itself, one person at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from liquid.ast import Node
from liquid.exceptions import LiquidError, LiquidInterrupt, UndefinedError
from liquid.template import BoundTemplate

from maracuja.templates.grammar import Missing, grammar
from maracuja.templates.rowcode import Refused, reason_of

_WRITTEN: Final = re.compile(r"[\w\-]+(?:\.[\w\-]+|\[[^\]]*\])*")


class Catalogue(dict[str, dict[str, Any]]):
    """Products by id, found by number as well as by text."""

    def __getitem__(self, key: Any) -> dict[str, Any]:
        if key is None:
            raise KeyError(key)
        return super().__getitem__(str(key))


def catalogue(products: Iterable[Mapping[str, Any]]) -> Catalogue:
    """The products by id, missing fields left out."""
    return Catalogue({str(row["id"]): _there(dict(row)) for row in products})


def namespace(row: Mapping[str, Any], products: Catalogue | None = None) -> dict[str, Any]:
    """What python-liquid sees: nested dicts from dotted names, missing values left out."""
    tree: dict[str, Any] = {}
    for name, value in row.items():
        if value is None:
            continue
        *parents, last = name.split(".")
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = _there(value)
    tree["products"] = Catalogue() if products is None else products
    return tree


def _there(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _there(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        nothing = Missing("item", token=None, hint="an item is missing")
        return [nothing if item is None else _there(item) for item in value]
    return value


def render(nodes: list[Node], values: Mapping[str, Any], *, html: bool) -> str:
    """The text of parsed nodes; raises Refused with the reason."""
    return "".join(render_each(nodes, values, html=html))


def render_each(nodes: list[Node], values: Mapping[str, Any], *, html: bool) -> list[str]:
    """The text of each node, rendered in one context; raises Refused with the reason."""
    template = BoundTemplate(grammar(html=html), nodes)
    context = template.context_class(template, globals=values)
    out: list[str] = []
    try:
        for node in nodes:
            buffer = context.get_buffer()
            node.render(context, buffer)
            out.append(buffer.getvalue())
    except UndefinedError as fault:
        raise Refused(f"missing:{written(fault)}") from fault
    except (LiquidError, LiquidInterrupt, TypeError, ValueError, ArithmeticError) as fault:
        raise Refused(reason_of(fault)) from fault
    return out


def written(fault: LiquidError) -> str:
    """The path as the template writes it, found by the position of the fault."""
    token = fault.token
    if token is None or token.start_index < 0:
        return str(fault.message)
    match = _WRITTEN.match(token.source, token.start_index)
    return match[0] if match else str(fault.message)
