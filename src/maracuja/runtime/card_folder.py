"""Files that lie in the workspace for a while, each in a folder with a card about it."""

from __future__ import annotations

import re
import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from maracuja.clock import Clock
from maracuja.errors import Conflict, NotFound
from maracuja.model import Record, micros, moment
from maracuja.runtime.aside import Aside
from maracuja.store import live
from maracuja.store.engine import Store

_NAME: Final = "card.json"
_ID: Final = re.compile("[0-9a-f]{16}")


class FileCard(Record, frozen=True, kw_only=True):
    """What is known of any file: its folder's name, since when it is there, and for whom."""

    id: str
    at_us: int
    actor: str
    ended_us: int = 0  # when the work with it was over, also before its end

    @property
    def at(self) -> datetime:
        """When somebody began with it."""
        return moment(self.at_us)


C = TypeVar("C", bound=FileCard)


def new_id() -> str:
    """A name that nobody guesses."""
    return secrets.token_hex(8)


class CardFolder(Generic[C]):
    """The cards below `root`; only this system's user may read what lies there."""

    def __init__(
        self,
        root: Path,
        kind: type[C],
        kept_for: timedelta,
        aside: Aside,
        store: Store,
        clock: Clock,
    ) -> None:
        self._root = root
        self._kind = kind
        self._kept_us = kept_for // timedelta(microseconds=1)
        self._aside = aside
        self._store = store
        self._clock = clock

    def place(self, id: str) -> Path:
        """The folder of a card. Raises NotFound for what is no name of one."""
        if not _ID.fullmatch(id):
            raise NotFound("There is no such file.", where="id")
        return self._root / id

    def read(self, id: str) -> C:
        """The card as it was kept last. Raises NotFound."""
        try:
            raw = (self.place(id) / _NAME).read_bytes()
        except OSError:
            raise NotFound("There is no such file.", where="id") from None
        return msgspec.json.decode(raw, type=self._kind)

    def keep(self, card: C) -> C:
        """Write a card, whole or not at all; the first time its folder is made."""
        place = self.place(card.id)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = place / f"{_NAME}.{secrets.token_hex(4)}"
        fresh.write_bytes(msgspec.json.encode(card))
        fresh.replace(place / _NAME)
        return card

    def end(self, card: C) -> None:
        """Write a card whose work is over now, and tell whoever watches the work."""
        self.keep(replace(card, ended_us=micros(self._clock.now())))
        with self._store.write() as conn:
            live.tell(conn, live.Kind.WORK, [card.id])

    def every(self) -> list[C]:
        """All cards, the newest first."""
        if not self._root.is_dir():
            return []
        found = [self.read(one.parent.name) for one in self._root.glob(f"*/{_NAME}")]
        return sorted(found, key=lambda card: (card.at_us, card.id), reverse=True)

    def drop(self, id: str) -> None:
        """Throw away a card and what lies beside it. Raises NotFound, Conflict while in use."""
        self.read(id)
        if self._aside.share(id) is not None:
            raise Conflict("Somebody is at this file.", fix="Wait until that is over.")
        shutil.rmtree(self.place(id))

    def sweep(self) -> None:
        """Throw away what is older than files are kept, unless somebody is at it."""
        oldest_us = micros(self._clock.now()) - self._kept_us
        for card in self.every():
            if card.at_us < oldest_us and self._aside.share(card.id) is None:
                shutil.rmtree(self.place(card.id))
