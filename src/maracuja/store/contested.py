"""The rules of merging, for rows that contradict each other: one row after the other.

It is given what is stored and says what to store, and never reads or writes: `resolving` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from maracuja.store.merging import Merge

KNOWN_BY: Final = ("external_id", "email", "phone")  # strongest first
WEAKEST: Final = "anonymous_id"  # a device may change hands
VALUES_MAX: Final = {"external_id": 1, "email": 5, "phone": 5}  # of one person
VALUES_MAX_OTHER: Final = 1_000
MERGES_PER_DAY_MAX: Final = 10  # that one identity may cause


class Refusal(NamedTuple):
    """Two people who stayed apart although a row named both; `kind` of identity says how.

    Reasons: another_external_id, too_many_values, too_many_merges, untrusted_key.
    """

    kept: int
    other: int
    reason: str
    kind: str


def values_max(kind: str) -> int:
    """How many identities of this kind one person may have."""
    return VALUES_MAX.get(kind, VALUES_MAX_OTHER)


def strength(kind: str) -> int:
    """0 for the identity that says most about who somebody is."""
    if kind in KNOWN_BY:
        return KNOWN_BY.index(kind)
    return len(KNOWN_BY) + (kind == WEAKEST)


class Contest:
    """Hears rows in order. `home` (key -> pid, 0: nobody) is filled in place.

    People that do not exist yet have negative numbers until `settle` gives them pids.
    """

    def __init__(
        self,
        *,
        keys: Sequence[tuple[str, str]],
        home: npt.NDArray[np.int64],
        held: Mapping[tuple[int, str], int],
        caused: dict[tuple[str, str], int],
    ) -> None:
        self.row_pid: dict[int, int] = {}
        self.merges: list[Merge] = []
        self.refused: list[Refusal] = []
        self.caused = caused  # merges per identity, today
        self.caused_now: set[tuple[str, str]] = set()
        self._keys = keys
        self._home = home
        self._heard: set[int] = set()
        self._into: dict[int, int] = {}
        self._made = 0
        self._held: dict[int, Counter[str]] = {}
        for (pid, kind), n in held.items():
            self._held.setdefault(pid, Counter())[kind] = n

    def hear(self, row: int, codes: Sequence[int], *, trusted: bool, explicit: bool) -> None:
        """Decide whose row this is: its strongest identity that allows the others decides."""
        ordered = sorted(set(codes), key=lambda code: (strength(self._keys[code][0]), code))
        self._heard.update(ordered)
        own = self._anchor(ordered, trusted=trusted, explicit=explicit)
        may_grow = trusted or explicit or not self._known(own)
        for code in ordered:
            who = self._who(code)
            if who == 0:
                if explicit or self._room(own, code, may_grow=may_grow):
                    self._home[code] = own
                    self._held[own][self._keys[code][0]] += 1
            elif who != own:
                own = self._unite(own, who, code, ordered, trusted=trusted, explicit=explicit)
        self.row_pid[row] = own

    def settle(self, take: Callable[[int], int]) -> list[int]:
        """Give pids (`take(n)` is the first of n) to the new people and return them."""
        fresh = [-i for i in range(1, self._made + 1) if -i not in self._into]
        pids: dict[int, int] = {}
        if fresh:
            first = take(len(fresh))
            pids = {number: first + i for i, number in enumerate(fresh)}

        def final(number: int) -> int:
            last = self._last(number)
            return pids.get(last, last)

        for code in self._heard:
            self._home[code] = final(int(self._home[code]))
        self.row_pid = {row: final(number) for row, number in self.row_pid.items()}
        self.refused = [
            Refusal(final(r.kept), final(r.other), r.reason, r.kind) for r in self.refused
        ]
        return list(pids.values())

    def _last(self, pid: int) -> int:
        while pid in self._into:
            pid = self._into[pid]
        return pid

    def _who(self, code: int) -> int:
        return self._last(int(self._home[code]))

    def _known(self, pid: int) -> bool:
        return any(self._held[pid][kind] for kind in KNOWN_BY)

    def _room(self, pid: int, code: int, *, may_grow: bool) -> bool:
        kind = self._keys[code][0]
        if not may_grow and kind in KNOWN_BY:
            return False
        return self._held[pid][kind] < values_max(kind)

    def _anchor(self, ordered: Sequence[int], *, trusted: bool, explicit: bool) -> int:
        stronger: list[int] = []
        for code in ordered:
            who = self._who(code)
            if who == 0:
                stronger.append(code)
                continue
            self._held.setdefault(who, Counter())
            may_grow = trusted or not self._known(who)
            if explicit or all(self._room(who, c, may_grow=may_grow) for c in stronger):
                return who
        self._made += 1
        self._held[-self._made] = Counter()
        return -self._made

    def _unite(
        self,
        own: int,
        who: int,
        code: int,
        ordered: Sequence[int],
        *,
        trusted: bool,
        explicit: bool,
    ) -> int:
        """Make one person of the two if the rules allow it; returns whose the row is now."""
        self._held.setdefault(who, Counter())
        involved = [self._keys[c] for c in ordered if self._who(c) in (own, who)]
        reason = "" if explicit else self._against(own, who, involved, trusted=trusted)
        if reason:
            self.refused.append(Refusal(own, who, reason, self._keys[code][0]))
            return own
        winner, loser = sorted((own, who), key=self._rank)
        self._into[loser] = winner
        self._held[winner].update(self._held[loser])
        if loser > 0:
            self.merges.append(Merge(loser, winner, "alias" if explicit else "identity"))
            for key in involved:
                self.caused[key] = self.caused.get(key, 0) + 1
                self.caused_now.add(key)
        return winner

    def _rank(self, pid: int) -> tuple[bool, bool, bool, int]:
        """Lowest: stored, known by an external id, known at all, oldest."""
        held = self._held[pid]
        return pid < 0, not held["external_id"], not self._known(pid), abs(pid)

    def _against(
        self, own: int, who: int, involved: Sequence[tuple[str, str]], *, trusted: bool
    ) -> str:
        if not trusted and self._known(own) and self._known(who):
            return "untrusted_key"
        mine, theirs = self._held[own], self._held[who]
        for kind in sorted(mine.keys() & theirs.keys()):
            if mine[kind] and theirs[kind] and mine[kind] + theirs[kind] > values_max(kind):
                return "another_external_id" if kind == "external_id" else "too_many_values"
        if any(self.caused.get(key, 0) >= MERGES_PER_DAY_MAX for key in involved):
            return "too_many_merges"
        return ""
