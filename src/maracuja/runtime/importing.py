"""Files into the workspace: people and products at once, events by the way of every other call.

Each chunk is one transaction together with the line that it reached, so that an import which was
stopped goes on where it was and counts nothing twice.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja.commit_points import passed
from maracuja.errors import BadInput
from maracuja.ingest.discover import guess_privacy
from maracuja.ingest.import_events import read_events
from maracuja.ingest.import_mapping import FileMapping, Kind, checked, guess
from maracuja.ingest.import_people import PeopleChunk, RowRefusal, read_people
from maracuja.ingest.import_products import read_products
from maracuja.model import ConsentState, TraitSource, TraitType, micros
from maracuja.rng import make_id
from maracuja.runtime.import_files import RowFile, Rows, open_rows, read_rows
from maracuja.store import (
    consents,
    discovered,
    inbox,
    people,
    products,
    resolving,
    traits,
    watermarks,
)
from maracuja.store.engine import Store

ADDRESSES: Final = ("email", "phone")  # identities that are traits and addresses too
EVENTS_IN_REQUEST: Final = 500
REFUSED_HEADINGS: Final = ("line", "column", "value", "reason", "row refused")
Advance = Callable[[float], None]
T = TypeVar("T")


@dataclass
class Imported:
    """What became of a file: counts, and where the refused rows are listed."""

    rows: int = 0
    taken: int = 0
    new: int = 0
    merged: int = 0
    rows_refused: int = 0
    values_refused: int = 0
    unproven: int = 0  # consents that cannot be sent to
    resumed_after_line: int = 0
    refused_path: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)  # the first refusals, in words

    def count(self, rows: int, refused: Sequence[RowRefusal]) -> None:
        """Add a chunk of so many rows, of which these were refused, whole or in part."""
        whole = sum(r.whole for r in refused)
        self.rows += rows
        self.taken += rows - whole
        self.rows_refused += whole
        self.values_refused += len(refused) - whole
        for one in refused[: max(0, 5 - len(self.examples))]:
            what = f"{one.column} = {one.value!r}: " if one.column else ""
            self.examples.append(f"line {one.line}: {what}{one.reason}")


@dataclass(frozen=True)
class Import:
    """A file that is ready to be imported; `name` recognises it when it comes again."""

    kind: Kind
    file: RowFile
    mapping: FileMapping
    name: str

    @property
    def watermark(self) -> str:
        """Where the line that it has reached is kept."""
        return f"import {self.kind} {self.name}"


def prepare(
    kind: Kind,
    path: Path,
    *,
    mapping: FileMapping | None = None,
    encoding: str | None = None,
    separator: str | None = None,
) -> Import:
    """Look at a file and at what its columns become. Raises BadInput with the fault's place."""
    file = open_rows(path, encoding, separator)
    whole = guess(kind, file.headings, mapping)
    stat = path.stat()
    name = make_id(path.name, stat.st_size, stat.st_mtime_ns).hex()
    return Import(kind, file, checked(kind, whole, file.headings), name)


def run(
    store: Store,
    work: Import,
    *,
    now: datetime,
    currency: str = "USD",
    dry: bool = False,
    again: bool = False,
    advance: Advance = lambda share: None,
) -> Imported:
    """Import the file, or only check it when `dry`; `advance` is told the share that is done.

    Raises BadInput when the file has been imported to its end already and not `again`.
    """
    result = Imported(columns=dict(work.mapping.columns))
    with store.read() as conn:
        reached = 0 if again else watermarks.get(conn, work.watermark)
    result.resumed_after_line = reached
    chunks = _ahead(_prepared(store, work, reached, now, currency))
    path = work.file.path.with_name(work.file.path.name + ".refused.csv")
    started = bool(reached) and path.exists()
    for rows, chunk in chunks:
        refused = [*rows.refused, *chunk.refused]
        result.count(rows.frame.height + len(rows.refused), refused)
        if not dry:
            chunk.write(store, rows.line, result)
            if refused:
                _note(path, refused, begin=not started)
                started, result.refused_path = True, str(path)
        advance(rows.share)
    if result.rows == 0 and reached:
        raise BadInput(
            f"{work.file.path} has been imported already, up to line {reached}.",
            fix="Use --again to import it once more.",
        )
    return result


