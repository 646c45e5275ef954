"""Definitions as they are changed, one or many at once: checked against all others, on record.

The API changes one, `definition_files` a whole directory; neither stores anything past this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.checks import check_campaign
from maracuja.campaigns.decoding import Definition, decode, kind_of, plain
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.form_checks import check_form
from maracuja.campaigns.forms import Form
from maracuja.errors import BadInput, DefinitionError
from maracuja.model import micros, moment
from maracuja.runtime import trait_rules
from maracuja.runtime.launch_ground import definitions_in_force
from maracuja.segments import check as segment_check
from maracuja.segments.definition import Segment
from maracuja.store import audit, definitions
from maracuja.templates.definition import Template
from maracuja.templates.needs import needs

Key = tuple[str, str]  # kind, id
Around = Mapping[Key, Definition]


@dataclass(frozen=True)
class DefinitionShown:
    """One version of a definition; `body` is empty where it says: gone."""

    kind: str
    id: str
    version: int
    created: datetime
    actor: str
    deleted: bool
    body: dict[str, Any]


def shown(stored: definitions.Definition) -> DefinitionShown:
    """A stored version for people and programs."""
    body = msgspec.json.decode(stored.body) if stored.body else {}
    at = moment(stored.created_us)
    return DefinitionShown(
        stored.kind, stored.id, stored.version, at, stored.actor, stored.deleted, body
    )


def put(
    conn: Connection,
    kind: str,
    name: str,
    raw: dict[str, Any],
    *,
    base: int | None,
    now: datetime,
    actor: str,
) -> DefinitionShown:
    """Store a definition as the next version of its id.

    `base` is the version that the author started from (0: a new one, None: whatever stands).
    Raises DefinitionError with the first fault, of itself or of what names it; BadInput where kind
    or id are others; Conflict where the stored version is newer.
    """
    definition = decode({"kind": kind, "id": name, **raw})
    if (kind_of(definition), definition.id) != (kind, name):
        raise BadInput(
            f"The definition is the {kind_of(definition)} `{definition.id}`.",
            where="id",
            fix=f"Put it where it belongs, or make it the {kind} `{name}`.",
        )
    before = dict(definitions_in_force(conn))
    check(before, {**before, (kind, name): definition}, {(kind, name): ""})
    keep(conn, definition, base=base, now=now, actor=actor)
    return shown(definitions.get(conn, kind, name))


def keep(
    conn: Connection, definition: Definition, *, base: int | None, now: datetime, actor: str
) -> int:
    """Store a checked definition as the next version of its id, on record; the version.

    Raises Conflict where the stored version is newer than `base`.
    """
    kind, name, now_us = kind_of(definition), definition.id, micros(now)
    body = plain(definition)
    version = definitions.put(conn, kind, name, body, base=base, actor=actor, now_us=now_us)
    audit.add(conn, now_us, actor, "put", f"{kind}:{name}", {"version": version})
    return version


def drop(
    conn: Connection, kind: str, name: str, *, base: int | None, now: datetime, actor: str
) -> int:
    """Take a definition out of force; the version that says so.

    Raises NotFound, Conflict, and DefinitionError where another one names it.
    """
    before = dict(definitions_in_force(conn))
    version = forget(conn, (kind, name), base=base, now=now, actor=actor)
    try:
        check(before, {key: one for key, one in before.items() if key != (kind, name)}, {})
    except DefinitionError as fault:
        raise type(fault)(
            f"The {kind} `{name}` is still in use.",
            where=fault.where,
            fix="Take it out there first.",
        ) from fault
    return version


def forget(conn: Connection, key: Key, *, base: int | None, now: datetime, actor: str) -> int:
    """Store the version that says gone, on record. Raises NotFound, Conflict."""
    kind, name = key
    version = definitions.drop(conn, kind, name, base=base, actor=actor, now_us=micros(now))
    audit.add(conn, micros(now), actor, "drop", f"{kind}:{name}", {"version": version})
    return version


def check(before: Around, after: Around, changed: Mapping[Key, str]) -> None:
    """Raise the first fault that a change brings; faults that stood before stay as they are.

    `changed` names what is written, with the file that it stands in ('' for none).
    """
    for key in sorted(after, key=lambda one: (one not in changed, one)):
        for fault in _faults(after[key], after):
            standing = before.get(key)
            if key not in changed and standing and any(True for _ in _faults(standing, before)):
                break
            file = changed.get(key, f"{key[0]} {key[1]}")
            place = ": ".join(filter(None, (file, fault.where)))
            raise type(fault)(fault.message, where=place, fix=fault.fix)


def _faults(definition: Definition, around: Around) -> Iterator[DefinitionError]:
    """What is wrong with a definition among the others."""
    if isinstance(definition, Campaign):
        yield from check_campaign(definition, around)
        yield from trait_rules.of_campaign(definition, around)
    elif isinstance(definition, Segment):
        segments = {name: d for (_, name), d in around.items() if isinstance(d, Segment)}
        yield from segment_check.check(definition, segment_check.Known(segments=segments))
        yield from trait_rules.of_segment(definition, around)
    elif isinstance(definition, Form):
        yield from check_form(definition, around)
    elif isinstance(definition, Template):
        try:
            needs(definition)
        except DefinitionError as fault:
            yield fault
