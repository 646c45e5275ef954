"""Words that depend on a name, a gender or a city: found in the syntax tree, made into columns.

After `spoken` a template reads such a word as it reads any other column, so that all rungs say the
same; it must never guess a word itself (`word_columns` looks them up).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, NoReturn

from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.arguments import KeywordArgument
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.primitive import StringLiteral
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.expression import Expression
from liquid.template import BoundTemplate
from liquid.token import Token

from maracuja.language import numbers
from maracuja.language import words as bending
from maracuja.templates import grammar
from maracuja.templates.filters import BY_NAME, CASES, CITIES, LOOKUPS, SPEAKING
from maracuja.templates.walk import inner

LANGUAGES: Final = tuple(numbers.FORMS)
NAME: Final = "person.first_name"
GENDER: Final = "person.gender"
PATRONYMIC: Final = "person.patronymic"
GENDER_META: Final = "meta.gender"
_FORMAL: Final = ("ru", "uk", "mn")
_FAMILY: Final = ("last_name", "surname", "family_name", "company_name", "user_name", "username")


class Said(NamedTuple):
    """A word that is looked up: its column, what it is, the path it belongs to, the rest.

    `kind` is case (`detail` is nom, gen ...), agree (the word), gender, gender_or_none, city (in,
    from, to, and after a space the letter before it) or salutation. `reads` are the paths that it
    is made from.
    """

    column: str
    kind: str
    path: str
    detail: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of people that it is made from, the one that it belongs to first."""
        if self.kind == "city":
            return (self.path,)
        if self.kind == "case":
            return (self.path, GENDER, GENDER_META)
        if self.kind == "salutation":
            return (self.path, PATRONYMIC, GENDER, GENDER_META)
        return (GENDER, NAME, GENDER_META)


class WordPath(Path):
    """The path of a looked-up word; it reads in messages as the path in the template does."""

    __slots__ = ("said", "written")

    def __init__(self, token: Token, said: Said, written: str) -> None:
        super().__init__(token, list(said.column.split(".")))
        self.said = said
        self.written = written

    def __str__(self) -> str:
        return self.written


def speech(language: str) -> str:
    """The language of a variant (ru-RU) as the language room calls it; "" where it knows none."""
    short = language.partition("-")[0].lower()
    return short if short in LANGUAGES else ""


def parsed(
    source: str,
    language: str,
    *,
    html: bool,
    where: str,
    marked: bool = False,
    money_patterns: str = "",
) -> tuple[BoundTemplate, dict[str, Said]]:
    """The parsed template with its words as columns, and those columns by name.

    Raises TemplateError with a caret under the fault. `marked` sources hold placeholders;
    `money_patterns` are the shop's own, as money_patterns.written gives them.
    """
    read = grammar.parse_marked if marked else grammar.parse
    template = read(source, html=html, where=where)
    try:
        return template, spoken(template.nodes, language, money_patterns)
    except LiquidError as fault:
        raise grammar.fault_of(fault, where) from fault


def spoken(nodes: list[Node], language: str, money_patterns: str = "") -> dict[str, Said]:
    """Put columns in the place of words that are looked up; the columns by name.

    Changes the nodes. Filters that need the language are told it, `money` the patterns. Raises
    LiquidSyntaxError for a wrong number of forms and for what cannot be inflected.
    """
    work = _Wording(speech(language), language, money_patterns)
    work.nodes(nodes, None, [])
    return work.said


