"""A balance is a fold of the ledger, whatever the order and the repetitions of its entries."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja.campaigns.bonus import Balance, Entry, balances
from maracuja.store import bonus, migrating
from maracuja.store.engine import open_store

DAY = 86_400_000_000


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    """Entries of two people over some days, each key once."""
    rows = []
    for n in range(draw(st.integers(0, 12))):
        amount = draw(st.integers(-50, 100).filter(bool))
        at = draw(st.integers(0, 10)) * DAY
        lasts = draw(st.sampled_from([0, 1, 3, 7])) if amount > 0 else 0
        rows.append(
            Entry(draw(st.sampled_from([1, 2])), "s", f"k{n:02}", amount, at,
                  at + lasts * DAY if lasts else 0)
        )  # fmt: skip
    return rows


def plainly(entries: list[Entry], pid: int, now_us: int) -> Balance:
    """Point by point: every point is a thing with an end, taken or lost."""
    points: list[int] = []
    debt = 0
    never = 10**30
    mine = sorted((e for e in entries if e.pid == pid), key=lambda e: (e.at_us, e.source, e.key))
    for entry in (e for e in mine if e.at_us <= now_us):
        points = sorted(end for end in points if end > entry.at_us)
        for _ in range(abs(entry.amount)):
            if entry.amount < 0:
                if points:
                    points.pop(0)
                else:
                    debt += 1
            elif debt:
                debt -= 1
            else:
                points.append(entry.expires_us or never)
        points.sort()
    points = [end for end in points if end > now_us]
    first = min(points, default=never)
    if first == never:
        return Balance(len(points) - debt)
    return Balance(len(points) - debt, first, points.count(first))


@given(ledgers(), st.integers(0, 20))
def test_a_balance_is_what_the_points_say(entries: list[Entry], day: int) -> None:
    now_us = day * DAY
    found = balances(entries, now_us)
    for pid in {e.pid for e in entries}:
        assert found[pid] == plainly(entries, pid, now_us)


@settings(max_examples=25)
@given(entries=ledgers(), data=st.data())
def test_order_and_repetition_change_nothing(entries: list[Entry], data: st.DataObject) -> None:
    arrived = data.draw(st.permutations(entries + entries[: len(entries) // 2]))
    assert balances(dict.fromkeys(arrived), 5 * DAY) == balances(entries, 5 * DAY)


def test_the_database_keeps_each_entry_once(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/state.db")
    migrating.migrate(store)
    entries = [Entry(1, "orders", f"A-{n}", 10, n * DAY) for n in range(5)]
    with store.write() as conn:
        assert bonus.add(conn, entries[:3]) == 3
        assert bonus.add(conn, entries[::-1]) == 2
        assert bonus.add(conn, [entries[0]._replace(amount=999)]) == 0
        assert bonus.of_people(conn, [1]) == entries
    store.close()
