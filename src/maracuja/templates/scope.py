"""What names in a template stand for: columns, constants, catalogue lookups, loop variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl
from liquid.ast import Node
from liquid.builtin.expressions import Path
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.decrement_tag import DecrementNode
from liquid.builtin.tags.increment_tag import IncrementNode

from maracuja.templates.placeholders import PAGES, page
from maracuja.templates.values import NotCompilable, Value, constant
from maracuja.templates.walk import inner

PRODUCT_TYPES: Final[Mapping[str, Any]] = {
    "id": pl.String(),
    "title": pl.String(),
    "category": pl.String(),
    "price": pl.Int64(),
    "old_price": pl.Int64(),
    "currency": pl.String(),
    "stock": pl.Int64(),
    "url": pl.String(),
    "picture": pl.String(),
}
CART_TYPES: Final[Mapping[str, Any]] = {
    "items": pl.List(
        pl.Struct(
            {
                "product_id": pl.String(),
                "title": pl.String(),
                "price": pl.Int64(),
                "currency": pl.String(),
                "quantity": pl.Int64(),
                "stock": pl.Int64(),
                "url": pl.String(),
                "picture": pl.String(),
            }
        )
    ),
    "product_id": pl.String(),
    "count": pl.Int64(),
    "total": pl.Int64(),
    "currency": pl.String(),
}
"""What a text of a campaign with a trigger may read as `cart.<name>`; prices in minor units."""
ASSIGNING: Final = (AssignNode, CaptureNode, IncrementNode, DecrementNode)


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A product found by an id: its fields are columns named `<label>.<field>`."""

    label: str
    fields: set[str]

    @property
    def there(self) -> pl.Expr:
        """Whether the catalogue has it."""
        return pl.col(f"{self.label}.id").is_not_null()

    def field(self, name: str) -> Value:
        """One of its fields; missing where the product is gone."""
        if name not in PRODUCT_TYPES:
            return Value(pl.Null(), missing=True)
        self.fields.add(name)
        return Value(PRODUCT_TYPES[name], pl.col(f"{self.label}.{name}"), missing=True)


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One item of a loop, with the path that leads to it, such as facts.viewed[0]."""

    value: Value
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """The `forloop` of one turn: its number from 0, and how many there are."""

    turn: int
    count: pl.Expr

    def field(self, name: str) -> Value:
        """index, index0, rindex, rindex0, first, last or length."""
        whole, flag = pl.Int64(), pl.Boolean()
        if name == "last":
            return Value(flag, self.count == self.turn + 1)
        left = {"length": 0, "rindex": self.turn, "rindex0": self.turn + 1}
        if name in left:
            return Value(whole, self.count - left[name])
        fixed: dict[str, Any] = {
            "index": self.turn + 1,
            "index0": self.turn,
            "first": self.turn == 0,
        }
        if name not in fixed:
            raise NotCompilable(f"forloop.{name}")
        return constant(fixed[name])


@dataclass
class Names:
    """The columns (name -> type) and constants (path -> value) that a template may name.

    While templates are compiled, `lookups` collects the label and id of each product looked up,
    `fields` what is read of it, and `reads` the columns in use (`uses_products`: whether the
    catalogue is). Inside a list (`in_list`) there
    are items only, no columns to join products to. `made` are columns that rendering makes itself.
    """

    columns: Mapping[str, Any]
    constants: Mapping[str, Any] = field(default_factory=dict)
    lookups: dict[str, pl.Expr] = field(default_factory=dict)
    fields: dict[str, set[str]] = field(default_factory=dict)
    in_list: bool = False
    uses_products: bool = False
    reads: set[str] = field(default_factory=set)
    made: frozenset[str] = frozenset()

    @property
    def asked(self) -> set[str]:
        """The columns in use that people must come with."""
        return self.reads - self.made

    def find(self, path: Path, scope: Mapping[str, Any]) -> Value | Lookup:
        """What a path stands for; a missing nil where nothing has this name."""
        segments = path.path
        root = segments[0]
        if not isinstance(root, str):
            raise NotCompilable("a path that begins with an expression")
        if root in scope:
            found, rest = scope[root], segments[1:]
            if found is None:
                raise NotCompilable(f"`{root}` is not known to the columns")
            if isinstance(found, Item):
                found = found.value
            if isinstance(found, Loop):
                return found.field(str(rest[0])) if len(rest) == 1 else _no_loop()
        elif root == "products" and len(segments) > 1:
            found, rest = self._lookup(segments[1], scope), segments[2:]
        else:
            found, rest = self.column(segments)
        return self._walk(found, rest)

    def column(self, segments: list[Any]) -> tuple[Value, list[Any]]:
        """The constant or column with the longest name, and the segments that are left."""
        dotted = 0
        while dotted < len(segments) and isinstance(segments[dotted], str):
            dotted += 1
        for length in range(dotted, 0, -1):
            name = ".".join(segments[:length])
            if name in self.constants:
                value = self.constants[name]
                none = Value(pl.Null(), missing=True)
                return (none if value is None else constant(value)), segments[length:]
            if name in self.columns:
                self.reads.add(name)
                dtype = self.columns[name]
                return Value(dtype, pl.col(name), missing=True), segments[length:]
        return Value(pl.Null(), missing=True), []

    def _lookup(self, segment: Any, scope: Mapping[str, Any]) -> Lookup:
        if self.in_list:
            raise NotCompilable("a product looked up inside a list")
        if isinstance(segment, Path):
            key = self.find(segment, scope)
            root, tail = str(segment.path[0]), str(segment)
            if root in scope:
                bound = scope[root]
                tail = tail[len(root) :]
                own = f"{root}#{len(self.lookups)}"
                label = f"products[{bound.label if isinstance(bound, Item) else own}{tail}]"
            else:
                label = f"products[{tail}]"
        else:
            key, label = constant(str(segment)), f"products[{segment!r}]"
        if not isinstance(key, Value) or key.kind not in ("text", "int", "nil"):
            raise NotCompilable("a product looked up by something that is no id")
        if key.kind == "nil":
            key = Value(pl.String(), pl.lit(None, pl.String))
        self.lookups[label] = key.column().cast(pl.String)
        return Lookup(label, self.fields.setdefault(label, {"id"}))

    def _walk(self, found: Any, rest: list[Any]) -> Value | Lookup:
        for segment in rest:
            if isinstance(found, Lookup):
                found = found.field(str(segment))
                continue
            if isinstance(segment, Path):
                raise NotCompilable("a path with a changing segment")
            found = _step(found, segment)
        if not isinstance(found, Value | Lookup):
            raise NotCompilable("forloop itself")
        return found


def _no_loop() -> Value:
    raise NotCompilable("a path through forloop")


def _step(value: Value, segment: str | int) -> Value:
    """A field, an item or the size of a value."""
    nothing = Value(pl.Null(), missing=True)
    if value.is_const:
        if value.kind == "nil":
            return nothing
        raise NotCompilable("a path into a constant")
    expr, weight = value.column(), value.weight + 1
    if value.kind == "struct" and isinstance(segment, str):
        types = {f.name: f.dtype for f in value.dtype.fields}
        if segment in types:
            return Value(types[segment], expr.struct.field(segment), missing=True, weight=weight)
        if segment in ("size", "first", "last"):
            raise NotCompilable("the size of an object")
        return nothing
    if segment == "size" and value.kind in ("text", "list"):
        size = expr.str.len_chars() if value.kind == "text" else expr.list.len()
        return Value(pl.Int64(), size.cast(pl.Int64), missing=value.missing, weight=weight)
    if value.kind == "list":
        at = {"first": 0, "last": -1}.get(str(segment), segment)
        if isinstance(at, int):
            item = expr.list.get(at, null_on_oob=True)
            return Value(value.dtype.inner, item, missing=True, weight=weight)
    return nothing


def assigned_names(nodes: Iterable[Node]) -> set[str]:
    """The names that these nodes assign or capture, however deep."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ASSIGNING):
            found.add(str(node.name))
        found |= assigned_names(inner(node))
    return found


def with_pages(constants: Mapping[str, Any]) -> dict[str, Any]:
    """The constants together with the placeholders of our own pages."""
    return {**constants, **{f"links.{name}": page(name) for name in PAGES}}
