"""Texts of a run for sets of people: each arm's template in each person's language.

In the bodies file a skeleton stands under `<template>/<number of its text>`, with `/neutral`
after it for a generic twin and `@<channel>` in a cascade (see delivery_texts.as_stored); the slot
columns of a row belong to the skeleton that its column `template` names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.campaigns.definitions import Arm
from maracuja.campaigns.facts import RunFacts
from maracuja.channels import BY_NAME
from maracuja.decisions.reasons import Reason, stored
from maracuja.runtime.delivery_texts import as_stored
from maracuja.runtime.launch_chunk import Written
from maracuja.runtime.silenced_texts import in_parts
from maracuja.runtime.silencing import COLUMN as SILENCED
from maracuja.templates.compiled import Compiled, Rendered, compiled
from maracuja.templates.definition import Template, choose
from maracuja.templates.offered import COUPON
from maracuja.templates.plaintext import as_read
from maracuja.templates.word_columns import Cards

NO_SLOTS: Final = {
    "pid": pl.Int64,
    "template": pl.String,
    "language": pl.String,
    "neutral": pl.Boolean,
}
_REASONS: Final = {
    reason.value
    for reason in (
        Reason.MISSING,
        Reason.STALE,
        Reason.UNSURE,
        Reason.NOT_GIVEN,
        Reason.PRODUCT_GONE,
        Reason.TOO_LONG,
    )
}


class Texts:
    """Writes the messages of a run; `reads` are the columns of people that its templates read.

    Where a text shows products, what people have silenced is among them.

    `neutral` counts whom it has written to: True where a word about them could not be said.

    `schema` maps the columns that people can have (`person.<trait>`, `meta.<trait>`,
    `facts.<name>`) to Polars types, `constants` the paths that all share (`shop.name`) to values;
    `products` is the catalogue of the moment, `cards` gives name cards. Raises TemplateError
    where a template does not compile.
    """

    def __init__(
        self,
        facts: RunFacts,
        schema: Mapping[str, Any],
        constants: Mapping[str, Any],
        products: pl.DataFrame | None,
        *,
        now: datetime,
        cards: Cards | None = None,
    ) -> None:
        self.neutral: Counter[bool] = Counter()
        self._cards = cards
        self._channel = facts.campaign.channel
        self._mark = f"@{facts.step.channel}" if facts.step else ""
        self._arms = facts.arms
        self._templates = {arm.variant: _template(arm, facts) for arm in facts.arms}
        self._products = products
        self._now = now
        self._compiled: dict[str, list[Compiled]] = {
            variant: [
                compiled(template, schema, variant=n, constants=constants)
                for n in range(len(template.variants))
            ]
            for variant, template in self._templates.items()
        }

    @property
    def reads(self) -> list[str]:
        """Every column that any of the texts reads, sorted."""
        texts = [text for texts in self._compiled.values() for text in texts]
        shelves = {SILENCED} if any(text.names.uses_products for text in texts) else set()
        return sorted({column for text in texts for column in text.reads} | shelves)

    def write(self, people: pl.DataFrame) -> Written:
        """The texts of these people (columns pid, language, variant and `reads`), shape (n,).

        In an experiment everybody must be writable to in every arm, or else gets no message: who
        would have been sent to does then not depend on the draw of the variant, and the arms
        stay alike. A twin asks for nothing more than its original.
        """
        faults = pl.Series("fault", [None] * people.height, dtype=pl.String)
        slots: list[pl.DataFrame] = [pl.DataFrame(schema=NO_SLOTS)]
        skeletons: dict[str, Any] = {}
        every = pl.repeat(value=True, n=people.height, eager=True)
        compared = ~people["rolled"] if "rolled" in people else every
        read = people.select("pid", *(name for name in self.reads if name in people))
        for arm in self._arms:
            mine = people["variant"] == arm.variant
            asked = mine if arm.twin_of else mine | compared
            for number, here in self._by_text(arm, people, asked):
                readers = read.filter(here)
                rendered = self._render(arm, number, readers)
                faults = _put(faults, here, rendered.errors)
                kept = mine.filter(here) & rendered.errors.is_null()
                if not kept.any():
                    continue
                if rendered.unsaid is not None:
                    self.neutral.update(rendered.unsaid.filter(kept).to_list())
                key = self._key(arm, number)
                skeletons[key] = as_stored(rendered)
                slots.append(
                    _slots(readers["pid"], rendered, key, self._language(arm, number), kept)
                )
        return Written(faults, pl.concat(slots, how="diagonal"), skeletons)

    def _by_text(
        self, arm: Arm, people: pl.DataFrame, asked: pl.Series
    ) -> list[tuple[int, pl.Series]]:
        """The texts of the arm that somebody reads, each with who (Boolean, shape (n,))."""
        template = self._templates[arm.variant]
        if len(template.variants) == 1:
            return [(0, asked)] if asked.any() else []
        languages = people["language"].unique().to_list()
        numbers = people["language"].replace_strict(
            languages,
            [choose(template, language, self._channel) for language in languages],
            return_dtype=pl.Int64,
        )
        found = [(n, asked & (numbers == n)) for n in range(len(template.variants))]
        return [(n, here) for n, here in found if here.any()]

    def _render(self, arm: Arm, number: int, people: pl.DataFrame) -> Rendered:
        """What that text becomes for these people."""
        text = self._compiled[arm.variant][number]
        now, cards = self._now, self._cards
        return in_parts(
            lambda some, shelf: text.render(some, shelf, now=now, cards=cards),
            people,
            self._products if text.names.uses_products else None,
        )

    def _key(self, arm: Arm, number: int) -> str:
        """The name of the skeleton."""
        return f"{arm.template}/{number}" + ("/neutral" if arm.twin_of else "") + self._mark

    def _language(self, arm: Arm, number: int) -> str:
        """The language of the text."""
        return self._templates[arm.variant].variants[number].language


def fault_reason(error: str) -> str:
    """The reason of a text's error such as `missing:person.first_name`, as it is stored."""
    word, _, detail = error.partition(":")
    if detail in COUPON:
        return Reason.COUPONS_GONE.value
    if word not in _REASONS:
        return Reason.NOT_RENDERED.value
    return stored(Reason(word), detail)