@dataclass
class _Chunk:
    """Rows that were checked, and how they are written."""

    refused: Sequence[RowRefusal]
    write: Callable[[Store, int, Imported], None]


def _prepared(
    store: Store, work: Import, reached: int, now: datetime, currency: str
) -> Iterator[tuple[Rows, _Chunk]]:
    """The chunks of the file, read and checked."""
    if work.kind == "people":
        with store.read() as conn:
            known = {d.name: d.type for d in discovered.every(conn, "trait")}
        for rows in read_rows(work.file, reached):
            chunk = read_people(rows.frame, work.mapping, known, now)
            known |= chunk.types
            yield rows, _Chunk(chunk.refused, _people_writer(work, chunk, now))
    elif work.kind == "products":
        for rows in read_rows(work.file, reached):
            found = read_products(rows.frame, work.mapping, currency)
            yield rows, _Chunk(found.refused, _products_writer(work, found.products))
    else:
        for rows in read_rows(work.file, reached):
            calls, refused = read_events(rows.frame, work.mapping, work.name)
            yield rows, _Chunk(refused, _events_writer(work, calls, now))


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one made by another thread while this one is used."""
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, items, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, items, None)
            yield item


def _people_writer(
    work: Import, chunk: PeopleChunk, now: datetime
) -> Callable[[Store, int, Imported], None]:
    documents = _documents(chunk, micros(now))

    def write(store: Store, line: int, result: Imported) -> None:
        with store.write() as conn:
            if chunk.height:
                _write_people(conn, chunk, documents, micros(now), result)
            watermarks.put(conn, work.watermark, line)
            passed("import.people_written")
        passed("import.people_committed")

    return write


def _documents(chunk: PeopleChunk, now_us: int) -> list[bytes]:
    """The stored form of each row, as if its person were new."""
    if not chunk.height:
        return []
    addresses = {kind: chunk.identities[kind] for kind in ADDRESSES}
    return traits.assemble(
        {name: _plain(values) for name, values in chunk.traits.items()} | addresses,
        addresses,
        source=TraitSource.IMPORTED,
        at_us=now_us,
    )


def _plain(values: pl.Series) -> pl.Series:
    """Dates and times as ISO texts, whole numbers without a point: what JSON keeps."""
    if values.dtype == pl.Date:
        return values.cast(pl.String)
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ")
    if values.dtype == pl.Float64 and (values.drop_nulls() % 1 == 0).all():
        return values.cast(pl.Int64)
    return values


def _write_people(
    conn: Connection, chunk: PeopleChunk, documents: list[bytes], now_us: int, result: Imported
) -> None:
    rev = people.next_rev(conn)
    claims = _claims(chunk, now_us)
    found = resolving.resolve(conn, rev, claims, now_us=now_us, actor="import", create=False)
    pids = found.pid
    first = np.zeros(len(pids), dtype=bool)
    first[np.unique(pids, return_index=True)[1]] = True
    fresh = first & np.isin(pids, found.created)
    chosen = list(compress(documents, fresh))
    people.create(conn, rev, pids[fresh], created_us=now_us, docs=chosen)
    known = np.flatnonzero(~fresh)
    if len(known):
        said = [traits.decode(documents[row]) for row in known]
        people.change(
            conn,
            rev,
            pids[known].tolist(),
            set_traits=[d.traits for d in said],
            set_addresses=[d.addresses for d in said],
            now_us=now_us,
        )
    if chunk.consents:
        result.unproven += _write_consents(conn, chunk, pids, now_us)
    discovered.record(conn, _discoveries(chunk, now_us))
    result.new += int(fresh.sum())
    result.merged += len(found.merges)


def _discoveries(chunk: PeopleChunk, now_us: int) -> list[discovered.Discovery]:
    """What the chunk's columns show of traits."""
    found = []
    types = {**chunk.types, **dict.fromkeys(ADDRESSES, TraitType.TEXT)}
    columns = {**chunk.traits, **{kind: chunk.identities[kind] for kind in ADDRESSES}}
    for name, values in columns.items():
        some = values.drop_nulls()
        if some.is_empty():
            continue
        samples = tuple(str(value) for value in some.head(discovered.SAMPLES_MAX).to_list())
        privacy = guess_privacy(name, samples)
        seen = discovered.Discovery(
            "trait", "", name, types[name], now_us, now_us, some.len(), samples, privacy
        )
        found.append(seen)
    return found


