"""Bonus balances: what a ledger of credits and spending comes to at a moment.

A balance is a fold of the ledger: the order in which entries arrived changes nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

AMOUNT_MAX: Final = 2**53  # of one entry: JSON numbers are whole up to here
NEVER: Final = 0


class Entry(NamedTuple):
    """A line of the ledger: `amount` in minor units or points, below 0 where it was spent.

    `expires_us` is the moment from which what is left of a credit is worth nothing; 0: never.
    """

    pid: int
    source: str
    key: str
    amount: int
    at_us: int
    expires_us: int = NEVER
    note: str = ""


class Balance(NamedTuple):
    """What a person has: `expiring` of it is lost at `expires_us` (0: nothing ever is)."""

    balance: int
    expires_us: int = NEVER
    expiring: int = 0


def balances(entries: Iterable[Entry], now_us: int) -> dict[int, Balance]:
    """The balance of every person with an entry; each (source, key) once, in any order."""
    ordered = sorted(entries, key=lambda one: (one.pid, one.at_us, one.source, one.key))
    return {pid: _fold(rows, now_us) for pid, rows in groupby(ordered, key=attrgetter("pid"))}


def _fold(entries: Iterable[Entry], now_us: int) -> Balance:
    """Spending takes what expires first; what it takes beyond that, the next credits repay."""
    lots: list[list[int]] = []  # [expiry, amount left], the soonest first
    debt = 0
    for one in entries:
        if one.at_us > now_us:
            break
        _expire(lots, one.at_us)
        if one.amount > 0:
            repaid = min(debt, one.amount)
            debt -= repaid
            if one.amount > repaid:
                heapq.heappush(lots, [one.expires_us or _FOREVER, one.amount - repaid])
            continue
        left = -one.amount
        while left and lots:
            taken = min(left, lots[0][1])
            left -= taken
            lots[0][1] -= taken
            if not lots[0][1]:
                heapq.heappop(lots)
        debt += left
    _expire(lots, now_us)
    total = sum(amount for _, amount in lots) - debt
    first = lots[0][0] if lots else _FOREVER
    if first == _FOREVER:
        return Balance(total)
    return Balance(total, first, sum(amount for expiry, amount in lots if expiry == first))


_FOREVER: Final = 2**63


def _expire(lots: list[list[int]], at_us: int) -> None:
    while lots and lots[0][0] <= at_us:
        heapq.heappop(lots)
