"""The ladder: each top-level node of a template on the highest rung that can carry it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl
from liquid.ast import Node

from maracuja.templates import reference
from maracuja.templates.codegen import Writer
from maracuja.templates.columns import Columns, joined
from maracuja.templates.definition import PARTS
from maracuja.templates.rich import RICH, JsonNode, json_column, json_text
from maracuja.templates.rowcode import Refused, reason_of
from maracuja.templates.scope import Names, assigned_names
from maracuja.templates.values import NotCompilable
from maracuja.templates.walk import paths

RUNGS: Final = ("columns", "python", "liquid")
Row = tuple[Any, ...]


@dataclass
class Slot:
    """A text that differs from person to person: its node and the rung that makes it.

    A hidden one shows nothing: it runs an assignment that may refuse the person.
    """

    part: str
    node: Node
    rung: str
    expr: pl.Expr | None = None
    hidden: bool = False


@dataclass
class Plan:
    """A compiled variant before it meets data."""

    skeleton: dict[str, list[str | int]] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    guards: list[pl.Expr] = field(default_factory=list)
    nodes: dict[str, list[Node]] = field(default_factory=dict)

    @property
    def rung(self) -> str:
        """The lowest rung that any slot stands on."""
        return RUNGS[max((RUNGS.index(slot.rung) for slot in self.slots), default=0)]


def make(nodes: Mapping[str, list[Node]], names: Names) -> Plan:
    """The plan for the parsed parts of a variant."""
    plan = Plan(nodes=dict(nodes))
    for path in (path for part in nodes.values() for path in paths(part)):
        names.column(path.path)
        names.uses_products |= path.path[0] == "products"
    for part in (*PARTS, RICH):
        if part in nodes:
            plan.skeleton[part] = _plan_part(plan, part, names)
    return plan


def _plan_part(plan: Plan, part: str, names: Names) -> list[str | int]:
    columns = Columns(names, html=part == "html")
    lower = "python" if writable(plan.nodes[part], names, html=part == "html") else "liquid"
    pieces: list[str | int] = []
    for node in plan.nodes[part]:
        try:
            text = joined(columns.top(node))
            if part == RICH and not isinstance(node, JsonNode):
                text = json_text(text) if isinstance(text, str) else json_column(text)
        except NotCompilable:
            n = _add(plan, Slot(part, node, lower, hidden=node.blank))
            if not node.blank:
                pieces.append(n)
            continue
        # A node is one slot, so that every rung can make the same slots.
        if isinstance(text, str):
            _text(pieces, text)
        else:
            pieces.append(_add(plan, Slot(part, node, "columns", text)))
    plan.guards += columns.guards
    return pieces


def _add(plan: Plan, slot: Slot) -> int:
    plan.slots.append(slot)
    return len(plan.slots) - 1


def _text(pieces: list[str | int], text: str) -> None:
    if text and pieces and isinstance(pieces[-1], str):
        pieces[-1] += text
    elif text:
        pieces.append(text)


def writable(nodes: list[Node], names: Names, *, html: bool) -> bool:
    """Whether all nodes of a part can become Python source."""
    writer = Writer(names.columns, names.constants)
    writer.begin(nodes, html=html)
    try:
        writer.slot(nodes)
    except NotCompilable:
        return False
    return True


class Rows:
    """Makes the chosen slots of a plan for one person at a time.

    `columns` are the columns that a row must hold, `order` the slots that it makes.
    """

    def __init__(self, plan: Plan, names: Names, chosen: list[int]) -> None:
        self.plan = plan
        self.constants = names.constants
        writer = Writer(names.columns, names.constants)
        self.order: list[int] = []
        self.liquid: list[tuple[str, list[int]]] = []
        last: list[int] = []
        for part, nodes in plan.nodes.items():
            slots = {id(plan.slots[n].node): n for n in chosen if plan.slots[n].part == part}
            everything = len(chosen) == len(plan.slots) and assigned_names(nodes)
            if not slots and not everything:
                continue
            if not writable(nodes, names, html=part == "html"):
                places = [n for n, node in enumerate(nodes) if id(node) in slots]
                self.liquid.append((part, places))
                last += [slots[id(nodes[n])] for n in places]
                continue
            writer.begin(nodes, html=part == "html")
            for node in nodes:
                if id(node) in slots:
                    writer.slot([node], json=part == RICH)
                    self.order.append(slots[id(node)])
                elif assigned_names([node]):
                    writer.effects(node)
        self.function, reads = writer.function()
        self.columns = sorted(names.reads) if self.liquid else reads
        self.order += last
        self._products: Mapping[str, Any] = {}
        self._catalogue = reference.Catalogue()
        self._where = [self.columns.index(name) for name in reads] if self.liquid else None

    def __call__(self, row: Row, products: Mapping[str, Any]) -> tuple[str, ...]:
        """The texts of the slots `order` for one row; raises Refused with the reason."""
        values = row if self._where is None else tuple([row[n] for n in self._where])
        try:
            made: tuple[str, ...] = self.function(values, products)
        except Refused:
            raise
        except Exception as fault:
            raise Refused(reason_of(fault)) from fault
        return made + self._by_liquid(row, products) if self.liquid else made

    def _by_liquid(self, row: Row, products: Mapping[str, Any]) -> tuple[str, ...]:
        values = {**dict(zip(self.columns, row, strict=True)), **self.constants}
        if self._products is not products:
            self._products, self._catalogue = products, reference.catalogue(products.values())
        space = reference.namespace(values, self._catalogue)
        made: list[str] = []
        for part, places in self.liquid:
            each = reference.render_each(self.plan.nodes[part], space, html=part == "html")
            texts = [each[place] for place in places]
            made += map(json_text, texts) if part == RICH else texts
        return tuple(made)
