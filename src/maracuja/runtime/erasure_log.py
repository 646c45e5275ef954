"""The log of erasures: JSON lines outside of every backup, so that a restored one forgets again.

It must never hold an address or a name: numbers and salted hashes only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from maracuja.errors import ConfigError
from maracuja.model import Record
from maracuja.store.erase import NOT_ADDRESSES, Erasure

FILE_NAME: Final = "erasures.jsonl"


class Asked(Record, frozen=True, tag_field="line", tag="asked"):
    """An erasure that is begun: `pids` are the person's, the canonical one first.

    `hashes` are (kind, hexadecimal salted digest) of each of their identities and addresses.
    """

    id: str
    workspace: str
    at_us: int
    pids: tuple[int, ...]
    hashes: tuple[tuple[str, str], ...]

    def as_erasure(self, pseudonym: int) -> Erasure:
        """What the store is given; `pseudonym` is drawn for the occasion and kept nowhere."""
        addresses = [(kind, digest) for kind, digest in self.hashes if kind not in NOT_ADDRESSES]
        return Erasure(
            pids=list(self.pids),
            pseudonym=pseudonym,
            at_us=self.at_us,
            hashes=addresses,
            counts={},
        )


class Done(Record, frozen=True, tag_field="line", tag="done"):
    """The erasure of this id is complete."""

    id: str


Line = Asked | Done

_decoder: Final = msgspec.json.Decoder(Line)


def append(path: Path, line: Line) -> None:
    """Add a line, on the disk when this returns; half a line that a crash left is taken off."""
    created = not path.exists()
    with path.open("ab+") as file:
        file.seek(0)
        whole = file.read()
        if whole and not whole.endswith(b"\n"):
            file.truncate(whole.rfind(b"\n") + 1)
        file.write(msgspec.json.encode(line) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if created:
        _sync_directory(path.parent)


def read(path: Path) -> list[Line]:
    """The lines in order; a log that is not there is empty. Raises ConfigError for a bad line."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    lines: list[Line] = []
    whole = raw[: raw.rfind(b"\n") + 1]  # what follows was never acknowledged
    for number, text in enumerate(whole.splitlines(), 1):
        try:
            lines.append(_decoder.decode(text))
        except msgspec.DecodeError as fault:
            raise ConfigError(
                f"the erasure log cannot be read: {fault}",
                where=f"{path}:{number}",
                fix="Take the log from where it was last whole; it is only ever added to.",
            ) from fault
    return lines


def asked(lines: Iterable[Line]) -> list[Asked]:
    """Every erasure, in order; of one that was begun again the last line holds."""
    return list({line.id: line for line in lines if isinstance(line, Asked)}.values())


def unfinished(lines: Sequence[Line]) -> list[Asked]:
    """The erasures that a crash has cut short, in order."""
    done = {line.id for line in lines if isinstance(line, Done)}
    return [line for line in asked(lines) if line.id not in done]


def _sync_directory(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
