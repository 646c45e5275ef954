"""The looked-up words of a set of people as columns, each distinct name and city looked up once.

A null is a word that may not be said: unknown, or not sure enough. It must never guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import polars as pl

from maracuja.language import cards, cities, words
from maracuja.language.told import declared, every, thousandths
from maracuja.language.ukrainian import called_patronymic
from maracuja.model import TraitSource, unpack_meta
from maracuja.templates.wording import GENDER, GENDER_META, NAME, PATRONYMIC, Said

Cards = Callable[[pl.DataFrame, str], pl.DataFrame]
"""Name cards of distinct rows (raw, told) in a language: one row for each, in any order."""

_SAID_GENDERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("f", "female", "woman", "w", "ж", "жен", "женский", "жін", "жіноча", "эм",
                     "эмэгтэй", "женщина", "жінка"), "f"),
    **dict.fromkeys(("m", "male", "man", "м", "муж", "мужской", "чол", "чоловіча", "эр",
                     "эрэгтэй", "мужчина", "чоловік"), "m"),
}  # fmt: skip
_ALONE: Final = {
    one: one[0] for one in every()[1:] if declared(one) or int(one[2:]) >= cards.GENDERED * 1000
}
"""What a profile says, to the gender that it is enough for without a name."""
_NONE: Final = pl.lit(None, pl.String)


def with_words(
    frame: pl.DataFrame,
    said: Mapping[str, Said],
    language: str,
    *,
    make_cards: Cards | None = None,
    patronymics: bool = False,
) -> pl.DataFrame:
    """The frame with a String column for each looked-up word, null where none may be said.

    `frame` holds those of the columns `Said.reads` that are known of people; `patronymics` says
    whether the shop may address people by them.
    """
    if not said:
        return frame
    columns: list[pl.Series] = []
    people = _People(frame, language, make_cards or fresh_cards, patronymics=patronymics)
    for one in said.values():
        if one.kind == "city":
            column = _city(people.text(one.path), one.detail, language)
        elif one.kind in ("case", "salutation"):
            column = people.name(one)
        else:
            column = people.gendered(one)
        columns.append(column.alias(one.column))
    return frame.with_columns(columns)


def fresh_cards(people: pl.DataFrame, language: str) -> pl.DataFrame:
    """Name cards made anew: one for each row (raw, told)."""
    return cards.make_cards(people, language)


class _People:
    """The people's cards, made when the first word asks for them."""

    def __init__(
        self, frame: pl.DataFrame, language: str, make_cards: Cards, *, patronymics: bool
    ) -> None:
        self._frame = frame
        self._language = language
        self._make_cards = make_cards
        self._patronymics = patronymics
        self._kept: dict[tuple[str, bool], pl.DataFrame] = {}
        self._told = told(frame)

    def text(self, path: str) -> pl.Series:
        """A column of people as text; nulls where they have none."""
        if path not in self._frame.columns:
            return pl.Series(path, [None] * self._frame.height, dtype=pl.String)
        return self._frame[path].cast(pl.String)

    def _cards(self, path: str, *, whole: bool = False) -> pl.DataFrame:
        """The card of each person, nulls where they have no name; `whole` with a patronymic."""
        if (path, whole) in self._kept:
            return self._kept[path, whole]
        raw = self.text(path)
        if whole and PATRONYMIC in self._frame.columns:
            both = [raw, self.text(PATRONYMIC).fill_null("")]
            raw = pl.select(pl.concat_str(both, separator=" ").str.strip_chars())[:, 0]
        people = pl.DataFrame({"raw": raw, "told": self._told})
        distinct = people.drop_nulls("raw").unique(maintain_order=True)
        made = self._make_cards(distinct, self._language).drop("language")
        found = people.join(
            made, on=["raw", "told"], how="left", maintain_order="left", nulls_equal=False
        )
        self._kept[path, whole] = found
        return found

    def name(self, said: Said) -> pl.Series:
        """A name in its case, or a formal salutation; cards hold no form that is not sure."""
        formal = said.kind == "salutation"
        found = self._cards(said.path, whole=formal)
        case = _formal(self._language, self._patronymics) if formal else pl.col(said.detail)
        return found.select(case.alias("said"))["said"]

    def gendered(self, said: Said) -> pl.Series:
        """A word of a person's gender, or the gender itself ("" where it may be unknown)."""
        sure = (pl.col("p_gender") >= cards.GENDERED) & pl.col("gender").is_in(["f", "m"])
        alone = pl.col("told").replace_strict(_ALONE, default=None, return_dtype=pl.String)
        unnamed = pl.col("raw").is_null() | pl.col("told").is_in(["f", "m"])
        chosen = pl.when(unnamed).then(alone).when(sure).then("gender").otherwise(_NONE)
        if said.kind == "gender_or_none":
            chosen = chosen.fill_null("")
        elif said.kind == "agree":
            forms = {g: words.agree(said.detail, g, self._language) for g in "fm"}
            chosen = chosen.replace_strict(forms, default=None, return_dtype=pl.String)
        return self._cards(NAME).select(chosen.alias("said"))["said"]


