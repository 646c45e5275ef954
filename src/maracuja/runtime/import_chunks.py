"""What a file holds, chunk by chunk, read and checked: the half of an import that writes nothing.

For large files a second process does it, while the first one writes.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import polars as pl

from maracuja.errors import BadInput, MaracujaError
from maracuja.ingest.import_events import read_events
from maracuja.ingest.import_mapping import FileMapping, Kind, checked, guess
from maracuja.ingest.import_people import PeopleChunk, RowRefusal, read_people
from maracuja.ingest.import_products import read_products
from maracuja.model import TraitSource, TraitType, micros
from maracuja.rng import make_id
from maracuja.runtime.import_files import RowFile, open_rows, read_rows
from maracuja.store import traits

ADDRESSES: Final = ("email", "phone")  # identities that are traits and addresses too
LARGE: Final = 8_000_000  # bytes; below, starting a process takes longer than it saves


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


@dataclass(frozen=True)
class People:
    """People of a chunk, and the stored form of each as if it were new; shape (height,)."""

    chunk: PeopleChunk
    documents: list[bytes]


@dataclass(frozen=True)
class Chunk:
    """Some rows: what is to be written, what was refused, and how far the file has been read.

    `content` is People, a frame of products, or the calls of events, by the kind of the import.
    """

    content: People | pl.DataFrame | list[bytes]
    rows: int
    refused: list[RowRefusal]
    line: int
    share: float  # of the file, 0..1


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


def chunks(
    work: Import, after_line: int, known: Mapping[str, TraitType], now: datetime, currency: str
) -> Iterator[Chunk]:
    """The file's chunks after that line; `known` are the types of traits seen before."""
    types = dict(known)
    for rows in read_rows(work.file, after_line):
        content: People | pl.DataFrame | list[bytes]
        if work.kind == "people":
            chunk = read_people(rows.frame, work.mapping, types, now)
            types |= chunk.types
            content, refused = People(chunk, _documents(chunk, micros(now))), chunk.refused
        elif work.kind == "products":
            found = read_products(rows.frame, work.mapping, currency)
            content, refused = found.products, found.refused
        else:
            content, refused = read_events(rows.frame, work.mapping, work.name)
        total = rows.frame.height + len(rows.refused)
        yield Chunk(content, total, [*rows.refused, *refused], rows.line, rows.share)


def chunks_ahead(
    work: Import, after_line: int, known: Mapping[str, TraitType], now: datetime, currency: str
) -> Iterator[Chunk]:
    """As `chunks`; of a large file the next one is made while this one is used."""
    if work.file.path.stat().st_size < LARGE:
        yield from chunks(work, after_line, known, now, currency)
        return
    # A thread would not do: the database driver gives way to it after every statement.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    arguments = (there, work, after_line, dict(known), now, currency)
    reader = context.Process(target=_send_chunks, args=arguments, daemon=True)
    reader.start()
    there.close()
    try:
        with ThreadPoolExecutor(1) as receiver:  # it has the time of the commits
            coming = receiver.submit(_receive, here, work)
            try:
                while (item := coming.result()) is not None:
                    coming = receiver.submit(_receive, here, work)
                    yield item
            finally:
                reader.terminate()  # ends the waiting of the receiver too
    finally:
        here.close()
        reader.join()


def _receive(here: Connection, work: Import) -> Chunk | None:
    """The next chunk, None after the last; an error of the reader is raised here."""
    try:
        item = here.recv()
    except (EOFError, OSError) as fault:
        raise BadInput(
            f"{work.file.path} was not read to its end: the reading process has died.",
            fix="Run the import again: it goes on where it was.",
        ) from fault
    if isinstance(item, MaracujaError):
        raise item
    assert item is None or isinstance(item, Chunk)
    return item


def _send_chunks(
    there: Connection,
    work: Import,
    after_line: int,
    known: dict[str, TraitType],
    now: datetime,
    currency: str,
) -> None:
    """What the reading process does."""
    try:
        for chunk in chunks(work, after_line, known, now, currency):
            there.send(chunk)
        there.send(None)
    except MaracujaError as fault:
        there.send(fault)
    except (BrokenPipeError, KeyboardInterrupt):
        return  # the writer has ended


def _documents(chunk: PeopleChunk, now_us: int) -> list[bytes]:
    """The stored form of each row, as if its person were new."""
    if not chunk.height:
        return []
    addresses = {kind: chunk.identities[kind] for kind in ADDRESSES}
    return traits.assemble(
        {name: _plain(values) for name, values in chunk.traits.items()} | addresses,
        addresses,
        source=TraitSource.IMPORTED,
        declared=chunk.declared,
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
