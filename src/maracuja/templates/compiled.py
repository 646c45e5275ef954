"""A compiled variant: takes a frame of people, gives one skeleton and the slots of each person."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
import polars as pl
from liquid.ast import Node

from maracuja.model import Content
from maracuja.templates import plan, prepare
from maracuja.templates.definition import PARTS, Template, Variant, version
from maracuja.templates.placeholders import Link, Marker, lift_shared
from maracuja.templates.plaintext import text_of
from maracuja.templates.rich import RICH, JsonNode, Leaf, cut, decoded, leaves
from maracuja.templates.rowcode import Refused
from maracuja.templates.scope import Names, with_pages
from maracuja.templates.told_only import printed_traits
from maracuja.templates.word_columns import Cards, with_words
from maracuja.templates.wording import GENDER, NAME, Said, parsed, speech

BYTES_MAX: Final = {
    "subject": 998,
    "preheader": 2_000,
    "text": 200_000,
    "html": 1_000_000,
    RICH: 100_000,
}
CACHE_MAX: Final = 256
Skeleton = dict[str, list[str | int]]
_TRAILING: Final = re.compile(r"[ \t]+\n")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Rendered:
    """What a set of n people will read.

    `skeleton` maps a part to its pieces: a static text, or the number k of the slot column `sk`.
    `slots` has n rows of String columns s0..sk (empty texts where the person is refused).
    `errors` has n rows: null, or a reason such as missing:person.first_name (see docs).
    `links` maps a link's number to its shared address, "" where it stands in the placeholder.
    `unsaid` (n,) says for whom a word that is looked up (a name, a gender, a city) may not be
    said, so that they read something neutral; None where the text looks up none.
    """

    skeleton: Skeleton
    slots: pl.DataFrame
    errors: pl.Series
    links: dict[int, Link]
    unsaid: pl.Series | None = None

    def bodies(self, part: str) -> pl.Series:
        """The whole text of a part for everybody, placeholders and all; shape (n,)."""
        pieces = self.skeleton.get(part, [])
        columns = [pl.lit(p) if isinstance(p, str) else pl.col(f"s{p}") for p in pieces]
        if not any(isinstance(piece, int) for piece in pieces):
            return pl.Series(part, ["".join(map(str, pieces))] * self.errors.len())
        return self.slots.select(pl.concat_str(columns).alias(part))[part]


def splice(skeleton: Skeleton, row: Mapping[str, str]) -> Content:
    """One person's content from the skeleton and their slots (s0 -> text); links stay marked.

    Subject and preheader become one line; of empty lines in a text at most one stays. Buttons,
    pictures and cards that came out empty are left out.
    """
    parts = {
        part: "".join([p if isinstance(p, str) else row[f"s{p}"] for p in pieces])
        for part, pieces in skeleton.items()
    }
    return Content(
        text=_tidy(parts.get("text", "")),
        subject=" ".join(parts.get("subject", "").split()),
        html=parts.get("html", ""),
        preheader=" ".join(parts.get("preheader", "").split()),
        **(decoded(parts[RICH]) if RICH in parts else {}),
    )


def _tidy(text: str) -> str:
    if " \n" not in text and "\n\n\n" not in text:
        return text
    return _EMPTY_LINES.sub("\n\n", _TRAILING.sub("\n", text))


class Compiled:
    """A variant of a template for people with certain columns; make it with `compiled`.

    `reads` are the columns it reads, `rung` the lowest rung any slot stands on, `rungs` one
    rung per slot.
    """

    def __init__(
        self,
        template: Template,
        variant: int,
        names: Names,
        made: plan.Plan,
        links: dict[int, Link],
        said: Mapping[str, Said],
    ) -> None:
        self.said = said
        self.template = template
        self.variant = variant
        self.names = names
        self._told_only = printed_traits(template, variant, names.reads)
        self.plan = made
        self.links = links
        self.rungs = tuple(slot.rung for slot in made.slots)
        self.rung = made.rung
        lower = [n for n, rung in enumerate(self.rungs) if rung != "columns"]
        self._lower = plan.Rows(made, names, lower) if lower else None
        self._slow: plan.Rows | None = None
        shown = [n for n, slot in enumerate(made.slots) if not slot.hidden]
        self._renamed = {n: k for k, n in enumerate(shown)}
        self.skeleton: Skeleton = {
            part: [p if isinstance(p, str) else self._renamed[p] for p in pieces]
            for part, pieces in made.skeleton.items()
        }
        for part, pieces in self.skeleton.items():
            self.skeleton[part] = [
                lift_shared(p, part, links) if isinstance(p, str) else p for p in pieces
            ]

    @property
    def reads(self) -> list[str]:
        """The columns of people that rendering reads, sorted (metas of `requires` included)."""
        asked = {*self._required(), *self._told_only}
        metas = {f"meta.{path.removeprefix('person.')}" for path in asked}
        return sorted(self.names.asked | metas)

    def _required(self) -> list[str]:
        return [path for path in self.template.requires if path in self.names.reads]

    def render(
        self,
        frame: pl.DataFrame,
        products: pl.DataFrame | None = None,
        *,
        now: datetime | None = None,
        cards: Cards | None = None,
    ) -> Rendered:
        """Texts for the people of `frame` (n rows, columns named like the paths in `reads`).

        `products` is the catalogue (columns id, title, price ...). `now` (aware, UTC) is asked for
        where the template requires freshness. `cards` gives the name cards of the people (made
        anew where it is left out). A person who cannot be written to gets a reason and empty
        slots; nobody else is held up.
        """
        prepared = self.prepared(frame, products, now=now, cards=cards)
        slots = self.plan.slots
        exprs = [s.expr.alias(f"s{n}") for n, s in enumerate(slots) if s.expr is not None]
        guards = [guard.alias(f"g{n}") for n, guard in enumerate(self.plan.guards)]
        data = prepared.frame.lazy().with_columns(*exprs, *guards)
        made = data.select([expr.meta.output_name() for expr in (*exprs, *guards)]).collect()
        if self._lower is not None:
            lower = self._by_rows(prepared)
            made = made.with_columns(lower) if made.width else pl.DataFrame(lower)
        errors, made = self._mended(prepared, made)
        texts = made.select(pl.col(f"s{n}").alias(f"s{k}") for n, k in self._renamed.items())
        errors = self._measured(texts, errors)
        # A twin is neutral because it was asked to be, not because something was unsure.
        unsaid = None if self.template.neutral else _unsaid(prepared.frame, self.said)
        return Rendered(self.skeleton, texts, errors, self.links, unsaid)

    def prepared(
        self,
        frame: pl.DataFrame,
        products: pl.DataFrame | None = None,
        *,
        now: datetime | None = None,
        cards: Cards | None = None,
    ) -> prepare.Prepared:
        """The people as the rungs see them: cleaned, with their products and looked-up words."""
        variant = self.template.variants[self.variant]

        def words(people: pl.DataFrame) -> pl.DataFrame:
            return with_words(
                people,
                self.said,
                speech(variant.language),
                make_cards=cards,
                patronymics=bool(self.names.constants.get("shop.patronymics")),
            )

        told = {one.path: one.reads[:2] for one in self.said.values()}
        told = {path: (reads if path == GENDER else reads[:1]) for path, reads in told.items()}
        told |= {"person": (NAME,)} if told else {}
        return prepare.people(
            self.template,
            self.names,
            frame,
            products,
            now=now,
            words=words,
            told=told,
            told_only=self._told_only,
        )

    def _by_rows(self, prepared: prepare.Prepared) -> list[pl.Series]:
        """The slots of the lower rungs, null where the person is refused."""
        rows = self._lower
        assert rows is not None
        catalogue = prepared.catalogue()
        texts: list[tuple[str | None, ...]] = []
        for row in _rows_of(prepared.frame, rows.columns):
            try:
                texts.append(rows(row, catalogue))
            except Refused:
                texts.append((None,) * len(rows.order))
        schema = {f"s{n}": pl.String for n in rows.order}
        return pl.DataFrame(texts, schema=schema, orient="row").get_columns()

    def _mended(
        self, prepared: prepare.Prepared, made: pl.DataFrame
    ) -> tuple[pl.Series, pl.DataFrame]:
        """Rows with nulls go the slow road: they get their texts, or the reason why not."""
        height = prepared.frame.height
        reasons: list[str | None] = prepared.refused.to_list()
        if not made.width:
            return pl.Series("error", reasons, dtype=pl.String), made
        unsure = made.select(pl.any_horizontal(pl.all().is_null()))[:, 0]
        unsure |= prepared.refused.is_not_null()
        places = unsure.arg_true().to_list()
        names = [f"s{n}" for n in range(len(self.rungs))]
        if not places:
            return pl.Series("error", reasons, dtype=pl.String), made.select(names)
        if self._slow is None:
            self._slow = plan.Rows(self.plan, self.names, list(range(len(self.rungs))))
        rows, catalogue = self._slow, prepared.catalogue()
        mended: list[tuple[str, ...]] = []
        nothing = ("",) * len(self.rungs)
        few = prepared.frame[places]
        for at, row in zip(places, _rows_of(few, rows.columns), strict=True):
            mended.append(nothing)
            if reasons[at] is not None:
                continue
            try:
                mended[-1] = rows(row, catalogue)
            except Refused as refusal:
                reasons[at] = prepared.reason(str(refusal), at)
        columns = zip(*mended, strict=True)
        patch = {f"s{n}": list(column) for n, column in zip(rows.order, columns, strict=False)}
        index = pl.Series("at", places, dtype=pl.UInt32)
        patched = made.select(names)
        if len(places) == height:
            patched = pl.DataFrame(patch, schema=dict.fromkeys(names, pl.String))
        else:
            patched = patched.with_columns(
                patched[name].scatter(index, pl.Series(patch[name], dtype=pl.String))
                for name in names
            )
        return pl.Series("error", reasons, dtype=pl.String), patched

    def _measured(self, texts: pl.DataFrame, errors: pl.Series) -> pl.Series:
        """The errors together with too_long:<part> for parts over BYTES_MAX."""
        for part, pieces in self.skeleton.items():
            static = sum(len(p.encode()) for p in pieces if isinstance(p, str))
            own = [pl.col(f"s{p}").str.len_bytes() for p in pieces if isinstance(p, int)]
            if not own:
                continue
            over = texts.select((pl.sum_horizontal(own) + static > BYTES_MAX[part]).alias("n"))[
                "n"
            ]
            if over.any():
                long = pl.when(over).then(pl.lit(f"too_long:{part}"))
                errors = pl.select(pl.coalesce(errors, long).alias("error"))["error"]
        return errors


def _unsaid(people: pl.DataFrame, said: Mapping[str, Said]) -> pl.Series | None:
    """Who lacks one of the words (Boolean, shape (n,))."""
    if not said:
        return None
    lacking = (pl.col(name).is_null() | (pl.col(name) == "") for name in said)
    return people.select(pl.any_horizontal(lacking).alias("unsaid"))["unsaid"]


def _rows_of(frame: pl.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    if not columns:
        return [()] * frame.height
    return frame.select(columns).rows()


_CACHE: dict[tuple[Any, ...], Compiled] = {}


def compiled(
    template: Template,
    schema: Mapping[str, Any],
    *,
    variant: int = 0,
    constants: Mapping[str, Any] | None = None,
) -> Compiled:
    """The variant with this index, compiled for people with these columns (name -> Polars type).

    `constants` maps paths such as shop.name to values that all people share: they become part of
    the skeleton. Raises TemplateError with the place. What is compiled is kept, by what the
    variant and all variants say, the schema and the constants: another variant may change.
    """
    given = dict(constants or {})
    key = (
        version(msgspec.structs.replace(template, variants=(template.variants[variant],))),
        variant,
        tuple(sorted((name, str(dtype)) for name, dtype in schema.items())),
        repr(sorted(given.items())),
    )
    found = _CACHE.get(key)
    if found is None:
        while len(_CACHE) >= CACHE_MAX:
            _CACHE.pop(next(iter(_CACHE)), None)  # somebody else may just have done so
        found = _CACHE[key] = _compile(template, dict(schema), variant, given)
    return found


def sources(template: Template, variant: int) -> dict[str, str]:
    """part -> Liquid source of a variant; a missing text is made from the html.

    Texts of buttons and so on stand under their place, such as buttons[0].text.
    """
    chosen = template.variants[variant]
    return _worded(chosen) | {leaf.where: leaf.source for leaf in leaves(chosen)}


def _worded(variant: Variant) -> dict[str, str]:
    found = {part: getattr(variant, part) for part in PARTS}
    if not found["text"] and found["html"]:
        found["text"] = text_of(found["html"])
    return {part: source for part, source in found.items() if source}


def speaks(template: Template) -> bool:
    """Whether a text of the template looks up words: names in their cases, genders, cities.

    Raises TemplateError where it cannot be parsed.
    """
    return any(
        parsed(source, variant.language, html=part == "html", where=f"variants[{n}].{part}")[1]
        for n, variant in enumerate(template.variants)
        for part, source in sources(template, n).items()
    )


def _marked(marker: Marker, leaf: Leaf, source: str) -> str:
    if leaf.link:
        return marker.whole(source, RICH)
    return marker.mark(source, RICH) if leaf.prose else source


def _compile(
    template: Template, schema: dict[str, Any], variant: int, constants: dict[str, Any]
) -> Compiled:
    marker = Marker()
    nodes: dict[str, list[Node]] = {}
    said: dict[str, Said] = {}
    chosen = template.variants[variant]

    def read(source: str, place: str, mark: Callable[[str], str]) -> list[Node]:
        where, html = f"variants[{variant}].{place}", place == "html"
        parsed(source, chosen.language, html=html, where=where)
        tree, found = parsed(
            mark(source),
            chosen.language,
            html=html,
            where=where,
            marked=True,
            money_patterns=constants.get("shop.money_patterns", ""),
        )
        said.update(found)
        return list(tree.nodes)

    for part, source in _worded(chosen).items():
        nodes[part] = read(source, part, partial(marker.mark, part=part))
    for piece in cut(chosen):
        rich = nodes.setdefault(RICH, [])
        if isinstance(piece, Leaf):
            rich += read(piece.source, piece.where, partial(_marked, marker, piece))
        else:
            rich.append(JsonNode(piece))
    if template.neutral:
        schema = {name: t for name, t in schema.items() if not prepare.is_personal(name)}
    # A word of which nothing is known of anybody is missing for all, and so becomes static text.
    told = {name: one for name, one in said.items() if any(path in schema for path in one.reads)}
    blank = {name: "" for name, one in said.items() if one.kind == "gender_or_none"}
    looked_up = dict.fromkeys(told, pl.String())
    shared = {name: text for name, text in blank.items() if name not in told}
    names = Names(
        {**schema, **looked_up}, {**with_pages(constants), **shared}, made=frozenset(looked_up)
    )
    names.reads |= {path for one in told.values() for path in one.reads if path in schema}
    made = plan.make(nodes, names)
    return Compiled(template, variant, names, made, marker.links, told)
