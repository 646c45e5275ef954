"""Templates for a marketer: what each text needs, and what one person would read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.discretion import shown_products
from maracuja.channels import BY_NAME, channel_of
from maracuja.channels.polls import as_seen
from maracuja.content import Content
from maracuja.errors import NotFound, TemplateError
from maracuja.model import FileKind, micros
from maracuja.runtime import channel_checks, name_cards, text_rules
from maracuja.runtime.launch_audience import template_facts, with_facts
from maracuja.runtime.launch_ground import (
    Ground,
    catalogue,
    definitions_in_force,
    trait_types,
)
from maracuja.runtime.launch_offers import offered
from maracuja.runtime.launch_people import PeopleReader, template_schema
from maracuja.runtime.segment_work import opened
from maracuja.segments.comparing import When
from maracuja.store import manifest, people
from maracuja.templates import samples
from maracuja.templates.check import check as look_over
from maracuja.templates.check import fresh, shown
from maracuja.templates.compiled import Rendered, compiled, splice
from maracuja.templates.definition import Template, choose
from maracuja.templates.needs import Needs, needs
from maracuja.templates.offered import COUPON, OFFERED
from maracuja.templates.offered import shown as shown_offers
from maracuja.templates.plaintext import as_read
from maracuja.templates.rich import WORDS


@dataclass(frozen=True)
class Preview:
    """What one person would read; `error` says why they could not be written to.

    `rich` are pictures, buttons and so on as content.Content has them, without what is empty.
    """

    pid: int | None
    language: str
    subject: str
    preheader: str
    text: str
    html: str
    error: str
    channel: str = ""
    rich: dict[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> Content | None:
        """All that the channel is given; None where nothing is."""
        if self.error:
            return None
        words = {name: getattr(self, name) for name in WORDS - {"enclosed"}}
        return msgspec.convert(words | self.rich, Content)


@dataclass(frozen=True)
class Seen:
    """An invented person, with the name as it was given, and what they would read."""

    who: str
    name: str
    preview: Preview


@dataclass(frozen=True)
class SideBySide:
    """The same text for several invented people."""

    template: str
    language: str
    people: tuple[Seen, ...]


@dataclass(frozen=True)
class NeedShown:
    """A path that a template reads: `fallback` where it can do without, `shown` where printed."""

    path: str
    fallback: bool
    shown: bool
    where: str


@dataclass(frozen=True)
class FindingShown:
    """What is wrong (`level` error) or unwise (warning, note): what, where, why, what to do."""

    level: str
    code: str
    message: str
    where: str
    fix: str
    why: str


@dataclass(frozen=True)
class TrialShown:
    """What an invented person would read, or why nothing (`refused`)."""

    profile: str
    language: str
    channel: str
    subject: str
    text: str
    html: str
    refused: str


@dataclass(frozen=True)
class TemplateChecked:
    """`ok` where the template may be used; `rungs` says of each text how it is rendered."""

    id: str
    ok: bool
    needs: tuple[NeedShown, ...]
    findings: tuple[FindingShown, ...]
    trials: tuple[TrialShown, ...]
    rungs: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """What a template is tried on: the columns there are, everybody's facts, the catalogue."""

    schema: dict[str, Any]
    facts: pl.DataFrame
    products: pl.DataFrame
    constants: dict[str, Any]


def get(conn: Connection, name: str) -> Template:
    """The template in force of this id. Raises NotFound."""
    found = definitions_in_force(conn).get(("template", name))
    if not isinstance(found, Template):
        raise NotFound(f"There is no template `{name}`.", fix="Apply its definition first.")
    return found


def check(
    ground: Ground,
    template: Template,
    now: datetime,
    *,
    marketing: bool = True,
    channel: str = "",
) -> TemplateChecked:
    """Everything that can be said of a template before anybody is written to.

    `marketing` asks for a way to unsubscribe. What a channel cannot carry is an error: of the
    variants that `channel` would show, or without it of each variant on its own channel. Raises
    SegmentError where a declared fact is none.
    """
    with ground.store.read() as conn:
        stage = staged(conn, ground, template, now)
        read = _needs(template)
        privacy = text_rules.privacy_of(conn, read, template.id)
        findings = channel_checks.findings(conn, ground, template, channel) if read else []
        findings += text_rules.wording(conn, template, [channel] if channel else [])
    found = look_over(
        template,
        schema=stage.schema,
        privacy=privacy,
        marketing=marketing,
        constants=stage.constants,
    )
    return TemplateChecked(
        id=template.id,
        ok=found.ok and all(one.level != "error" for one in findings),
        needs=tuple(NeedShown(n.path, n.fallback, n.shown, n.where) for n in found.needs.paths),
        findings=tuple(FindingShown(*one) for one in (*found.findings, *findings)),
        trials=tuple(
            TrialShown(
                profile=trial.profile,
                language=trial.language,
                channel=trial.channel,
                subject=trial.content.subject if trial.content else "",
                text=trial.content.text if trial.content else "",
                html=trial.content.html if trial.content else "",
                refused=trial.refused,
            )
            for trial in found.trials
        ),
        rungs=found.rungs,
    )


def _needs(template: Template) -> Needs | None:
    """What the template reads; None where it cannot be parsed, which its check tells."""
    try:
        return needs(template)
    except TemplateError:
        return None


