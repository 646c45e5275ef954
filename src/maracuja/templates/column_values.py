"""Expressions and tests of a template as Polars expressions: the first rung below its tags.

It only reads names; what tags do with the values is in columns.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl
from liquid.builtin.expressions import FilteredExpression, Nil, Path
from liquid.builtin.expressions.logical import (
    BooleanExpression,
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LogicalNotExpression,
    LogicalOrExpression,
    LtExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import Blank, Empty, Literal, StringLiteral
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from markupsafe import Markup

from maracuja.templates.conditions import equal, less, less_or_equal, within
from maracuja.templates.filters import BY_NAME
from maracuja.templates.scope import Lookup, Names
from maracuja.templates.values import WEIGHT_MAX, NotCompilable, Value, constant

Test = bool | pl.Expr


class Reader:
    """Reads expressions: `scope` holds what loops and assignments have bound."""

    def __init__(self, names: Names, *, html: bool) -> None:
        self.names = names
        self.html = html
        self.scope: dict[str, Any] = {}
        self._tests: dict[type[Expression], Callable[[Any], Test]] = {
            BooleanExpression: lambda e: self.test(e.expression),
            LogicalAndExpression: lambda e: all_of([self.test(e.left), self.test(e.right)]),
            LogicalOrExpression: lambda e: any_of([self.test(e.left), self.test(e.right)]),
            LogicalNotExpression: lambda e: negated(self.test(e.right)),
            EqExpression: lambda e: self._equal(e.left, e.right),
            NeExpression: lambda e: negated(self._equal(e.left, e.right)),
            LtExpression: lambda e: less(self.value(e.left), self.value(e.right)),
            GtExpression: lambda e: less(self.value(e.right), self.value(e.left)),
            LeExpression: lambda e: less_or_equal(self.value(e.left), self.value(e.right)),
            GeExpression: lambda e: less_or_equal(self.value(e.right), self.value(e.left)),
            ContainsExpression: lambda e: within(self.value(e.left), self.value(e.right)),
        }

    def value(self, expression: Expression) -> Value:
        """The value of an expression, its filters applied."""
        if isinstance(expression, FilteredExpression):
            value = self._primitive(expression.left)
            for spec in expression.filters or []:
                value = self._filtered(value, spec)
                if value.weight > WEIGHT_MAX:
                    raise NotCompilable("an expression that grows too much")
            return value
        return self._primitive(expression)

    def _primitive(self, expression: Expression) -> Value:
        if isinstance(expression, StringLiteral):
            return constant(Markup(expression.value) if self.html else expression.value)
        if isinstance(expression, Literal):
            return constant(expression.value)
        if isinstance(expression, Nil):
            return Value(pl.Null())
        found = self._find(expression)
        if not isinstance(found, Value):
            raise NotCompilable("a whole product")
        return found

    def _find(self, expression: Expression) -> Value | Lookup:
        if not isinstance(expression, Path):
            raise NotCompilable(f"an expression of {type(expression).__name__}")
        return self.names.find(expression, self.scope)

    def _filtered(self, value: Value, spec: Any) -> Value:
        known = BY_NAME[spec.name]
        args = [self._primitive(arg.value) for arg in spec.args]
        named = {arg.name: arg.value.value for arg in spec.args if getattr(arg, "name", None)}
        if set(named) - {"link", "language", "patterns"}:
            raise NotCompilable("named arguments")
        if named:
            args = [a for a, g in zip(args, spec.args, strict=True) if not getattr(g, "name", 0)]
            args += [constant(value) for value in named.values()]
        if all(v.is_const and v.kind != "nil" for v in (value, *args)):
            return self._folded(value, args, known, named)
        if known.columns is None:
            raise NotCompilable(f"the filter {spec.name}")
        if value.kind == "nil":
            if known.lenient and value.missing and len(args) == 1 and args[0].kind != "nil":
                return args[0]
            raise NotCompilable("a filter over nothing")
        if any(arg.kind == "nil" for arg in args):
            raise NotCompilable("a filter with nothing as argument")
        return known.columns(value, args, self.html)

    def _folded(self, value: Value, args: list[Value], known: Any, named: dict[str, Any]) -> Value:
        given = [arg.const for arg in args[: len(args) - len(named)]]
        if known.knows_html:
            named = {**named, "html": self.html}
        try:
            return constant(known.call(value.const, *given, **named))
        except (LiquidError, TypeError, ValueError) as fault:
            raise NotCompilable(str(fault)) from fault

    def test(self, expression: Expression) -> Test:
        """Whether an expression holds: a constant, or a boolean expression without nulls."""
        if type(expression) in self._tests:
            return self._tests[type(expression)](expression)
        if isinstance(expression, Path):
            found = self._find(expression)
            if isinstance(found, Lookup):
                return found.there
        value = self._primitive(expression)
        if value.is_const:
            return value.const is not None and value.const is not False
        if value.kind == "bool":
            return value.column().fill_null(False)
        return value.column().is_not_null()

    def _equal(self, left: Expression, right: Expression) -> Test:
        for special, other in ((left, right), (right, left)):
            if isinstance(special, Empty | Blank):
                return _emptiness(self._primitive(other), blank=isinstance(special, Blank))
        return equal(self._primitive(left), self._primitive(right))


def _emptiness(value: Value, *, blank: bool) -> Test:
    if value.is_const or value.kind not in ("text", "list"):
        raise NotCompilable("the emptiness of something that is neither text nor list")
    expr = value.column()
    if value.kind == "list":
        return (expr.list.len() == 0).fill_null(False)
    return ((expr.str.strip_chars() if blank else expr) == "").fill_null(False)


def all_of(tests: Iterable[Test]) -> Test:
    """Whether all tests hold; constants are folded."""
    tests = list(tests)
    if any(test is False for test in tests):
        return False
    open_tests = [test for test in tests if isinstance(test, pl.Expr)]
    return reduce(and_, open_tests) if open_tests else True


def any_of(tests: Iterable[Test]) -> Test:
    """Whether any test holds; constants are folded."""
    tests = list(tests)
    if any(test is True for test in tests):
        return True
    open_tests = [test for test in tests if isinstance(test, pl.Expr)]
    return reduce(or_, open_tests) if open_tests else False


def negated(test: Test) -> Test:
    """The opposite of a test."""
    return not test if isinstance(test, bool) else ~test
