"""Files of rows as chunks of texts: CSV as shops write it, JSON lines and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import TextIOWrapper
from itertools import accumulate, compress, islice
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.errors import BadInput
from maracuja.ingest.import_people import LINE, RowRefusal

CHUNK: Final = 50_000
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
    parts = _csv_parts(file, size) if file.form == "csv" else _json_parts(file, size)
    width = len(file.headings)
    for part in parts:
        if part.lines and part.lines[-1] <= after_line:
            continue
        refused = list(part.refused)
        good = [len(row) == width and n > after_line for n, row in part.numbered()]
        for (n, row), fits in zip(part.numbered(), good, strict=True):
            if not fits and row and n > after_line:
                reason = f"the row has {len(row)} values, the headings are {width}"
                refused.append(RowRefusal(n, "", "", reason, whole=True))
        rows = list(compress(part.rows, good))
        lines = list(compress(part.lines, good))
        yield Rows(_frame(file, lines, rows), refused, part.last_line, part.share)


@dataclass
class _Part:
    """Rows as they were read, each with its line."""

    lines: list[int]
    rows: Sequence[Sequence[str | None]]
    refused: list[RowRefusal]
    last_line: int
    share: float

    def numbered(self) -> Iterator[tuple[int, Sequence[str | None]]]:
        """(line, row) of each."""
        return zip(self.lines, self.rows, strict=True)


def _frame(file: RowFile, lines: list[int], rows: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True)) or [()] * len(file.headings)
    texts = {
        heading: pl.Series(values, dtype=pl.String)
        for heading, values in zip(file.headings, columns, strict=True)
    }
    return pl.DataFrame({LINE: pl.Series(lines, dtype=pl.Int64), **texts})


def _csv_parts(file: RowFile, size: int) -> Iterator[_Part]:
    """The rows after the headings; what the reader itself cannot read is refused."""
    total = file.path.stat().st_size
    csv.field_size_limit(FIELD_CHARS_MAX)
    with file.path.open("rb") as raw:
        opened = TextIOWrapper(raw, encoding=file.encoding, errors="replace", newline="")
        reader = csv.reader(opened, delimiter=file.separator)
        next(reader)
        while True:
            before = reader.line_num
            rows: list[list[str]] = []
            refused = []
            try:
                rows.extend(islice(reader, size))
            except csv.Error as fault:
                reason = f"the row cannot be read: {fault}"
                refused.append(RowRefusal(reader.line_num, "", "", reason, whole=True))
            if not rows and not refused:
                return
            lines = _lines(rows, before, reader.line_num - len(refused))
            yield _Part(lines, rows, refused, reader.line_num, raw.tell() / total)


def _lines(rows: list[list[str]], before: int, last: int) -> list[int]:
    """The line on which each row ends: a quoted value may run over several."""
    if last - before == len(rows):
        return list(range(before + 1, last + 1))
    heights = (1 + sum(value.count("\n") for value in row) for row in rows)
    return list(accumulate(heights, initial=before))[1:]


def _json_parts(file: RowFile, size: int) -> Iterator[_Part]:
    total = file.path.stat().st_size
    done = 0
    with file.path.open("rb") as opened:
        numbered = enumerate(opened, start=1)
        while chunk := list(islice(numbered, size)):
            part = _Part([], [], [], chunk[-1][0], 0.0)
            rows: list[list[str | None]] = []
            for number, raw in chunk:
                done += len(raw)
                row = _json_row(raw)
                if row is not None:
                    part.lines.append(number)
                    rows.append([_text(row.get(h)) for h in file.headings])
                elif raw.strip():
                    reason = "the line is no JSON object"
                    part.refused.append(RowRefusal(number, "", "", reason, whole=True))
            yield replace(part, rows=rows, share=done / total)


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