def preview(
    ground: Ground,
    template: Template,
    now: datetime,
    *,
    pid: int,
    language: str = "",
    channel: str = "email",
    data: Mapping[str, Any] | None = None,
    also: Sequence[pl.Series] = (),
    stage: Stage | None = None,
) -> Preview:
    """What a person would read now; `data` is what a program would send with it.

    `also` are columns of this one person that the text may read, as of an event; `stage` is what
    `staged` gave for the template and this moment.

    `language` overrides the person's own. Links lead where they lead, unsigned. Raises NotFound
    (also for a channel that there is not), TemplateError, SegmentError.
    """
    template = _for(template, channel)
    with ground.store.read() as conn:
        stage = stage or staged(conn, ground, template, now)
        cards = name_cards.load(conn, ground.lake, now)
        known = text_rules.tones(conn)
        own = people.get(conn, pid).pid
        everything = [c for c in stage.schema if not c.startswith("facts.")]
        frame = _person(conn, ground, own, channel, everything, now)
    given = [*samples.given(data or {}), *also]
    schema = stage.schema | dict(pl.select(given).schema)
    frame = with_facts(frame, stage.facts, [template]).with_columns(given)
    with ground.store.read() as conn:
        frame = offered(conn, frame, list(OFFERED), now, ground.zone).with_columns(
            shown_offers(list(COUPON))
        )
    number = choose(template, language or frame["language"][0], channel)
    text = compiled(template, schema, variant=number, constants=stage.constants)
    shelf = shown_products(stage.products, known, channel)
    rendered = text.render(frame, shelf, now=now, cards=cards)
    return _shown(template, number, rendered, own, channel=channel)


def side_by_side(
    ground: Ground,
    template: Template,
    now: datetime,
    *,
    language: str = "",
    channel: str = "email",
    data: Mapping[str, Any] | None = None,
) -> SideBySide:
    """What invented people would read: a woman, a man, somebody unknown, one with a dirty name.

    Everything else that the text reads is invented too, but not `data`, which a program sends.
    Raises NotFound for a channel that there is not, TemplateError, SegmentError.
    """
    template = _for(template, channel)
    with ground.store.read() as conn:
        stage = staged(conn, ground, template, now)
        cards = name_cards.load(conn, ground.lake, now)
    number = choose(template, language or template.language, channel)
    read = needs(template)
    # A trait that nobody has yet is invented too.
    given = samples.given(data or {})
    types = samples.guess_schema(read) | stage.schema | dict(pl.select(given).schema)
    text = compiled(template, types, variant=number, constants=stage.constants)
    currency = str(stage.constants["shop.currency"])
    reads = {name: types.get(name, pl.Int64()) for name in text.reads}
    whole = samples.person(reads, set(read.products), currency)
    whole = whole.with_columns(pl.lit(0).alias("one"), *fresh(template))
    people = samples.people(template.variants[number].language)
    frame = pl.concat([samples.seen(whole, one) for one in people]).with_columns(given)
    rendered = text.render(frame, samples.product(currency), now=now, cards=cards)
    return SideBySide(
        template=template.id,
        language=template.variants[number].language,
        people=tuple(
            Seen(one.who, one.name, _shown(template, number, rendered, None, at, channel=channel))
            for at, one in enumerate(people)
        ),
    )


def _for(template: Template, channel: str) -> Template:
    """The template as the channel reads it."""
    if channel not in BY_NAME:
        fix = f"There are {', '.join(BY_NAME)}."
        raise NotFound(f"There is no channel `{channel}`.", where="channel", fix=fix)
    can = BY_NAME[channel].can
    return as_read(template, html=can.html, subject=bool(can.subject_chars_max))


def staged(conn: Connection, ground: Ground, template: Template, now: datetime) -> Stage:
    """Everything that the template may read, as it stands now."""
    schema: dict[str, Any] = {**template_schema(trait_types(conn)), **OFFERED}
    facts = pl.DataFrame(schema={"pid": pl.Int64})
    if template.facts:
        with opened(conn, ground, now) as sources:
            facts = template_facts([template], sources, When(now, ground.zone))
        schema |= {name: dtype for name, dtype in facts.schema.items() if name != "pid"}
    constants = ground.shop_constants() | {
        "campaign.id": template.id,
        "campaign.name": template.name or template.id,
        "campaign.topic": "",
    }
    return Stage(schema, facts, catalogue(conn)[0], constants)


def _person(
    conn: Connection, ground: Ground, pid: int, channel: str, columns: list[str], now: datetime
) -> pl.DataFrame:
    """One person as a launch reads them, without caps."""
    reader = PeopleReader(
        conn,
        ground.lake,
        manifest.live(conn, [FileKind.PROFILES], micros(now)),
        trait_types(conn),
        topic="",
        channels=(channel,),
        marketing=False,
        cap=None,
        service_runs=(),
        language=ground.config.shop.language,
        now=now,
    )
    return reader.read(conn, np.array([pid], dtype=np.int64), columns, now)


def _rich(content: Content) -> dict[str, Any]:
    parts = msgspec.to_builtins(content)
    return {name: value for name, value in parts.items() if value and name not in WORDS}


def _shown(
    template: Template,
    number: int,
    rendered: Rendered,
    pid: int | None,
    at: int = 0,
    *,
    channel: str,
) -> Preview:
    """The message of the person in row `at` as the channel gets it, its links as they lead."""
    error = rendered.errors[at] or ""
    row: Mapping[str, str] = (
        {name: value or "" for name, value in rendered.slots.row(at, named=True).items()}
        if rendered.slots.width
        else {}
    )
    kind = BY_NAME[channel]
    content = shown(splice(rendered.skeleton, row), rendered.links)
    content = content if error else as_seen(content, kind.can, kind.refuse)
    return Preview(
        pid=pid,
        channel=channel_of(channel),
        rich={} if error else _rich(content),
        language=template.variants[number].language,
        subject="" if error else content.subject,
        preheader="" if error else content.preheader,
        text="" if error else content.text,
        html="" if error else content.html,
        error=error,
    )
