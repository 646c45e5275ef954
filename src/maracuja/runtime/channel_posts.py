"""A post to a channel or group of the shop's own: one text for everybody who follows it.

It speaks of no person and is recorded of nobody: who follows a channel is known to its vendor.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja.channels.base import Channel
from maracuja.content import Content
from maracuja.errors import TemplateError, UnsupportedFeature
from maracuja.runtime.launch_ground import Ground, trait_types
from maracuja.runtime.launch_people import template_schema
from maracuja.templates.check import shown
from maracuja.templates.compiled import compiled, splice
from maracuja.templates.definition import Template, choose
from maracuja.templates.needs import needs
from maracuja.templates.plaintext import as_read

_OURS: Final = re.compile(r"shop\.")  # what a text may read that is of nobody


def check_address(channel: Channel[object], address: str) -> None:
    """Refuse whoever is one person: they are written to by campaigns, as they agreed."""
    if not channel.posts_to(address):
        raise UnsupportedFeature(
            f"{channel.name} posts to no such place.",
            where="to",
            fix="Name a channel or group of your own, such as @my_channel.",
        )


def written(
    conn: Connection, ground: Ground, template: Template, channel: Channel[object], language: str
) -> Content:
    """What everybody reads. Raises TemplateError where the text speaks of one person."""
    read = as_read(template, html=channel.can.html, subject=bool(channel.can.subject_chars_max))
    number = choose(read, language or read.language, channel.name)
    about = [need.path for need in needs(read, number).paths if not _OURS.match(need.path)]
    if about:
        raise TemplateError(
            f"A post is for everybody, and its text reads `{about[0]}`.",
            where=f"{template.id}: variants[{number}]",
            fix="Leave it out, or send the template by a campaign.",
        )
    types, constants = template_schema(trait_types(conn)), ground.shop_constants()
    text = compiled(read, types, variant=number, constants=constants)
    rendered = text.render(pl.DataFrame({"pid": [0]}))
    if rendered.errors[0]:
        raise TemplateError(f"{rendered.errors[0]}", where=template.id)
    slots = rendered.slots.row(0, named=True) if text.rungs else {}
    return shown(splice(rendered.skeleton, slots), rendered.links)
