"""Counts how often forms are shown and begun: written once a second, not at every look."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Final

from maracuja.clock import Clock
from maracuja.runtime.form_desk import FormDesk
from maracuja.store.signups import Step

WRITE_S: Final = 1.0
KEYS_MAX: Final = 1_000  # between two writings

_log = logging.getLogger("maracuja.api")


class Tally:
    """What was counted and is not written yet: that alone is lost with the process."""

    def __init__(self, desk: FormDesk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock
        self._counted: Counter[tuple[str, str, Step]] = Counter()
        self._writing: asyncio.Task[None] | None = None

    def add(self, form: str, source: str, step: Step) -> None:
        """Count one."""
        if len(self._counted) < KEYS_MAX:
            self._counted[form, source, step] += 1
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        while self._counted:
            await asyncio.sleep(WRITE_S)
            counted, self._counted = dict(self._counted), Counter()
            try:
                await asyncio.to_thread(self._desk.count, counted, self._clock.now())
            except Exception:  # the database rests: a look at a form is not worth a failure
                _log.warning("Looks at forms could not be counted.", exc_info=True)
