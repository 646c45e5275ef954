"""What a channel would not carry of a template, found before anything is sent.

It asks the channels themselves, on invented people; it writes to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection

from maracuja.channels import BY_NAME, channel_of, polls
from maracuja.channels.base import Channel
from maracuja.content import MediaKind
from maracuja.errors import TemplateError, UnsupportedFeature
from maracuja.links.making import LinkMaker, Recipient
from maracuja.links.tokens import KeyRing
from maracuja.runtime.delivery_texts import carried
from maracuja.runtime.launch_ground import Ground, trait_types
from maracuja.runtime.launch_people import template_schema
from maracuja.templates import samples
from maracuja.templates.check import LONG, SAMPLE_TIME, Trial, tried
from maracuja.templates.definition import Template, Variant, choose
from maracuja.templates.lints import Finding
from maracuja.templates.plaintext import as_read

_RING: Final = KeyRing([bytes(32)])  # signs addresses of the right length, which lead nowhere

_MARKS: Final = {"source": "maracuja", "medium": "messenger", "campaign": "a-campaign"}


def chosen(template: Template, channel: str) -> list[int]:
    """The variants that somebody on the channel reads, in any language; by number."""
    languages = [variant.language for variant in template.variants]
    return sorted({choose(template, language, channel) for language in [*languages, ""]})


def uncarried(
    conn: Connection, ground: Ground, template: Template, channel: str = ""
) -> Iterator[tuple[TemplateError, bool]]:
    """What a channel would refuse of the template, with whether it is only a warning.

    It is where long values alone bring it about, and for parts that the channel leaves unread.
    Without `channel` each variant is asked of its own; one for every channel then of none. A fault
    is told once for each variant. Raises TemplateError where the template cannot be parsed.
    """
    schema: dict[str, Any] = template_schema(trait_types(conn))
    numbers = chosen(template, channel) if channel else range(len(template.variants))
    for n in numbers:
        variant = template.variants[n]
        name = channel or variant.channel
        if not name:
            continue
        if name not in BY_NAME:
            where = f"{template.id}: variants[{n}].channel"
            fix = f"Write one of {', '.join(BY_NAME)}."
            yield TemplateError(f"There is no channel `{name}`.", where=where, fix=fix), False
            continue
        faults = {where: (error, True) for where, error in _unread(template, n, name)}
        can = BY_NAME[name].can
        read = as_read(template, html=can.html, subject=bool(can.subject_chars_max))
        for trial in tried(read, n, schema, ground.shop_constants()):
            fault = _refused(trial, ground, template, BY_NAME[name])
            if fault is not None:
                place = f"{template.id}: variants[{n}].{_place(variant, fault.where)}"
                told = fault.message
                if trial.profile != samples.WHOLE:
                    told += f" Tried on: {trial.profile}."
                error = TemplateError(told, where=place, fix=fault.fix)
                faults.setdefault(place, (error, trial.profile == LONG))
        yield from faults.values()


def findings(
    conn: Connection, ground: Ground, template: Template, channel: str = ""
) -> list[Finding]:
    """What `uncarried` tells, as findings of a check."""
    found = []
    for fault, mild in uncarried(conn, ground, template, channel):
        where = fault.where.removeprefix(f"{template.id}: ")
        why = (
            "Some would get less than you wrote, or nothing." if mild else "Nothing would go out."
        )
        level = "warning" if mild else "error"
        found.append(Finding(level, "uncarried", fault.message, where, fault.fix, why))
    return found


def _refused(
    trial: Trial, ground: Ground, template: Template, channel: type[Channel[Any]]
) -> UnsupportedFeature | None:
    """Why the channel would not carry what this person gets; None where it would."""
    if trial.marked is None:
        return None
    long = LinkMaker(ground.config.public_url, _RING)
    maker = long.shortening() if channel.can.short_links else long
    policy = template.links
    to = Recipient(message=bytes(16), pid=1 << 20, run=1000, channel=channel.code, topic="news")
    content = carried(
        trial.marked,
        trial.links,
        channel.can,
        href=lambda _, url: maker.href(
            to, url, SAMPLE_TIME, marks=_MARKS if policy.utm else {}, track=policy.track
        ),
        page=lambda name: maker.page(to, name, SAMPLE_TIME),
        seal=maker.seal,
    )
    content = polls.shown(
        content,
        channel.can,
        channel.refuse,
        run=1000,
        seal=maker.seal,
        page=lambda question: maker.vote(to, question, SAMPLE_TIME),
    )
    try:
        channel.refuse(content)
    except UnsupportedFeature as fault:
        return fault
    return None


def _unread(template: Template, n: int, channel: str) -> Iterator[tuple[str, TemplateError]]:
    """The parts of a channel's own variant that it leaves out: (place, what is said)."""
    variant, can = template.variants[n], BY_NAME[channel].can
    if variant.channel not in (channel, channel_of(channel)):
        return
    carries = {"subject": bool(can.subject_chars_max), "preheader": can.html, "html": can.html}
    for part, there in carries.items():
        if getattr(variant, part) and not there and (part != "html" or variant.text):
            place = f"{template.id}: variants[{n}].{part}"
            told = f"{channel} has no {part}: nobody reads it."
            yield place, TemplateError(told, where=place, fix="Leave it out.")


def _place(variant: Variant, where: str) -> str:
    """The field of a variant that a channel means."""
    if where != "media":
        return where
    return next((kind.value for kind in MediaKind if getattr(variant, kind.value)), where)
