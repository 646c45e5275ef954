"""Screens that were drawn for whoever previews a text: kept in memory, and for minutes only."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from maracuja.errors import NotFound

KEPT: Final = timedelta(minutes=5)
KEPT_MAX: Final = 100
PAGE_MAX: Final = 3_000_000  # characters of one page


class Drawn:
    """Pages by an id that cannot be guessed."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, tuple[datetime, str]] = OrderedDict()
        self._lock = Lock()

    def keep(self, page: str, now: datetime) -> str:
        """The id by which it is shown until KEPT has passed, or KEPT_MAX newer ones came."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._pages[name] = (now, page[:PAGE_MAX])
            while len(self._pages) > KEPT_MAX:
                self._pages.popitem(last=False)
        return name

    def get(self, name: str, now: datetime) -> str:
        """The page. Raises NotFound."""
        with self._lock:
            at, page = self._pages.get(name, (now - KEPT, ""))
        if now - at >= KEPT:
            raise NotFound("This preview is no longer kept.", fix="Ask for it again.")
        return page