def _claims(chunk: PeopleChunk, now_us: int) -> resolving.Claims:
    """The identities of the rows in long form."""
    row: list[int] = []
    kinds: list[str] = []
    values: list[str] = []
    for kind in chunk.identities.columns:
        column = chunk.identities[kind]
        rows = column.is_not_null().arg_true().to_list()
        row += rows
        kinds += [kind] * len(rows)
        values += column.drop_nulls().to_list()
    return resolving.Claims(rows=chunk.height, row=row, kind=kinds, value=values, at_us=now_us)


def _write_consents(conn: Connection, chunk: PeopleChunk, pids: Any, now_us: int) -> int:
    """Record what was said, about all topics at once; returns how many words are unproven."""
    words = pl.concat(
        told.rows.with_columns(
            pl.lit(told.topic).alias("topic"),
            pl.lit(told.channel).alias("channel"),
            chunk.identities["email" if told.channel == "email" else "phone"]
            .gather(told.rows["row"])
            .fill_null("")
            .alias("address"),
        )
        for told in chunk.consents
    )
    consents.record(
        conn,
        pid=pids[words["row"].to_numpy()],
        topic=words["topic"],
        channel=words["channel"],
        state=words["state"].to_list(),
        at_us=words["at"].to_physical(),
        recorded_us=now_us,
        source=words["source"],
        text_version=words["text_version"],
        language=words["language"],
        address=words["address"],
    )
    return int((words["state"] == int(ConsentState.UNPROVEN)).sum())


def _products_writer(work: Import, frame: pl.DataFrame) -> Callable[[Store, int, Imported], None]:
    feed = [products.Product(*row) for row in frame.iter_rows()]

    def write(store: Store, line: int, result: Imported) -> None:
        with store.write() as conn:
            before = products.count(conn)
            products.put(conn, feed)
            result.new += products.count(conn) - before
            watermarks.put(conn, work.watermark, line)
            passed("import.products_written")
        passed("import.products_committed")

    return write


def _events_writer(
    work: Import, calls: list[bytes], now: datetime
) -> Callable[[Store, int, Imported], None]:
    requests = [
        inbox.Request(
            received_us=micros(now),
            call="batch",
            key_kind="server",
            context=b"{}",
            body=b'{"batch":[' + b",".join(calls[at : at + EVENTS_IN_REQUEST]) + b"]}",
        )
        for at in range(0, len(calls), EVENTS_IN_REQUEST)
    ]

    def write(store: Store, line: int, result: Imported) -> None:
        # Two databases on SQLite: a chunk that is appended twice has the same message ids.
        with store.write_inbox() as conn:
            inbox.append(conn, requests)
        passed("import.events_appended")
        with store.write() as conn:
            watermarks.put(conn, work.watermark, line)
        passed("import.events_committed")

    return write


def _note(path: Path, refused: Sequence[RowRefusal], *, begin: bool) -> None:
    """Add to the file of refused rows."""
    with path.open("w" if begin else "a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if begin:
            writer.writerow(REFUSED_HEADINGS)
        for one in refused:
            whole = "yes" if one.whole else "no"
            writer.writerow([one.line, one.column, one.value, one.reason, whole])
