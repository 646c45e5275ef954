"""Files that somebody exports in the app: made aside, fetched, and gone after a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from msgspec.structs import replace as changed

from maracuja.clock import Clock
from maracuja.config import Lake
from maracuja.errors import BadInput, Conflict, MaracujaError
from maracuja.model import micros
from maracuja.runtime import exporting
from maracuja.runtime.aside import Aside
from maracuja.runtime.card_folder import CardFolder, FileCard, new_id
from maracuja.runtime.export_files import Form
from maracuja.store import audit, live
from maracuja.store.engine import Store

FOLDER: Final = "exports"
KEPT_FOR: Final = timedelta(days=1)


class Card(FileCard, frozen=True, kw_only=True):
    """A file that is made or was: `rows` so far, `size` in bytes once it is whole."""

    what: str
    form: Form
    state: Literal["making", "stopped", "done"] = "making"
    rows: int = 0
    size: int = 0
    fault: str = ""

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"{self.what}-{self.at:%Y-%m-%d}.{self.form}"


class ExportDesk:
    """The exported files of a workspace; methods raise NotFound, BadInput, Conflict."""

    def __init__(self, store: Store, directory: Path, clock: Clock, limits: Lake) -> None:
        self._store = store
        self._lake = directory / "lake"
        self._clock = clock
        self._limits = limits
        self._aside = Aside()
        self._cards = CardFolder(directory / FOLDER, Card, KEPT_FOR, self._aside, store, clock)
        self._rows: dict[str, int] = {}

    def begin(self, what: str, form: Form, *, actor: str) -> Card:
        """Make a file of everything of a kind."""
        if what not in exporting.KINDS:
            raise BadInput(f"There is nothing called `{what}` to export.", where="what")
        now_us = micros(self._clock.now())
        self._cards.sweep()
        card = self._cards.keep(Card(id=new_id(), at_us=now_us, actor=actor, what=what, form=form))
        with self._store.write() as conn:
            audit.add(conn, now_us, actor, "export", f"export:{card.id}", {"what": what})
            live.tell(conn, live.Kind.WORK, [card.id])
        self._aside.begin(card.id, lambda _: self._work(card))
        return card

    def get(self, id: str) -> Card:
        """A file and how far it is."""
        return self._now(self._cards.read(id))

    def every(self) -> list[Card]:
        """All of the last day, the newest first."""
        return [self._now(card) for card in self._cards.every()]

    def _now(self, card: Card) -> Card:
        if card.state != "making":
            return card
        if self._aside.share(card.id) is None:
            return changed(card, state="stopped")
        return changed(card, rows=self._rows.get(card.id, 0))

    def file(self, id: str) -> Path:
        """The whole file."""
        card = self.get(id)
        if card.state != "done":
            raise Conflict("The file is not whole.", fix="Wait until it is.")
        return self._data(card)

    def drop(self, id: str) -> None:
        """Throw a file away."""
        self._cards.drop(id)

    def _work(self, card: Card) -> None:
        def count(rows: int) -> None:
            self._rows[card.id] = rows

        path = self._data(card)
        try:
            rows = exporting.export(
                self._store,
                self._lake,
                self._limits,
                card.what,
                path,
                now=self._clock.now(),
                form=card.form,
                advance=count,
            )
        except MaracujaError as fault:
            self._cards.end(changed(card, state="stopped", fault=f"{fault.message} {fault.fix}"))
            return
        finally:
            self._rows.pop(card.id, None)
        self._cards.end(changed(card, state="done", rows=rows, size=path.stat().st_size))

    def _data(self, card: Card) -> Path:
        return self._cards.place(card.id) / f"data.{card.form}"
