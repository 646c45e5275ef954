"""Whose turn it is: lanes before campaigns, campaigns by equal parts, nobody twice in a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maracuja.model import Lane
from maracuja.store import outbox
from maracuja.store.claiming import claim
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk, Claimed

NOW = 1_000
CHANNEL = 3


def queue(
    store: Store,
    run: int,
    pids: Sequence[int],
    *,
    part: int = 0,
    lane: Lane = Lane.MARKETING,
    due_us: int | Sequence[int] = NOW,
    channel: int = CHANNEL,
) -> None:
    chunk = Chunk(run * 100 + part, run, "bodies/x.parquet", lane, 0)
    due = [due_us] * len(pids) if isinstance(due_us, int) else list(due_us)
    with store.write() as conn:
        outbox.add_chunk(conn, chunk, pid=list(pids), channel=channel, due_us=due)


def take(store: Store, limit: int, *, after_run: int = 0, channel: int = CHANNEL) -> Claimed:
    with store.write() as conn:
        return claim(conn, NOW, channel=channel, limit=limit, after_run=after_run)


def by_run(claimed: Claimed) -> Counter[int]:
    return Counter((claimed.chunk // 100).tolist())


def test_campaigns_share_a_batch_whoever_was_first(store: Store) -> None:
    for part in range(3):
        queue(store, 1, range(part * 100, part * 100 + 100), part=part, due_us=NOW - 500)
    queue(store, 2, range(1_000, 1_100))
    queue(store, 3, range(2_000, 2_010))
    assert by_run(take(store, 90)) == {1: 40, 2: 40, 3: 10}, "what one lacks the others have"
    assert by_run(take(store, 90)) == {1: 45, 2: 45}
    assert by_run(take(store, 300)) == {1: 215, 2: 15}
    assert len(take(store, 10).n) == 0


def test_where_a_batch_is_small_they_take_turns(store: Store) -> None:
    for run in (1, 2, 3):
        queue(store, run, range(run * 1_000, run * 1_000 + 4))
    last, order = 0, []
    for _ in range(12):
        (chunk,) = take(store, 1, after_run=last).chunk
        last = int(chunk) // 100
        order.append(last)
    assert order == [1, 2, 3] * 4


def test_service_goes_before_marketing_and_single_messages_before_both(store: Store) -> None:
    queue(store, 1, range(50), due_us=1)
    queue(store, 2, range(50), lane=Lane.SERVICE)
    queue(store, 3, range(5), lane=Lane.SINGLE)
    lanes = [set(take(store, 40).lane.tolist()) for _ in range(4)]
    assert lanes == [{Lane.SINGLE}, {Lane.SERVICE}, {Lane.SERVICE}, {Lane.MARKETING}]


def test_lanes_that_are_not_asked_for_stay(store: Store) -> None:
    queue(store, 1, range(5))
    queue(store, 3, range(5), lane=Lane.SINGLE)
    with store.write() as conn:
        others = claim(conn, NOW, channel=CHANNEL, lanes=range(1, 9))
        single = claim(conn, NOW, channel=CHANNEL, lanes=range(1))
    assert set(others.lane.tolist()) == {Lane.MARKETING}
    assert set(single.lane.tolist()) == {Lane.SINGLE}


def test_nobody_is_in_a_batch_twice_and_who_was_due_first_goes_first(store: Store) -> None:
    queue(store, 1, [7, 8], due_us=[NOW, NOW])
    queue(store, 2, [7, 9], due_us=[NOW - 5, NOW])
    first = take(store, 10)
    assert sorted(zip(first.pid.tolist(), (first.chunk // 100).tolist(), strict=True)) == [
        (7, 2),
        (8, 1),
        (9, 2),
    ]
    assert take(store, 10).pid.tolist() == [7]


def test_single_messages_of_a_person_go_by_their_due_time(store: Store) -> None:
    queue(store, 1, [1, 7], part=1, lane=Lane.SINGLE, due_us=[NOW - 900, NOW - 10])
    queue(store, 1, [7], part=2, lane=Lane.SINGLE, due_us=NOW - 20)
    queue(store, 1, [7], part=3, lane=Lane.SINGLE, due_us=NOW - 5)
    taken = []
    while len((claimed := take(store, 1)).n):
        taken += claimed.due_us.tolist()
    assert taken == [NOW - 900, NOW - 20, NOW - 10, NOW - 5]


def test_a_channel_looks_at_its_own_chunks_alone(store: Store) -> None:
    queue(store, 1, range(5), channel=4)
    queue(store, 2, [30, 31])
    assert take(store, 10).pid.tolist() == [30, 31]
    assert take(store, 10, channel=4).pid.tolist() == list(range(5))


def test_a_chunk_may_hold_messages_of_several_channels(store: Store) -> None:
    with store.write() as conn:
        chunk = Chunk(900, 9, "b", Lane.MARKETING, 0)
        channels, due = [3, 4, 3], [NOW] * 3
        outbox.add_chunk(conn, chunk, pid=[20, 21, 22], channel=channels, due_us=due)
        assert outbox.dues(conn) == {(outbox.SEVERAL, Lane.MARKETING): NOW}
    assert take(store, 10).pid.tolist() == [20, 22]
    assert take(store, 10, channel=4).pid.tolist() == [21]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sizes=st.lists(st.integers(0, 60), min_size=1, max_size=6),
    limit=st.integers(1, 50),
)
def test_shares_are_fair_and_everything_goes(
    sqlite_store: Store, sizes: list[int], limit: int
) -> None:
    """As long as a campaign has something left, no other gets more than one beyond its part."""
    with sqlite_store.write() as conn:
        for run, size in enumerate(sizes, 1):
            chunk = Chunk(run * 100, run, "b", Lane.MARKETING, 0)
            pids = [run * 1_000 + n for n in range(size)]
            outbox.add_chunk(conn, chunk, pid=pids, channel=CHANNEL, due_us=NOW)
        left, last = {run: size for run, size in enumerate(sizes, 1) if size}, 0
        while left:
            claimed = claim(conn, NOW, channel=CHANNEL, limit=limit, after_run=last)
            counts = by_run(claimed)
            assert sum(counts.values()) == min(limit, sum(left.values()))
            hungry = [counts[run] for run in left if left[run] > counts[run]]
            if hungry:
                assert max(counts.values()) <= min(hungry) + 1
            last = max(counts, key=lambda run: (run <= last, run))
            left = {run: n - counts[run] for run, n in left.items() if n > counts[run]}
        conn.rollback()
