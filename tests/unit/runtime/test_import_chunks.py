"""A large file is read by a second process: the same chunks, and an end that is told."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maracuja.errors import BadInput
from maracuja.runtime import import_chunks, import_files
from maracuja.runtime.import_chunks import Import, People, chunks, chunks_ahead, prepare

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    monkeypatch.setattr(import_chunks, "LARGE", 0)
    path = tmp_path / "people.csv"
    rows = (f"c{n},{n % 9}\n" for n in range(3 * import_files.CHUNK))
    path.write_text("external_id,orders\n" + "".join(rows), encoding="utf-8")
    return prepare("people", path)


def documents(content: object) -> list[bytes]:
    assert isinstance(content, People)
    return content.documents


def test_chunks_read_ahead_are_the_same(work: Import) -> None:
    ahead = chunks_ahead(work, 0, {}, NOW, "USD")
    for here, there in zip(chunks(work, 0, {}, NOW, "USD"), ahead, strict=True):
        assert (here.line, here.rows, here.share) == (there.line, there.rows, there.share)
        assert documents(here.content) == documents(there.content)
    assert not multiprocessing.active_children()


def test_who_stops_early_leaves_no_reader_behind(work: Import) -> None:
    ahead = chunks_ahead(work, 0, {}, NOW, "USD")
    assert next(ahead).rows == import_files.CHUNK
    ahead.close()  # type: ignore[attr-defined]  # a generator
    assert not multiprocessing.active_children()


def test_a_reader_that_dies_is_told(work: Import) -> None:
    ahead = chunks_ahead(work, 0, {}, NOW, "USD")
    next(ahead)
    (reader,) = multiprocessing.active_children()
    reader.kill()
    with pytest.raises(BadInput, match="has died"):
        list(ahead)
