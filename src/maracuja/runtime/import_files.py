"""Files of rows as chunks of texts: CSV as shops write it, JSON lines and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.errors import BadInput
from maracuja.ingest.import_people import LINE, RowRefusal

CHUNK: Final = 20_000
SNIFF_BYTES: Final = 65_536
FIELD_CHARS_MAX: Final = 1_000_000
SEPARATORS: Final = (",", ";", "\t")
ENCODINGS: Final = ("utf-8-sig", "cp1251")


@dataclass(frozen=True)
class Rows:
    """A chunk: texts in the file's own columns and `line`, and the rows that could not be read."""

    frame: pl.DataFrame
    refused: list[RowRefusal]
    line: int  # the last line of the chunk
    share: float  # of the file that has been read, 0..1


@dataclass(frozen=True)
class RowFile:
    """A file that can be read in chunks."""

    path: Path
    form: str  # csv, jsonl, parquet
    headings: list[str]
    encoding: str = "utf-8"
    separator: str = ","


def open_rows(path: Path, encoding: str | None = None, separator: str | None = None) -> RowFile:
    """Find out what the file is. Raises BadInput when it is missing, empty or unreadable."""
    if not path.is_file():
        raise BadInput(f"There is no file {path}.")
    if path.stat().st_size == 0:
        raise BadInput(f"{path} is empty.")
    if path.suffix == ".parquet":
        try:
            return RowFile(path, "parquet", list(pl.read_parquet_schema(path)))
        except (pl.exceptions.PolarsError, OSError) as fault:
            raise BadInput(f"{path} is no Parquet file: {fault}") from fault
    if path.suffix in (".jsonl", ".ndjson"):
        return RowFile(path, "jsonl", _json_headings(path))
    return _open_csv(path, encoding, separator)


def _open_csv(path: Path, encoding: str | None, separator: str | None) -> RowFile:
    with path.open("rb") as file:
        head = file.read(SNIFF_BYTES)
    chosen = encoding or _encoding(head)
    try:
        text = head.decode(chosen, errors="ignore" if encoding is None else "strict")
    except (LookupError, UnicodeDecodeError) as fault:
        raise BadInput(
            f"{path} cannot be read as {chosen}.",
            fix=f"Use one of: {', '.join(ENCODINGS)}.",
        ) from fault
    first = text.splitlines()[0]
    by = separator or max(SEPARATORS, key=first.count)
    headings = [h.strip() for h in next(csv.reader([first], delimiter=by))]
    twice = {h for h in headings if headings.count(h) > 1}
    if twice:
        raise BadInput(f"{path} has two columns `{min(twice)}`.", where="line 1")
    if LINE in headings:
        headings[headings.index(LINE)] = f"{LINE}_"
    return RowFile(path, "csv", headings, chosen, by)


def _encoding(head: bytes) -> str:
    """UTF-8 where the bytes are; else the Windows code page of Cyrillic."""
    for cut in range(4):  # the sniffed part may end inside a character
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return ENCODINGS[0]
    return ENCODINGS[1]


def _json_headings(path: Path) -> list[str]:
    """The names of the first thousand objects, in order of appearance."""
    names: dict[str, None] = {}
    with path.open("rb") as file:
        for raw in islice(file, 1000):
            row = _json_row(raw)
            if row is not None:
                names.update(dict.fromkeys(row))
    if not names:
        raise BadInput(f"{path} has no JSON object on any of its first lines.")
    return list(names)


def _json_row(raw: bytes) -> dict[str, Any] | None:
    try:
        row = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
    return row if isinstance(row, dict) else None


def read_rows(file: RowFile, after_line: int = 0, size: int = CHUNK) -> Iterator[Rows]:
    """The rows after that line, in chunks of `size`; every line is in a frame or refused."""
    if file.form == "parquet":
        yield from _read_parquet(file, after_line, size)
        return
    lines = _csv_lines(file) if file.form == "csv" else _json_lines(file)
    rest = (item for item in lines if item[0] > after_line)
    while chunk := list(islice(rest, size)):
        good = [(line, row) for line, row, _, _ in chunk if row is not None]
        refused = [
            RowRefusal(line, "", "", reason, whole=True)
            for line, row, reason, _ in chunk
            if row is None
        ]
        yield Rows(_frame(file, good), refused, chunk[-1][0], chunk[-1][3])


Line = tuple[int, list[str | None] | None, str, float]


def _frame(file: RowFile, rows: list[tuple[int, list[str | None]]]) -> pl.DataFrame:
    columns = list(zip(*(row for _, row in rows), strict=True)) or [()] * len(file.headings)
    texts = {
        heading: pl.Series(values, dtype=pl.String)
        for heading, values in zip(file.headings, columns, strict=True)
    }
    return pl.DataFrame({LINE: pl.Series([line for line, _ in rows], dtype=pl.Int64), **texts})


def _csv_lines(file: RowFile) -> Iterator[Line]:
    """(line, values or None, what is wrong, share of the file) of every row after the headings."""
    size = file.path.stat().st_size
    width = len(file.headings)
    csv.field_size_limit(FIELD_CHARS_MAX)
    with file.path.open("rb") as raw:
        opened = TextIOWrapper(raw, encoding=file.encoding, errors="replace", newline="")
        reader = csv.reader(opened, delimiter=file.separator)
        next(reader)
        while True:
            try:
                row: list[str | None] = list(next(reader))
            except StopIteration:
                return
            except csv.Error as fault:
                yield reader.line_num, None, f"the row cannot be read: {fault}", 0.0
                continue
            share = raw.tell() / size
            if len(row) == width:
                yield reader.line_num, row, "", share
            elif row:
                reason = f"the row has {len(row)} values, the headings are {width}"
                yield reader.line_num, None, reason, share


def _json_lines(file: RowFile) -> Iterator[Line]:
    size = file.path.stat().st_size
    done = 0
    with file.path.open("rb") as opened:
        for number, raw in enumerate(opened, start=1):
            done += len(raw)
            if not raw.strip():
                continue
            row = _json_row(raw)
            if row is None:
                yield number, None, "the line is no JSON object", done / size
            else:
                yield number, [_text(row.get(h)) for h in file.headings], "", done / size


def _text(value: Any) -> str | None:
    """A JSON value as the text that a CSV would have."""
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _read_parquet(file: RowFile, after_line: int, size: int) -> Iterator[Rows]:
    """Parquet by row slices; the line is the row's number, counted from 1."""
    import pyarrow.parquet as pq

    source = pq.ParquetFile(file.path)
    total, line = source.metadata.num_rows, 0
    for batch in source.iter_batches(batch_size=size):
        frame = pl.DataFrame(batch)
        first, line = line + 1, line + frame.height
        if line <= after_line:
            continue
        texts = frame.select(_parquet_text(name, kind) for name, kind in frame.schema.items())
        numbered = texts.with_columns(pl.int_range(first, line + 1).alias(LINE))
        yield Rows(numbered.filter(pl.col(LINE) > after_line), [], line, line / total)


def _parquet_text(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        utc = pl.col(name).dt.convert_time_zone("UTC") if kind.time_zone else pl.col(name)
        return utc.dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ")
    if kind.is_nested():
        wrapped = pl.struct(pl.col(name).alias("v")).struct.json_encode()
        bare = wrapped.str.strip_prefix('{"v":').str.strip_suffix("}")
        return pl.when(pl.col(name).is_not_null()).then(bare).alias(name)
    return pl.col(name).cast(pl.String)