class _Wording:
    """The walk: `named` is the name that a clause may say, `words` collects what it depends on."""

    def __init__(self, language: str, written: str, money_patterns: str) -> None:
        self.language = language
        self.written = written
        self.money_patterns = money_patterns
        self.said: dict[str, Said] = {}
        self._before = ""

    def nodes(self, nodes: Iterable[Node], named: str | None, words: list[WordPath]) -> None:
        """Change the expressions of these nodes, however deep."""
        before = ""
        for node in nodes:
            self._before, before = before, ""
            if isinstance(node, ContentNode):
                before = node.text.rstrip()[-1:]
            if isinstance(node, grammar.NamedNode):
                self._named(node, named, words)
                continue
            for expression in node.expressions():
                if isinstance(expression, FilteredExpression):
                    self._filtered(expression, named, words)
            self.nodes(inner(node), named, words)

    def _named(self, node: grammar.NamedNode, named: str | None, words: list[WordPath]) -> None:
        (path,) = node.paths
        own = _dotted(path)
        if not is_name(own):
            _refuse(f"`named` speaks of a name of the person, not of `{path}`", node.token)
        self._known_language("named", node.token)
        base = self._word("case", own, "nom", path.token, str(path))
        mine = [base]
        self.nodes([node.consequence], own, mine)
        self.nodes([node.alternative], named, words)
        paths: list[Path] = list({word.said.column: word for word in mine}.values())
        node.paths = paths

    def _filtered(
        self, expression: FilteredExpression, named: str | None, words: list[WordPath]
    ) -> None:
        filters = expression.filters or []
        for late in filters[1:]:
            if late.name in LOOKUPS or late.name == "choose":
                _refuse(
                    f"`{late.name}` stands right after what it inflects; put `{filters[0].name}`"
                    " after it",
                    late.token,
                )
        first = filters[0] if filters else None
        left = expression.left
        word: WordPath | None = None
        if first is not None and first.name in LOOKUPS:
            word = self._looked_up(left, first)
            filters = filters[1:]
            if first.name == "agree" and self.language not in bending.GENDERED:
                word, expression.filters = None, filters  # no word of this language bends
        elif first is not None and first.name == "choose":
            word = self._chosen(left, first, filters)
        elif named is not None and isinstance(left, Path) and _dotted(left) == named:
            word = self._word("case", named, "nom", left.token, str(left))
        for spec in filters:
            if spec.name in SPEAKING:
                self._told(left, spec)
        if word is not None:
            expression.left, expression.filters = word, filters
            spared = filters and BY_NAME[filters[0].name].lenient and filters[0].args
            if word.said.kind != "gender_or_none" and not spared:
                words.append(word)

    # ------------------------------------------------------------ lookups

    def _looked_up(self, left: Expression, spec: Filter) -> WordPath:
        self._known_language(spec.name, spec.token)
        if spec.name == "agree":
            return self._agreeing(left, spec)
        if not isinstance(left, Path):
            _refuse(f"`{spec.name}` reads a trait of the person, not a literal", spec.token)
        path = _dotted(left)
        if spec.name == "salutation":
            return self._salutation(left, path, spec)
        if spec.name in CITIES:
            if spec.args:
                _refuse(f"`{spec.name}` takes no arguments", spec.token)
            if not path.startswith(("person.", "facts.")) or is_name(path):
                _refuse(f"`{spec.name}` inflects a city, and `{left}` is none", spec.token)
            follows = self._before if self.language == "uk" and self._before.isalpha() else ""
            way = f"{spec.name.removesuffix('_city')} {follows}".strip()
            return self._word("city", path, way, left.token, str(left))
        if not is_name(path):
            hint = "; for a city there are in_city, from_city, to_city" if "city" in path else ""
            _refuse(
                f"`{spec.name}` inflects a name of the person, and `{left}` is none{hint}",
                spec.token,
            )
        case = CASES.get(spec.name) or self._case(spec)
        if spec.name in CASES and spec.args:
            _refuse(f"`{spec.name}` takes no arguments", spec.token)
        return self._word("case", path, case, left.token, str(left))

    def _case(self, spec: Filter) -> str:
        (case,) = self._texts(spec, 1) or ("",)
        if case not in CASES.values():
            _refuse(f"`name_case` is one of {', '.join(CASES.values())}", spec.token)
        return case

    def _agreeing(self, left: Expression, spec: Filter) -> WordPath:
        path = spec.args[0].value if len(spec.args) == 1 else None
        if not isinstance(path, Path) or _dotted(path) != GENDER:
            _refuse(f"write `agree: {GENDER}`: only a gender tells the form", spec.token)
        if not isinstance(left, StringLiteral):
            _refuse("`agree` inflects a word that stands in the template", spec.token)
        if strange := bending.unknown_words(left.value, self.language):
            _refuse(
                f"`agree` does not know the word «{strange[0]}»; write all forms: "
                f"{{{{ {GENDER} | choose: '…', '…', '…' }}}}",
                spec.token,
            )
        return self._word("agree", GENDER, left.value, path.token, str(path))

    def _salutation(self, left: Path, path: str, spec: Filter) -> WordPath:
        kind = (self._texts(spec, 1) or ["friendly"])[0] if spec.args else "friendly"
        if path not in ("person", NAME):
            _refuse("`salutation` greets the person: {{ person | salutation }}", spec.token)
        if kind == "friendly":
            return self._word("case", NAME, "voc", left.token, str(left))
        if kind != "formal":
            _refuse("`salutation` is 'friendly' or 'formal'", spec.token)
        if self.language not in _FORMAL:
            _refuse("a formal salutation needs a surname in this language", spec.token)
        return self._word("salutation", NAME, kind, left.token, str(left))

    def _chosen(self, left: Expression, spec: Filter, filters: list[Filter]) -> WordPath:
        if not isinstance(left, Path) or _dotted(left) != GENDER:
            _refuse(f"`choose` chooses by {GENDER}", spec.token)
        if len(spec.args) not in (2, 3):
            _refuse(
                f"`choose` takes the forms for a man, a woman and, where it is not known, a third"
                f" one; here are {len(spec.args)}",
                spec.token,
            )
        self._texts(spec, len(spec.args))
        after = filters[1] if len(filters) > 1 else None
        if len(spec.args) == 2 and after and after.name in ("or_else", "default") and after.args:
            spec.args.append(after.args[0])
            del filters[1]
        kind = "gender_or_none" if len(spec.args) == 3 else "gender"
        return self._word(kind, GENDER, "", left.token, str(left))

    def _word(self, kind: str, path: str, detail: str, token: Token, written: str) -> WordPath:
        label = f"{kind} {detail}".strip().replace(".", "·")
        said = Said(f"{label} of {path}", kind, path, detail)
        if kind != "agree" or self.language in bending.GENDERED:
            self.said[said.column] = said
        return WordPath(token, said, written)

    # ------------------------------------------------------------ arguments

    def _told(self, left: Expression, spec: Filter) -> None:
        """Check the forms of a filter that speaks the language, and tell it which one it is."""
        language = self.language
        given = [arg for arg in spec.args if not getattr(arg, "name", "")]
        if spec.name in ("plural", "count", "day"):
            self._known_language(spec.name, spec.token)
            if isinstance(left, StringLiteral) and spec.name != "day":
                _refuse(f"`{spec.name}` counts a number, not a text", spec.token)
        if spec.name in ("plural", "count"):
            self._texts(spec, len(spec.args))
            if fault := numbers.forms_fault(len(given), language):
                _refuse(fault, spec.token)
        if spec.name == "day" and given:
            (form,) = self._texts(spec, 1)
            if form not in numbers.DAY_FORMS:
                _refuse(f"`day` is one of {', '.join(numbers.DAY_FORMS)}", spec.token)
        if len(given) == len(spec.args):
            told = {"language": language or "ru"}
            if spec.name == "money":
                told["patterns"] = self.money_patterns
            spec.args += [
                KeywordArgument(spec.token, name, StringLiteral(spec.token, value))
                for name, value in told.items()
            ]

    def _texts(self, spec: Filter, count: int) -> list[str]:
        """The arguments, which must be that many texts."""
        found = [arg.value.value for arg in spec.args if isinstance(arg.value, StringLiteral)]
        if len(found) != len(spec.args) or len(found) != count:
            what = "texts" if count != 1 else "one text"
            _refuse(f"`{spec.name}` takes {what} in quotation marks", spec.token)
        return found

    def _known_language(self, name: str, token: Token) -> None:
        if not self.language:
            _refuse(
                f"`{name}` speaks {', '.join(LANGUAGES)}, and this text is in `{self.written}`",
                token,
            )


def _dotted(path: Path) -> str:
    """The path as a column would be called; "" where a segment is no plain name."""
    plain = all(isinstance(segment, str) for segment in path.path)
    return ".".join(map(str, path.path)) if plain else ""


def is_name(path: str) -> bool:
    """Whether the path is a given name of the person: person.first_name, person.child_name ..."""
    last = path.rpartition(".")[2]
    return path.startswith("person.") and last.endswith("name") and last not in _FAMILY


def _refuse(message: str, token: Token) -> NoReturn:
    raise LiquidSyntaxError(message, token=token)
