"""Threads of one process write one at a time, and a code for signing in before all others."""

from __future__ import annotations

import threading

from maracuja.clock import rest
from maracuja.store.engine import Turns


def test_who_is_urgent_goes_before_all_others_who_wait() -> None:
    turns, order = Turns(), list[str]()

    def write(name: str) -> None:
        with turns.one(urgent=name == "code"):
            order.append(name)

    names = ["launch", "receipts", "code"]
    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    with turns.one(urgent=False):
        for number, thread in enumerate(threads):
            thread.start()
            while turns.waiting <= number:
                rest(0.001)
        assert order == []
    for thread in threads:
        thread.join()
    assert order[0] == "code"
    assert sorted(order) == sorted(names)


def test_a_turn_ends_with_a_fault_too() -> None:
    turns = Turns()
    for _ in range(2):
        try:
            with turns.one(urgent=False):
                raise RuntimeError
        except RuntimeError:
            pass
