"""Files that somebody imports in the app: taken in pieces, looked at, tried, imported, forgotten.

What stands in them lies on the disk for as long as it is needed: the file until it is imported,
what was refused for a week.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from msgspec.structs import replace as changed

from maracuja.clock import Clock
from maracuja.errors import BadInput, Conflict, MaracujaError, NotFound
from maracuja.ingest.import_mapping import FileMapping, Kind, checked, guess
from maracuja.model import micros
from maracuja.runtime import importing
from maracuja.runtime.aside import Aside
from maracuja.runtime.card_folder import CardFolder, FileCard, new_id
from maracuja.runtime.import_files import open_rows, read_rows
from maracuja.runtime.importing import REFUSED, Imported
from maracuja.store import audit, live
from maracuja.store.engine import Store

FOLDER: Final = "imports"
BYTES_MAX: Final = 4_000_000_000
PIECE_BYTES_MAX: Final = 1_500_000
SAMPLE_ROWS: Final = 5
VALUE_CHARS_MAX: Final = 200
KEPT_FOR: Final = timedelta(days=7)
_ENDINGS: Final = (".csv", ".txt", ".tsv", ".jsonl", ".ndjson", ".parquet")

State = Literal["coming", "ready", "checking", "checked", "running", "stopped", "done", "refused"]


class Card(FileCard, frozen=True, kw_only=True):
    """What is known of a file; `tried` and `result` are what a trial and the import came to."""

    kind: Kind
    name: str
    size: int
    state: State = "coming"
    headings: tuple[str, ...] = ()
    sample: tuple[tuple[str | None, ...], ...] = ()
    mapping: FileMapping = FileMapping(columns={})
    tried: Imported | None = None
    result: Imported | None = None
    fault: str = ""
    share: float = 0.0


class ImportDesk:
    """The files of a workspace that are imported; methods raise NotFound, BadInput, Conflict."""

    def __init__(
        self, store: Store, directory: Path, clock: Clock, *, country: str, currency: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._country = country
        self._currency = currency
        self._aside = Aside()
        self._cards = CardFolder(directory / FOLDER, Card, KEPT_FOR, self._aside, store, clock)

    # ------------------------------------------------------------ a file comes

    def begin(self, kind: Kind, name: str, size: int, *, actor: str) -> Card:
        """Expect a file of so many bytes."""
        if not name.lower().endswith(_ENDINGS):
            raise BadInput(
                f"`{name}` is no file of rows.",
                where="name",
                fix="Choose CSV, JSON lines (.jsonl) or Parquet.",
            )
        if not 0 < size <= BYTES_MAX:
            raise BadInput("The file is empty, or too large for the browser.", where="size")
        self._cards.sweep()
        at_us = micros(self._clock.now())
        card = self._cards.keep(
            Card(id=new_id(), at_us=at_us, actor=actor, kind=kind, name=name, size=size)
        )
        self._data(card).touch(mode=0o600)
        return card

    def take(self, id: str, at: int, piece: bytes) -> Card:
        """Add the piece that begins at byte `at`; with the last one the file is looked at."""
        card = self.get(id)
        data = self._data(card)
        if card.state != "coming" or at > data.stat().st_size or at + len(piece) > card.size:
            raise Conflict("This piece belongs nowhere.", fix="Begin the file anew.")
        with data.open("r+b") as file:
            file.seek(at)
            file.write(piece)
        if data.stat().st_size < card.size:
            return card
        return self._looked_at(card)

    def _looked_at(self, card: Card) -> Card:
        """What stands in the file, and what its columns seem to be."""
        try:
            file = open_rows(self._data(card))
            first = next(read_rows(file, size=SAMPLE_ROWS), None)
        except MaracujaError as fault:
            return self._cards.keep(changed(card, state="refused", fault=_plain(card, fault)))
        rows = first.frame.select(file.headings).rows() if first is not None else []
        guessed = guess(card.kind, file.headings, FileMapping(columns={}, country=self._country))
        return self._cards.keep(
            changed(
                card,
                state="ready",
                headings=tuple(file.headings),
                sample=tuple(tuple(_short(value) for value in row) for row in rows[:SAMPLE_ROWS]),
                mapping=guessed,
            )
        )

    # ------------------------------------------------------------ what is done with it

    def map(self, id: str, mapping: FileMapping) -> Card:
        """Say what its columns become; what was tried before counts no more."""
        card = self._resting(id)
        checked(card.kind, mapping, card.headings)
        return self._cards.keep(
            changed(card, state="ready", mapping=mapping, tried=None, fault="")
        )

    def check(self, id: str) -> Card:
        """Go through the file and write nothing."""
        return self._start(self._resting(id), "checking")

    def run(self, id: str, *, actor: str) -> Card:
        """Import the file; one that was stopped goes on where it was."""
        card = self._resting(id)
        with self._store.write() as conn:
            about = {"file": card.name, "kind": card.kind}
            audit.add(conn, micros(self._clock.now()), actor, "import", f"import:{id}", about)
            live.tell(conn, live.Kind.WORK, [id])
        return self._start(card, "running")

    def drop(self, id: str) -> None:
        """Forget a file and what was refused of it; what was imported stays."""
        self._cards.drop(id)

    # ------------------------------------------------------------ what there is

    def get(self, id: str) -> Card:
        """A file and how far it is."""
        return self._now(self._cards.read(id))

    def _now(self, card: Card) -> Card:
        if card.state not in ("checking", "running"):
            return card
        share = self._aside.share(card.id)
        if share is not None:
            return changed(card, share=share)
        # The server has been stopped meanwhile.
        return changed(card, state="stopped" if card.state == "running" else "ready")

    def every(self) -> list[Card]:
        """All of the last days, the newest first."""
        return [self._now(card) for card in self._cards.every()]

    def refused(self, id: str) -> Path:
        """The file of what was refused of an import, with the reasons."""
        card = self.get(id)
        path = self._data(card).with_name(self._data(card).name + REFUSED)
        if not path.is_file():
            raise NotFound("Nothing of this file was refused.", where="id")
        return path

    # ------------------------------------------------------------ behind it

    def _start(self, card: Card, state: State) -> Card:
        if card.state == "done":
            raise Conflict("The file has been imported.", fix="Upload it again.")
        checked(card.kind, card.mapping, card.headings)
        kept = changed(card, state=state, fault="", share=0.0, ended_us=0)
        self._aside.begin(card.id, lambda tell: self._work(kept, tell))
        return self._cards.keep(kept)

    def _work(self, card: Card, tell: Callable[[float], None]) -> None:
        dry = card.state == "checking"
        try:
            work = importing.prepare(card.kind, self._data(card), mapping=card.mapping)
            currency = card.mapping.currency or self._currency
            now = self._clock.now()
            found = importing.run(
                self._store, work, now=now, currency=currency, dry=dry, advance=tell
            )
        except MaracujaError as fault:
            told = _plain(card, fault)
            if dry:
                self._cards.keep(changed(card, state="ready", fault=told))
            else:
                self._cards.end(changed(card, state="stopped", fault=told))
            return
        if dry:
            self._cards.keep(changed(card, state="checked", tried=found))
            return
        found.refused_path = ""  # of no use to anybody elsewhere
        self._cards.end(changed(card, state="done", result=found, sample=()))
        self._data(card).unlink(missing_ok=True)

    def _resting(self, id: str) -> Card:
        card = self.get(id)
        if card.state in ("coming", "refused", "done"):
            raise Conflict("Nothing can be done with this file.", fix="Upload it again.")
        return card

    def _data(self, card: Card) -> Path:
        ending = Path(card.name.lower()).suffix
        return (
            self._cards.place(card.id) / f"data{'.csv' if ending in ('.txt', '.tsv') else ending}"
        )


def _plain(card: Card, fault: MaracujaError) -> str:
    """What went wrong, without where the file lies here."""
    told = f"{fault.message} {fault.fix}".strip()
    return re.sub(r"\S*/imports/\S+/data\.\w+", card.name, told)


def _short(value: str | None) -> str | None:
    return value[:VALUE_CHARS_MAX] if value is not None else None
