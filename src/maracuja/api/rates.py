"""How often somebody may call: a bucket of calls for each, kept in this process.

It knows callers by a name and never asks who they are.
"""

from __future__ import annotations

from typing import Final

from maracuja.clock import monotonic_s

BURST_S: Final = 10


class Rates:
    """A bucket of calls for each caller: ten seconds' worth, filled at the rate."""

    def __init__(self, per_s: float) -> None:
        self._per_s = per_s
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, caller: str) -> float:
        """0 where the call may pass, else how many seconds to wait (at least one)."""
        if self._per_s <= 0:
            return 0.0
        now_s = monotonic_s()
        most = self._per_s * BURST_S
        left, at_s = self._left.get(caller, (most, now_s))
        left = min(most, left + (now_s - at_s) * self._per_s)
        if left < 1.0:
            self._left[caller] = (left, now_s)
            return max(1.0, (1.0 - left) / self._per_s)
        self._left[caller] = (left - 1.0, now_s)
        return 0.0
