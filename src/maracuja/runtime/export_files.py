"""Rows into files as CSV, JSON lines or Parquet, a batch at a time, whole or not there.

It must never hold more than one batch.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Literal, Protocol

import polars as pl
import pyarrow.parquet as pq

from maracuja.errors import BadInput

Form = Literal["csv", "jsonl", "parquet"]
FORMS: Final[tuple[Form, ...]] = ("csv", "jsonl", "parquet")
TIME: Final = pl.Datetime("us")
TIME_TEXT: Final = "%Y-%m-%dT%H:%M:%S.%6fZ"


class Sink(Protocol):
    """Where batches go."""

    def write(self, frame: pl.DataFrame) -> None:
        """Add rows; the columns are those of the schema."""
        ...


def form_of(path: Path) -> Form:
    """The form that the name of a file asks for. Raises BadInput."""
    name = path.suffix.removeprefix(".").replace("ndjson", "jsonl")
    for form in FORMS:
        if name == form:
            return form
    raise BadInput(
        f"`{path.name}` does not say what kind of file it is to be.",
        fix=f"Let its name end in {', '.join(f'.{form}' for form in FORMS)}.",
    )


@contextmanager
def open_sink(path: Path, form: Form, schema: Mapping[str, Any]) -> Iterator[Sink]:
    """A sink whose file takes its name at the end, when every row is on the disk.

    `schema` maps columns to Polars types; times are Datetime("us"), UTC: ISO 8601 with a Z in
    texts. On an error nothing is left. Raises OSError from the disk.
    """
    aside = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if form == "parquet":
            arrow = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest())
            with pq.ParquetWriter(aside, arrow.schema, compression="zstd") as writer:
                yield _Parquet(writer)
        else:
            with aside.open("wb") as file:
                yield _Texts(file, form, list(schema))
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


class _Parquet:
    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer

    def write(self, frame: pl.DataFrame) -> None:
        """Rows as row groups."""
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        self._writer.write_table(table.cast(self._writer.schema))


class _Texts:
    def __init__(self, file: IO[bytes], form: Form, columns: list[str]) -> None:
        self._file = file
        self._form = form
        if form == "csv":
            pl.DataFrame(schema=columns).write_csv(file)

    def write(self, frame: pl.DataFrame) -> None:
        """Rows as lines."""
        texts = frame.with_columns(pl.col(TIME).dt.strftime(TIME_TEXT))
        if self._form == "csv":
            texts.write_csv(self._file, include_header=False)
        else:
            texts.write_ndjson(self._file)