def _formal(language: str, patronymics: bool) -> pl.Expr:
    """Name and patronymic (ru), a title and the name (uk, mn); null where it is not sure.

    Ukrainian adds the patronymic where the shop addresses people by it.
    """
    named = pl.col("p_name") >= cards.SAY_BASE
    if language == "mn":
        return pl.when(named).then(pl.concat_str([pl.col("nom"), pl.lit(" гуай")]))
    certain = named & (pl.col("p_gender") >= cards.HONORIFIC)
    if language == "ru":
        there = certain & (pl.col("patronymic").fill_null("") != "") & pl.lit(patronymics)
        return pl.when(there).then(pl.concat_str(["nom", "patronymic"], separator=" "))
    titles = {gender: words.honorific(gender, language, vocative=True) for gender in "fm"}
    title = pl.col("gender").replace_strict(titles, default=None, return_dtype=pl.String)
    named_so = pl.concat_str([title, pl.lit(" "), pl.col("voc")])
    if patronymics:
        fathers = called_patronymic(pl.col("patronymic"), pl.col("gender"))
        named_so = pl.concat_str([named_so, (pl.lit(" ") + fathers).fill_null("")])
    return pl.when(certain).then(named_so)


def told(frame: pl.DataFrame) -> pl.Series:
    """What the profiles say of people's gender, as name cards are asked for it."""
    if GENDER not in frame.columns or GENDER_META not in frame.columns:
        return pl.Series("told", [""] * frame.height, dtype=pl.String)
    gender = pl.col(GENDER).cast(pl.String).str.strip_chars().str.to_lowercase()
    known = gender.replace_strict(_SAID_GENDERS, default="", return_dtype=pl.String)
    _, _, confidence, source = unpack_meta(frame[GENDER_META].fill_null(0).to_numpy())
    right = pl.Series("right", confidence)
    steps = {one: thousandths(one) for one in right.unique().to_list()}
    said = pl.DataFrame(
        {
            "gender": frame.select(known.fill_null(""))[:, 0],
            "own": source == TraitSource.DECLARED,
            "right": right.replace_strict(steps, return_dtype=pl.Int64),
        }
    )
    witness = pl.concat_str(["gender", "right"], separator=" ")
    return said.select(
        pl.when(pl.col("own") | (pl.col("gender") == ""))
        .then("gender")
        .when(pl.col("right") > 0)
        .then(witness)
        .otherwise(pl.lit(""))
        .alias("told")
    )["told"]


def _city(values: pl.Series, detail: str, language: str) -> pl.Series:
    way, _, after = detail.partition(" ")
    said: Callable[[str], str | None]
    if way == "in":
        said = partial(cities.in_city, language=language, after=after)
    else:
        say = cities.from_city if way == "from" else cities.to_city
        said = partial(say, language=language)
    known = values.drop_nulls().unique()
    phrases = [said(one) if one.strip() else None for one in known.to_list()]
    return values.replace_strict(known, phrases, default=None, return_dtype=pl.String)
