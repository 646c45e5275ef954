"""Definitions over HTTP: listed, read, put with the version they started from, with history."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any

import msgspec
from fastapi import Header, Path, Query, Response
from pydantic import BaseModel, Field

from maracuja.api.answers import Listing, Name, Part
from maracuja.api.etags import of_version, version_of
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.campaigns.decoding import KINDS, schemas
from maracuja.errors import BadInput, NotFound
from maracuja.runtime import definition_work
from maracuja.runtime.definition_work import DefinitionShown
from maracuja.store import definitions

router = managing("/definitions", "definitions")
Kind = Annotated[str, Path(pattern=f"^({'|'.join(KINDS)})$")]
Version = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Match = Annotated[
    str | None, Header(max_length=100, description="The ETag that its author started from.")
]
Base = Annotated[int | None, Field(ge=0, le=2**31 - 1)]


class NewDefinition(BaseModel):
    """`base`: the version that its author started from (0: new, null: whatever stands)."""

    definition: Annotated[
        dict[str, Any], Field(examples=[{"where": [{"trait": "city", "is": "Kyiv"}]}])
    ]
    base: Base = None


class Dropped(BaseModel):
    """The version that says: gone."""

    version: int


@router.get("")
def list_definitions(
    here: Here, part: Part, kind: Annotated[str | None, Query(pattern="^[a-z]{1,20}$")] = None
) -> Listing[DefinitionShown]:
    """Every definition in force, of one kind or of all."""
    with here.store.read() as conn:
        return part.of(
            [definition_work.shown(one) for one in definitions.current(conn, kind)],
            attrgetter("kind", "id"),
        )


@router.get("/schemas")
def definition_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of every kind, for editors."""
    return schemas()


@router.get("/{kind}/{name}")
def get_definition(
    here: Here, response: Response, kind: Kind, name: Name, version: Version = None
) -> DefinitionShown:
    """The version in force, or the one asked for; its number is the ETag."""
    with here.store.read() as conn:
        found = definition_work.shown(definitions.get(conn, kind, name, version))
    response.headers["etag"] = of_version(found.version)
    return found


@router.get("/{kind}/{name}/history")
def definition_history(here: Here, kind: Kind, name: Name, part: Part) -> Listing[DefinitionShown]:
    """Every version, oldest first."""
    with here.store.read() as conn:
        found = [definition_work.shown(one) for one in definitions.history(conn, kind, name)]
    if not found:
        raise NotFound(f"There was never a {kind} `{name}`.")
    return part.of(found, attrgetter("version"))


@router.put("/{kind}/{name}")
def put_definition(
    here: Here,
    response: Response,
    actor: Actor,
    now: Now,
    kind: Kind,
    name: Name,
    given: NewDefinition,
    if_match: Match = None,
) -> DefinitionShown:
    """Store the next version; refused where it does not fit the others or what stands is newer."""
    with here.store.write() as conn:
        made = definition_work.put(
            conn,
            kind,
            name,
            plain(given.definition),
            base=_base(given.base, if_match),
            now=now,
            actor=actor,
        )
    response.headers["etag"] = of_version(made.version)
    return made


@router.delete("/{kind}/{name}")
def drop_definition(
    here: Here,
    actor: Actor,
    now: Now,
    kind: Kind,
    name: Name,
    base: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    if_match: Match = None,
) -> Dropped:
    """Take a definition out of force; refused where another one names it."""
    with here.store.write() as conn:
        version = definition_work.drop(
            conn, kind, name, base=_base(base, if_match), now=now, actor=actor
        )
        return Dropped(version=version)


def _base(base: int | None, if_match: str | None) -> int | None:
    """The version that the author started from, however it was said. Raises BadInput."""
    matched = version_of(if_match)
    if base is not None and matched is not None and base != matched:
        raise BadInput("`base` and If-Match name different versions.", where="If-Match")
    return matched if base is None else base


def plain(raw: dict[str, Any]) -> dict[str, Any]:
    """The mapping, when every text in it can be kept as UTF-8. Raises BadInput."""
    try:
        msgspec.json.encode(raw)
    except (UnicodeEncodeError, ValueError, OverflowError, RecursionError) as fault:
        raise BadInput("The definition holds a text or number that cannot be kept.") from fault
    return raw
