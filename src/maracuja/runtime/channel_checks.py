"""What a channel would not carry of a template, found before anything is sent.

It asks the channels themselves, on invented people; it writes to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection

from maracuja.channels import BY_NAME
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

_RING: Final = KeyRing([bytes(32)])  # signs addresses of the right length, which lead nowhere


def chosen(template: Template, channel: str) -> list[int]:
    """The variants that somebody on the channel reads, in any language; by number."""
    languages = [variant.language for variant in template.variants]
    return sorted({choose(template, language, channel) for language in [*languages, ""]})


def uncarried(
    conn: Connection, ground: Ground, template: Template, channel: str = ""
) -> Iterator[tuple[TemplateError, bool]]:
    """What a channel would refuse of the template, with whether long values alone bring it about.

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
        faults: dict[str, tuple[TemplateError, bool]] = {}
        for trial in tried(template, n, schema, ground.shop_constants()):
            fault = _refused(trial, ground, BY_NAME[name])
            if fault is not None:
                place = f"{template.id}: variants[{n}].{_place(variant, fault.where)}"
                told = fault.message
                if trial.profile != samples.WHOLE:
                    told += f" Tried on: {trial.profile}."
                error = TemplateError(told, where=place, fix=fault.fix)
                faults.setdefault(place, (error, trial.profile == LONG))
        yield from faults.values()


def _refused(
    trial: Trial, ground: Ground, channel: type[Channel[Any]]
) -> UnsupportedFeature | None:
    """Why the channel would not carry what this person gets; None where it would."""
    if trial.marked is None:
        return None
    maker = LinkMaker(ground.config.public_url, _RING)
    to = Recipient(message=bytes(16), pid=1 << 20, run=1000, channel=channel.code, topic="news")
    content = carried(
        trial.marked,
        trial.links,
        channel.can,
        href=lambda _, url: maker.href(to, url, SAMPLE_TIME, marks={}, track=True),
        page=lambda name: maker.page(to, name, SAMPLE_TIME),
        seal=maker.seal,
    )
    try:
        channel.refuse(content)
    except UnsupportedFeature as fault:
        return fault
    return None


def _place(variant: Variant, where: str) -> str:
    """The field of a variant that a channel means."""
    if where != "media":
        return where
    return next((kind.value for kind in MediaKind if getattr(variant, kind.value)), where)
