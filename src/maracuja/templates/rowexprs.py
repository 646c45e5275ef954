"""Expressions of a template as Python source: the half of the second rung below tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
from liquid.expression import Expression
from markupsafe import Markup

from maracuja.templates.filters import BY_NAME, DATE_PARTS, PERCENT
from maracuja.templates.values import NotCompilable, kind_of

_COMPARE = {
    LtExpression: ("less", "left", "right", "<"),
    GtExpression: ("less", "right", "left", "<"),
    LeExpression: ("less_or_equal", "left", "right", "<="),
    GeExpression: ("less_or_equal", "right", "left", "<="),
}


@dataclass(frozen=True, slots=True)
class Code:
    """Source of an expression: its kind ("any" where not known), None means missing.

    `path` names what is missing; an empty one is never missing. `simple` source may be repeated.
    """

    source: str
    kind: str = "any"
    path: str = ""
    simple: bool = False
    dtype: Any = None
    literal: bool = False
    value: Any = None


class SourceReader:
    """Turns expressions into source, writing the lines that must run before it."""

    def __init__(self, columns: Mapping[str, Any], constants: Mapping[str, Any]) -> None:
        self.columns = columns
        self.constants = constants
        self.reads: dict[str, str] = {}
        self.pool: dict[str, Any] = {}
        self.html = False
        self._lines: list[str] = []
        self._depth = 1
        self._count = 0
        self._scope: dict[str, Code] = {}
        self._variables: dict[str, Code] = {}

    def value(self, expression: Expression) -> Code:
        """Source of an expression with its filters."""
        if not isinstance(expression, FilteredExpression):
            return self._primitive(expression)
        code = self._primitive(expression.left)
        for spec in expression.filters or []:
            code = self._filter(code, spec)
        return code

    def _filter(self, code: Code, spec: Any) -> Code:
        known = BY_NAME[spec.name]
        args, named = [], []
        if not known.lenient:
            code = self._refused_if_missing(code)
        for arg in spec.args:
            given = self._primitive(arg.value)
            if getattr(arg, "name", None):
                named.append(f"{arg.name}={given.source}")
                continue
            args.append(given if known.lenient else self._refused_if_missing(given))
        if known.lenient:
            return self._fallback(code, spec.name, args, named)
        if code.kind == "text" and not args and spec.name in ("upcase", "downcase"):
            return Code(f"{code.source}.{'upper' if spec.name == 'upcase' else 'lower'}()", "text")
        if spec.name == "escape" and code.kind == "text" and not self.html and not args:
            return Code(f"plain_escape({code.source})", "text")
        if spec.name == "date" and code.kind in ("date", "time") and not self.html:
            form = args[0] if args else self._constant("%d.%m.%Y", "text")
            if (
                form.literal
                and form.kind == "text"
                and set(PERCENT.findall(form.value)) <= DATE_PARTS
            ):
                return Code(f"{code.source}.strftime({form.source})", "text")
        if known.knows_html:
            named.append(f"html={self.html}")
        sources = ", ".join([code.source, *(arg.source for arg in args), *named])
        gives = known.gives if known.gives in ("text", "int") else "any"
        return Code(f"kept(F_{spec.name}({sources}))", gives)

    def _fallback(self, code: Code, name: str, args: list[Code], named: list[str]) -> Code:
        if len(args) == 1 and not named and code.kind == "text" and not code.literal:
            other = args[0]
            kind = "text" if other.kind == "text" else "any"
            return Code(f"({code.source} or {other.source})", kind, path=other.path)
        sources = ", ".join([code.source, *(arg.source for arg in args), *named])
        return Code(f"F_{name}({sources})", "any", path=args[0].path if args else "")

    def _present(self, code: Code) -> str:
        """Source of a value that is there; before it, a line refuses a missing one."""
        if not code.path:
            return code.source
        source = code.source
        if not code.simple:
            source = self._new("t")
            self._line(f"{source} = {code.source}")
        self._line(f"if {source} is None: miss({code.path!r})")
        return source

    def _refused_if_missing(self, code: Code) -> Code:
        if not code.path:
            return code
        return Code(self._present(code), code.kind, simple=True, dtype=code.dtype)

    def _primitive(self, expression: Expression) -> Code:
        if isinstance(expression, StringLiteral):
            text = Markup(expression.value) if self.html else expression.value
            return self._constant(text, "text")
        if isinstance(expression, Literal):
            kind = {bool: "bool", int: "int", float: "float"}.get(type(expression.value), "any")
            return self._constant(expression.value, kind)
        if isinstance(expression, Nil):
            return Code("None", "nil", simple=True, literal=True)
        if isinstance(expression, Empty | Blank):
            return Code("EMPTY" if isinstance(expression, Empty) else "BLANK", simple=True)
        if isinstance(expression, Path):
            return self._path(expression)
        raise NotCompilable(f"an expression of {type(expression).__name__}")

    def _constant(self, value: Any, kind: str) -> Code:
        name = f"K{len(self.pool)}"
        self.pool[name] = value
        return Code(name, kind, simple=True, literal=True, value=value)

    def _path(self, path: Path) -> Code:
        segments, written = path.path, str(path)
        root = segments[0]
        if not isinstance(root, str):
            raise NotCompilable("a path that begins with an expression")
        if root in self._scope:
            code, rest = self._scope[root], segments[1:]
            if code.kind == "forloop":
                return _forloop(code, rest)
        elif root in self._variables:
            code, rest = self._variables[root], segments[1:]
            if not rest:
                return code  # what is missing is called as it was where it was assigned
        elif root == "products" and len(segments) > 1:
            key = segments[1]
            source = self._path(key).source if isinstance(key, Path) else repr(key)
            code, rest = Code(f"product(products, {source})", path=written), segments[2:]
        else:
            code, rest = self._column(segments)
        for segment in rest:
            key = self._path(segment).source if isinstance(segment, Path) else repr(segment)
            code = self._step(code, segment, key)
        return (
            Code(code.source, code.kind, written, code.simple, code.dtype) if code.path else code
        )

    def _step(self, code: Code, segment: Any, key: str) -> Code:
        if code.kind == "struct" and isinstance(segment, str) and code.simple:
            types = {field.name: field.dtype for field in code.dtype.fields}
            if segment in types:
                source = f"({code.source} and {code.source}[{segment!r}])"
                return Code(source, kind_of(types[segment]), "?", dtype=types[segment])
        return Code(f"step({code.source}, {key})", "any", "?")

    def _column(self, segments: list[Any]) -> tuple[Code, list[Any]]:
        dotted = [s for s in segments if isinstance(s, str)]
        for length in range(len(dotted), 0, -1):
            name = ".".join(map(str, segments[:length]))
            if name in self.constants:
                value = self.constants[name]
                code = self._constant(value, "text" if isinstance(value, str) else "any")
                if value is None:
                    code = Code("None", path=name, simple=True)
                return code, segments[length:]
            if name in self.columns:
                variable = self.reads.setdefault(name, f"c{len(self.reads)}")
                dtype = self.columns[name]
                code = Code(variable, kind_of(dtype), name, simple=True, dtype=dtype)
                return code, segments[length:]
        return Code("None", "any", "?", simple=True), []

    def test(self, expression: Expression) -> str:
        """Source of a test, in brackets where needed."""
        if isinstance(expression, BooleanExpression):
            return self.test(expression.expression)
        if isinstance(expression, LogicalAndExpression | LogicalOrExpression):
            word = "and" if isinstance(expression, LogicalAndExpression) else "or"
            return f"({self.test(expression.left)} {word} {self.test(expression.right)})"
        if isinstance(expression, LogicalNotExpression):
            return f"(not {self.test(expression.right)})"
        if isinstance(expression, EqExpression | NeExpression):
            same = self._same(self._primitive(expression.left), self._primitive(expression.right))
            return f"(not {same})" if isinstance(expression, NeExpression) else same
        if type(expression) in _COMPARE:
            name, first, second, sign = _COMPARE[type(expression)]
            return self._ordered(
                name,
                self._primitive(getattr(expression, first)),
                self._primitive(getattr(expression, second)),
                sign,
            )
        if isinstance(expression, ContainsExpression):
            left, right = self._primitive(expression.left), self._primitive(expression.right)
            return f"contains({left.source}, {right.source})"
        code = self._primitive(expression)
        return f"({code.source})" if code.kind == "bool" else f"truthy({code.source})"

    def _same(self, left: Code, right: Code) -> str:
        if left.kind == right.kind and left.kind in ("text", "int", "bool"):
            return f"({left.source} == {right.source})"
        return f"equals({left.source}, {right.source})"

    def _ordered(self, name: str, left: Code, right: Code, sign: str) -> str:
        numbers = ("int", "float")
        if left.kind in numbers and right.kind in numbers and (left.literal or right.literal):
            other = right if left.literal else left
            if other.simple:
                return f"({other.source} is not None and {left.source} {sign} {right.source})"
        return f"{name}({left.source}, {right.source})"

    def _line(self, text: str) -> None:
        self._lines.append("    " * self._depth + text)

    def _new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"


def _forloop(code: Code, rest: list[Any]) -> Code:
    at, length = code.source.split("|")
    sources = {
        "index": f"({at} + 1)",
        "index0": at,
        "first": f"({at} == 0)",
        "last": f"({at} == {length} - 1)",
        "length": length,
        "rindex": f"({length} - {at})",
        "rindex0": f"({length} - {at} - 1)",
    }
    if len(rest) != 1 or rest[0] not in sources:
        raise NotCompilable("a path through forloop")
    kind = "bool" if rest[0] in ("first", "last") else "int"
    return Code(sources[rest[0]], kind, simple=True)
