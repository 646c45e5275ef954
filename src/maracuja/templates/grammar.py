"""The grammar: python-liquid's with fewer tags, strict values, and bounds known beforehand.

It never reads a file: the tags that include others are not part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, NoReturn, TextIO

from liquid import Environment, RenderContext, TokenStream
from liquid.ast import BlockNode, Node
from liquid.builtin.content import Literal
from liquid.builtin.expressions import (
    FilteredExpression,
    Identifier,
    LoopExpression,
    Path,
)
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    cycle_tag,
    decrement_tag,
    echo_tag,
    for_tag,
    if_tag,
    increment_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.exceptions import LiquidError, LiquidSyntaxError, UndefinedError
from liquid.expression import Expression
from liquid.parser import get_parser
from liquid.stringify import to_liquid_string
from liquid.tag import Tag
from liquid.template import BoundTemplate
from liquid.token import TOKEN_COMMA, TOKEN_EOF, TOKEN_EXPRESSION, TOKEN_TAG, Token
from liquid.undefined import Undefined, is_undefined

from maracuja.errors import TemplateError
from maracuja.templates.filters import BY_NAME, FILTERS, LOOKUPS, for_liquid
from maracuja.templates.placeholders import PRIVATE
from maracuja.templates.values import plain
from maracuja.templates.walk import inner

RESERVED: Final = ("person", "facts", "products", "shop", "campaign", "links", "data")
ROOTS: Final = (*RESERVED, "event", "cart", "coupon", "outlet", "bonus")
LOOP_MAX: Final = 50  # the greatest `limit:` of one loop
TURNS_MAX: Final = 500  # the greatest product of nested limits
DEPTH_MAX: Final = 12


class Missing(Undefined):
    """A value that is not there: nil in a test, an error where it would be shown or counted."""

    __slots__ = ()
    force_liquid_default = True

    def refuse(self) -> NoReturn:
        """Raise the error that names the missing value."""
        raise UndefinedError(self.hint or f"{self.name} is missing", token=self.token)

    def __str__(self) -> str:
        self.refuse()

    def __len__(self) -> int:
        self.refuse()

    def __iter__(self) -> Iterator[Any]:
        self.refuse()

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Undefined) or other is None


class NeedNode(Node):
    """`{% need a, b %}...{% or_else %}...{% endneed %}`: the first block where all are there."""

    __slots__ = ("alternative", "consequence", "paths")

    def __init__(
        self, token: Token, paths: list[Path], consequence: BlockNode, alternative: BlockNode
    ) -> None:
        super().__init__(token)
        self.paths = paths
        self.consequence = consequence
        self.alternative = alternative
        self.blank = consequence.blank and alternative.blank

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Render one of the two blocks."""
        values = [path.evaluate(context) for path in self.paths]
        there = not any(is_undefined(value) or value in (None, "") for value in values)
        return (self.consequence if there else self.alternative).render(context, buffer)

    def children(self, *_: object, **__: object) -> list[BlockNode]:
        """Both blocks."""
        return [self.consequence, self.alternative]

    def expressions(self) -> list[Path]:
        """The paths that are asked for."""
        return self.paths


class NeedTag(Tag):
    """The tag `need`, whose `or_else` clause may be empty but never left out."""

    name = "need"
    end = "endneed"

    def parse(self, stream: TokenStream) -> Node:
        """Parse the paths and the two blocks."""
        token = stream.eat(TOKEN_TAG)
        inner = stream.into_inner(tag=token)
        paths = [Path.parse(self.env, inner)]
        while inner.current.kind == TOKEN_COMMA:
            next(inner)
            paths.append(Path.parse(self.env, inner))
        inner.expect_eos()
        parse_block = get_parser(self.env).parse_block
        consequence = parse_block(stream, frozenset(("or_else", "endneed", TOKEN_EOF)))
        if not stream.current.is_tag("or_else"):
            raise LiquidSyntaxError("`need` has no {% or_else %} clause", token=token)
        next(stream)
        alternative = parse_block(stream, frozenset(("endneed", TOKEN_EOF)))
        stream.expect(TOKEN_TAG, value="endneed")
        return NeedNode(token, paths, consequence, alternative)


