"""What was computed lately and would come out the same: kept until what it stands on changes.

It must never be asked for what decides a sending.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

T = TypeVar("T")
KEPT_MAX: Final = 200


class Lately:
    """Answers by key, each with the state of things that it was computed from."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()

    def get(self, key: Hashable, stand: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, or gave while `stand` was the same."""
        kept = self._kept.get(key)
        if kept is None or kept[0] != stand:
            kept = (stand, compute())
            self._kept[key] = kept
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        found: T = kept[1]
        return found
