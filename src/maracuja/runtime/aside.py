"""Work with files that somebody in the app waits for: one piece at a time, beside the requests.

It keeps nothing: a server that stops forgets it, and the files say how far it had come.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from maracuja.errors import Conflict

_log: Final = logging.getLogger("maracuja.files")


class Aside:
    """Does pieces of work in threads of their own, each once, the others waiting their turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._shares: dict[str, float] = {}

    def begin(self, name: str, act: Callable[[Callable[[float], None]], None]) -> None:
        """Start `act`, which tells its share that is done; Conflict where it is under way."""
        with self._lock:
            if name in self._shares:
                raise Conflict("This is being done already.", fix="Wait until it is over.")
            self._shares[name] = 0.0
        threading.Thread(target=self._run, args=(name, act), name=name, daemon=True).start()

    def share(self, name: str) -> float | None:
        """How much of a piece is done, from 0 to 1; None where nobody is at it."""
        return self._shares.get(name)

    def _run(self, name: str, act: Callable[[Callable[[float], None]], None]) -> None:
        def tell(share: float) -> None:
            self._shares[name] = min(1.0, share)

        try:
            with self._turn:
                act(tell)
        except Exception:
            _log.exception("%s was not done.", name)
        finally:
            with self._lock:
                self._shares.pop(name, None)
