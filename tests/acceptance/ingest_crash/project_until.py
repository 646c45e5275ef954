"""Projects a workspace and dies, without a word, before or after a given step of a batch."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from maracuja.runtime import projection
from maracuja.store.engine import open_store

home, step, moment, now = sys.argv[1:]


def dying(work: Callable[..., Any]) -> Callable[..., Any]:
    """The work, with death before or after it."""

    def run(*args: Any, **kwargs: Any) -> Any:
        if moment == "before":
            os._exit(9)
        work(*args, **kwargs)
        os._exit(9)

    return run


*rooms, name = step.split(".")
room: Any = projection
for part in rooms:
    room = getattr(room, part)
setattr(room, name, dying(getattr(room, name)))

store = open_store(f"sqlite:///{Path(home) / 'state.db'}")
made = projection.Projection(store, Path(home) / "lake", country="UA")
made.project(datetime.fromisoformat(now), limit=3)
sys.exit("the step was never reached")
