"""Definitions as files that a person keeps in git: `apply` and `export` are inverse.

Beside the files stands `.maracuja.json`, which says from which stored version each was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.decoding import (
    Definition,
    decode_stored,
    decode_text,
    kind_of,
    plain,
    to_yaml,
)
from maracuja.errors import BadInput, CampaignError, Conflict
from maracuja.runtime import definition_work
from maracuja.runtime.definition_work import Key
from maracuja.store import definitions
from maracuja.store.engine import Store

BASES: Final = ".maracuja.json"
SUFFIXES: Final = (".yaml", ".yml", ".json")
FILES_MAX: Final = 5_000


class Change(NamedTuple):
    """What applying does to one definition."""

    kind: str
    id: str
    what: str  # new, changed, unchanged, deleted
    version: int


def read_directory(directory: Path) -> dict[Key, tuple[Definition, str]]:
    """Every definition below `directory` with the file that it stands in.

    Raises BadInput when there is no such directory, DefinitionError with file and path of the
    first fault, CampaignError when two files define the same.
    """
    if not directory.is_dir():
        raise BadInput(f"There is no directory {directory}.")
    found: dict[Key, tuple[Definition, str]] = {}
    paths = sorted(p for p in directory.rglob("*") if p.suffix in SUFFIXES and p.is_file())
    for path in paths[:FILES_MAX]:
        name = str(path.relative_to(directory))
        if any(part.startswith(".") for part in Path(name).parts):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as fault:
            raise BadInput(f"{name} is not UTF-8.", fix="Save it as UTF-8.") from fault
        for definition in decode_text(text, file=name):
            key = (kind_of(definition), definition.id)
            if key in found:
                raise CampaignError(
                    f"The {key[0]} `{key[1]}` stands in {found[key][1]} too.", where=name
                )
            found[key] = (definition, name)
    return found


def apply(
    store: Store,
    directory: Path,
    *,
    now: datetime,
    actor: str,
    prune: bool = False,
    dry: bool = False,
) -> list[Change]:
    """Store the directory's definitions, all or none, on record; returns a change for each.

    Raises Conflict where the stored version is newer than the one that the file was written
    from, DefinitionError where one does not fit the others. With `prune` what no file defines is
    deleted; `dry` only tells what would happen.
    """
    written = read_directory(directory)
    bases = _bases(directory)
    reading = store.read if dry else store.write
    with reading() as conn:
        stored = {(d.kind, d.id): d for d in definitions.current(conn)}
        _check_bases(stored, written, bases)
        gone = sorted(set(stored) - set(written)) if prune else []
        before = {key: decode_stored(d.body) for key, d in stored.items()}
        after = {key: one for key, one in before.items() if key not in gone}
        after |= {key: definition for key, (definition, _) in written.items()}
        definition_work.check(before, after, {key: file for key, (_, file) in written.items()})
        changes = [
            _change(conn, key, written[key][0], stored.get(key), now, actor, dry=dry)
            for key in sorted(written)
        ]
        for kind, name in gone:
            base = stored[kind, name].version
            if not dry:
                definition_work.forget(conn, (kind, name), base=base, now=now, actor=actor)
            changes.append(Change(kind, name, "deleted", base + 1))
    if not dry:
        _write_bases(
            directory, {(c.kind, c.id): c.version for c in changes if c.what != "deleted"}
        )
    return changes


def export(store: Store, directory: Path) -> list[Path]:
    """Write every definition in force as `<kind>s/<id>.yaml`; `apply` takes them back as is."""
    with store.read() as conn:
        stored = definitions.current(conn)
    written = []
    for one in stored:
        folder = directory / f"{one.kind}s"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{one.id}.yaml"
        path.write_text(to_yaml(decode_stored(one.body)), encoding="utf-8")
        written.append(path)
    directory.mkdir(parents=True, exist_ok=True)
    _write_bases(directory, {(d.kind, d.id): d.version for d in stored})
    return written


def _change(
    conn: Connection,
    key: Key,
    definition: Definition,
    standing: definitions.Definition | None,
    now: datetime,
    actor: str,
    *,
    dry: bool,
) -> Change:
    if standing is not None and definitions.canonical(plain(definition)) == standing.body:
        return Change(*key, "unchanged", standing.version)
    what = "changed" if standing is not None else "new"
    if dry:
        return Change(*key, what, (standing.version if standing else 0) + 1)
    version = definition_work.keep(conn, definition, base=None, now=now, actor=actor)
    return Change(*key, what, version)


def _check_bases(
    stored: Mapping[Key, definitions.Definition],
    written: Mapping[Key, tuple[Definition, str]],
    bases: Mapping[Key, int],
) -> None:
    """Refuse to write over what somebody else has changed meanwhile."""
    for key, (definition, file) in sorted(written.items()):
        standing = stored.get(key)
        if standing is None or standing.body == definitions.canonical(plain(definition)):
            continue
        base = bases.get(key, 0)
        if standing.version > base:
            raise Conflict(
                f"The stored {key[0]} `{key[1]}` is version {standing.version}; "
                f"the file was written from version {base}.",
                where=file,
                fix="Export the definitions, put your change on top, and apply again.",
            )


def _bases(directory: Path) -> dict[Key, int]:
    path = directory / BASES
    if not path.is_file():
        return {}
    try:
        noted = msgspec.json.decode(path.read_bytes(), type=dict[str, int])
    except msgspec.MsgspecError as fault:
        raise BadInput(
            f"{path} cannot be read: {fault}", fix="Export the definitions to make it anew."
        ) from fault
    return {(name.partition("/")[0], name.partition("/")[2]): v for name, v in noted.items()}


def _write_bases(directory: Path, versions: Mapping[Key, int]) -> None:
    noted = {f"{kind}/{name}": version for (kind, name), version in sorted(versions.items())}
    text = msgspec.json.format(msgspec.json.encode(noted), indent=2)
    (directory / BASES).write_bytes(text + b"\n")
