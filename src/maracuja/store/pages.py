"""Whole tables in pages, for exports and for looking through them: memory stays small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Table, select

ROWS: Final = 20_000


def pages(
    conn: Connection, table: Table, *, rows_max: int = ROWS
) -> Iterator[dict[str, list[Any]]]:
    """All rows in the order of their key, as columns, at most `rows_max` at a time.

    The transaction sees one moment, so nothing that changes meanwhile comes twice or is missed.
    """
    names = table.columns.keys()
    query = select(table).order_by(*table.primary_key.columns)
    streamed = conn.execute(query.execution_options(stream_results=True))
    for part in streamed.partitions(rows_max):
        yield dict(zip(names, map(list, zip(*part, strict=True)), strict=True))