class NamedNode(NeedNode):
    """`{% named path %}...{% neutral %}...{% endnamed %}`: the first block only for a sure name.

    `paths` holds the name's own path; `wording.spoken` adds every word whose form depends on it.
    """

    __slots__ = ()


class NamedTag(Tag):
    """The tag `named`; without a path it speaks of person.first_name."""

    name = "named"
    end = "endnamed"

    def parse(self, stream: TokenStream) -> Node:
        """Parse the path and the two blocks."""
        token = stream.eat(TOKEN_TAG)
        path = Path(token, ["person", "first_name"])
        if stream.current.kind == TOKEN_EXPRESSION:
            inner = stream.into_inner(tag=token)
            path = Path.parse(self.env, inner)
            inner.expect_eos()
        parse_block = get_parser(self.env).parse_block
        consequence = parse_block(stream, frozenset(("neutral", "endnamed", TOKEN_EOF)))
        if not stream.current.is_tag("neutral"):
            raise LiquidSyntaxError("`named` has no {% neutral %} clause", token=token)
        next(stream)
        alternative = parse_block(stream, frozenset(("endnamed", TOKEN_EOF)))
        stream.expect(TOKEN_TAG, value="endnamed")
        return NamedNode(token, [path], consequence, alternative)


def _printed(node: OutputNode, context: RenderContext, buffer: TextIO) -> int:
    value = plain(node.expression.evaluate(context))
    return buffer.write(to_liquid_string(value, context.autoescape))


class ShowNode(OutputNode):
    """An output that shows whole floats as integers."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        return _printed(self, context, buffer)


class ShowTag(Output):
    """The pseudo tag of outputs, making ShowNodes."""

    node_class = ShowNode


class EchoNode(echo_tag.EchoNode):
    """An echo that shows whole floats as integers."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        return _printed(self, context, buffer)


class EchoTag(echo_tag.EchoTag):
    """The tag `echo`, making EchoNodes."""

    node_class = EchoNode


class LoopNode(for_tag.ForNode):
    """A `for` whose `else` also speaks where the whole list is missing."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Render the loop, or its else block."""
        if self.default and is_undefined(self.expression.iterable.evaluate(context)):
            return self.default.render(context, buffer)
        return int(super().render_to_output(context, buffer))


class LoopTag(for_tag.ForTag):
    """The tag `for`, making LoopNodes."""

    node_class = LoopNode


TAGS: Final[tuple[type[Tag], ...]] = (
    Literal,
    ShowTag,
    Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    LoopTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    assign_tag.AssignTag,
    capture_tag.CaptureTag,
    cycle_tag.CycleTag,
    increment_tag.IncrementTag,
    decrement_tag.DecrementTag,
    EchoTag,
    comment_tag.CommentTag,
    inline_comment_tag.InlineCommentTag,
    NeedTag,
    NamedTag,
)


