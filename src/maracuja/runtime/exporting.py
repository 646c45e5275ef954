"""Everything that a workspace holds, as files: streamed, so that its size does not matter.

It must never show a secret: keys and salts stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import polars as pl
import pyarrow as pa
from sqlalchemy import Boolean, Connection, LargeBinary, Table, Text

from maracuja.config import Lake
from maracuja.errors import BadInput, DamagedFile
from maracuja.lake.files import locate
from maracuja.lake.session import open_session
from maracuja.model import ConsentState, FileKind, LakeFile, Privacy, micros
from maracuja.runtime.export_files import TIME, Form, form_of, open_sink
from maracuja.runtime.export_people import TRAITS, people_rows, people_schema, trait_rows
from maracuja.store import accounts, manifest, people, schema
from maracuja.store.conversations import Author, TalkState
from maracuja.store.engine import Store
from maracuja.store.outbox import OutboxState
from maracuja.store.pages import pages

BATCH_ROWS: Final = 50_000
Advance = Callable[[int], None]  # rows so far


class Ground(NamedTuple):
    """What is exported: one moment of the state, and the lake's live files of then."""

    conn: Connection
    lake: Path
    limits: Lake
    now: datetime


class Rows(NamedTuple):
    """The columns, with Polars types, and the batches."""

    schema: Mapping[str, Any]
    batches: Iterator[pl.DataFrame]


def export(
    store: Store,
    lake: Path,
    limits: Lake,
    kind: str,
    path: Path,
    *,
    now: datetime,
    form: Form | None = None,
    advance: Advance = lambda rows: None,
) -> int:
    """Write everything of a kind (KINDS) to the file `path`; how many rows.

    The form is told by the file's name unless given. What is exported of `people` can be imported
    again as it is; events are those that were projected. The file is there when it is whole.
    Raises BadInput for an unknown kind or form, DamagedFile where a lake file cannot be read.
    """
    if kind not in KINDS:
        raise BadInput(
            f"There is nothing called `{kind}` to export.", fix=f"Name one of {', '.join(KINDS)}."
        )
    with store.read() as conn:
        rows = KINDS[kind](Ground(conn, lake, limits, now))
        total = 0
        with open_sink(path, form or form_of(path), rows.schema) as sink:
            for frame in rows.batches:
                sink.write(frame)
                total += frame.height
                advance(total)
    return total


def export_all(
    store: Store, lake: Path, limits: Lake, directory: Path, *, now: datetime, form: Form = "csv"
) -> dict[str, int]:
    """A file for each kind in `directory`; rows by kind. Raises as `export`."""
    return {
        kind: export(store, lake, limits, kind, directory / f"{kind}.{form}", now=now)
        for kind in KINDS
    }


# ---------------------------------------------------------------- people


def _people(ground: Ground) -> Rows:
    columns = people_schema(ground.conn)
    return Rows(columns, people_rows(ground.conn, columns))


def _traits(ground: Ground) -> Rows:
    return Rows(TRAITS, trait_rows(ground.conn))


# ---------------------------------------------------------------- tables

_WORDS: Final[dict[tuple[str, str], Mapping[int, str]]] = {
    ("consents", "state"): {int(s): s.name.lower() for s in ConsentState},
    ("discovered", "privacy"): {int(p): p.name.lower() for p in Privacy},
    ("conversations", "state"): {int(s): s.name.lower() for s in TalkState},
    ("turns", "author"): {int(a): a.name.lower() for a in Author},
}
_JSON: Final = {
    *(("audit", "detail"), ("discovered", "samples"), ("definitions", "body")),
    *(("turns", "media"), ("turns", "buttons")),
}


def _table(table: Table) -> Callable[[Ground], Rows]:
    """A table as it stands: times as times, states as words, ids as hexadecimal text."""

    def rows(ground: Ground) -> Rows:
        columns = {_shown(c.name): _type(table, c.name) for c in table.columns}
        batches = (_frame(table, page, columns) for page in pages(ground.conn, table))
        return Rows(columns, batches)

    return rows


def _shown(name: str) -> str:
    return name.removesuffix("_us")


def _type(table: Table, name: str) -> Any:
    kind = table.c[name].type
    if name.endswith("_us"):
        return TIME
    if (table.name, name) in _WORDS or isinstance(kind, Text | LargeBinary):
        return pl.String()
    return pl.Boolean() if isinstance(kind, Boolean) else pl.Int64()


def _frame(
    table: Table, page: Mapping[str, Sequence[Any]], columns: Mapping[str, Any]
) -> pl.DataFrame:
    return pl.DataFrame(
        [_column(table, name, values).cast(columns[_shown(name)]) for name, values in page.items()]
    )


def _column(table: Table, name: str, values: Sequence[Any]) -> pl.Series:
    words = _WORDS.get((table.name, name))
    if words is not None:
        return pl.Series(name, [words[value] for value in values], dtype=pl.String)
    if isinstance(table.c[name].type, LargeBinary):
        as_text = bytes.decode if (table.name, name) in _JSON else bytes.hex
        texts = [None if value is None else as_text(bytes(value)) for value in values]
        return pl.Series(name, texts, dtype=pl.String)
    if name.endswith("_us"):
        return pl.Series(_shown(name), values, dtype=pl.Int64)
    return pl.Series(name, values, strict=False)


# ---------------------------------------------------------------- the lake

_EVENTS: Final = """
    SELECT coalesce(m.canonical, e.pid) AS pid, e.* EXCLUDE (pid, bucket, message_hash)
    FROM events e LEFT JOIN merged m ON m.pid = e.pid {where}
"""
_DECISIONS: Final = """
    SELECT coalesce(m.canonical, d.pid) AS pid, d.* EXCLUDE (pid, message),
        lower(hex(d.message)) AS message
    FROM decisions d LEFT JOIN merged m ON m.pid = d.pid
"""


