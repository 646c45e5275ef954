"""Which lake files are in force: a file is in the lake exactly while its row says so.

It never touches a file: `lake` does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import (
    Connection,
    RowMapping,
    Text,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from maracuja.errors import Conflict
from maracuja.model import FileKind, LakeFile
from maracuja.store import bulk
from maracuja.store.schema import chunks, lake_files, runs

PATHS_MAX: Final = 10_000
# Built once: it is the worker's most frequent question.
_LIVE: Final = (
    select(lake_files)
    .where(
        lake_files.c.kind.in_(bindparam("kinds", expanding=True)),
        lake_files.c.live_from_us <= bindparam("now"),
        or_(lake_files.c.dead_from_us.is_(None), lake_files.c.dead_from_us > bindparam("now")),
    )
    .order_by(lake_files.c.kind, lake_files.c.day, lake_files.c.low, lake_files.c.path)
)


def add(conn: Connection, files: Sequence[LakeFile]) -> int:
    """Put files in force; a path that stands already with the same content stays as it is.

    Returns how many are new. Raises Conflict when a path stands with another content.
    """
    if not files:
        return 0
    fields = LakeFile.__struct_fields__
    columns = {name: [getattr(f, name) for f in files] for name in fields}
    columns["kind"] = [f.kind.value for f in files]
    standing = dict(
        bulk.rows_where_in(
            conn,
            select(lake_files.c.path, lake_files.c.sha256),
            lake_files.c.path,
            columns["path"],
        )
    )
    for file in files:
        if standing.get(file.path, file.sha256) != file.sha256:
            raise Conflict(
                "a lake file of this name has another content",
                where=file.path,
                fix="Its natural key was used for two different sets of rows.",
            )
    return bulk.insert_columns(conn, lake_files, columns, on_conflict="ignore")


def live(conn: Connection, kinds: Collection[FileKind], now_us: int) -> list[LakeFile]:
    """The files of these kinds that are in force at `now_us`, by kind, day, low and path."""
    told = {"kinds": [kind.value for kind in kinds], "now": now_us}
    return [_file(row) for row in conn.execute(_LIVE, told).mappings()]


def get(conn: Connection, paths: Sequence[str]) -> list[LakeFile]:
    """The rows of these paths, dead or alive, in their order; unknown ones are left out."""
    names = list(LakeFile.__struct_fields__)
    rows = bulk.rows_where_in(
        conn, select(*(lake_files.c[name] for name in names)), lake_files.c.path, paths
    )
    by_path = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    return [_file(by_path[path]) for path in paths if path in by_path]


def paths(conn: Connection) -> set[str]:
    """The paths of all rows, dead or alive: a file that is none of them belongs to nobody."""
    return {path for (path,) in bulk.fetch(conn, select(lake_files.c.path))}


def swap(conn: Connection, dead: Sequence[str], new: Sequence[LakeFile], now_us: int) -> None:
    """Put `new` in the place of `dead`, all at once (compaction, retention, erasure).

    Raises Conflict when one of `dead` is not in force: somebody else has swapped it.
    """
    ended = 0
    for part in bulk.slices(list(dead)):
        gone = bulk.given(conn, "gone", path=(lake_files.c.path.type, part))
        ended += conn.execute(
            update(lake_files)
            .where(lake_files.c.path.in_(select(gone.c.path)), lake_files.c.dead_from_us.is_(None))
            .values(dead_from_us=now_us)
        ).rowcount
    if ended != len(dead):
        raise Conflict(
            f"{len(dead) - ended} of {len(dead)} files are not in force any more",
            fix="Read the manifest again and repeat the work.",
        )
    add(conn, new)


def follow(conn: Connection, moved: Mapping[str, str]) -> int:
    """Let chunks and runs name the files that stand for old ones now; how many rows did.

    In the transaction of the `swap` that moved them (erasure).
    """
    if not moved:
        return 0
    told = bulk.given(conn, "moved", old=(Text(), list(moved)), new=(Text(), list(moved.values())))
    changed = 0
    for table, path in ((chunks, chunks.c.path), (runs, runs.c.audience_path)):
        statement = update(table).where(path == told.c.old).values({path.name: told.c.new})
        changed += conn.execute(statement).rowcount
    return changed


def sweepable(conn: Connection, dead_until_us: int) -> list[str]:
    """Paths out of force since before `dead_until_us` (now less the grace time), oldest first."""
    query = (
        select(lake_files.c.path)
        .where(lake_files.c.dead_from_us < dead_until_us)
        .order_by(lake_files.c.dead_from_us, lake_files.c.path)
        .limit(PATHS_MAX)
    )
    return [path for (path,) in bulk.fetch(conn, query)]


def forget(conn: Connection, paths: Sequence[str]) -> int:
    """Delete the rows of dead files, once the files are gone; returns how many."""
    total = 0
    for part in bulk.slices(list(paths)):
        gone = bulk.given(conn, "gone", path=(lake_files.c.path.type, part))
        total += conn.execute(
            delete(lake_files).where(
                lake_files.c.path.in_(select(gone.c.path)),
                lake_files.c.dead_from_us.is_not(None),
            )
        ).rowcount
    return total


def version(conn: Connection, kinds: Collection[FileKind]) -> str:
    """A text that differs whenever the set of files of these kinds does: a key for caches."""
    c = lake_files.c
    query = select(
        func.count(),
        func.count(c.dead_from_us),
        func.coalesce(func.max(c.live_from_us), 0),
        func.coalesce(func.max(c.dead_from_us), 0),
    ).where(c.kind.in_([kind.value for kind in kinds]))
    return "-".join(str(x) for x in bulk.fetch(conn, query)[0])


def _file(row: RowMapping | dict[str, object]) -> LakeFile:
    values = {str(key): value for key, value in row.items()}
    values["kind"] = FileKind(str(values["kind"]))
    return LakeFile(**values)  # type: ignore[arg-type]  # the columns are the fields
