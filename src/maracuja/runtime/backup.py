"""A workspace copied while it works, and brought back without those who were erased since.

It must never restore without the log of erasures, which is kept outside of every backup.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from maracuja.config import FILE_NAME, Config, load_config, write_config
from maracuja.errors import ConfigError, Conflict, DamagedFile
from maracuja.lake.files import locate, verify
from maracuja.model import FileKind, LakeFile, Record, micros
from maracuja.runtime import erasure_log, upkeep
from maracuja.runtime.erasing import Place, erase_again, pass_queues
from maracuja.runtime.erasure_log import Asked, Done
from maracuja.runtime.projection import Projection
from maracuja.store import copying, counters, manifest, meta, migrating
from maracuja.store.copying import INBOX_FILE, STATE_FILE, Progress, no_progress
from maracuja.store.engine import Store, open_store

LAKE: Final = "lake"
MANIFEST: Final = "backup.json"
ASIDE: Final = ".restoring"
# Numbers that were given out after the backup stand in sent links and in vendors' logs.
GAPS: Final = {"pid": 10_000_000, "rev": 1_000_000, "run": 1_000}


class Part(Record, frozen=True):
    """A file of the backup; `path` is relative to it."""

    path: str
    size: int
    sha256: str


class Backup(Record, frozen=True):
    """What a backup holds; `erased` are the ids of erasures that it knows to be complete."""

    workspace: str
    made_at: str
    versions: dict[str, str]
    counts: dict[str, int]
    erased: tuple[str, ...]
    parts: tuple[Part, ...]
    form: int = 1


class Restored(NamedTuple):
    """What a restore did: rows by table, erasures replayed, and the rows that they changed."""

    config: Config
    counts: dict[str, int]
    erasures: int
    erased: dict[str, int]


# ---------------------------------------------------------------- there


def backup(store: Store, config: Config, target: Path, now: datetime) -> Backup:
    """Copy the workspace into the new or empty directory `target`, while others work.

    State and inbox as two SQLite files, whichever database they are kept in; the lake's live
    files as hard links (copies on another disk), each verified; the settings without passwords;
    at last `backup.json` with the SHA-256 of everything, without which it is no backup. It holds
    the workspace's signing secrets: only its owner may read it. Raises Conflict where something
    stands there, DamagedFile where the lake is not whole.
    """
    if target.exists() and any(target.iterdir()):
        raise Conflict(f"{target} is not empty.", fix="Name a new directory.")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = erasure_log.read(config.directory / erasure_log.FILE_NAME)
    counts = copying.backup(store, target)
    copied = copying.open_backup(target)
    try:
        with copied.read() as conn:
            workspace = meta.load(conn).workspace
            files = manifest.live(conn, list(FileKind), 2**62)
        versions = migrating.versions(copied)
    finally:
        copied.close()
    _take_lake(config.directory / LAKE, target / LAKE, files)
    plain = load_config(config.directory, environ={})
    write_config(_without_passwords(plain, target))
    made = Backup(
        workspace=workspace,
        made_at=now.isoformat(),
        versions=versions,
        counts=counts,
        erased=tuple(line.id for line in log if isinstance(line, Done)),
        parts=(
            *(_part(target, name) for name in (STATE_FILE, INBOX_FILE, FILE_NAME)),
            *(Part(path=f"{LAKE}/{f.path}", size=f.size, sha256=f.sha256) for f in files),
        ),
    )
    _write_durably(target / MANIFEST, msgspec.json.format(msgspec.json.encode(made)))
    return made


def _take_lake(source: Path, target: Path, files: Sequence[LakeFile]) -> None:
    """Link or copy the files, whole."""
    target.mkdir(exist_ok=True)
    for file in files:
        verify(source, file)
        _take(locate(source, file.path), locate(target, file.path))


def _take(source: Path, target: Path) -> None:
    """A hard link; a copy where the disk is another one. Files of the lake never change."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _without_passwords(config: Config, root: Path) -> Config:
    """The settings as a backup keeps them: passwords come from the environment again."""
    url = config.store.url
    scheme, found, rest = url.partition("://")
    user, at, host = rest.rpartition("@")
    if found and at:
        url = f"{scheme}://{user.partition(':')[0]}@{host}"
    return msgspec.structs.replace(
        config,
        root=str(root),
        store=msgspec.structs.replace(config.store, url=url),
        email=msgspec.structs.replace(config.email, password=""),
    )


# ---------------------------------------------------------------- and back


