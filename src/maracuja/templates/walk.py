"""A walk over a parsed template: every path that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import Path
from liquid.expression import Expression


def inner(node: Node) -> list[Node]:
    """The nodes inside a node."""
    # Our tags load no partial templates, which is all that the context would be asked for.
    return list(node.children(cast(RenderContext, None)))


def paths(nodes: Iterable[Node]) -> Iterator[Path]:
    """Every path in these nodes, loop variables and assigned names among them."""
    for node in nodes:
        for expression in node.expressions():
            yield from paths_of(expression)
        yield from paths(inner(node))


def paths_of(expression: Expression) -> Iterator[Path]:
    """Every path in an expression, the paths inside brackets included."""
    if isinstance(expression, Path):
        yield expression
    for child in expression.children():
        if isinstance(child, Expression):
            yield from paths_of(child)
