"""Files into the workspace: people and products at once, events by the way of every other call.

Each chunk is one transaction together with the line that it reached, so that an import which was
stopped goes on where it was and counts nothing twice.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja.commit_points import passed
from maracuja.errors import BadInput
from maracuja.ingest.discover import discovery
from maracuja.ingest.import_mapping import Kind
from maracuja.ingest.import_people import PeopleChunk, RowRefusal
from maracuja.model import ConsentState, Discovery, TraitType, micros
from maracuja.runtime.collector import collector_at_rest
from maracuja.runtime.import_chunks import (
    ADDRESSES,
    Chunk,
    Import,
    People,
    chunks_ahead,
    prepare,
)
from maracuja.store import (
    consents,
    discovered,
    inbox,
    meta,
    people,
    products,
    resolving,
    traits,
    watermarks,
)
from maracuja.store.engine import Store

__all__ = ["Import", "Imported", "prepare", "run"]

EVENTS_IN_REQUEST: Final = 500
REASONS_MAX: Final = 50
LAST: Final = "last_import_us"  # store.meta: when a file was last taken to its end
REFUSED: Final = ".refused.csv"
REFUSED_HEADINGS: Final = ("line", "column", "value", "reason", "row refused")
Advance = Callable[[float], None]


@dataclass(frozen=True)
class Reason:
    """Why rows, or values of a column, were refused; `whole`: the rows are gone."""

    column: str
    reason: str
    whole: bool
    times: int


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
    reasons: list[Reason] = field(default_factory=list)  # the most frequent first

    def count(self, rows: int, refused: Sequence[RowRefusal]) -> None:
        """Add a chunk of so many rows, of which these were refused, whole or in part."""
        whole = sum(r.whole for r in refused)
        self.rows += rows
        self.taken += rows - whole
        self.rows_refused += whole
        self.values_refused += len(refused) - whole
        known = {(one.column, one.reason, one.whole): one.times for one in self.reasons}
        for row in refused:
            why = (row.column, row.reason, row.whole)
            if why in known or len(known) < REASONS_MAX:
                known[why] = known.get(why, 0) + 1
        found = [Reason(*why, times) for why, times in known.items()]
        self.reasons = sorted(found, key=lambda one: -one.times)
        for one in refused[: max(0, 5 - len(self.examples))]:
            what = f"{one.column} = {one.value!r}: " if one.column else ""
            self.examples.append(f"line {one.line}: {what}{one.reason}")


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
        known = {d.name: d.type for d in discovered.every(conn, "trait")}
    result.resumed_after_line = reached
    path = work.file.path.with_name(work.file.path.name + REFUSED)
    started = bool(reached) and path.exists()
    with collector_at_rest():
        for chunk in chunks_ahead(work, reached, known, now, currency):
            result.count(chunk.rows, chunk.refused)
            if not dry:
                _WRITERS[work.kind](store, work, chunk, now, result)
                if chunk.refused:
                    _note(path, chunk.refused, begin=not started)
                    started, result.refused_path = True, str(path)
            advance(chunk.share)
    if result.rows == 0 and reached:
        raise BadInput(
            f"{work.file.path} has been imported already, up to line {reached}.",
            fix="Use --again to import it once more.",
        )
    if not dry:
        with store.write() as conn:
            meta.put(conn, LAST, str(micros(now)))
    return result


def _people_writer(
    store: Store, work: Import, chunk: Chunk, now: datetime, result: Imported
) -> None:
    found = chunk.content
    assert isinstance(found, People)
    with store.write() as conn:
        if found.chunk.height:
            _write_people(conn, found.chunk, found.documents, micros(now), result)
        watermarks.put(conn, work.watermark, chunk.line)
        passed("import.people_written")
    passed("import.people_committed")


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


def _discoveries(chunk: PeopleChunk, now_us: int) -> list[Discovery]:
    """What the chunk's columns show of traits."""
    types = {**chunk.types, **dict.fromkeys(ADDRESSES, TraitType.TEXT)}
    columns = {**chunk.traits, **{kind: chunk.identities[kind] for kind in ADDRESSES}}
    span = (now_us, now_us)
    shown = {name: values.drop_nulls() for name, values in columns.items()}
    return [
        discovery("trait", "", name, types[name], span, some.len(), str(some[0]))
        for name, some in shown.items()
        if some.len()
    ]


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
    ).sort("row", "topic", "channel", maintain_order=True)  # as the ledger is clustered
    consents.record(
        conn,
        pid=pids[words["row"].to_numpy()],
        topic=words["topic"],
        channel=words["channel"],
        state=words["state"],
        at_us=words["at"].to_physical(),
        recorded_us=now_us,
        source=words["source"],
        text_version=words["text_version"],
        language=words["language"],
        address=words["address"],
    )
    return int((words["state"] == int(ConsentState.UNPROVEN)).sum())


def _products_writer(
    store: Store, work: Import, chunk: Chunk, now: datetime, result: Imported
) -> None:
    assert isinstance(chunk.content, pl.DataFrame)
    feed = [products.Product(*row) for row in chunk.content.iter_rows()]
    with store.write() as conn:
        before = products.count(conn)
        products.put(conn, feed)
        result.new += products.count(conn) - before
        watermarks.put(conn, work.watermark, chunk.line)
        passed("import.products_written")
    passed("import.products_committed")


def _events_writer(
    store: Store, work: Import, chunk: Chunk, now: datetime, result: Imported
) -> None:
    calls = chunk.content
    assert isinstance(calls, list)
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
    # Two databases on SQLite: a chunk that is appended twice has the same message ids.
    with store.write_inbox() as conn:
        inbox.append(conn, requests)
    passed("import.events_appended")
    with store.write() as conn:
        watermarks.put(conn, work.watermark, chunk.line)
    passed("import.events_committed")


_WRITERS: Final[dict[Kind, Callable[[Store, Import, Chunk, datetime, Imported], None]]] = {
    "people": _people_writer,
    "products": _products_writer,
    "events": _events_writer,
}


def _note(path: Path, refused: Sequence[RowRefusal], *, begin: bool) -> None:
    """Add to the file of refused rows."""
    with path.open("w" if begin else "a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if begin:
            writer.writerow(REFUSED_HEADINGS)
        for one in refused:
            whole = "yes" if one.whole else "no"
            writer.writerow([one.line, one.column, one.value, one.reason, whole])
