"""The journal of a batch under way: which messages were begun, and how they were answered.

A small file beside the database, so that a crash leaves unknown only what was with the vendor at
that moment. It holds numbers and a vendor's words, never an address or a text of ours.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from maracuja.channels.base import Answer
from maracuja.clock import monotonic_s
from maracuja.model import Record

FOLDER: Final = "delivery"  # of the workspace, where journals lie
QUICK_S: Final = 0.0005  # a disk that takes no longer is waited for where we stand

Key = tuple[int, int]
"""A message in the outbox: chunk and n."""
_Asking = tuple[Sequence[Key], "asyncio.Future[bool]"]


class _Line(Record, frozen=True, omit_defaults=True):
    """One line: the claim that is under way, messages that were begun, or one answer."""

    claim: int = 0
    begun: Sequence[Key] = ()
    key: Key = (0, 0)
    answer: Answer | None = None


_decoder: Final = msgspec.json.Decoder(_Line)


class Taken(NamedTuple):
    """What a journal said of the claim `claim` (0: nothing): who was begun, who was answered."""

    claim: int
    begun: Collection[Key]
    answers: Mapping[Key, Answer]


class Journal:
    """Writes the journal at `path`; whoever takes the file away stops the one who writes it.

    `counter` numbers its claims in the database. All calls but `open` and `clear` come from one
    event loop; those who ask in one round of it are written together.
    """

    def __init__(self, path: Path, counter: str) -> None:
        self.path = path
        self.counter = counter
        self.claim = 0
        self._file = -1
        self._took_s = QUICK_S  # the last write to the disk
        self._asking: list[_Asking] = []
        self._writing = False

    def open(self, claim: int) -> None:
        """Begin anew for this claim; durable, so that the claim can be committed after it."""
        if self._file < 0:
            flags = os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_WRONLY
            self.path.parent.mkdir(exist_ok=True)
            self._file = os.open(self.path, flags, 0o600)
        os.ftruncate(self._file, 0)
        self.claim = claim
        self._write_durably(_Line(claim=claim))

    async def begin(self, keys: Sequence[Key]) -> bool:
        """Note that these are begun, durably; False where another process has taken over."""
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[bool] = loop.create_future()
        self._asking.append((keys, asked))
        if not self._writing:
            self._writing = True
            loop.call_soon(self._flush)
        return await asked

    def answered(self, key: Key, answer: Answer) -> None:
        """Note an answer; it is on the disk with whatever is begun next."""
        self._write(_Line(key=key, answer=answer))

    def clear(self) -> None:
        """The outcomes of the claim are in the database: nothing is left to say."""
        os.ftruncate(self._file, 0)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _flush(self) -> None:
        """Write who asks to begin: here where the disk is quick, else beside the event loop."""
        asking, self._asking = self._asking, []
        line = _Line(begun=[key for keys, _ in asking for key in keys])
        if self._took_s < QUICK_S:
            self._writing = False
            _settle(asking, partial(self._write_durably, line))
            return
        loop = asyncio.get_running_loop()
        written = loop.run_in_executor(None, self._write_durably, line)

        def go_on(done: asyncio.Future[bool]) -> None:
            _settle(asking, done.result)
            self._writing = bool(self._asking)
            if self._writing:  # others have asked meanwhile
                loop.call_soon(self._flush)

        written.add_done_callback(go_on)

    def _write(self, line: _Line) -> None:
        data = msgspec.json.encode(line) + b"\n"
        if os.write(self._file, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def _write_durably(self, line: _Line) -> bool:
        """Whether the file that was written to still lies at its path: see `take_over`."""
        self._write(line)
        began = monotonic_s()
        os.fdatasync(self._file)
        self._took_s = monotonic_s() - began
        try:
            there = os.stat(self.path)
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self._file))


def _settle(asking: Sequence[_Asking], write: Callable[[], bool]) -> None:
    """Tell those who ask what came of the write."""
    try:
        found = write()
    except OSError as fault:
        for _, asked in asking:
            if not asked.done():
                asked.set_exception(fault)
        return
    for _, asked in asking:
        if not asked.done():
            asked.set_result(found)


class JournaledCourse:
    """A transport.Course over a journal: `keys` are the messages of the batch, in its order."""

    def __init__(
        self,
        journal: Journal,
        keys: Sequence[Key],
        halted: Callable[[], bool],
        *,
        urgent: bool = False,
    ) -> None:
        self.halted = halted
        self.urgent = urgent
        self._journal = journal
        self._keys = keys

    async def begin(self, numbers: Sequence[int]) -> bool:
        """As transport.Course says."""
        return await self._journal.begin([self._keys[number] for number in numbers])

    def answered(self, number: int, answer: Answer) -> None:
        """As transport.Course says."""
        self._journal.answered(self._keys[number], answer)


def take_over(path: Path) -> Taken:
    """Take the journal away from whoever wrote it, dead or alive, and read it.

    It is moved aside first: a writer looks whether its file is still there after it has written,
    so either its line is read here, or it learns that it must not begin.
    """
    aside = _aside(path)
    if path.exists():
        path.replace(aside)
    return read(aside)


def read(path: Path) -> Taken:
    """What the journal at `path` says; nothing where there is none."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        lines = []
    claim, begun, answers = 0, set[Key](), dict[Key, Answer]()
    for line in lines:
        try:
            said = _decoder.decode(line)
        except msgspec.DecodeError:
            break  # the end that a crash left half written: nothing after it was relied on
        claim = said.claim or claim
        begun.update(said.begun)
        if said.answer is not None:
            answers[said.key] = said.answer
    return Taken(claim, begun, answers)


def forget(path: Path) -> None:
    """What was taken over is in the database now."""
    _aside(path).unlink(missing_ok=True)


def _aside(path: Path) -> Path:
    return path.with_name(path.name + ".taken")
