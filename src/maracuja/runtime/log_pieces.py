"""A log that grows and is rotated, read in pieces of whole lines from where it was left.

A file is known by its first line: renamed, copied or packed, it is the same one. It must never
give half a line, or a line twice to whoever keeps the places.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from io import BufferedIOBase
from pathlib import Path
from typing import Final, NamedTuple

from maracuja.errors import VendorDown

PIECE_BYTES: Final = 1_000_000
HEAD_BYTES: Final = 512  # of a first line, to know a file by
BACK: Final = timedelta(days=7)  # files that nothing was written to for longer are left alone
_ROTATED: Final = re.compile(r"[.-]\d[\d.-]*(?:\.gz)?")  # mail.log.1, .2.gz, -20260501


class Piece(NamedTuple):
    """Lines of the file `mark`; the next piece begins at `end` (bytes, unpacked)."""

    mark: str
    end: int
    lines: list[str]


class LogPieces:
    """The log at `path`, with its older files beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done: set[tuple[int, int]] = set()  # packed files do not grow

    def marks(self, now: datetime) -> list[str]:
        """The files that are there, the oldest first. Raises VendorDown where there is none."""
        return list(dict.fromkeys(mark for _, mark in self._files(now)))

    def after(self, places: Mapping[str, int], now: datetime) -> Iterator[Piece]:
        """What stands after the places that were reached, file by file; all of a new file.

        Packed files are read only where their place is known. Raises VendorDown.
        """
        reached = dict(places)
        for path, mark in self._files(now):
            if path.suffix == ".gz" and not (mark in reached and self._unread(path)):
                continue
            for piece in _pieces(path, mark, reached.get(mark, 0)):
                reached[mark] = piece.end
                yield piece

    def before(self, mark: str, place: int, length: int, now: datetime) -> Iterator[Piece]:
        """What stands in the last `length` bytes before a place; the first line may be half."""
        path = next((path for path, known in self._files(now) if known == mark), None)
        if path is not None and place:
            yield from _pieces(path, mark, max(0, place - length), place)

    def _unread(self, path: Path) -> bool:
        told = path.stat()
        known = (told.st_ino, told.st_size) in self._done
        self._done.add((told.st_ino, told.st_size))
        return not known

    def _files(self, now: datetime) -> list[tuple[Path, str]]:
        """The files with their marks, the oldest first, the log itself last."""
        try:
            paths = [path for path in self._path.parent.iterdir() if self._is_of_it(path)]
            dated = [(path == self._path, _changed_s(path), path) for path in paths]
            if not paths:
                raise FileNotFoundError(2, "there is none")
            oldest_s = (now - BACK).timestamp()
            marked = [(path, _mark(path)) for _, at_s, path in sorted(dated) if at_s >= oldest_s]
        except OSError as fault:
            raise _unreadable(self._path, fault) from fault
        return [(path, mark) for path, mark in marked if mark]

    def _is_of_it(self, path: Path) -> bool:
        rest = path.name.removeprefix(self._path.name)
        return path == self._path or (rest != path.name and bool(_ROTATED.fullmatch(rest)))


def _changed_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0  # renamed at this moment: it is found under its other name


def _opened(path: Path) -> BufferedIOBase:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _mark(path: Path) -> str:
    """What a file is known by; '' while its first line is not whole."""
    try:
        with _opened(path) as file:
            head = file.read(HEAD_BYTES)
    except (EOFError, gzip.BadGzipFile, zlib.error, FileNotFoundError):
        return ""  # it is being packed, or renamed
    first, whole, _ = head.partition(b"\n")
    if not whole and len(head) < HEAD_BYTES:
        return ""
    return hashlib.sha256(first).hexdigest()[:16]


def _pieces(path: Path, mark: str, start: int, stop: int = sys.maxsize) -> Iterator[Piece]:
    """Whole lines from a place on. A line that is longer than a piece is left out."""
    try:
        with _opened(path) as file:
            end = file.seek(start)
            while block := file.read(min(PIECE_BYTES, stop - end)):
                whole = block.rfind(b"\n") + 1
                if not whole and len(block) < PIECE_BYTES:
                    return
                end += whole or len(block)
                yield Piece(mark, end, block[:whole].decode("utf-8", "replace").split("\n")[:-1])
                file.seek(end)
    except (EOFError, gzip.BadGzipFile, zlib.error, FileNotFoundError):
        return  # it is being packed, or renamed: what is missing is read the next time
    except OSError as fault:
        raise _unreadable(path, fault) from fault


def _unreadable(path: Path, fault: OSError) -> VendorDown:
    why = fault.strerror or "it is damaged"
    return VendorDown(f"The log {path} cannot be read: {why}.", vendor="postfix")
