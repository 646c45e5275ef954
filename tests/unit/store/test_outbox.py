"""Messages on their way out: claimed once, finished once, counted right, on both databases."""

from __future__ import annotations

import numpy as np

from maracuja.store import outbox
from maracuja.store.claiming import claim
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk, OutboxState

NOW = 1_000


def queue(store: Store, *numbers: int, run: int = 1, lane: int = 1, size: int = 5) -> None:
    with store.write() as conn:
        for number in numbers:
            outbox.add_chunk(
                conn,
                Chunk(number, run, f"bodies/{number}.parquet", lane, 7),
                pid=np.arange(size) + 100 * number,
                channel=1,
                due_us=NOW,
            )


def test_what_is_due_is_claimed_once_and_finished_once(store: Store) -> None:
    queue(store, 1, 2)
    with store.write() as conn:
        first = claim(conn, NOW, channel=1, limit=7)
        second = claim(conn, NOW, channel=1, limit=7)
        third = claim(conn, NOW, channel=1, limit=7)
    assert list(zip(first.chunk, first.n, strict=True)) == [(1, i) for i in range(5)] + [
        (2, 0),
        (2, 1),
    ]
    assert list(second.pid) == [202, 203, 204] and len(third.pid) == 0
    with store.write() as conn:
        done = {"chunk": first.chunk, "n": first.n, "state": OutboxState.SENT}
        assert outbox.finish(conn, **done) == 7
        assert outbox.finish(conn, **done) == 0
        assert outbox.left(conn) == outbox.left(conn, 1) == 3
        states = [OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.EXPIRED]
        assert outbox.finish(conn, chunk=second.chunk, n=second.n, state=states) == 3
        assert outbox.left(conn) == 0 and outbox.next_due(conn) is None
        counts = outbox.counts(conn, 1)
    assert counts[OutboxState.SENT] == 7 and sum(counts.values()) == 10


def test_nothing_leaves_before_it_is_due_and_lower_lanes_go_first(store: Store) -> None:
    queue(store, 1, lane=1)
    queue(store, 2, lane=0)
    with store.write() as conn:
        assert outbox.next_due(conn) == NOW
        assert len(claim(conn, NOW - 1, channel=1).pid) == 0
        assert list(claim(conn, NOW, channel=1, limit=6).lane) == [0] * 5  # in a batch of its own
        assert list(claim(conn, NOW, channel=1, limit=2).lane) == [1] * 2


def test_a_deferred_message_comes_again_later_and_counts_an_attempt(store: Store) -> None:
    queue(store, 1, size=3)
    with store.write() as conn:
        claimed = claim(conn, NOW, channel=1)
        outbox.finish(
            conn,
            chunk=claimed.chunk,
            n=claimed.n,
            state=[OutboxState.SENT, OutboxState.QUEUED, OutboxState.QUEUED],
            due_us=[0, NOW + 10, NOW + 20],
        )
        assert outbox.next_due(conn) == NOW + 10 and outbox.left(conn) == 2
        again = claim(conn, NOW + 10, channel=1)
        assert list(again.n) == [1] and list(again.attempts) == [1]
        outbox.put_back(conn, chunk=again.chunk, n=again.n, due_us=NOW + 11)
        again = claim(conn, NOW + 11, channel=1)
        assert list(again.n) == [1] and list(again.attempts) == [1]


def test_paused_runs_and_channels_wait_without_holding_up_the_others(store: Store) -> None:
    queue(store, 1, run=1)
    queue(store, 2, run=2)
    with store.write() as conn:
        outbox.add_chunk(
            conn,
            Chunk(3, 3, "bodies/3.parquet", 0, 0),
            pid=[1, 2],
            channel=[4, 5],
            due_us=[NOW, NOW],
        )
        batches = [claim(conn, NOW, channel=n, limit=3, paused_runs=[1]) for n in (5, 1)]
        assert [list(zip(one.chunk, one.channel, strict=True)) for one in batches] == [
            [(3, 5)],
            [(2, 1)] * 3,
        ]
        assert outbox.next_due(conn, paused_runs=[1, 2, 3]) is None


def test_what_is_claimed_is_found_again(store: Store) -> None:
    queue(store, 1, size=3)
    with store.write() as conn:
        outbox.add_chunk(
            conn, Chunk(2, 1, "bodies/2.parquet", 1, 0), pid=[9], channel=6, due_us=NOW
        )
        claim(conn, NOW, channel=1)
        claim(conn, NOW, channel=6)
    with store.read() as conn:
        found = outbox.claimed(conn)
        assert list(found.pid) == [100, 101, 102, 9]
        assert list(found.due_us) == [NOW] * 4
        assert [c.path for c in outbox.chunks_of(conn, [2, 1, 2])] == [
            "bodies/1.parquet",
            "bodies/2.parquet",
        ]


def test_cancelling_withdraws_what_has_not_been_claimed(store: Store) -> None:
    queue(store, 1, run=1)
    queue(store, 2, run=2)
    with store.write() as conn:
        claimed = claim(conn, NOW, channel=1, limit=2, paused_runs=[2])
        assert outbox.withdraw_run(conn, 1) == 3
        assert outbox.left(conn, 1) == 2 and outbox.left(conn, 2) == 5
        outbox.finish(conn, chunk=claimed.chunk, n=claimed.n, state=OutboxState.SENT)
        assert outbox.left(conn, 1) == 0
        assert len(claim(conn, NOW, channel=1).pid) == 5
