"""What must not be seen on a lock screen, where others read along: products and pictures.

It never asks who owns the telephone: everybody is spared alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from maracuja.templates.compiled import sources
from maracuja.templates.definition import Template
from maracuja.templates.lints import Finding
from maracuja.templates.rich import leaves
from maracuja.templates.tone import Tone
from maracuja.templates.tone_lints import shown_on

# What they bring is read where it was opened; of a letter, subject and preheader are read before.
OPENED_FIRST: Final = ("email", "web_chat")
LOOKUP: Final = "products["
_PICTURES: Final = re.compile(r"(?:picture|video|file)\b|.*\.(?:picture|thumbnail|header)$")
_WHY: Final = "A telephone lies on the table, and others read along."


def on_lock_screen(channel: str) -> bool:
    """Whether the whole message may be read on a lock screen; `channel` may name an account."""
    return channel.partition("/")[0] not in OPENED_FIRST


def shown_products(products: pl.DataFrame, tones: Iterable[Tone], channel: str) -> pl.DataFrame:
    """The rows of the catalogue (category, picture, url ...) that the channel may show.

    On a lock screen those are left out whose category, or a category above it, is discreet, and
    those with a discreet picture.
    """
    tones = list(tones)
    if not on_lock_screen(channel) or not any(tone.discreet for tone in tones):
        return products
    hidden = [
        name
        for name in products["category"].unique().to_list()
        if name is not None and any(_covers(one, name) for one in _categories(tones))
    ]
    is_hidden = pl.col("category").is_in(pl.Series(hidden, dtype=pl.String))
    keep = ~is_hidden.fill_null(value=False)
    for part in _addresses(tones):
        keep &= ~pl.col("picture").str.contains(part, literal=True).fill_null(value=False)
    return products.filter(keep)


def indiscreet(
    template: Template, tones: Sequence[Tone], channels: Sequence[str] = ()
) -> list[Finding]:
    """What the template's own words and pictures would show on a lock screen.

    An error is a discreet picture, and a product in the subject or preheader of a letter where
    some are discreet: it could be one of those. A letter without a preheader shows its first
    words, which is a warning where it has products.
    """
    categories, addresses = _categories(tones), _addresses(tones)
    if not categories and not addresses:
        return []
    found = []
    for n, variant in enumerate(template.variants):
        where = f"variants[{n}]."
        read_on = shown_on(template, n, channels)
        if any(on_lock_screen(channel) for channel in read_on):
            found += [
                _finding(f"a discreet picture, `{part}`,", where + leaf.where, "another picture")
                for leaf in leaves(variant)
                for part in addresses
                if _PICTURES.match(leaf.where) and part in leaf.source
            ]
        if not categories or not any(one.partition("/")[0] == "email" for one in read_on):
            continue
        for part in ("subject", "preheader"):
            if LOOKUP in getattr(variant, part):
                told = f"a product in the {part}, of whatever category,"
                found.append(_finding(told, where + part, "words that name none"))
        body = "\n".join(sources(template, n).values())
        if LOOKUP in body and not variant.preheader:
            found.append(
                Finding(
                    "warning",
                    "no_preheader",
                    "a letter with products and without a preheader: its first words are shown"
                    " on the lock screen",
                    f"variants[{n}]",
                    "Give it a preheader that names no product.",
                    _WHY,
                )
            )
    return found


def _finding(what: str, where: str, instead: str) -> Finding:
    told = f"{what} would be seen on the lock screen"
    return Finding("error", "indiscreet", told, where, f"Use {instead}.", _WHY)


def _categories(tones: Iterable[Tone]) -> list[str]:
    return [one for tone in tones if tone.discreet for one in tone.discreet.categories]


def _addresses(tones: Iterable[Tone]) -> list[str]:
    return [one for tone in tones if tone.discreet for one in tone.discreet.pictures]


def _covers(discreet: str, category: str) -> bool:
    """Whether the category is that one or lies below it, as `Underwear > Bras` does."""
    above, name = discreet.strip().lower(), category.strip().lower()
    return name == above or bool(re.match(rf"{re.escape(above)}\s*[>/|]", name))