def _query(select: str) -> Callable[[Ground], Rows]:
    """What a query over the lake gives, under the pids of today."""

    def rows(ground: Ground) -> Rows:
        kinds = [FileKind.EVENTS, FileKind.DECISIONS]
        pids, canonical = people.merged(ground.conn)
        files = manifest.live(ground.conn, kinds, micros(ground.now))
        with _readable(ground.lake, files):
            con = open_session(
                ground.lake,
                files,
                merged=pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow(),
                threads=ground.limits.threads,
                memory=ground.limits.memory,
            )
            reader = con.sql(select).to_arrow_reader(BATCH_ROWS)
        empty = pl.from_arrow(reader.schema.empty_table())
        assert isinstance(empty, pl.DataFrame)

        def batches() -> Iterator[pl.DataFrame]:
            try:
                with _readable(ground.lake, files):
                    for batch in reader:
                        frame = pl.from_arrow(batch)
                        assert isinstance(frame, pl.DataFrame)
                        yield frame
            finally:
                con.close()

        return Rows(empty.schema, batches())

    return rows


@contextmanager
def _readable(lake: Path, files: Sequence[LakeFile]) -> Iterator[None]:
    """Say which file is gone or damaged, where DuckDB says that it cannot read."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as fault:
        gone = [file.path for file in files if not locate(lake, file.path).is_file()]
        if gone:
            more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
            what, where = f"A file of the lake is gone{more}.", gone[0]
        else:
            what, where = f"A file of the lake cannot be read: {fault}".splitlines()[0], str(lake)
        raise DamagedFile(
            what, where=where, fix="Restore it from a backup: `maracuja restore`."
        ) from fault


# ---------------------------------------------------------------- messages

MESSAGES: Final[dict[str, Any]] = {
    "run": pl.Int64(),
    "campaign": pl.String(),
    "occurrence": pl.String(),
    "pid": pl.Int64(),
    "message": pl.String(),
    "channel": pl.String(),
    "variant": pl.String(),
    "language": pl.String(),
    "state": pl.String(),
    "attempts": pl.Int64(),
    "due": TIME,
}


def _messages(ground: Ground) -> Rows:
    return Rows(MESSAGES, _message_batches(ground))


def _message_batches(ground: Ground) -> Iterator[pl.DataFrame]:
    """The outbox with what the chunks' files say of each message, but for its text."""
    of_chunk = _whole(ground.conn, schema.chunks, ["chunk", "run", "path"])
    of_run = _whole(ground.conn, schema.runs, ["run", "campaign", "occurrence"])
    bodies = _Bodies(ground.lake)
    for page in pages(ground.conn, schema.outbox):
        frame = pl.DataFrame(page).join(of_chunk, on="chunk", how="left", maintain_order="left")
        frame = frame.join(of_run, on="run", how="left", maintain_order="left")
        parts = [
            part.join(bodies.of(part["path"][0]), on="n", how="left", maintain_order="left")
            for part in frame.partition_by("chunk", maintain_order=True)
        ]
        states = {int(state): state.name.lower() for state in OutboxState}
        yield (
            pl.concat(parts)
            .with_columns(
                pl.col("state").replace_strict(states, return_dtype=pl.String),
                pl.col("channel").replace_strict(
                    accounts.names(ground.conn), default=None, return_dtype=pl.String
                ),
                pl.col("due_us").cast(TIME).alias("due"),
            )
            .select(pl.col(name).cast(dtype) for name, dtype in MESSAGES.items())
        )


class _Bodies:
    """What a chunk's file says beside the texts; the last one is kept, as pages cut chunks."""

    def __init__(self, lake: Path) -> None:
        self._lake = lake
        self._kept: tuple[str, pl.DataFrame] = ("", pl.DataFrame())

    def of(self, path: str) -> pl.DataFrame:
        """`n`, `message`, `variant`, `language`; empty where the file is gone (retention)."""
        if self._kept[0] != path:
            wanted = ["n", "message", "variant", "language"]
            on_disk = locate(self._lake, path)
            if on_disk.exists():
                frame = pl.read_parquet(on_disk, columns=wanted, glob=False)
            else:
                types = [pl.Int64, pl.Binary, pl.String, pl.String]
                frame = pl.DataFrame(schema=dict(zip(wanted, types, strict=True)))
            coded = frame.with_columns(
                pl.col("n").cast(pl.Int64), pl.col("message").bin.encode("hex")
            )
            self._kept = (path, coded)
        return self._kept[1]


def _whole(conn: Connection, table: Table, names: Sequence[str]) -> pl.DataFrame:
    """Columns of a small table, all at once."""
    types = {name: pl.Int64 if name in ("chunk", "run") else pl.String for name in names}
    frames = [
        pl.DataFrame({name: page[name] for name in names}, schema=types)
        for page in pages(conn, table)
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=types)


KINDS: Final[dict[str, Callable[[Ground], Rows]]] = {
    "people": _people,
    "traits": _traits,
    "identities": _table(schema.identities),
    "merges": _table(schema.merges),
    "consents": _table(schema.consents),
    "suppressions": _table(schema.suppressions),
    "products": _table(schema.products),
    "discovered": _table(schema.discovered),
    "definitions": _table(schema.definitions),
    "events": _query(_EVENTS.format(where="")),
    "deliveries": _query(_EVENTS.format(where="WHERE e.kind = 'internal'")),
    "decisions": _query(_DECISIONS),
    "messages": _messages,
    "conversations": _table(schema.conversations),
    "turns": _table(schema.turns),
    "audit": _table(schema.audit),
}
