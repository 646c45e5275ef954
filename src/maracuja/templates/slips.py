"""Slips of language in a template's own words, found in every way in which it can be read.

A text that branches is read several times, so that words of two branches never stand together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.primitive import StringLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode

from maracuja.language import text_lints
from maracuja.language.text_lints import Piece
from maracuja.templates import grammar
from maracuja.templates.compiled import sources
from maracuja.templates.definition import Template
from maracuja.templates.lints import Finding
from maracuja.templates.plaintext import text_of
from maracuja.templates.rich import leaves
from maracuja.templates.values import kind_of
from maracuja.templates.walk import inner, paths_of
from maracuja.templates.wording import GENDER, is_name, speech

VALUE: Final = "\ue002"  # stands for a value in a reading
READINGS_MAX: Final = 6  # ways to read a text with branches; each branch is read in one of them
_LONG_WORD: Final = re.compile(r"(\w{40})\w{20,}")  # is cut where it is shown
_WHY: Final[Mapping[str, str]] = {
    "wrong_letters": "One foreign letter makes a reader ask in which language you write.",
    "other_language": "The reader chose a language, and this text is in another.",
    "mixed_script": "Filters take such words for tricks of spammers, and nobody finds them.",
    "masculine_only": "Half of the readers are taken for somebody else.",
    "both_genders": "Brackets say that you do not know whom you write to.",
    "plain_noun": "«1 points» and «5 бонус» are the surest signs of a machine.",
    "missing_comma": "A name that is spoken to stands between commas.",
    "hole": "What is left out must not leave a hole.",
    "name_often": "People say a name once; repeated, it sounds like a script.",
    "too_close": "What is known together is felt as being watched.",
}


class _Read(NamedTuple):
    """A piece with the place in the source where it begins, -1 where it has none."""

    piece: Piece
    at: int


def of_variant(template: Template, n: int, types: Mapping[str, Any]) -> list[Finding]:
    """The slips of variant `n`; `types` are the columns by name. Each slip is told once.

    Raises TemplateError where the text cannot be parsed.
    """
    language = template.variants[n].language
    spoken = speech(language)
    found: dict[tuple[str, str], Finding] = {}
    for part, source, plain in _read_parts(template, n):
        where = f"variants[{n}].{part}"
        nodes = grammar.parse(plain, html=False, where=where).nodes
        for reading in range(_branches(nodes)):
            read = list(_pieces(nodes, reading, types))
            for slip in text_lints.lint_pieces([one.piece for one in read], spoken or language):
                start = read[slip.piece].at
                offset = start + slip.at if start >= 0 else -1
                place = _place(source, plain, offset)
                message, fix = (_LONG_WORD.sub(r"\1…", one) for one in (slip.message, slip.fix))
                why = _WHY.get(slip.code, "")
                finding = Finding("warning", slip.code, message, where + place, fix, why)
                found.setdefault((slip.code, message), finding)
        for finding in _as_given(nodes, where) if spoken else []:
            found.setdefault((finding.code, finding.message), finding)
    return list(found.values())


def readings(template: Template, n: int) -> list[dict[str, str]]:
    """The texts of variant `n` by part, in every way in which they may be read.

    A value is its fallback where it has one with words, else VALUE. Raises TemplateError where a
    text cannot be parsed.
    """
    parts: dict[str, list[str]] = {}
    for part, _, plain in _read_parts(template, n):
        nodes = grammar.parse(plain, html=False, where=f"variants[{n}].{part}").nodes
        parts[part] = [
            "".join(
                one.piece.missing or VALUE if one.piece.path else one.piece.text
                for one in _pieces(nodes, reading, {})
            )
            for reading in range(_branches(nodes))
        ]
    most = max(map(len, parts.values()), default=0)
    return [
        {part: texts[min(reading, len(texts) - 1)] for part, texts in parts.items()}
        for reading in range(most)
    ]


def _read_parts(template: Template, n: int) -> Iterator[tuple[str, str, str]]:
    """(part, its source, the source of its plain text) for whatever of variant `n` is read."""
    unread = {leaf.where for leaf in leaves(template.variants[n]) if not leaf.read}
    if not template.variants[n].text:
        unread.add("text")  # it is made from the html
    for part, source in sources(template, n).items():
        if part not in unread:
            yield part, source, text_of(source) if part == "html" else source


def _as_given(nodes: list[Node], where: str) -> Iterator[Finding]:
    """Names and genders that are used as the profile has them, sure or not."""
    for node in nodes:
        if isinstance(node, grammar.NamedNode):
            yield from _as_given([node.alternative], where)
            continue
        if isinstance(node, OutputNode):
            expression = node.expression
            left = expression.left if isinstance(expression, FilteredExpression) else expression
            names = [spec.name for spec in getattr(expression, "filters", None) or []]
            plain = not names or names[0] in ("default", "or_else", "upcase", "capitalize")
            if isinstance(left, Path) and is_name(str(left)) and plain:
                yield Finding(
                    "note",
                    "name_as_given",
                    f"`{left}` is printed as the customer typed it",
                    where,
                    f"Write {{{{ {left} | nominative }}}} or a {{% named %}} clause.",
                    "People type capitals, surnames, nicknames and «test» into a name field.",
                )
        tests = [] if isinstance(node, OutputNode) else node.expressions()
        if any(str(path) == GENDER for test in tests for path in paths_of(test)):
            yield Finding(
                "note",
                "gender_as_given",
                f"`{GENDER}` is asked for as the profile has it, whoever says so",
                where,
                "For words use `choose`: it is said only where the gender is sure.",
                "A gender that was guessed or imported is sometimes wrong, and people mind.",
            )
        yield from _as_given(inner(node), where)


# ---------------------------------------------------------------- readings


def _blocks(node: Node) -> list[BlockNode | None]:
    """The blocks of which one is read; None for nothing. Empty where the node does not branch."""
    if isinstance(node, IfNode | UnlessNode):
        return [node.consequence, *(one.block for one in node.alternatives), node.default]
    if isinstance(node, grammar.NeedNode):
        return [node.consequence, node.alternative]
    if isinstance(node, CaseNode):
        chosen = [
            one.block if isinstance(one, MultiExpressionBlockNode) else one for one in node.blocks
        ]
        last = node.blocks[-1] if node.blocks else None
        return [*chosen, *([None] if isinstance(last, MultiExpressionBlockNode) else [])]
    if isinstance(node, ForNode):
        return [node.block, node.default]
    return []


def _branches(nodes: list[Node]) -> int:
    """How many readings it takes until each branch was read once."""
    most = 1
    for node in nodes:
        blocks = _blocks(node)
        inside = [_branches(block.nodes) for block in blocks if block is not None]
        most = max([most, len(blocks), *inside])
    return min(most, READINGS_MAX)


def _pieces(nodes: list[Node], reading: int, types: Mapping[str, Any]) -> Iterator[_Read]:
    for node in nodes:
        blocks = _blocks(node)
        if isinstance(node, ContentNode):
            yield _Read(Piece(node.text), _start(node))
        elif isinstance(node, OutputNode):
            yield _shown(node, types)
        elif blocks:
            block = blocks[min(reading, len(blocks) - 1)]
            yield from _pieces(block.nodes if block is not None else [], reading, types)


def _start(node: ContentNode) -> int:
    """Where the text begins in the source; what white-space control cut off is left out."""
    cut = node.token.value.find(node.text)
    return node.token.start_index + max(cut, 0)


def _shown(node: OutputNode, types: Mapping[str, Any]) -> _Read:
    expression = node.expression
    filters = list(getattr(expression, "filters", None) or [])
    left = getattr(expression, "left", expression)
    at = left.token.start_index
    if isinstance(left, StringLiteral) and not any(spec.name == "agree" for spec in filters):
        return _Read(Piece(left.value), -1)
    missing: str | None = None
    for spec in filters:
        if spec.name in ("or_else", "default") and spec.args:
            value = spec.args[0].value
            missing = value.value if isinstance(value, StringLiteral) else None
    path = str(left) if isinstance(left, Path) else GENDER
    kind = kind_of(types[path]) if path in types else ""
    names = tuple(spec.name for spec in filters)
    return _Read(Piece("", path, names, missing, kind in ("int", "float")), at)


def _place(source: str, plain: str, offset: int) -> str:
    """`:line:column` of an offset into the plain text, or "" where it cannot be told."""
    if offset < 0:
        return ""
    if source != plain:  # a text made from HTML: the same words are looked for
        begin = plain[offset : offset + 12].split("\n")[0]
        offset = source.find(begin) if begin.strip() else -1
        if offset < 0:
            return ""
    line = source.count("\n", 0, offset) + 1
    return f":{line}:{offset - (source.rfind(chr(10), 0, offset) + 1)}"