class Grammar(Environment):
    """python-liquid's environment with our tags and filters only."""

    block_nesting_limit = DEPTH_MAX
    loop_iteration_limit = TURNS_MAX
    local_namespace_limit = 1_000_000
    output_stream_limit = 2_000_000
    logical_not_operator = True
    logical_parentheses = True

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register TAGS and FILTERS."""
        for tag in TAGS:
            self.add_tag(tag)
        for spec in FILTERS:
            self.add_filter(spec.name, for_liquid(spec))


@cache
def grammar(*, html: bool) -> Grammar:
    """The one environment of texts, or the one of HTML (which escapes what it shows)."""
    return Grammar(autoescape=html, undefined=Missing)


def parse(source: str, *, html: bool, where: str) -> BoundTemplate:
    """The parsed template; raises TemplateError with a caret under the fault.

    `where` names the place in the definition, such as variants[0].html.
    """
    if PRIVATE.search(source):
        raise TemplateError(
            "the template holds private-use characters that are kept for links",
            where=where,
            fix="Remove the characters U+E000 to U+E00F.",
        )
    return parse_marked(source, html=html, where=where)


def parse_marked(source: str, *, html: bool, where: str) -> BoundTemplate:
    """`parse` for a source whose links are already marked by placeholders."""
    try:
        template = grammar(html=html).from_string(source)
        check_bounds(template.nodes)
    except LiquidError as fault:
        raise fault_of(fault, where) from fault
    return template


def fault_of(fault: LiquidError, where: str, fix: str = "") -> TemplateError:
    """A TemplateError that shows the line and points at the column."""
    message = str(fault.message)
    context = fault.context()
    if context is None:
        return TemplateError(message, where=where, fix=fix)
    line, column, _, text, _ = context
    length = len(fault.token.value) if fault.token else 1
    caret = " " * column + "^" * max(1, min(length, len(text) - column))
    return TemplateError(
        f"{message}\n  {text}\n  {caret}\n", where=f"{where}:{line}:{column}", fix=fix
    )


def check_bounds(nodes: list[Node], turns: int = 0) -> None:
    """Raise LiquidSyntaxError for unknown filters, loops without a bound, overwritten roots.

    `turns` is how often the loops around these nodes turn, 0 outside every loop.
    """
    for node in nodes:
        for expression in node.expressions():
            _check_filters(expression)
        inside = turns
        if isinstance(node, for_tag.ForNode):
            inside = max(turns, 1) * loop_turns(node.expression)
            if inside > TURNS_MAX:
                raise LiquidSyntaxError(
                    f"nested loops may turn {inside} times, more than {TURNS_MAX}",
                    token=node.token,
                )
            _check_name(node.expression.identifier, node.token)
        if isinstance(node, for_tag.BreakNode | for_tag.ContinueNode) and not turns:
            raise LiquidSyntaxError(f"a {node.token.value} outside every loop", token=node.token)
        if isinstance(node, assign_tag.AssignNode | capture_tag.CaptureNode):
            _check_name(node.name, node.token)
        check_bounds(inner(node), inside)


def loop_turns(loop: LoopExpression) -> int:
    """How often a loop turns at most; raises LiquidSyntaxError where nothing bounds it."""
    if isinstance(loop.limit, IntegerLiteral):
        turns = loop.limit.value
    elif isinstance(loop.iterable, RangeLiteral) and loop.limit is None:
        start, stop = loop.iterable.start, loop.iterable.stop
        if not (isinstance(start, IntegerLiteral) and isinstance(stop, IntegerLiteral)):
            raise LiquidSyntaxError("a loop over a range needs two numbers", token=loop.token)
        turns = max(0, stop.value - start.value + 1)
    else:
        raise LiquidSyntaxError(
            f"the loop has no bound: write a number, `limit: 3` (at most {LOOP_MAX})",
            token=loop.token,
        )
    if not 1 <= turns <= LOOP_MAX:
        raise LiquidSyntaxError(f"a loop turns 1 to {LOOP_MAX} times", token=loop.token)
    offset = loop.offset
    if offset is not None and not (isinstance(offset, IntegerLiteral) and offset.value >= 0):
        raise LiquidSyntaxError("the offset of a loop is a number from 0", token=loop.token)
    return turns


def loop_offset(loop: LoopExpression) -> int:
    """The number of items that a loop leaves out at the start."""
    return int(loop.offset.value) if isinstance(loop.offset, IntegerLiteral) else 0


def _check_filters(expression: Expression) -> None:
    for spec in (expression.filters or []) if isinstance(expression, FilteredExpression) else []:
        if spec.name not in BY_NAME and spec.name not in LOOKUPS:
            near = get_close_matches(spec.name, [*BY_NAME, *LOOKUPS], n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise LiquidSyntaxError(f"there is no filter `{spec.name}`{hint}", token=spec.token)


def _check_name(name: Identifier | str, token: Token) -> None:
    if str(name) in RESERVED:
        raise LiquidSyntaxError(f"`{name}` is a name of ours: choose another", token=token)
