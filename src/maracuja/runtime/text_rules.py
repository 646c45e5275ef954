"""What a template's words may not say, and what they had better not: as the workspace knows it.

It reads the store and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_stored
from maracuja.campaigns.discretion import indiscreet
from maracuja.campaigns.provenance import unsayable
from maracuja.campaigns.timeliness import Window, unfounded, untimely
from maracuja.errors import TemplateError
from maracuja.ingest.discover import guess_privacy
from maracuja.model import Privacy
from maracuja.runtime.law_in_force import declared
from maracuja.runtime.trait_rules import in_texts
from maracuja.store import definitions, discovered
from maracuja.templates import lints, tone_lints
from maracuja.templates.definition import Template
from maracuja.templates.lints import Finding
from maracuja.templates.needs import Needs, needs
from maracuja.templates.tone import Tone


def tones(conn: Connection) -> list[Tone]:
    """The tones in force, by id."""
    found = (decode_stored(one.body) for one in definitions.current(conn, "tone"))
    return [one for one in found if isinstance(one, Tone)]


def wording(conn: Connection, template: Template, channels: Sequence[str] = ()) -> list[Finding]:
    """Where the template breaks the shop's tone, is longer than it must, or shows too much.

    `channels` are those that it goes out on; without them each variant is read on its own. Empty
    for a template that cannot be parsed.
    """
    try:
        known = tones(conn)
        found = tone_lints.of_template(template, known, channels)
        found += unfounded(template) + unsayable(template)
        return found + indiscreet(template, known, channels)
    except TemplateError:
        return []


def late(template: Template, window: Window, channels: Sequence[str]) -> list[Finding]:
    """What of the template would not be true whenever it is read; empty where it is no text."""
    try:
        return untimely(template, window, channels)
    except TemplateError:
        return []


def forbidden(
    conn: Connection, template: Template, *, marketing: bool, channels: Sequence[str] = ()
) -> list[TemplateError]:
    """What no message may say or leave out: the findings of `check` on the source that are errors.

    Also a template that cannot be parsed. Empty where there is nothing. `channels` are those that
    it goes out on, as for `wording`.
    """
    try:
        read = needs(template)
    except TemplateError as fault:
        return [fault]
    found = lints.of_template(
        template,
        read,
        privacy_of(conn, read, template.id),
        marketing=marketing,
        personal_max=lints.PERSONAL_MAX,
    )
    return [
        TemplateError(f"{one.message}.", where=f"{template.id}: {one.where}", fix=one.fix)
        for one in (*found, *wording(conn, template, channels))
        if one.level == "error"
    ]


def privacy_of(conn: Connection, read: Needs | None, template: str = "") -> dict[str, Privacy]:
    """The class of every trait: as it was discovered or edited, else guessed from its name.

    What is declared to be special, or a child's, is sensitive where `template` is not named.
    """
    paths = [need.path for need in read.paths] if read else []
    guessed = {
        path: guess_privacy(path.removeprefix("person."))
        for path in paths
        if path.startswith("person.")
    }
    known = {f"person.{d.name}": d.privacy for d in discovered.every(conn, "trait")}
    return guessed | known | in_texts(declared(conn), template)
