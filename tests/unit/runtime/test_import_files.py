"""Files of rows: the encodings, separators and forms that shops have, read line by line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from maracuja.errors import BadInput
from maracuja.runtime.import_files import open_rows, read_rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_as_shops_write_it(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "people.csv"
    lines = [["id", "имя"], ["1", "Оля"], ["2", '"Аня\nМария"'], ["3"], ["4", ""]]
    path.write_text("\r\n".join(separator.join(row) for row in lines), encoding=encoding)
    file = open_rows(path)
    assert (file.headings, file.separator) == (["id", "имя"], separator)
    (rows,) = list(read_rows(file))
    assert rows.frame["имя"].to_list() == ["Оля", "Аня\nМария", ""]
    assert [(r.line, r.whole) for r in rows.refused] == [(5, True)]
    assert rows.line == 6


def test_reading_goes_on_after_a_line(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id\n" + "\n".join(map(str, range(100))))
    file = open_rows(path)
    parts = list(read_rows(file, after_line=50, size=30))
    assert [row for part in parts for row in part.frame["id"]] == list(map(str, range(49, 100)))
    assert [part.line for part in parts] == [61, 91, 101]
    assert parts[-1].share == 1.0


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1, "b": [1, "x"]}\nnot json\n\n{"b": null, "a": true}\n')
    (rows,) = list(read_rows(open_rows(path)))
    assert rows.frame.rows() == [(1, "1", '[1,"x"]'), (4, "true", None)]
    assert [r.line for r in rows.refused] == [2]


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"a": [1, None, 3], "b": [["x"], [], None]}).write_parquet(path)
    (rows,) = list(read_rows(open_rows(path), after_line=1))
    assert rows.frame.select("line", "a").rows() == [(2, None), (3, "3")]
    assert rows.frame["b"].to_list()[0] == "[]"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.csv", None, "no file"),
        ("empty.csv", b"", "empty"),
        ("twice.csv", b"a,b,a\n1,2,3", "two columns"),
        ("bad.parquet", b"PAR0", "no Parquet"),
        ("bad.jsonl", b"[1]\n", "no JSON object"),
    ],
)
def test_what_is_no_such_file_is_refused(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=words):
        open_rows(tmp_path / name)


def test_an_encoding_that_is_not_the_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("имя\nОля".encode("cp1251"))
    with pytest.raises(BadInput, match="cannot be read as utf-8"):
        open_rows(tmp_path / "x.csv", encoding="utf-8")
