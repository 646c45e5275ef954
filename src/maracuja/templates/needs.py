"""What a template needs of a person: every path that it reads, and whether it can do without."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.logical import (
    BooleanExpression,
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LtExpression,
)
from liquid.builtin.expressions.primitive import Literal
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression

from maracuja.model import Record
from maracuja.templates import grammar
from maracuja.templates.compiled import sources
from maracuja.templates.definition import Template
from maracuja.templates.filters import BY_NAME
from maracuja.templates.walk import inner, paths_of
from maracuja.templates.wording import GENDER, GENDER_META, WordPath, parsed

SOURCES_MAX: Final = 512  # texts whose needs are remembered
Scope = dict[str, str]
_COMPARISONS = (LtExpression, GtExpression, LeExpression, GeExpression, ContainsExpression)


class Need(Record, frozen=True):
    """A path that is read: `fallback` where the message can be written without it.

    `shown` where its value is printed (not only tested); `where` is the first place that needs it.
    """

    path: str
    fallback: bool
    shown: bool
    where: str


class Needs(Record, frozen=True):
    """Everything that a template reads, by path, sorted; loops appear as facts.cart[].title."""

    paths: tuple[Need, ...]

    @property
    def traits(self) -> list[str]:
        """The traits, without `person.`."""
        return sorted(
            {
                n.path.split(".")[1].split("[")[0]
                for n in self.paths
                if n.path.startswith("person.")
            }
        )

    @property
    def facts(self) -> list[str]:
        """The facts, without `facts.`."""
        return sorted(
            {n.path.split(".")[1].split("[")[0] for n in self.paths if n.path.startswith("facts.")}
        )

    @property
    def products(self) -> list[str]:
        """The paths by which products are looked up."""
        return sorted(
            {
                n.path[len("products[") : n.path.rindex("]")]
                for n in self.paths
                if n.path.startswith("products[")
            }
        )


def needs(template: Template, variant: int | None = None) -> Needs:
    """What the template (or one variant of it) needs; raises TemplateError where it is wrong."""
    found: dict[str, Need] = {}
    chosen = range(len(template.variants)) if variant is None else [variant]
    for n in chosen:
        for part, source in sources(template, n).items():
            where = f"variants[{n}].{part}"
            language = template.variants[n].language
            for need in _of_source(source, language, part == "html", where):
                _put(found, need)
    return Needs(paths=tuple(found[path] for path in sorted(found)))


@lru_cache(maxsize=SOURCES_MAX)
def _of_source(source: str, language: str, html: bool, where: str) -> tuple[Need, ...]:
    """What one text needs. A page, a check or a launch asks for the same texts many times."""
    tree, _ = parsed(source, language, html=html, where=where)
    walk = _Walk(where)
    walk.nodes(tree.nodes, {}, frozenset())
    return tuple(walk.found.values())


def _put(found: dict[str, Need], need: Need) -> None:
    """Add a need to those that are known: it can be done without where all can do without."""
    old = found.get(need.path)
    if old is None:
        found[need.path] = need
        return
    found[need.path] = Need(
        path=need.path,
        fallback=old.fallback and need.fallback,
        shown=old.shown or need.shown,
        where=need.where if old.fallback and not need.fallback else old.where,
    )


def shows(template: Template, path: str) -> bool:
    """Whether any text prints the value of a path, such as coupon.code. Raises TemplateError."""
    return any(need.path == path and need.shown for need in needs(template).paths)


class _Walk:
    def __init__(self, where: str) -> None:
        self.found: dict[str, Need] = {}
        self.where = where
        self.assigned: Scope = {}

    def nodes(self, nodes: Iterable[Node], scope: Scope, sure: frozenset[str]) -> None:
        """Note what the nodes read; `sure` are paths that are known to be there."""
        for node in nodes:
            self.node(node, scope, sure)

    def node(self, node: Node, scope: Scope, sure: frozenset[str]) -> None:
        """Note what one node reads, by what it is."""
        if isinstance(node, ForNode):
            loop = node.expression
            listed = self._name(loop.iterable, scope)
            self._note(loop.iterable, scope, sure, fallback=node.default is not None)
            inside = {**scope, str(loop.identifier): f"{listed}[]", "forloop": ""}
            self.nodes([node.block], inside, sure)
            self.nodes([node.default] if node.default else [], scope, sure)
        elif isinstance(node, IfNode | UnlessNode):
            there = _truths(node.condition) if isinstance(node, IfNode) else []
            self._tested([node.condition], scope, sure)
            known = sure | {self._name(path, scope) for path in there}
            self.nodes([node.consequence], scope, known)
            self.nodes(node.alternatives, scope, sure)
            known = sure
            if isinstance(node, UnlessNode):
                known = sure | {self._name(path, scope) for path in _truths(node.condition)}
            self.nodes([node.default] if node.default else [], scope, known)
        elif isinstance(node, ConditionalBlockNode):
            self._tested([node.expression], scope, sure)
            known = sure | {self._name(path, scope) for path in _truths(node.expression)}
            self.nodes([node.block], scope, known)
        elif isinstance(node, grammar.NeedNode):
            self._tested(node.paths, scope, sure)
            known = sure | {self._name(path, scope) for path in node.paths}
            self.nodes([node.consequence], scope, known)
            self.nodes([node.alternative], scope, sure)
        elif isinstance(node, CaseNode | MultiExpressionBlockNode | BlockNode | CaptureNode):
            self._tested(node.expressions(), scope, sure)
            self.nodes(inner(node), scope, sure)
        elif isinstance(node, AssignNode):
            self._assign(node, scope, sure)
        else:
            for expression in node.expressions():
                self._note(expression, scope, sure)

    def _assign(self, node: AssignNode, scope: Scope, sure: frozenset[str]) -> None:
        """An alias needs nothing by itself; what is read through it does."""
        expression = node.expression
        plain = isinstance(expression, FilteredExpression) and not expression.filters
        path = expression.left if isinstance(expression, FilteredExpression) else None
        if not plain or not isinstance(path, Path):
            self._note(expression, scope, sure)
            self.assigned[str(node.name)] = ""
            return
        for within in path.path:
            if isinstance(within, Path):
                self._note(within, scope, sure)
        self.assigned[str(node.name)] = self._name(path, scope)

    def _tested(
        self, expressions: Iterable[Expression], scope: Scope, sure: frozenset[str]
    ) -> None:
        for expression in expressions:
            for path in paths_of(expression):
                self._add(path, scope, fallback=True, shown=False)

    def _note(
        self,
        expression: Expression,
        scope: Scope,
        sure: frozenset[str],
        *,
        fallback: bool = False,
    ) -> None:
        first = expression
        if isinstance(expression, FilteredExpression):
            filters = expression.filters or []
            first = expression.left
            lenient = bool(filters) and BY_NAME[filters[0].name].lenient
            fallback = fallback or (lenient and bool(filters[0].args))
            for spec in filters:
                for arg in spec.args:
                    for path in paths_of(arg.value):
                        self._add(path, scope, self._name(path, scope) in sure, shown=True)
        for path in paths_of(first):
            there = fallback or self._name(path, scope) in sure
            self._add(path, scope, there, shown=path is first)

    def _add(self, path: Path, scope: Scope, fallback: bool, shown: bool) -> None:
        if isinstance(path, WordPath):
            fallback = fallback or path.said.kind == "gender_or_none"
            first, *others = path.said.reads
            # A word that agrees shows no fact about the person; it is only good grammar.
            self._put(first, fallback, shown=shown and first != GENDER)
            for other in others:  # they help to choose the word, and it can do without
                if other != GENDER_META:
                    self._put(other, fallback=True, shown=False)
            return
        self._put(self._name(path, scope), fallback, shown)

    def _put(self, name: str, fallback: bool, shown: bool) -> None:
        if not name or name.split(".")[0].split("[")[0] not in grammar.ROOTS:
            return
        _put(self.found, Need(path=name, fallback=fallback, shown=shown, where=self.where))

    def _name(self, expression: Expression, scope: Scope) -> str:
        """The path as a person's column would be called, loop variables resolved."""
        if isinstance(expression, BooleanExpression):
            return self._name(expression.expression, scope)
        if isinstance(expression, WordPath):
            return expression.said.column
        if not isinstance(expression, Path):
            return ""
        bound = {**self.assigned, **scope}
        root = str(expression.path[0])
        if root in bound and not bound[root]:
            return ""
        name = bound.get(root, root)
        for segment in expression.path[1:]:
            if isinstance(segment, Path):
                name += f"[{self._name(segment, scope)}]"
            else:
                name += f".{segment}" if isinstance(segment, str) else f"[{segment}]"
        return name


def _truths(condition: Expression) -> list[Path]:
    """The paths that are surely there where a condition holds."""
    if isinstance(condition, BooleanExpression):
        return _truths(condition.expression)
    if isinstance(condition, LogicalAndExpression):
        return _truths(condition.left) + _truths(condition.right)
    if isinstance(condition, _COMPARISONS):
        return [side for side in (condition.left, condition.right) if isinstance(side, Path)]
    if isinstance(condition, EqExpression) and isinstance(condition.right, Literal):
        return _truths(condition.left)
    return [condition] if isinstance(condition, Path) else []