def restore(
    source: Path,
    target: Path,
    *,
    erasure_log_path: Path | None,
    now: datetime,
    database: str = "",
    progress: Progress = no_progress,
) -> Restored:
    """Make a workspace in the new or empty directory `target` out of a backup.

    `erasure_log_path` is the log of the workspace that the backup was taken from, as it is now;
    whoever was erased after the backup is erased again. None says that there is no such log
    because nobody was ever erased: refused where the backup knows better. `database` is the URL of
    an empty PostgreSQL database, else SQLite is used. All sending is paused until a person
    resumes it, for what was queued then may have been sent since. Until `maracuja.toml` stands
    there, at the very end, `target` is no workspace: after a crash, delete it and begin again.

    Raises ConfigError where there is no backup or the log is absent or another one, DamagedFile
    where a file is not what was written, Conflict where `target` is not empty.
    """
    made = read_backup(source)
    lines = _log_of(made, erasure_log_path)
    if target.exists() and any(target.iterdir()):
        raise Conflict(f"{target} is not empty.", fix="Name a new directory.")
    check_backup(source, made)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    config = _restored_config(source, target, database)
    for part in made.parts:
        if part.path.startswith(f"{LAKE}/"):
            _take(source / part.path, target / part.path)
    (target / LAKE).mkdir(exist_ok=True)
    store = open_store(config.store_url)
    try:
        counts = _restore_state(source, target, store, now, progress)
        if made.counts.items() - counts.items():
            raise DamagedFile("The restored rows are not those of the backup.", where=str(source))
        later = [one for one in erasure_log.asked(lines) if one.id not in made.erased]
        _raise_counters(store, lines)
        erased = _erase_later(store, config, target, later, now)
    finally:
        store.close()
    for line in lines:
        erasure_log.append(target / erasure_log.FILE_NAME, line)
    write_config(config)
    return Restored(config, counts, len(later), erased)


def read_backup(source: Path) -> Backup:
    """What the backup says of itself. Raises ConfigError where there is none."""
    try:
        return msgspec.json.decode((source / MANIFEST).read_bytes(), type=Backup)
    except FileNotFoundError:
        raise ConfigError(
            f"There is no backup in {source}: {MANIFEST} is missing.",
            fix="Name the directory of a backup that was made to its end.",
        ) from None
    except msgspec.DecodeError as fault:
        raise ConfigError(f"{source / MANIFEST} cannot be read: {fault}") from fault


def check_backup(source: Path, made: Backup) -> None:
    """Raise DamagedFile unless every file of the backup is as it was written."""
    for part in made.parts:
        path = source / part.path
        if not path.is_file():
            raise DamagedFile(
                "A file of the backup is missing.", where=part.path, fix="Use another backup."
            )
        if _digest(path) != (part.sha256, part.size):
            raise DamagedFile(
                "A file of the backup has changed.", where=part.path, fix="Use another backup."
            )


def _log_of(made: Backup, path: Path | None) -> list[erasure_log.Line]:
    """The log's lines, once it is sure to be the log of this workspace and not an older copy."""
    if path is None:
        if made.erased:
            raise ConfigError(
                f"People were erased from this workspace ({len(made.erased)} before the backup).",
                fix="Give the log of erasures: without it they could come back.",
            )
        return []
    if not path.is_file():
        raise ConfigError(
            f"There is no log of erasures at {path}.",
            fix=f"It is the file {erasure_log.FILE_NAME} of the workspace that was backed up. "
            "Only if nobody was ever erased, say so: --no-erasure-log.",
        )
    lines = erasure_log.read(path)
    for line in lines:
        if isinstance(line, Asked) and line.workspace != made.workspace:
            raise ConfigError("This is the log of another workspace.", where=str(path))
    missing = set(made.erased) - {line.id for line in lines}
    if missing:
        raise ConfigError(
            f"This log does not know {len(missing)} of the erasures that the backup knows.",
            where=str(path),
            fix="Give the newest copy of the log: it is only ever added to.",
        )
    return lines


def _restored_config(source: Path, target: Path, database: str) -> Config:
    plain = load_config(source, environ={})
    changed = msgspec.structs.replace(plain.store, url=database)
    return msgspec.structs.replace(plain, root=str(target), store=changed)


def _restore_state(
    source: Path, target: Path, store: Store, now: datetime, progress: Progress
) -> dict[str, int]:
    """Fill the empty database from copies of the backup's, brought to this program's version."""
    aside = target / ASIDE
    aside.mkdir()
    for name in (STATE_FILE, INBOX_FILE):
        shutil.copyfile(source / name, aside / name)
    copied = copying.open_backup(aside)
    try:
        migrating.migrate(copied)
    finally:
        copied.close()
    counts = copying.restore(aside, store, erasures=[], now_us=micros(now), progress=progress)
    shutil.rmtree(aside)
    return counts


def _raise_counters(store: Store, lines: Sequence[erasure_log.Line]) -> None:
    """Let no number be given out again that was given out after the backup."""
    erased = [pid for line in erasure_log.asked(lines) for pid in line.pids]
    with store.write() as conn:
        counters.raise_to(conn, "pid", max(erased, default=0))
        for name, gap in GAPS.items():
            counters.raise_to(conn, name, counters.last(conn, name) + gap)


def _erase_later(
    store: Store, config: Config, target: Path, later: Sequence[Asked], now: datetime
) -> dict[str, int]:
    """Erase again who was erased after the backup, and delete the files that held them."""
    if not later:
        return {}
    lake = target / LAKE
    with store.read() as conn:
        secrets = meta.load(conn)
    pass_queues(store, Projection(store, lake, country=config.shop.country), now)
    log = target / erasure_log.FILE_NAME
    erased = erase_again(Place(store, lake, log, secrets, config.lake), later, now)
    upkeep.sweep(upkeep.Ground(store, lake, config.lake, now), grace=timedelta(0))
    return erased


# ---------------------------------------------------------------- files


def _part(root: Path, name: str) -> Part:
    digest, size = _digest(root / name)
    return Part(path=name, size=size, sha256=digest)


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
