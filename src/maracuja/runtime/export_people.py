"""People as rows that can be imported again: identities, traits, consents, each a column of text.

It must never leave out a person, nor a trait that any of them has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.ingest.import_mapping import IDENTITIES
from maracuja.model import ConsentState, Profile, TraitSource, moment
from maracuja.runtime.export_files import TIME
from maracuja.runtime.launch_newer import profiles_of
from maracuja.store import held, people
from maracuja.store.held import Word

ADDRESSES: Final = ("email", "phone")  # columns of their own, though they are traits too
STATES: Final[dict[int, str]] = {
    ConsentState.OPTED_IN: "in",
    ConsentState.OPTED_OUT: "out",
    ConsentState.PENDING: "pending",
    ConsentState.SOFT: "soft",
    ConsentState.UNPROVEN: "in",  # without source and date it is unproven again
}
TRAITS: Final[dict[str, Any]] = {
    "pid": pl.Int64(),
    "name": pl.String(),
    "value": pl.String(),
    "source": pl.String(),
    "confidence": pl.Float64(),
    "at": TIME,
    "ttl_s": pl.Int64(),
}


def people_schema(conn: Connection) -> dict[str, Any]:
    """The columns of `people_rows`, all texts; passes once over everybody for their traits."""
    names: set[str] = set()
    for chunk in people.newer(conn, 0):
        for profile in profiles_of(chunk):
            names.update(profile.traits)
    consents = [
        f"consent.{topic}.{channel}{part}"
        for topic, channel in held.spoken_about(conn)
        for part in ("", ".at", ".source", ".version", ".language")
    ]
    traits = [f"traits.{name}" for name in sorted(names - set(ADDRESSES))]
    return dict.fromkeys([*IDENTITIES, *traits, *consents], pl.String())


def people_rows(conn: Connection, schema: Mapping[str, Any]) -> Iterator[pl.DataFrame]:
    """Everybody, a row each, in chunks of some 16,000.

    Of several identities of a kind the address in use, or the oldest, is shown; `identities` has
    them all. Lists and objects are JSON, numbers as JSON writes them.
    """
    for chunk in people.newer(conn, 0):
        profiles = profiles_of(chunk)
        rows: dict[int, dict[str, str]] = {profile.pid: {} for profile in profiles}
        for pid, kind, value, _ in held.identities_of(conn, chunk.pid):
            if kind in IDENTITIES:
                rows[pid].setdefault(kind, value)
        for profile in profiles:
            rows[profile.pid] |= _document(profile)
        for word in held.words_of(conn, chunk.pid):
            rows[word.pid] |= _consent(word)
        yield pl.DataFrame(
            {name: [row.get(name) for row in rows.values()] for name in schema}, schema=schema
        )


def trait_rows(conn: Connection) -> Iterator[pl.DataFrame]:
    """Every trait of everybody with where it is from, how sure and how old it is (TRAITS)."""
    for chunk in people.newer(conn, 0):
        rows = [
            (
                profile.pid,
                name,
                msgspec.json.encode(trait.value).decode(),
                TraitSource(trait.source).name.lower(),
                trait.confidence,
                moment(trait.at_us).replace(tzinfo=None),
                trait.ttl_s,
            )
            for profile in profiles_of(chunk)
            for name, trait in sorted(profile.traits.items())
        ]
        yield pl.DataFrame(rows, schema=TRAITS, orient="row")


def _document(profile: Profile) -> dict[str, str]:
    traits = {
        f"traits.{name}": cell(trait.value)
        for name, trait in profile.traits.items()
        if name not in ADDRESSES
    }
    addresses = {k: v for k, v in profile.addresses.items() if k in ADDRESSES}
    return traits | addresses


def cell(value: Any) -> str:
    """A value of a trait as the importer reads it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return msgspec.json.encode(value).decode()


def _consent(word: Word) -> dict[str, str]:
    name = f"consent.{word.topic}.{word.channel}"
    state = STATES.get(word.state)
    if state is None:
        return {}
    said = {name: state, f"{name}.version": word.text_version, f"{name}.language": word.language}
    if word.state != ConsentState.UNPROVEN:
        at = moment(word.at_us).replace(tzinfo=None).isoformat(timespec="microseconds")
        said |= {f"{name}.at": f"{at}Z", f"{name}.source": word.source}
    return {column: text for column, text in said.items() if text}
