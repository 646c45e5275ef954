"""Events of the lake as arrays: whose they are, canonically, and when; batch by batch.

People are counted from 1, so what is known of each stands in an array under their pid, and no
table is hashed. It must never hold more than a batch of the events that are not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from maracuja.model import PSEUDONYM_FROM
from maracuja.segments.rows import Aliases
from maracuja.segments.sequences import Moments

BATCH_ROWS: Final = 1_000_000
_SOMEBODY: Final = f"pid < {PSEUDONYM_FROM}"  # those who were erased are in no array

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def merged_aliases(con: duckdb.DuckDBPyConnection) -> Aliases | None:
    """The relation `merged` as arrays; None where nobody is merged."""
    merged = con.execute("SELECT pid, canonical FROM merged").fetchnumpy()
    if not merged["pid"].size:
        return None
    mask = mask_of(merged["pid"])
    person = np.zeros(mask.size, dtype=np.int64)
    person[merged["pid"]] = merged["canonical"]
    return Aliases(mask, person)


def mask_of(pids: Ints) -> Mask:
    """The people as a mask for `inside`: under each pid whether it is one of them."""
    mask = np.zeros(pids.max(initial=0) + 2, dtype=np.bool_)  # the last one is nobody
    mask[pids] = True
    return mask


def inside(mask: Mask, pids: Ints) -> Mask:
    """Which of the pids are in the mask, shape of `pids`."""
    return mask.take(pids, mode="clip")


def count_events(
    con: duckdb.DuckDBPyConnection, sql: str, aliases: Aliases | None
) -> tuple[Ints, Ints]:
    """How many rows (pid, ts) of the query each person has: pids with any, ascending; counts."""
    counts = np.zeros(0, dtype=np.int64)
    for (pid,) in _batches(con, f"SELECT pid FROM ({sql}) WHERE {_SOMEBODY}"):
        more = np.bincount(_canonical(pid, aliases), minlength=counts.size)
        more[: counts.size] += counts
        counts = more
    pids = np.flatnonzero(counts > 0)
    return pids, counts[pids]


def moments(
    con: duckdb.DuckDBPyConnection, sql: str, aliases: Aliases | None, among: Mask | None
) -> Moments:
    """The rows (pid, ts) of the query by person, in no order; with `among`, of these only."""
    nothing = np.empty(0, dtype=np.int64)
    whose, when = [nothing], [nothing]
    for pid, ts in _batches(con, f"FROM ({sql}) WHERE {_SOMEBODY}"):
        person, us = _canonical(pid, aliases), ts.view(np.int64)
        if among is not None:
            kept = inside(among, person)
            person, us = person[kept], us[kept]
        whose.append(person)
        when.append(us)
    return Moments(np.concatenate(whose), np.concatenate(when))


def _batches(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[list[npt.NDArray[Any]]]:
    """The columns of the query, which hold no nulls, some BATCH_ROWS rows at a time."""
    parts: list[pa.RecordBatch] = []
    for part in con.sql(sql).to_arrow_reader(BATCH_ROWS):  # one for each row group, often
        parts.append(part)
        if sum(part.num_rows for part in parts) >= BATCH_ROWS:
            yield _columns(parts)
            parts = []
    if parts:
        yield _columns(parts)


def _columns(parts: list[pa.RecordBatch]) -> list[npt.NDArray[Any]]:
    return [column.to_numpy() for column in pa.Table.from_batches(parts).columns]


def _canonical(pids: Ints, aliases: Aliases | None) -> Ints:
    if aliases is None:
        return pids
    merged = np.flatnonzero(inside(aliases.mask, pids))
    whose = pids.copy()
    whose[merged] = aliases.person[pids[merged]]
    return whose