def _template(arm: Arm, facts: RunFacts) -> Template:
    """The arm's template as its channel reads it; of a twin, with nothing personal in it."""
    can = BY_NAME[facts.campaign.channel].can
    template = as_read(
        facts.templates[arm.template], html=can.html, subject=bool(can.subject_chars_max)
    )
    return msgspec.structs.replace(template, neutral=True) if arm.twin_of else template


def _put(faults: pl.Series, here: pl.Series, errors: pl.Series) -> pl.Series:
    """The faults with those of some people added; the first fault of a person stays."""
    if errors.null_count() == errors.len():
        return faults
    names = errors.drop_nulls().unique().to_list()
    reasons = errors.replace_strict(
        names, [fault_reason(e) for e in names], default=None, return_dtype=pl.String
    )
    spread = pl.Series([None] * faults.len(), dtype=pl.String).scatter(here.arg_true(), reasons)
    return faults.fill_null(spread)


def _slots(
    pids: pl.Series, rendered: Rendered, key: str, language: str, kept: pl.Series
) -> pl.DataFrame:
    """The slots of those who are kept, with the name of their skeleton."""
    base = pl.DataFrame({"pid": pids}).with_columns(
        pl.lit(key).alias("template"),
        pl.lit(language).alias("language"),
        pl.lit(rendered.unsaid, dtype=pl.Boolean).alias("neutral"),
    )
    # A text that is the same for everybody has no slots at all.
    return (base.hstack(rendered.slots) if rendered.slots.width else base).filter(kept)
