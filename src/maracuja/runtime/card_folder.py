"""Files that lie in the workspace for a while, each in a folder with a card about it."""

from __future__ import annotations

import re
import secrets
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

import msgspec

from maracuja.errors import Conflict, NotFound
from maracuja.runtime.aside import Aside

_NAME: Final = "card.json"
_ID: Final = re.compile("[0-9a-f]{16}")


class Card(Protocol):
    """What is known of a file: its folder's name, and since when it is there."""

    @property
    def id(self) -> str:
        """16 hexadecimal digits."""
        ...

    @property
    def at_us(self) -> int:
        """Microseconds, UTC."""
        ...


C = TypeVar("C", bound=Card)


def new_id() -> str:
    """A name that nobody guesses."""
    return secrets.token_hex(8)


class CardFolder(Generic[C]):
    """The cards below `root`; only this system's user may read what lies there."""

    def __init__(self, root: Path, kind: type[C], aside: Aside, kept_for: timedelta) -> None:
        self._root = root
        self._kind = kind
        self._aside = aside
        self._kept_us = kept_for // timedelta(microseconds=1)

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

    def sweep(self, now_us: int) -> None:
        """Throw away what is older than files are kept, unless somebody is at it."""
        for card in self.every():
            if card.at_us < now_us - self._kept_us and self._aside.share(card.id) is None:
                shutil.rmtree(self.place(card.id))
