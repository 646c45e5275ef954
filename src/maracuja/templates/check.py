"""Looks a template over before anybody is written to: faults, worst cases, too much said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.errors import TemplateError
from maracuja.model import Content, Privacy, Record, Trait, TraitSource, pack_meta
from maracuja.templates import lints, samples, slips
from maracuja.templates.compiled import Compiled, Rendered, compiled, splice
from maracuja.templates.definition import Template, Variant
from maracuja.templates.lints import Finding
from maracuja.templates.needs import Needs, needs
from maracuja.templates.placeholders import fill
from maracuja.templates.rich import changed

SAMPLE_TIME: Final = datetime(2026, 4, 1, tzinfo=UTC)
LONG: Final = "long values"
SAMPLE_CONSTANTS: Final[Mapping[str, Any]] = {
    "shop.name": "Maracuja",
    "shop.url": "https://shop.example",
    "shop.currency": samples.CURRENCY,
    "shop.language": "ru",
    "campaign.id": "sample",
    "campaign.name": "Sample",
    "campaign.topic": "news",
}


class Trial(Record, frozen=True):
    """What one invented person would get: the content, or the reason why nothing.

    `marked` is the content with its links still placeholders, `links` the addresses of those that
    all people share.
    """

    profile: str
    language: str
    channel: str
    content: Content | None = None
    refused: str = ""
    marked: Content | None = None
    links: dict[int, str] = msgspec.field(default_factory=dict)


class Report(Record, frozen=True):
    """What `check` found; `ok` where nothing is an error."""

    needs: Needs
    findings: tuple[Finding, ...]
    trials: tuple[Trial, ...]
    rungs: tuple[str, ...]  # of each variant, the lowest: columns, python or liquid

    @property
    def ok(self) -> bool:
        """Whether the template may be used."""
        return not any(finding.level == "error" for finding in self.findings)


def check(
    template: Template,
    *,
    schema: Mapping[str, Any] | None = None,
    privacy: Mapping[str, Privacy] | None = None,
    marketing: bool = True,
    personal_max: int = lints.PERSONAL_MAX,
    constants: Mapping[str, Any] | None = None,
) -> Report:
    """Check a template; never raises for what a marketer wrote, every fault is a finding.

    `schema` maps columns to Polars types (guessed where a column is not in it), `privacy` maps
    paths to their class, `marketing` asks for an unsubscribe link.
    """
    try:
        read = needs(template)
    except TemplateError as fault:
        finding = Finding("error", "syntax", fault.message, fault.where, fault.fix)
        return Report(needs=Needs(paths=()), findings=(finding,), trials=(), rungs=())
    types = {**samples.guess_schema(read), **(schema or {})}
    known = {**SAMPLE_CONSTANTS, **(constants or {})}
    findings = lints.of_template(
        template, read, privacy or {}, marketing=marketing, personal_max=personal_max
    )
    trials: list[Trial] = []
    rungs: list[str] = []
    for n in range(len(template.variants)):
        made = compiled(template, types, variant=n, constants=known)
        rungs.append(made.rung)
        findings += slips.of_variant(template, n, types)
        made_up = [one for one in _trials(made, frozenset(read.products)) if one.profile != LONG]
        trials += made_up
        findings += lints.of_trials(
            template, n, [(t.profile, t.content, t.refused) for t in made_up]
        )
    return Report(needs=read, findings=tuple(findings), trials=tuple(trials), rungs=tuple(rungs))


def tried(
    template: Template, n: int, schema: Mapping[str, Any], constants: Mapping[str, Any]
) -> list[Trial]:
    """What invented people would get of variant `n`, one of them with long values.

    `schema` and `constants` are as for `check`. Raises TemplateError where it cannot be parsed.
    """
    read = needs(template)
    types = {**samples.guess_schema(read), **schema}
    known = {**SAMPLE_CONSTANTS, **constants}
    made = compiled(template, types, variant=n, constants=known)
    return list(_trials(made, frozenset(read.products)))


@lru_cache(maxsize=64)  # whoever writes one variant has all the others checked again
def _trials(made: Compiled, products: frozenset[str]) -> tuple[Trial, ...]:
    """What invented people would get, who know of these products; the last has long values."""
    template = made.template
    reads = {name: t for name, t in made.names.columns.items() if name in made.names.reads}
    variant = template.variants[made.variant]
    currency = str(made.names.constants["shop.currency"])
    woman, *others = samples.people(variant.language)
    whole = samples.seen(samples.person(reads, set(products), currency), woman)
    people = samples.worst(whole)
    if made.said:
        people |= {one.who: (samples.seen(whole, one), True) for one in others if one.name}
        people["a name that is none"] = (samples.seen(whole, samples.NOBODY), True)
    people[LONG] = (samples.long(whole), True)
    by_shelf: dict[str, list[str]] = {}
    for profile, (_, there) in people.items():
        shelf = (LONG if profile == LONG else samples.WHOLE) if there else ""
        by_shelf.setdefault(shelf, []).append(profile)
    shelves = {
        samples.WHOLE: samples.product(currency),
        LONG: samples.long_product(currency),
        "": samples.product(currency).clear(),
    }
    extras = [pl.lit(0).alias("one"), *fresh(template)]
    found: dict[str, Trial] = {}
    for shelf, profiles in by_shelf.items():
        frame = pl.concat([people[profile][0].with_columns(extras) for profile in profiles])
        rendered = made.render(frame, shelves[shelf], now=SAMPLE_TIME)
        found |= _read(profiles, rendered, variant)
    return tuple(found[profile] for profile in people)


def _read(profiles: Sequence[str], rendered: Rendered, variant: Variant) -> dict[str, Trial]:
    """What each of the profiles got, in the order of the rows."""
    found = {}
    for n, profile in enumerate(profiles):
        reason = rendered.errors[n]
        marked = None
        if reason is None:
            row = rendered.slots.row(n, named=True) if rendered.slots.width else {}
            marked = splice(rendered.skeleton, row)
        found[profile] = Trial(
            profile=profile,
            language=variant.language,
            channel=variant.channel,
            content=None if marked is None else shown(marked, rendered.links),
            refused=reason or "",
            marked=marked,
            links={number: link.url for number, link in rendered.links.items()},
        )
    return found


def fresh(template: Template) -> list[pl.Expr]:
    """Metas for the required traits: declared just now."""
    meta = pack_meta(Trait(None, TraitSource.DECLARED, 1.0, int(SAMPLE_TIME.timestamp() * 1e6)))
    return [
        pl.lit(meta, pl.Int64).alias(f"meta.{path.removeprefix('person.')}")
        for path in template.requires
    ]


def shown(content: Content, links: Mapping[int, Any]) -> Content:
    """Content with plain addresses instead of placeholders, as a preview shows it."""
    shared = {n: link.url for n, link in links.items()}

    def plain(text: str, *, html: bool) -> str:
        return fill(
            text,
            shared,
            html=html,
            href=lambda _, url: url,
            page=lambda name: f"https://shop.example/{name}",
        )

    return Content(
        text=plain(content.text, html=False),
        subject=plain(content.subject, html=False),
        html=plain(content.html, html=True),
        preheader=plain(content.preheader, html=False),
        **changed(content, partial(plain, html=False)),
    )
