"""The first rung: a parsed template as Polars expressions, for a whole set of people at once.

A null in what comes out means: this row takes the slow road, which finds the value or the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from operator import and_
from typing import Any, Final

import polars as pl
from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.primitive import Literal, RangeLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from markupsafe import Markup

from maracuja.templates.column_values import Reader, Test, all_of, any_of, negated
from maracuja.templates.grammar import NeedNode, loop_offset, loop_turns
from maracuja.templates.scope import Item, Lookup, Loop, Names, assigned_names
from maracuja.templates.values import NotCompilable, Value, constant, shown

UNROLL_MAX: Final = 12  # turns of a loop that are written out
Piece = str | pl.Expr


class Columns(Reader):
    """Compiles the nodes of one part; a null among the `guards` sends its row the slow road."""

    def __init__(self, names: Names, *, html: bool) -> None:
        super().__init__(names, html=html)
        self.guards: list[pl.Expr] = []
        self._nodes: dict[type[Node], Callable[[Any], list[Piece]]] = {
            OutputNode: self._output,
            IfNode: self._if,
            UnlessNode: self._unless,
            CaseNode: self._case,
            NeedNode: self._need,
            ForNode: self._for,
            AssignNode: self._assign,
            CaptureNode: self._capture,
        }

    def top(self, node: Node) -> list[Piece]:
        """The pieces of a node that stands outside every block.

        Raises NotCompilable; then names that it assigns are unknown to the columns from here on.
        """
        before, guards = dict(self.scope), list(self.guards)
        try:
            return self.node(node)
        except NotCompilable:
            self.scope, self.guards = before, guards
            self.scope.update(dict.fromkeys(assigned_names([node])))
            raise

    def node(self, node: Node) -> list[Piece]:
        """The pieces of any node."""
        if isinstance(node, ContentNode):
            return [node.text]
        if isinstance(node, CommentNode):
            return []
        for kind in type(node).__mro__:
            if kind in self._nodes:
                return self._nodes[kind](node)
        raise NotCompilable(f"the tag {node.token.value}")

    def block(self, block: BlockNode | None) -> Piece:
        """The text of a block; null where one of its assigned values cannot be told."""
        if block is None:
            return ""
        outside, self.guards = self.guards, []
        pieces = [piece for node in block.nodes for piece in self.node(node)]
        inside, self.guards = self.guards, outside
        text: Piece = "" if block.blank else joined(pieces)
        if block.blank:
            inside += [piece for piece in pieces if isinstance(piece, pl.Expr)]
        if inside:
            there = reduce(and_, [guard.is_not_null() for guard in inside])
            text = pl.when(there).then(_lit(text))
        return text

    def _output(self, node: OutputNode) -> list[Piece]:
        value = shown(self.value(node.expression), html=self.html)
        return [str(value.const)] if value.is_const else [value.column()]

    def _assign(self, node: AssignNode) -> list[Piece]:
        alias = node.expression
        path = alias.left if isinstance(alias, FilteredExpression) and not alias.filters else None
        if isinstance(path, Path):
            found = self._find(path)
            if isinstance(found, Lookup):
                self.scope[str(node.name)] = found
                return []
        value = self.value(node.expression)
        if not value.is_const and not value.missing:
            self.guards.append(value.column())
        self.scope[str(node.name)] = value
        return []

    def _capture(self, node: CaptureNode) -> list[Piece]:
        text = self.block(node.block)
        if isinstance(text, str):
            value = constant(Markup(text) if self.html else text)
        else:
            value = Value(pl.String(), text, safe=self.html, weight=10)
            self.guards.append(text)
        self.scope[str(node.name)] = value
        return []

    def _if(self, node: IfNode) -> list[Piece]:
        branches = [(self.test(node.condition), node.consequence)]
        branches += [(self.test(other.expression), other.block) for other in node.alternatives]
        return self._branches(branches, node.default)

    def _unless(self, node: UnlessNode) -> list[Piece]:
        branches = [(negated(self.test(node.condition)), node.consequence)]
        branches += [(self.test(other.expression), other.block) for other in node.alternatives]
        return self._branches(branches, node.default)

    def _need(self, node: NeedNode) -> list[Piece]:
        there = all_of([self._there(path) for path in node.paths])
        return self._branches([(there, node.consequence)], node.alternative)

    def _there(self, path: Path) -> Test:
        found = self._find(path)
        if isinstance(found, Lookup):
            return found.there
        if found.is_const:
            return found.const not in (None, "")
        expr = found.column()
        return expr.is_not_null() & (expr != "") if found.kind == "text" else expr.is_not_null()

    def _case(self, node: CaseNode) -> list[Piece]:
        branches: list[tuple[Test, BlockNode]] = []
        otherwise: BlockNode | None = None
        seen: set[tuple[type, Any]] = set()
        for block in node.blocks:
            if otherwise is not None:
                raise NotCompilable("a case that goes on after its else")
            if not isinstance(block, MultiExpressionBlockNode):
                otherwise = block
                continue
            tests: list[Test] = []
            for literal in block.expression.expressions:
                key = (type(literal), getattr(literal, "value", None))
                if not isinstance(literal, Literal) or key in seen:
                    raise NotCompilable("a case whose branches may overlap")
                seen.add(key)
                tests.append(self._equal(node.expression, literal))
            branches.append((any_of(tests), block.block))
        return self._branches(branches, otherwise)

    def _branches(
        self, branches: list[tuple[Test, BlockNode]], otherwise: BlockNode | None
    ) -> list[Piece]:
        """The first block whose test holds; what blocks assign is merged by the same tests."""
        before = dict(self.scope)
        tests: list[pl.Expr] = []
        texts: list[Piece] = []
        scopes: list[dict[str, Any]] = []
        last: BlockNode | None = otherwise
        for test, block in branches:
            if test is False:
                continue
            if test is True:
                last = block
                break
            assert isinstance(test, pl.Expr)
            tests.append(test)
            texts.append(self.block(block))
            scopes.append(self.scope)
            self.scope = dict(before)
        end = self.block(last)
        scopes.append(self.scope)
        self.scope = self._merged(tests, scopes)
        if not tests:
            return [end]
        if all(text == "" for text in (*texts, end) if isinstance(text, str)) and all(
            isinstance(text, str) for text in (*texts, end)
        ):
            return []
        return [_chain(tests, [_lit(text) for text in texts], _lit(end))]

    def _merged(self, tests: list[pl.Expr], scopes: list[dict[str, Any]]) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for name in dict.fromkeys(name for scope in scopes for name in scope):
            found = [scope.get(name, Value(pl.Null(), missing=True)) for scope in scopes]
            if all(value is found[0] for value in found):
                merged[name] = found[0]
                continue
            values = [value for value in found if isinstance(value, Value)]
            types = {value.dtype for value in values if value.kind != "nil"}
            safe = {value.safe for value in values if value.kind != "nil"}
            if len(values) < len(found) or len(types) != 1 or len(safe) != 1:
                raise NotCompilable(f"`{name}` is of a different kind in each branch")
            dtype = types.pop()
            columns = [v.column() if v.kind != "nil" else pl.lit(None, dtype) for v in values]
            merged[name] = Value(
                dtype,
                _chain(tests, columns[:-1], columns[-1]),
                safe=safe.pop(),
                missing=any(value.missing for value in values),
                weight=sum(value.weight for value in values) + len(values),
            )
        return merged

    def _for(self, node: ForNode) -> list[Piece]:
        loop = node.expression
        if isinstance(loop.iterable, RangeLiteral):
            return self._counted(node)
        found = self._find(loop.iterable)
        if not isinstance(found, Value) or found.kind != "list":
            raise NotCompilable("a loop over something that is no list")
        before = dict(self.scope)
        try:
            text = self._inside_list(node, found)
        except NotCompilable:
            self.scope, self.names.in_list = dict(before), False
            text = self._unrolled(node, found)
        self.scope = before
        offset, items = loop_offset(loop), found.column()
        if node.default is None:
            return [pl.when(items.is_not_null()).then(_lit(text))]
        turns = (items.list.len().cast(pl.Int64) > offset).fill_null(False)
        return [pl.when(turns).then(_lit(text)).otherwise(_lit(self._closed(node.default)))]

    def _counted(self, node: ForNode) -> list[Piece]:
        """A loop over numbers, written out."""
        loop, outer = node.expression, self.scope
        assert isinstance(loop.iterable, RangeLiteral)
        start = getattr(loop.iterable.start, "value", 1)
        if loop.limit is not None or loop.offset is not None:
            raise NotCompilable("a loop over a part of a range")
        numbers = range(start, start + loop_turns(loop))
        pieces: list[Piece] = []
        for turn, number in enumerate(reversed(numbers) if loop.reversed else numbers):
            here = Loop(turn, pl.lit(len(numbers), pl.Int64))
            self.scope = outer | {
                str(loop.identifier): Item(constant(number), str(number)),
                "forloop": here,
            }
            pieces.append(self._closed(node.block))
        self.scope = outer
        return pieces

    def _inside_list(self, node: ForNode, found: Value) -> Piece:
        """A loop whose body reads nothing but its item: all items of all people in one go."""
        loop = node.expression
        item = Value(found.dtype.inner, pl.element(), missing=True, weight=2)
        self.scope |= {str(loop.identifier): Item(item, ""), "forloop": None}
        self.names.in_list = True
        body = self._closed(node.block)
        self.names.in_list = False
        if isinstance(body, str) or set(body.meta.root_names()) - {""}:
            raise NotCompilable("a loop that reads more than its item")
        items, turns = found.column(), loop_turns(loop)
        offset = loop_offset(loop)
        items = items.list.slice(offset, turns) if offset else items.list.head(turns)
        items = items.list.reverse() if loop.reversed else items
        return items.list.eval(body).list.join("", ignore_nulls=False)

    def _unrolled(self, node: ForNode, found: Value) -> Piece:
        """A loop written out turn by turn."""
        loop = node.expression
        turns, offset = loop_turns(loop), loop_offset(loop)
        if turns > UNROLL_MAX:
            raise NotCompilable(f"a loop of more than {UNROLL_MAX} turns")
        items, outer = found.column(), self.scope
        count = (items.list.len().cast(pl.Int64) - offset).clip(0, turns)
        texts: list[Piece] = []
        for turn in range(turns):
            at = (count - 1 - turn + offset) if loop.reversed else offset + turn
            item = items.list.get(at, null_on_oob=True)
            value = Value(found.dtype.inner, item, missing=True, weight=2)
            label = f"{loop.iterable}[{'-' if loop.reversed else ''}{offset + turn}]"
            here = {str(loop.identifier): Item(value, label), "forloop": Loop(turn, count)}
            self.scope = outer | here
            text = self._closed(node.block)
            texts.append(pl.when(count > turn).then(_lit(text)).otherwise(pl.lit("")))
        self.scope = outer
        return joined(texts)

    def _closed(self, block: BlockNode) -> Piece:
        """A block that must not assign anything that lives on."""
        before = dict(self.scope)
        text = self.block(block)
        if self.scope != before:
            raise NotCompilable("a loop that assigns")
        return text


def _lit(piece: Piece) -> pl.Expr:
    return pl.lit(piece) if isinstance(piece, str) else piece


def _chain(tests: list[pl.Expr], values: list[pl.Expr], end: pl.Expr) -> pl.Expr:
    for test, value in zip(reversed(tests), reversed(values), strict=True):
        end = pl.when(test).then(value).otherwise(end)
    return end


def folded(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with neighbouring texts put together and empty ones left out."""
    out: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and out and isinstance(out[-1], str):
            out[-1] += piece
        elif not isinstance(piece, str) or piece:
            out.append(piece)
    return out


def joined(pieces: Iterable[Piece]) -> Piece:
    """All pieces as one text; null where one of them is."""
    parts = folded(pieces)
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else pl.concat_str([_lit(part) for part in parts])
