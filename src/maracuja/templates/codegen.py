"""The second rung: a parsed template as Python source, run row by row.

It covers whatever columns cover and more (captures in loops, break, floats), with the meaning of
python-liquid; what it declines goes to python-liquid itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode, ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode

from maracuja.templates import rowcode
from maracuja.templates.grammar import NeedNode, loop_offset, loop_turns
from maracuja.templates.rowexprs import Code, SourceReader
from maracuja.templates.scope import assigned_names
from maracuja.templates.values import NotCompilable, kind_of
from maracuja.templates.walk import inner


class Writer(SourceReader):
    """Writes one function `row(r, products)` that returns the texts of the chosen slots."""

    def __init__(self, columns: Mapping[str, Any], constants: Mapping[str, Any]) -> None:
        super().__init__(columns, constants)
        self._sink = ""
        self._loops = 0
        self._results: list[str] = []

    def begin(self, nodes: list[Node], *, html: bool) -> None:
        """Begin a part: variables that it assigns are missing at first."""
        self.html = html
        self._scope = {}
        self._variables = {}
        for name in sorted(assigned_names(nodes)):
            variable = self._new("v")
            self._line(f"{variable} = None")
            self._variables[name] = Code(variable, path=name, simple=True)

    def slot(self, nodes: Iterable[Node], *, json: bool = False) -> None:
        """One more text in the result, made by these nodes; `json`: escaped for a JSON string."""
        buffer = self._new("o")
        self._sink = f"{buffer}_"
        self._line(f"{buffer} = []")
        self._line(f"{self._sink} = {buffer}.append")
        for node in nodes:
            self.node(node)
        text = f"''.join({buffer})"
        self._results.append(f"json_text({text})" if json else text)

    def effects(self, node: Node) -> None:
        """Run a node for what it assigns; it shows nothing."""
        self._sink = "_none"
        self.node(node)

    def function(self) -> tuple[Callable[[tuple[Any, ...], Mapping[str, Any]], Any], list[str]]:
        """The compiled function and the columns that its row must hold, in order."""
        unpack = [f"    {name} = r[{n}]" for n, name in enumerate(self.reads.values())]
        results = ", ".join(self._results) + ("," if self._results else "")
        source = "\n".join(
            ["def row(r, products):", *unpack, *self._lines, f"    return ({results})"]
        )
        space = {**rowcode.GLOBALS, **self.pool, "_none": lambda text: None}
        # The source is written above, from the syntax tree; texts of templates enter by repr only.
        exec(compile(source, "<template>", "exec"), space)
        return space["row"], list(self.reads)

    # ------------------------------------------------------------ statements

    def node(self, node: Node) -> None:
        """Write a node's statements."""
        if isinstance(node, ContentNode):
            self._line(f"{self._sink}({node.text!r})")
        elif isinstance(node, OutputNode):
            self._output(node)
        elif isinstance(node, CommentNode):
            pass
        elif isinstance(node, AssignNode):
            self._assign(node)
        elif isinstance(node, CaptureNode):
            self._capture(node)
        elif isinstance(node, IfNode | UnlessNode):
            self._if(node)
        elif isinstance(node, NeedNode):
            test = " and ".join(f"there({self._path(path).source})" for path in node.paths)
            self._choose([(test, node.consequence)], node.alternative)
        elif isinstance(node, CaseNode):
            self._case(node)
        elif isinstance(node, ForNode):
            self._for(node)
        elif isinstance(node, BreakNode | ContinueNode) and self._loops:
            self._line("break" if isinstance(node, BreakNode) else "continue")
        else:
            raise NotCompilable(f"the tag {node.token.value}")

    def block(self, block: BlockNode | None) -> None:
        """Write a block one level deeper; a blank block shows nothing but still assigns."""
        sink = self._sink
        self._depth += 1
        self._line("pass")
        if block is not None:
            if block.blank:
                self._sink = "_none"
            for node in block.nodes:
                self.node(node)
        self._depth -= 1
        self._sink = sink

    def _output(self, node: OutputNode) -> None:
        code = self.value(node.expression)
        if code.literal:
            self._line(f"{self._sink}({rowcode.output(code.value, self.html)!r})")
            return
        source = self._present(code)
        if code.kind == "text":
            source = f"escape({source})" if self.html else source
        elif code.kind in ("int", "date", "time"):
            source = f"str({source})"
        elif code.kind == "float":
            source = f"str(plain({source}))"
        else:
            source = f"output({source}, {self.html})"
        self._line(f"{self._sink}({source})")

    def _store(self, name: str, source: str) -> None:
        self._line(f"{self._variables[name].source} = {source}")

    def _assign(self, node: AssignNode) -> None:
        name, code = str(node.name), self.value(node.expression)
        self._store(name, f"kept({code.source})")
        if self._depth == 1:  # outside every block: what is missing is what it stands for
            source = self._variables[name].source
            self._variables[name] = Code(source, path=code.path or name, simple=True)

    def _capture(self, node: CaptureNode) -> None:
        sink, buffer = self._sink, self._new("o")
        self._sink = f"{buffer}_"
        self._line(f"{buffer} = []")
        self._line(f"{self._sink} = {buffer}.append")
        if not node.block.blank:
            for within in node.block.nodes:
                self.node(within)
        else:
            self._sink = "_none"
            for within in node.block.nodes:
                self.node(within)
        self._sink = sink
        text = f"kept(''.join({buffer}))"
        self._store(str(node.name), f"Markup({text})" if self.html else text)

    def _if(self, node: IfNode | UnlessNode) -> None:
        first = self.test(node.condition)
        branches = [(f"not {first}" if isinstance(node, UnlessNode) else first, node.consequence)]
        branches += [(self.test(other.expression), other.block) for other in node.alternatives]
        self._choose(branches, node.default)

    def _choose(self, branches: list[tuple[str, BlockNode]], end: BlockNode | None) -> None:
        for n, (test, block) in enumerate(branches):
            self._line(f"{'elif' if n else 'if'} {test}:")
            self.block(block)
        if end is not None:
            self._line("else:")
            self.block(end)

    def _case(self, node: CaseNode) -> None:
        subject, none = self._new("t"), self._new("t")
        given = self._primitive(node.expression)
        case = Code(subject, given.kind, simple=True)
        self._line(f"{subject} = {given.source}")
        self._line(f"{none} = True")
        for block in node.blocks:
            if not isinstance(block, MultiExpressionBlockNode):
                self._line(f"if {none}:")
                self.block(block)
                continue
            tests = [self._same(case, self._primitive(e)) for e in block.expression.expressions]
            self._line(f"for _ in range({' + '.join(tests)}):")
            self._depth += 1
            self._line(f"{none} = False")
            self._depth -= 1
            if self._loops and _has_break(block.block):
                raise NotCompilable("a break inside a case")
            self.block(block.block)

    def _for(self, node: ForNode) -> None:
        loop = node.expression
        turns = loop_turns(loop)
        offset = loop_offset(loop)
        listed, item, at = self._new("l"), self._new("i"), self._new("k")
        element: Any = None
        if isinstance(loop.iterable, RangeLiteral):
            start = getattr(loop.iterable.start, "value", 1)
            stop = getattr(loop.iterable.stop, "value", 0)
            self._line(f"{listed} = range({start}, {stop + 1})")
        else:
            code = self._primitive(loop.iterable)
            self._line(f"{listed} = {code.source}")
            if node.default is None and code.path:
                self._line(f"if {listed} is None: miss({code.path!r})")
            element = code.dtype.inner if code.kind == "list" and code.dtype else None
        if element is not None and not loop.reversed:
            self._line(f"{listed} = ({listed} or [])[{offset}:{offset + turns}]")
        else:
            self._line(f"{listed} = items({listed}, {offset}, {turns}, {loop.reversed})")
        self._line(f"for {at}, {item} in enumerate({listed}):")
        name, outer = str(loop.identifier), dict(self._scope)
        kind = kind_of(element) if element is not None else "any"
        self._scope[name] = Code(item, kind, name, simple=True, dtype=element)
        self._scope["forloop"] = Code(f"{at}|len({listed})", "forloop")
        self._loops += 1
        self.block(node.block)
        self._loops -= 1
        self._scope = outer
        if node.default is not None:
            self._line(f"if not {listed}:")
            self.block(node.default)


def _has_break(block: Node) -> bool:
    return any(
        isinstance(node, BreakNode | ContinueNode)
        or (not isinstance(node, ForNode) and _has_break(node))
        for node in inner(block)
    )
