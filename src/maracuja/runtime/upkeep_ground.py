"""What every step of upkeep works on, and what it may keep at most."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from maracuja.config import Lake
from maracuja.store.engine import Store

KEEP_REFUSED_DAYS: Final = 90  # a body may hold people whom no erasure finds

Keeping = Callable[[], AbstractContextManager[None]]


class Ground(NamedTuple):
    """What every step works on; `kept` holds the lease while a file of millions is written."""

    store: Store
    lake: Path
    limits: Lake
    now: datetime
    kept: Keeping = nullcontext
